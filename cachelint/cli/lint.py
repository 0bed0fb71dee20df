"""``cachelint PATHS``: what was asked for, checked, run and reported."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from cachelint.cli.output import count, parse_outputs, print_report, print_summary, write_output
from cachelint.cli.parser import CLEAN, FAILED, FINDINGS, conflicts, hint, warn
from cachelint.cli.progress import note_of_progress
from cachelint.config.options import make_options
from cachelint.findings import Confidence, Finding, Severity
from cachelint.printable import printable_lines
from cachelint.project.files import is_python
from cachelint.project.gitignore import Patterns
from cachelint.report.formats import TEXT
from cachelint.report.paths import shown_path
from cachelint.rules.registry import UNUSED_IGNORE
from cachelint.run.analysis import Outcome
from cachelint.run.options import UsageError
from cachelint.run.session import Options, files_of, joined, run
from cachelint.run.subprojects import split

if TYPE_CHECKING:
    from cachelint.run.baseline import Mark

_SEVERITIES = list(Severity)


def lint(words: argparse.Namespace) -> int:
    """Run what the parsed words of the command line ask for; the exit code."""
    refusal = conflicts(words)
    if refusal:
        warn(refusal)
        return FAILED
    existing, missing = _find_paths(words.paths)
    if not existing:
        return FAILED
    try:
        failed = _report(existing, words)
    except UsageError as error:
        warn(str(error))
        return FAILED
    return FAILED if missing else failed


def _find_paths(words: list[str]) -> tuple[list[Path], bool]:
    """The paths that exist, none where one of them can't be looked into, and whether others are missing."""
    given = [Path(word) for word in words] or [Path()]
    existing = [path for path in given if path.exists()]
    for path in given:
        if path not in existing:
            warn(f"{path}: no such file or folder{hint(str(path))}")
        elif not path.is_dir() and not path.is_file():
            warn(f"{path}: neither a file nor a folder")
            return [], True
        elif path.is_file() and not is_python(path):
            warn(f"{path}: skipped, it is no Python file by its name or first line")
    return existing, len(existing) < len(given)


def _report(paths: list[Path], words: argparse.Namespace) -> int:
    """Run, print and write everything; the exit code. Raises UsageError."""
    outputs = parse_outputs(words.output)
    options = make_options(
        paths, words.select, words.ignore, all_in_tests=words.all_in_tests, use_store=not words.no_cache
    )
    known = _read_baseline(words)
    changed = _changed(options, words)
    with note_of_progress():
        outcome, fixed = _run(options, words)
    if not outcome.findings:
        _warn_of_empty_paths(options)
    hidden = _choose(outcome, options, words, changed)
    if words.write_baseline:
        return _write_baseline(outcome, words.write_baseline)
    before = len(outcome.findings)
    gone = _remove_known(outcome, known)
    hidden.append((f"in {words.baseline}", before - len(outcome.findings)))
    if words.add_ignores:
        outcome, fixed = _add_ignores(outcome, options, words, known)
    style = "statistics" if words.statistics else words.format if not words.diff else "none"
    print_report(outcome, style, sort=words.sort, group=words.group_by)
    for name, path in outputs:
        write_output(outcome, name, path)
    _warn_of_problems(outcome)
    if style == TEXT:
        print_summary(outcome, fixed, options.codes - {UNUSED_IGNORE}, hidden)
        if gone and not options.paths and not words.since:
            entries = count(gone, "entry", "entries")
            print(f"{words.baseline}: {entries} no longer found; update it with --write-baseline.")
    if outcome.problems:
        return FAILED
    return FINDINGS if not words.exit_zero and _fails(outcome, Severity(words.fail_on)) else CLEAN


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
    return any(_SEVERITIES.index(finding.severity) >= _SEVERITIES.index(least) for finding in outcome.findings)


def _changed(options: Options, words: argparse.Namespace) -> dict[str, list[range]] | None:
    """The lines that ``--since`` speaks of; None where it was not given."""
    if not words.since:
        return None
    # Imported here and below where it is used: most runs need none of it, and importing is half of their time.
    from cachelint.run import git_diff

    return git_diff.changed_lines(options.root, words.since)


