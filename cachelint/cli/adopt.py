"""Adopting cachelint in an old code base: baselines, and comments for what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cachelint.cli.output import count
from cachelint.findings import Finding
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome
from cachelint.run.options import Options


def with_baseline(options: Options, given: Path | None, *, none: bool) -> Options:
    """The options with the baseline of the command line in the place of that of the configuration."""
    if given is not None or none:
        return options._replace(baseline=given)
    return options


def near(path: Path) -> str:
    """A path as somebody in the working directory would write it."""
    return shown_path(path.parent, path.name)


def write_baseline(findings: Sequence[Finding], path: Path) -> None:
    """Keep all findings as known."""
    from cachelint.run import baseline

    baseline.write(path, findings)
    print(f"Wrote {count(len(findings), 'finding')} to {near(path)}.")


def write_comments(outcome: Outcome, reason: str) -> int:
    """Write a comment for each finding; in how many files."""
    from cachelint.fixes.apply.transaction import NotWritten, write
    from cachelint.project.source import Source, read_source
    from cachelint.rules.registry import UNUSED_IGNORE
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
