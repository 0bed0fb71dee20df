"""``--format concise``: a line a finding."""

from __future__ import annotations

from cachelint.printable import printable
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome


def render(outcome: Outcome) -> str:
    """The report as ``path:line:column: code message``."""
    lines = [
        f"{shown_path(outcome.root, f.place.path)}:{f.place.line}:{f.place.column}: {f.code} {f.message}"
        for f in outcome.findings
    ]
    return "".join(f"{printable(line)}\n" for line in lines)
