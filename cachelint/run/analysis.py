"""The work of a run: files to facts to findings, and what is reported of them."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cachelint.findings import Confidence, Finding, Severity
from cachelint.project.files import SUFFIXES, is_test
from cachelint.project.gitignore import Patterns
from cachelint.run.options import Options

if TYPE_CHECKING:
    from cachelint.caching.facts import Facts
    from cachelint.project.codebase import Codebase
    from cachelint.project.source import Source
    from cachelint.project.store.dependencies import Dependencies


class Outcome:
    """The findings, in order; what could not be read (path → one line); and how much was done."""

    def __init__(
        self, root: Path, findings: list[Finding], problems: dict[str, str], *, files: int, uses_cache: bool
    ) -> None:
        self.root = root
        self.findings = findings
        self.problems = problems
        self.files = files
        self.uses_cache = uses_cache
        self.from_store = False
        #: The projects that it is about, by folder, with the options of each.
        self.parts: list[tuple[str, Options]] = []
        #: Where comments silence a finding, and how severe it is.
        self.ignored: list[tuple[str, Severity]] = []
        #: Files that are not as they stand on the disk, by path.
        self.unsaved: Mapping[str, Source] = {}
        #: Of a run that did the work itself: how much there was of each sort, and what it asked of the files.
        self.counts: dict[str, int] = {}
        self.dependencies: Dependencies | None = None


#: The code base that is being analysed, for whoever asks how far the work is.
_running: list[Codebase] = []
#: What a run does, one after the other, by what is counted meanwhile.
_STAGES = (("applied", "applying rules"), ("interpreted", "analysing definitions"), ("read", "reading files"))


def stage() -> tuple[str, int, int] | None:
    """What the run of this process is doing, how much of it is done, and how much there is; None before it begins."""
    for codebase in _running:
        for counted, text in _STAGES:
            if counted in codebase.counts:
                return text, codebase.counts[counted], codebase.expected.get(counted, 0)
    return None


def analyse(options: Options, files: Sequence[str], overlay: Mapping[str, Source] | None = None) -> Outcome:
    """Report on the files as they are now, those of ``overlay`` as they would be."""
    with no_collector():
        return judge(collect_facts(options, files, overlay), options, files, overlay)


def collect_facts(options: Options, files: Sequence[str], overlay: Mapping[str, Source] | None = None) -> Facts:
    """What the files are known to do with caches."""
    # Imported here: a run that finds everything in the store needs neither libcst nor tree-sitter.
    from cachelint.caching.declared import all_declared
    from cachelint.caching.rounds import collect
    from cachelint.project.codebase import Codebase

    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    known = frozenset(files)
    made = [path for path in overlay or () if path not in known and path.endswith(SUFFIXES)]
    codebase = Codebase(options.root, [*files, *made], overlay)
    _running[:] = [codebase]
    facts = collect(codebase, all_declared(dict(options.wrappers)), options.fix_timeout)
    facts.before = options.kept_keys
    return facts


def judge(facts: Facts, options: Options, files: Sequence[str], overlay: Mapping[str, Source] | None = None) -> Outcome:
    """What the rules say of facts."""
    from cachelint.rules.loading import rules
    from cachelint.run.checker import check_facts
    from cachelint.suppression import comments

    codebase = facts.codebase
    wanted = Wanted(options)
    findings = [f for f in check_facts(facts, options.codes) if wanted.reports(f.place.path)]
    findings, silenced = comments.apply(findings, codebase, options.codes, wanted.reports)
    not_in_tests = frozenset(rule.code for rule in rules() if not rule.in_tests and not options.all_in_tests)
    findings, silenced = (
        [finding for finding in each if not wanted.ignores(finding, not_in_tests)] for each in (findings, silenced)
    )
    codebase.read_all()
    problems = {path: message for path, message in codebase.problems.items() if wanted.reports(path)}
    findings.sort(key=lambda finding: finding.sort_key)
    outcome = Outcome(options.root, findings, problems, files=len(files), uses_cache=facts.uses_cache)
    outcome.ignored = [(f.place.path, f.severity) for f in silenced if f.confidence is not Confidence.LOW]
    outcome.unsaved = dict(overlay or {})
    outcome.counts = {what: number for what, number in codebase.counts.items() if what != "applied"}
    outcome.dependencies = codebase.dependencies
    return outcome


@contextlib.contextmanager
def no_collector() -> Iterator[None]:
    """Trees and types live until the end of a run: looking for garbage among them takes a sixth of its time.

    Switching the collector on again costs one look at all of them: who runs once and ends keeps it off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Wanted:
    """Which paths are reported, and which rules are off where."""

    def __init__(self, options: Options) -> None:
        self.everything = not options.paths or "." in options.paths
        self.paths = frozenset(options.paths)
        self.folders = tuple(f"{path}/" for path in options.paths)
        self.per_file = [(Patterns([pattern], options.base), codes) for pattern, codes in options.per_file_ignores]

    def reports(self, path: str) -> bool:
        """Whether a file was asked for."""
        return self.everything or path in self.paths or path.startswith(self.folders)

    def ignores(self, finding: Finding, not_in_tests: frozenset[str]) -> bool:
        """Whether a rule is off where it was broken; ``not_in_tests`` are those that test files are not held to."""
        if finding.code in not_in_tests and is_test(finding.place.path):
            return True
        return any(finding.code in codes and pattern.match(finding.place.path) for pattern, codes in self.per_file)
