"""Findings on some lines only: those that have changed, or those that were named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cachelint.findings import Finding

#: By path, the lines that count.
Lines = Mapping[str, Sequence[range]]


def on_lines(findings: Sequence[Finding], lines: Lines, always: Collection[str] = ()) -> list[Finding]:
    """The findings whose call, or offending expression, stands on one of the lines, and all with some codes."""
    return [f for f in findings if f.code in always or _touches(f, lines.get(f.place.path, ()))]


def _touches(finding: Finding, ranges: Sequence[range]) -> bool:
    first = min(finding.call_line, finding.place.line)
    last = max(finding.call_end, finding.place.end_line)
    return any(r.start <= last and first < r.stop for r in ranges)
