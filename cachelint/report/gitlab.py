"""``gitlab``: a code quality report of GitLab."""

from __future__ import annotations

import hashlib
import json

from cachelint.findings import Severity
from cachelint.report.paths import repository_path
from cachelint.report.sarif import fingerprint
from cachelint.run.analysis import Outcome

_SEVERITIES = {Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor"}


def render(outcome: Outcome) -> str:
    """A list of issues, each with a fingerprint of its own that stays where lines move; unreadable files too."""
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
                    "path": repository_path(outcome.root, finding.place.path),
                    "lines": {"begin": finding.place.line, "end": finding.place.end_line},
                },
            }
        )
    for path, message in sorted(outcome.problems.items()):
        shown = repository_path(outcome.root, path) if path else "."
        issues.append(
            {
                "description": message,
                "check_name": "unreadable",
                "fingerprint": hashlib.sha256(f"unreadable\0{shown}".encode()).hexdigest()[:32],
                "severity": "blocker",
                "location": {"path": shown, "lines": {"begin": 1, "end": 1}},
            }
        )
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"
