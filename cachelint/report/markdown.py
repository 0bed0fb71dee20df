"""``markdown``: a table, for the summary of a job or a comment."""

from __future__ import annotations

from collections import Counter

from cachelint.printable import printable
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome


def render(outcome: Outcome) -> str:
    """The report as Markdown."""
    if not outcome.findings and not outcome.problems:
        return f"### cachelint\n\nNothing found in {outcome.files} files.\n"
    counts = Counter(finding.severity.value for finding in outcome.findings)
    parts = ", ".join(f"{counts[s]} {s}" for s in ("high", "medium", "low") if counts[s])
    lines = [
        f"### cachelint\n\n{len(outcome.findings)} findings ({parts})\n",
        "| | | where | what |",
        "|---|---|---|---|",
    ]
    grades = ("high", "medium", "low")
    for finding in sorted(outcome.findings, key=lambda finding: grades.index(finding.severity.value)):
        where = f"{shown_path(outcome.root, finding.place.path)}:{finding.place.line}"
        rule = f"{finding.code} {finding.name}"
        lines.append(f"| {finding.severity.value} | {rule} | `{_cell(where)}` | {_cell(finding.message)} |")
    for path, message in sorted(outcome.problems.items()):
        lines.append(f"| | | `{_cell(shown_path(outcome.root, path))}` | {_cell(message)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return printable(text.replace("|", "\\|").replace("\n", " "))
