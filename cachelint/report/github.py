"""``github``: annotations in the log of a GitHub Actions job."""

from __future__ import annotations

from cachelint.findings import Severity
from cachelint.printable import printable
from cachelint.report.paths import repository_path
from cachelint.run.analysis import Outcome

_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice"}


def render(outcome: Outcome) -> str:
    """One workflow command a finding, and one a file that could not be read."""
    lines: list[str] = []
    for finding in outcome.findings:
        place = finding.place
        where = {
            "file": repository_path(outcome.root, place.path), "line": place.line, "endLine": place.end_line,
            "col": place.column, "endColumn": place.end_column, "title": f"{finding.code} {finding.name}",
        }  # fmt: skip
        values = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
        lines.append(f"::{_LEVELS[finding.severity]} {values}::{_data(finding.message)}\n")
    for path, message in sorted(outcome.problems.items()):
        values = f"file={_property(repository_path(outcome.root, path))},title=cachelint" if path else "title=cachelint"
        lines.append(f"::error {values}::{_data(message)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
