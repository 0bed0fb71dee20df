"""``cachelint PATHS``: what was asked for, checked, run and reported."""

from __future__ import annotations

import argparse
import sys
from functools import cached_property, partial
from pathlib import Path

from cachelint.cli.adopt import near, with_baseline, write_baseline, write_comments
from cachelint.cli.output import count, parse_outputs, print_diff, print_report, print_summary, write_output
from cachelint.cli.parser import CLEAN, FAILED, FINDINGS, conflicts, warn
from cachelint.cli.progress import note_of_progress
from cachelint.cli.targets import Targets, find_targets
from cachelint.config.options import make_options
from cachelint.findings import Confidence, Finding, Severity
from cachelint.printable import printable_lines
from cachelint.project.files import is_python
from cachelint.project.gitignore import Patterns
from cachelint.report.formats import TEXT
from cachelint.report.paths import shown_path
from cachelint.rules.registry import NAMES, UNUSED_IGNORE
from cachelint.run.analysis import Outcome
from cachelint.run.files import files_of
from cachelint.run.lines import Lines, on_lines
from cachelint.run.options import UsageError
from cachelint.run.session import Options, joined, run, run_text
from cachelint.run.subprojects import split

#: Rules about a change itself, wherever on the way to the call it was made.
_OF_CHANGES = ("CL310",)


def lint(words: argparse.Namespace) -> int:
    """Run what the parsed words of the command line ask for; the exit code."""
    refusal = conflicts(words)
    if refusal:
        warn(refusal)
        return FAILED
    try:
        targets = find_targets(words.paths, words.stdin_filename)
        if not targets.paths:
            return FAILED
        failed = Lint(words, targets).report()
    except UsageError as error:
        warn(str(error))
        if error.more:
            sys.stderr.write(printable_lines(f"{error.more}\n"))
        return FAILED
    return FAILED if targets.missing else failed


