"""``sarif``: SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cachelint import __version__
from cachelint.findings import Finding, Place, Related, Severity
from cachelint.report.pages import page_address
from cachelint.report.paths import repository, repository_path
from cachelint.rules.explain import UNUSED, page
from cachelint.rules.loading import rules
from cachelint.rules.registry import UNUSED_IGNORE
from cachelint.run.analysis import Outcome

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: What the paths of the report are relative to.
_BASE = "%SRCROOT%"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}


def render(outcome: Outcome) -> str:
    """The report as a SARIF log with one run."""
    codes = [*(rule.code for rule in rules()), UNUSED_IGNORE]
    described = [*(_rule(rule) for rule in rules()), dict(_UNUSED)]
    for each in described:
        address = page_address(outcome, each["id"])
        if address:
            each["helpUri"] = address
    run = {
        "tool": {"driver": {"name": "cachelint", "version": __version__, "rules": described}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"uri": f"{repository(outcome.root).as_uri()}/"}},
        "results": [_result(finding, codes, outcome) for finding in outcome.findings],
        "invocations": [
            {
                "executionSuccessful": not outcome.problems,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": message},
                        "locations": [{"physicalLocation": {"artifactLocation": _file(outcome, path)}}] if path else [],
                    }
                    for path, message in sorted(outcome.problems.items())
                ],
            }
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(rule: Any) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": page(rule), "markdown": page(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


_UNUSED = {
    "id": UNUSED_IGNORE,
    "name": "unused-ignore",
    "shortDescription": {"text": "A comment suppresses nothing."},
    "help": {"text": UNUSED, "markdown": UNUSED},
    "defaultConfiguration": {"level": _LEVELS[Severity.MEDIUM]},
}


def _result(finding: Finding, codes: list[str], outcome: Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(outcome, finding.place)],
        "partialFingerprints": {"cachelint/v1": fingerprint(finding, outcome)},
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "family": finding.code[:3],
            "function": finding.function,
            "key": finding.key,
        },
    }
    if finding.code in codes:
        result["ruleIndex"] = codes.index(finding.code)
    if finding.related:
        result["relatedLocations"] = [
            {**_location(outcome, related.place), "id": index, "message": {"text": related.message}}
            for index, related in enumerate(finding.related)
        ]
        steps = [*finding.related, Related(finding.place, finding.message)]
        flow = [{"location": {**_location(outcome, s.place), "message": {"text": s.message}}} for s in steps]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.fix is not None:
        paths = dict.fromkeys(edit.place.path for edit in finding.fix.edits)
        changes = [
            {
                "artifactLocation": _file(outcome, path),
                "replacements": [
                    {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}}
                    for edit in finding.fix.edits
                    if edit.place.path == path
                ],
            }
            for path in paths
        ]
        result["fixes"] = [{"description": {"text": finding.fix.title}, "artifactChanges": changes}]
    return result


def fingerprint(finding: Finding, outcome: Outcome) -> str:
    """What stays the same of a finding when lines move."""
    path = repository_path(outcome.root, finding.place.path)
    return hashlib.sha256(f"{finding.code}\0{path}\0{finding.function}\0{finding.key}".encode()).hexdigest()[:32]


def _location(outcome: Outcome, place: Place) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _file(outcome, place.path), "region": _region(place)}}


def _file(outcome: Outcome, path: str) -> dict[str, str]:
    from urllib.parse import quote

    place = repository_path(outcome.root, path)
    inside = not place.startswith(("/", "../"))
    return {"uri": quote(place), **({"uriBaseId": _BASE} if inside else {})}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
