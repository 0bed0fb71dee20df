"""``--format json``: one object, as docs/json.md describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cachelint.findings import Finding, Place
from cachelint.report.pages import page_address
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome

#: Version of the format: it changes when a key changes its meaning or goes.
VERSION = 1


def render(outcome: Outcome) -> str:
    """The report as JSON."""

    def path(name: str) -> str:
        return shown_path(outcome.root, name)

    values = {
        "version": VERSION,
        "findings": [_finding(finding, path, page_address(outcome, finding.code)) for finding in outcome.findings],
        "problems": [{"path": path(name), "message": text} for name, text in sorted(outcome.problems.items())],
        "files": outcome.files,
    }
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _span(place: Place, path: Callable[[str], str]) -> dict[str, Any]:
    return {
        "path": path(place.path),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _finding(finding: Finding, path: Callable[[str], str], page: str) -> dict[str, Any]:
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        **_span(finding.place, path),
        "call_line": finding.call_line,
        "function": finding.function,
        "key": finding.key,
        "message": finding.message,
        "family": finding.code[:3],
        "page": page,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "writes": [{"path": path(place.path), "line": place.line} for place in finding.writes],
        "related": [{**_span(r.place, path), "message": r.message} for r in finding.related],
        "fix": None
        if fix is None
        else {
            "title": fix.title,
            "applicability": fix.applicability.value,
            "reason": fix.reason,
            "reasons": list(fix.reasons),
            "leaves": list(fix.leaves),
            "edits": [{**_span(edit.place, path), "text": edit.text} for edit in fix.edits],
        },
        "no_fix": finding.no_fix,
    }
