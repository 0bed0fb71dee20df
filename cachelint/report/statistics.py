"""``statistics``: how often each rule was broken."""

from __future__ import annotations

from collections import Counter

from cachelint.findings import Applicability
from cachelint.run.analysis import Outcome


def render(outcome: Outcome) -> str:
    """A line a rule, the most frequent first: count, code, name, how many of them can be fixed."""
    counts = Counter((finding.code, finding.name) for finding in outcome.findings)
    safe = Counter(f.code for f in outcome.findings if f.fix and f.fix.applicability is Applicability.SAFE)
    unsafe = Counter(f.code for f in outcome.findings if f.fix and f.fix.applicability is Applicability.UNSAFE)
    lines = []
    for (code, name), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        fixes = f"{safe[code]} safe and {unsafe[code]} unsafe fixes" if safe[code] or unsafe[code] else "no fixes"
        lines.append(f"{count:>5}  {code}  {name:<20}  {fixes}\n")
    return "".join(lines)