class Lint:
    """One call of the program: what it was asked, and what of the outcome it shows."""

    def __init__(self, words: argparse.Namespace, targets: Targets) -> None:
        self.words = words
        self.targets = targets
        self.options = self.read_options()
        self.lines = self._named_lines()
        #: What was found, shown or not.
        self.found: list[Finding] = []
        #: How many findings are not shown, by the reason.
        self.hidden: list[tuple[str, int]] = []
        #: What was fixed or commented, in a line for each project.
        self.done = ""

    def read_options(self) -> Options:
        """What the command line and the configuration ask for, as the latter is now. Raises UsageError."""
        words = self.words
        self.options = make_options(
            self.targets.paths, words.select, words.ignore, all_in_tests=words.all_in_tests,
            preview=words.preview, use_store=not words.no_cache,
        )  # fmt: skip
        if words.since and self.options.before is None and "CL310" in self.options.codes:
            # Imported here: it needs an analysis of its own.
            from cachelint.run.revision import revision_before

            self.options = self.options._replace(before=revision_before(self.options.root, words.since))
        none = words.no_baseline or bool(words.write_baseline)
        self.options = with_baseline(self.options, words.baseline, none=none)
        return self.options

    def report(self) -> int:
        """Run, print and write everything; the exit code. Raises UsageError."""
        words = self.words
        if self.lines and (words.fix or words.diff or words.add_ignores):
            raise UsageError("FILE:LINE chooses what is shown; name the file to change it")
        outputs = parse_outputs(words.output)
        # Both fail before the work is done.
        changed = self._changed_lines()
        self._known()
        if words.watch:
            # Imported here and below where it is used: most runs need none of it, and importing is half of their time.
            from cachelint.cli.watch import watch

            return watch(self.read_options, self.shown, sort=words.sort, group=words.group_by)
        with note_of_progress():
            outcome, diff = self._run(changed)
        if words.fix:
            # The fixes have moved lines.
            changed = self._changed_lines()
        print_diff(diff)
        if not outcome.findings and self.targets.text is None:
            _warn_of_empty_paths(self.options)
        self._choose(outcome, changed)
        if words.write_baseline:
            write_baseline(outcome.findings, words.write_baseline)
            _warn_of_problems(outcome)
            return FAILED if outcome.problems else CLEAN
        gone = self._remove_known(outcome)
        if words.add_ignores:
            outcome = self._add_ignores(outcome)
        style = "statistics" if words.statistics else words.format if not words.diff else "none"
        print_report(outcome, style, sort=words.sort, group=words.group_by)
        for name, path in outputs:
            write_output(outcome, name, path)
        _warn_of_problems(outcome)
        if style == TEXT:
            place = words.paths[0] if len(words.paths) == 1 and self.lines else ""
            print_summary(outcome, self.done, self.options.codes - {UNUSED_IGNORE}, self.hidden, place)
            self._tell_of_gone(gone)
        elif words.diff and self.done:
            warn(f"{self.done[:1].lower()}{self.done[1:]}")
        if outcome.problems:
            return FAILED
        return FINDINGS if not words.exit_zero and _fails(outcome, Severity(words.fail_on)) else CLEAN

    def shown(self) -> Outcome:
        """What is to be shown as the files are now."""
        outcome = run(self.options)
        self._choose(outcome, self._changed_lines())
        self._remove_known(outcome)
        return outcome

    # -- the run itself ---------------------------------------------------------------------------------------

    def _run(self, changed: Lines | None) -> tuple[Outcome, str]:
        """The outcome, and what was or would be changed as a diff or a list, where that was asked for."""
        if self.targets.text is not None:
            return self._run_text(self.targets.text), ""
        words = self.words
        if not (words.fix or words.diff):
            return run(self.options), ""
        from cachelint.run.fix import diff_text, fixes_text, repair

        wanted = self._marks_of_changes(changed) if changed is not None else None
        outcomes: list[tuple[str, Outcome]] = []
        texts: list[str] = []
        summaries: list[str] = []
        for folder, inner in split(self.options, files_of(self.options)):
            repaired = repair(
                inner, unsafe=words.unsafe_fixes, write_files=not words.diff, verify=words.verify,
                shown=partial(self._is_fixed, wanted, f"{folder}/" if folder else ""),
            )  # fmt: skip
            if words.diff:
                texts.append(diff_text(repaired.repair, folder))
            if words.show_fixes:
                texts.append(fixes_text(repaired.repair, folder))
            if repaired.failed:
                repaired.outcome.problems[""] = repaired.failed
            outcomes.append((folder, repaired.outcome))
            summaries.append(f"{folder}: {repaired.summary}" if folder and repaired.summary else repaired.summary)
        self.done = "\n".join(filter(None, summaries))
        outcome = joined(self.options.root, outcomes)
        outcome.parts = split(self.options, files_of(self.options))
        return outcome, "".join(texts)

    def _marks_of_changes(self, changed: Lines) -> frozenset[tuple[str, object]]:
        """What the findings on changed lines are known by, wherever fixes move them."""
        from cachelint.run.baseline import mark

        found = on_lines(run(self.options).findings, changed, always=_OF_CHANGES)
        return frozenset((finding.place.path, mark(finding)) for finding in found)

    def _is_fixed(self, wanted: frozenset[tuple[str, object]] | None, base: str, finding: Finding) -> bool:
        """Whether a finding of the project below ``base`` is one of those to be fixed."""
        from cachelint.run.baseline import mark

        named = wanted is None or (f"{base}{finding.place.path}", mark(finding)) in wanted
        return named and self._is_shown(finding)

    def _run_text(self, data: bytes) -> Outcome:
        """The outcome for what came on standard input."""
        from cachelint.project.source import SourceError, decode_source

        (name,) = self.options.paths
        if Patterns(self.options.exclude, self.options.base).match(name):
            warn(f"{name}: skipped, the configuration excludes it")
            return Outcome(self.options.root, [], {}, files=1, uses_cache=False)
        try:
            return run_text(self.options, decode_source(data, name))
        except SourceError as error:
            return Outcome(self.options.root, [], {name: str(error)}, files=1, uses_cache=False)

    # -- what is shown of it ----------------------------------------------------------------------------------

    def _changed_lines(self) -> Lines | None:
        """The lines that ``--since`` speaks of; None where it was not given."""
        if not self.words.since:
            return None
        from cachelint.run import git_diff

        return git_diff.changed_lines(self.options.root, self.words.since)

    def _named_lines(self) -> Lines:
        """The lines that were named of a file, by its path below the root."""
        root = self.options.root
        return {path.relative_to(root).as_posix(): lines for path, lines in self.targets.lines.items()}

    def _choose(self, outcome: Outcome, changed: Lines | None) -> None:
        """Keep those findings that were asked for; count the others by why they are not shown."""
        self.found = outcome.findings
        if changed is not None:
            outcome.findings = on_lines(outcome.findings, changed, always=_OF_CHANGES)
        if self.lines:
            others = [f for f in outcome.findings if f.place.path not in self.lines]
            outcome.findings = [*on_lines(outcome.findings, self.lines), *others]
        certain = [f for f in outcome.findings if self._is_certain(f)]
        shown = [f for f in certain if self._is_shown(f)]
        severity = self._least_severity
        partly = changed is not None or self.lines
        self.hidden = [
            ("of lower severity (--pedantic)", len(certain) - len(shown)),
            ("of low confidence (--min-confidence low)", len(outcome.findings) - len(certain)),
            ("ignored by comments", 0 if partly else sum(grade.reaches(severity) for _, grade in outcome.ignored)),
        ]
        outcome.findings = shown

    @property
    def _least_severity(self) -> Severity:
        return Severity.LOW if self.words.pedantic else self.options.min_severity

    def _is_certain(self, finding: Finding) -> bool:
        return finding.confidence.reaches(Confidence(self.words.min_confidence))

    def _is_shown(self, finding: Finding) -> bool:
        """Whether somebody is told of a finding who asks for nothing else; others are not fixed either."""
        severe = finding.severity.reaches(self._least_severity) or finding.code in self._named_codes
        return self._is_certain(finding) and severe

    @cached_property
    def _named_codes(self) -> frozenset[str]:
        """The rules that the command line names one by one: who names a rule wants to see what it finds."""
        words = [word for words in self.words.select or () for word in words.replace(",", " ").split()]
        return frozenset(code for code, name in NAMES.items() for word in words if word.upper() == code or word == name)

    def _known(self) -> None:
        """Read the baseline that was named: raises UsageError where it is none."""
        if self.options.baseline is None and self.words.update_baseline:
            raise UsageError(
                "--update-baseline requires a baseline: --baseline FILE, or `baseline` in the configuration"
            )
        if self.options.baseline is not None:
            from cachelint.run import baseline

            baseline.read(self.options.baseline)

    def _remove_known(self, outcome: Outcome) -> dict[Path, int]:
        """Keep those findings that no baseline knows; by baseline, how many known ones are not found any more."""
        if all(options.baseline is None for _, options in outcome.parts):
            return {}
        from cachelint.run import baseline

        gone = baseline.gone(outcome.parts, self.found, remove=self.words.update_baseline)
        if self.words.update_baseline:
            for path, removed in gone.items():
                self._say(
                    f"{near(path)}: removed {count(removed, 'entry', 'entries')}."
                    if removed
                    else f"{near(path)}: up to date."
                )
        self.hidden += [(f"in {near(path)}", number) for path, number in baseline.remove_known(outcome).items()]
        return gone if not self.words.update_baseline else {}

    def _say(self, line: str) -> None:
        self.done = f"{self.done}\n{line}" if self.done else line

    def _tell_of_gone(self, gone: dict[Path, int]) -> None:
        if self.options.paths or self.words.since or self.words.select or self.words.ignore:
            return
        for path, number in gone.items():
            if number:
                entries, them = count(number, "entry", "entries"), "them" if number > 1 else "it"
                print(f"{near(path)}: {entries} no longer found; --update-baseline removes {them}.")

    def _add_ignores(self, outcome: Outcome) -> Outcome:
        """Write a comment for each finding, and run again: what that run finds."""
        commented = write_comments(outcome, self.words.reason)
        if not commented:
            return outcome
        after = self.shown()
        after.problems = {**after.problems, **outcome.problems}
        suppressed = count(len(outcome.findings) - len(after.findings), "finding")
        self._say(f"Suppressed {suppressed} in {count(commented, 'file')}.")
        return after


def _warn_of_empty_paths(options: Options) -> None:
    """A path that was named, and of which no file is looked into, must not pass for a clean one."""
    excluded = Patterns(options.exclude, options.base)
    files: list[str] | None = None
    for path in options.paths:
        if (options.root / path).is_file():
            # A file that git ignores is looked into where it is named.
            if is_python(options.root / path) and excluded.match(path):
                warn(f"{path}: skipped, the configuration excludes it")
            continue
        files = files_of(options).files if files is None else files
        if not any(file.startswith(f"{path}/") for file in files):
            warn(f"{path}: no Python files here (excluded and git-ignored files and virtual environments are skipped)")


def _warn_of_problems(outcome: Outcome) -> None:
    for name, message in sorted(outcome.problems.items()):
        warn(f"{shown_path(outcome.root, name)}: {message}" if name else message)


def _fails(outcome: Outcome, least: Severity) -> bool:
    return any(finding.severity.reaches(least) for finding in outcome.findings)
