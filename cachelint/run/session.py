"""One run: what the store remembers where nothing has changed since, and otherwise the analysis."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cachelint.findings import Severity
from cachelint.findings.codec import decode, encode
from cachelint.project.files import Discovery, is_python
from cachelint.project.gitignore import Patterns
from cachelint.project.store.disk import program
from cachelint.project.store.results import ResultCache
from cachelint.run import before
from cachelint.run.analysis import Outcome, Wanted, analyse
from cachelint.run.files import files_of, store_of
from cachelint.run.options import Options
from cachelint.run.subprojects import moved, split

if TYPE_CHECKING:
    from cachelint.project.source import Source


__all__ = ["Options", "Outcome", "analyse", "joined", "run", "run_with"]


def run(options: Options) -> Outcome:
    """Find the files and report on them, from the store where nothing has changed."""
    found = files_of(options)
    parts = split(options, found)
    if parts != [("", options)]:
        together = joined(options.root, [(folder, run(inner)) for folder, inner in parts])
        together.parts = parts
        return together
    _add_named(found, options)
    if not options.use_store:
        outcome = analyse(before.resolved(options), found.files)
        _add_errors(outcome, found)
        return _only_wanted(outcome, options)
    # What is kept is about the whole project, whatever is to be reported of it this time.
    whole = options._replace(paths=())
    kept = ResultCache(store_of(options), found.files, _identity(whole), options.root)
    restored = _restored(kept.load(), whole, found)
    outcome = restored if restored is not None else _one_for_all(kept, whole, found)
    _add_errors(outcome, found)
    return _only_wanted(outcome, options)


def _one_for_all(kept: ResultCache, whole: Options, found: Discovery) -> Outcome:
    """flake8 and pre-commit start several processes at once: one works, and the others take what it kept."""
    with kept.store.alone():
        kept = ResultCache(kept.store, found.files, _identity(whole), whole.root)
        return _restored(kept.load(), whole, found) or _worked_out(kept, whole, found)


def _worked_out(kept: ResultCache, whole: Options, found: Discovery) -> Outcome:
    outcome = analyse(before.resolved(whole), found.files)
    results = {
        "findings": [encode(finding) for finding in outcome.findings],
        "problems": outcome.problems,
        "uses_cache": outcome.uses_cache,
        "ignored": [(path, severity.value) for path, severity in outcome.ignored],
    }
    if outcome.dependencies is not None:
        kept.save(results, outcome.dependencies)
    return outcome


def joined(root: Path, outcomes: Sequence[tuple[str, Outcome]]) -> Outcome:
    """The outcomes for some folders below a root as one."""
    whole = Outcome(root, [], {}, files=0, uses_cache=any(outcome.uses_cache for _, outcome in outcomes))
    whole.from_store = all(outcome.from_store for _, outcome in outcomes)
    for folder, outcome in outcomes:
        whole.findings += [moved(finding, folder) for finding in outcome.findings]
        inner = f"{folder}/" if folder else ""
        whole.problems.update({f"{inner}{path}": text for path, text in outcome.problems.items()})
        whole.files += outcome.files
        whole.ignored += [(f"{inner}{path}", severity) for path, severity in outcome.ignored]
        whole.unsaved = {**whole.unsaved, **{f"{inner}{path}": source for path, source in outcome.unsaved.items()}}
    whole.findings.sort(key=lambda finding: finding.sort_key)
    return whole


def _add_errors(outcome: Outcome, found: Discovery) -> None:
    for path, message in found.errors:
        outcome.problems.setdefault(path, f"cannot be read: {message}")


def _only_wanted(outcome: Outcome, options: Options) -> Outcome:
    """What is to be reported of an outcome about the whole project."""
    wanted = Wanted(options)
    outcome.findings = [finding for finding in outcome.findings if wanted.reports(finding.place.path)]
    outcome.problems = {path: message for path, message in outcome.problems.items() if wanted.reports(path)}
    outcome.ignored = [(path, severity) for path, severity in outcome.ignored if wanted.reports(path)]
    outcome.parts = [("", options)]
    return outcome


def run_text(options: Options, source: Source) -> Outcome:
    """Report on one file of the project as it is given here, which may not be saved yet."""
    from cachelint.project.source import SourceError

    try:
        saved = is_saved(options.root / source.path, source.text)
    except (OSError, SourceError):
        saved = False
    return run(options) if saved else run_with(options, source)


def is_saved(path: Path, text: str) -> bool:
    """Whether a text is what stands in a file. Raises OSError or SourceError where that can't be read."""
    from cachelint.project.source import read_source

    return _plain(read_source(path, path.name).text) == _plain(text)


def _plain(text: str) -> str:
    """A text without what programs that hand it over may change in it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").rstrip("\n")


def run_with(options: Options, source: Source) -> Outcome:
    """Report on the project with one file as it is given here, whatever stands on the disk."""
    from cachelint.project.source import Source

    found = files_of(options)
    for folder, inner in split(options, found):
        if inner.paths and (folder, inner) != ("", options):
            name = source.path.removeprefix(f"{folder}/") if folder else source.path
            outcome = run_with(inner, Source(name, source.text, source.encoding, source.bom))
            whole = joined(options.root, [(folder, outcome)])
            whole.parts = [(folder, inner)]
            return whole
    files = found.files
    if source.path not in files:
        files = sorted([*files, source.path])
    outcome = analyse(before.resolved(options), files, {source.path: source})
    outcome.parts = [("", options)]
    return outcome


def _add_named(found: Discovery, options: Options) -> None:
    """Files that were named are looked at even where `.gitignore` leaves them out, but not what is excluded."""
    known = set(found.files)
    excluded = Patterns(options.exclude, options.base)
    for path in options.paths:
        if excluded.match(path):
            continue
        if path not in known and is_python(options.root / path):
            found.files.append(path)
    found.files.sort()


def _identity(options: Options) -> tuple[object, ...]:
    return (
        program(), sys.version_info[:2], sorted(options.codes), options.exclude, options.base,
        [(pattern, sorted(codes)) for pattern, codes in options.per_file_ignores],
        options.wrappers, options.fix_timeout, options.all_in_tests, before.identity(options),
    )  # fmt: skip


def _restored(values: Any | None, options: Options, found: Discovery) -> Outcome | None:
    try:
        if values is None:
            return None
        outcome = Outcome(
            options.root,
            [decode(item) for item in values["findings"]],
            dict(values["problems"]),
            files=len(found.files),
            uses_cache=bool(values["uses_cache"]),
        )
        outcome.ignored = [(path, Severity(severity)) for path, severity in values["ignored"]]
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    outcome.from_store = True
    return outcome
