"""``gitlab``: a code quality report of GitLab."""

from __future__ import annotations

import json

from cachelint.findings import Severity
from cachelint.report.paths import shown_path
from cachelint.report.sarif import fingerprint
from cachelint.session import Outcome

_SEVERITIES = {Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor"}


def render(outcome: Outcome) -> str:
    """A list of issues, each with a fingerprint of its own that stays where lines move."""
    issues = []
    seen: dict[str, int] = {}
    for finding in outcome.findings:
        mark = fingerprint(finding, outcome)
        seen[mark] = seen.get(mark, 0) + 1
        issues.append(
            {
                "description": f"{finding.code} {finding.message}",
                "check_name": finding.name,
                "fingerprint": f"{mark}{seen[mark]}",
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": shown_path(outcome.root, finding.place.path),
                    "lines": {"begin": finding.place.line, "end": finding.place.end_line},
                },
            }
        )
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"
