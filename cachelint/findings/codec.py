"""Findings as plain JSON values and back, for the store on disk and for the JSON output."""

from __future__ import annotations

from typing import Any

from cachelint.findings.model import Applicability, Confidence, Edit, Finding, Fix, Place, Related, Severity


def place_values(place: Place) -> list[Any]:
    """A place as a list."""
    return [place.path, place.line, place.column, place.end_line, place.end_column]


def encode(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values."""
    fix = finding.fix
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "place": place_values(finding.place),
        "call": [finding.call_line, finding.call_end],
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "related": [[place_values(r.place), r.message] for r in finding.related],
        "no_fix": finding.no_fix,
        "where": [finding.function, finding.key],
        "writes": [place_values(place) for place in finding.writes],
        "fix": fix
        and {
            "title": fix.title,
            "edits": [[place_values(e.place), e.text] for e in fix.edits],
            "applicability": fix.applicability.value,
            "reasons": list(fix.reasons),
            "leaves": list(fix.leaves),
        },
    }


def decode(values: dict[str, Any]) -> Finding:
    """The finding that :func:`encode` wrote; raises KeyError, TypeError or ValueError for anything else."""
    fix = values["fix"]
    return Finding(
        values["code"],
        values["name"],
        values["message"],
        Place(*values["place"]),
        values["call"][0],
        values["call"][1],
        Severity(values["severity"]),
        Confidence(values["confidence"]),
        tuple(Related(Place(*place), message) for place, message in values["related"]),
        fix
        and Fix(
            fix["title"],
            tuple(Edit(Place(*place), text) for place, text in fix["edits"]),
            Applicability(fix["applicability"]),
            tuple(fix["reasons"]),
            tuple(fix["leaves"]),
        ),
        values["no_fix"],
        values["where"][0],
        values["where"][1],
        tuple(Place(*place) for place in values["writes"]),
    )