def _choose(
    outcome: Outcome, options: Options, words: argparse.Namespace, changed: dict[str, list[range]] | None
) -> list[tuple[str, int]]:
    """Keep those findings that were asked for; how many others there are, and why they are not shown."""
    order = list(Confidence)
    least = order.index(Confidence(words.min_confidence))
    certain = [f for f in outcome.findings if order.index(f.confidence) >= least]
    severity = Severity.LOW if words.pedantic else options.min_severity
    shown = [f for f in certain if _SEVERITIES.index(f.severity) >= _SEVERITIES.index(severity)]
    hidden = [
        ("of lower severity (--pedantic)", len(certain) - len(shown)),
        ("of low confidence (--min-confidence low)", len(outcome.findings) - len(certain)),
    ]
    outcome.findings = shown
    if changed is not None:
        from cachelint.run import git_diff

        outcome.findings = git_diff.only_changed(outcome.findings, changed)
    return hidden


# -- adopting cachelint in an old codebase --------------------------------------------------------------------


def _read_baseline(words: argparse.Namespace) -> Counter[Mark] | None:
    if not words.baseline:
        return None
    from cachelint.run import baseline

    return baseline.read(words.baseline)


def _write_baseline(outcome: Outcome, path: Path) -> int:
    from cachelint.run import baseline

    baseline.write(path, outcome.findings)
    print(f"Wrote {count(len(outcome.findings), 'finding')} to {path}.")
    _warn_of_problems(outcome)
    return FAILED if outcome.problems else CLEAN


def _remove_known(outcome: Outcome, known: Counter[Mark] | None) -> int:
    """Keep those findings that the baseline does not know; how many of those that it knows are not found any more."""
    if known is None:
        return 0
    from cachelint.run import baseline

    outcome.findings, gone = baseline.apply(outcome.findings, known)
    return gone


def _add_ignores(
    outcome: Outcome, options: Options, words: argparse.Namespace, known: Counter[Mark] | None
) -> tuple[Outcome, str]:
    """Write a comment for each finding, and run again: what that run finds, and a line that says what was done."""
    commented = _write_comments(outcome, words.reason)
    if not commented:
        return outcome, ""
    after = run(options)
    after.problems = {**after.problems, **outcome.problems}
    _choose(after, options, words, _changed(options, words))
    _remove_known(after, known)
    suppressed = count(len(outcome.findings) - len(after.findings), "finding")
    return after, f"Suppressed {suppressed} in {count(commented, 'file')}."


def _write_comments(outcome: Outcome, reason: str) -> int:
    """Write a comment for each finding; in how many files."""
    from cachelint.fixes.apply.transaction import NotWritten, write
    from cachelint.project.source import Source, read_source
    from cachelint.suppression.add import with_ignores

    by_path: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        # A comment that suppresses nothing is deleted by hand; a second one would not help.
        if finding.code != UNUSED_IGNORE:
            by_path.setdefault(finding.place.path, []).append(finding)
    original: dict[str, Source] = {path: read_source(outcome.root / path, path) for path in by_path}
    changed = {path: with_ignores(original[path], found, reason) for path, found in by_path.items()}
    try:
        write(outcome.root, changed, original)
    except NotWritten as error:
        outcome.problems[""] = str(error)
        return 0
    return len(changed)


# -- the run itself -------------------------------------------------------------------------------------------


def _run(options: Options, words: argparse.Namespace) -> tuple[Outcome, str]:
    """The outcome, and what was fixed, in a line for each project."""
    if not (words.fix or words.diff):
        return run(options), ""
    from cachelint.run.fix import diff_text, fixes_text, repair

    outcomes: list[tuple[str, Outcome]] = []
    summaries: list[str] = []
    for folder, inner in split(options, files_of(options)):
        repaired = repair(inner, unsafe=words.unsafe_fixes, write_files=not words.diff, verify=words.verify)
        if words.diff:
            text = diff_text(repaired.repair, folder)
            # Into a file it goes as it is, to be applied.
            sys.stdout.write(printable_lines(text) if sys.stdout.isatty() else text)
        if words.show_fixes:
            sys.stdout.write(printable_lines(fixes_text(repaired.repair, folder)))
        if repaired.failed:
            repaired.outcome.problems[""] = repaired.failed
        outcomes.append((folder, repaired.outcome))
        summaries.append(f"{folder}: {repaired.summary}" if folder and repaired.summary else repaired.summary)
    return joined(options.root, outcomes), "\n".join(filter(None, summaries))
