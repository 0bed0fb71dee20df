"""Write the JSON schemas of docs/schemas/: of `[tool.cachelint]`, of `--format json` and of `cachelint keys --json`.

python scripts/write_schemas.py          write them
python scripts/write_schemas.py --check  exit 1 if one differs
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from generated import ROOT, write_or_check

from cachelint.caching.keys.inventory import ROLES
from cachelint.findings import Applicability, Confidence, Severity
from cachelint.report.json import VERSION
from cachelint.report.keys.as_json import VERSION as KEYS_VERSION
from cachelint.rules.registry import NAMES

FOLDER = ROOT / "docs/schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def closed(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object of which all keys are known."""
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def config() -> dict[str, Any]:
    """The schema of ``[tool.cachelint]``."""
    selector = {
        "type": "string",
        "pattern": f"^(ALL|all|[Cc][Ll]([1-9][0-9]{{0,2}})?|[Cc][Ll]001|unused-ignore|{'|'.join(NAMES.values())})$",
        "examples": list(NAMES),
    }
    codes = {"type": "array", "items": selector}
    strings = {"type": "array", "items": {"type": "string"}}
    return {
        "$schema": DRAFT,
        "title": "[tool.cachelint] in pyproject.toml",
        **closed(
            {
                "extend": {"type": "string", "description": "A TOML file whose settings hold where this says nothing."},
                "select": {**codes, "description": "The rules that are on.", "default": ["ALL"]},
                "ignore": {**codes, "description": "The rules that are off among them.", "default": []},
                "exclude": {**strings, "description": "Patterns of files to leave out.", "default": []},
                "per-file-ignores": {
                    "type": "object", "additionalProperties": codes, "description": "Rules that are off, by pattern.",
                },
                "wrappers": {
                    "type": "object", "additionalProperties": strings,
                    "description": "Functions of third-party code that write to a cache: the role of each parameter.",
                },
                "fix-timeout": {
                    "type": "integer", "exclusiveMinimum": 0, "description": "Seconds that the fix of CL201 writes.",
                },
                "min-severity": {
                    "enum": [s.value for s in Severity], "description": "Lowest severity that is reported.",
                },
                "baseline": {"type": "string", "description": "The file with the findings that are not reported."},
                "documentation": {
                    "type": "string", "pattern": "^https?://", "description": "The site that reports link to.",
                },
                "preview": {
                    "type": "boolean", "default": False, "description": "Whether rules in preview are on too.",
                },
                "all-in-tests": {
                    "type": "boolean", "default": False,
                    "description": "Whether test files are held to timeouts and versions of keys as well.",
                },
            }
        ),
    }  # fmt: skip


def output() -> dict[str, Any]:
    """The schema of ``--format json``."""
    text, number = {"type": "string"}, {"type": "integer", "minimum": 1}
    place = {"path": text, "line": number, "column": number, "end_line": number, "end_column": number}
    related = closed({**place, "message": text}, required=[*place, "message"])
    edit = closed({**place, "text": text}, required=[*place, "text"])
    fix = closed(
        {
            "title": text, "applicability": {"enum": [a.value for a in Applicability]}, "reason": text,
            "reasons": {"type": "array", "items": text},
            "leaves": {"type": "array", "items": text},
            "edits": {"type": "array", "items": edit},
        },
        required=["title", "applicability", "reason", "reasons", "leaves", "edits"],
    )  # fmt: skip
    write = closed({"path": text, "line": number}, required=["path", "line"])
    finding = {
        "code": text, "name": text, **place, "call_line": number, "function": text, "key": text, "message": text,
        "family": text, "page": text, "writes": {"type": "array", "items": write},
        "severity": {"enum": [s.value for s in Severity]}, "confidence": {"enum": [c.value for c in Confidence]},
        "related": {"type": "array", "items": related}, "fix": {"oneOf": [{"type": "null"}, fix]}, "no_fix": text,
    }  # fmt: skip
    problem = closed({"path": text, "message": text}, required=["path", "message"])
    keys = {
        "version": {"const": VERSION},
        "findings": {"type": "array", "items": closed(finding, required=list(finding))},
        "problems": {"type": "array", "items": problem},
        "files": {"type": "integer", "minimum": 0},
    }
    return {"$schema": DRAFT, "title": "cachelint --format json", **closed(keys, required=list(keys))}


def keys() -> dict[str, Any]:
    """The schema of ``cachelint keys --json``."""
    text, flag, number = {"type": "string"}, {"type": "boolean"}, {"type": "integer", "minimum": 1}
    texts = {"type": "array", "items": text}
    timeout = {"type": ["integer", "number", "string", "null"]}
    alias = {"type": ["string", "null"]}
    use = {
        "roles": {"type": "array", "items": {"enum": sorted({role for roles in ROLES.values() for role in roles})}},
        "method": text, "path": text, "line": number, "function": text, "via": text, "timeout": timeout,
        "passes_timeout": flag, "items": texts, "hands_on": flag,
    }  # fmt: skip
    uses = {"type": "array", "items": closed(use, required=list(use))}
    fixed = closed({"text": text}, required=["text"])
    part = closed({"part": text, "content": text}, required=["part", "content"])
    finding = {
        "code": text, "severity": {"enum": [s.value for s in Severity]}, "message": text, "path": text, "line": number,
    }  # fmt: skip
    verdict = {"verdict": {"enum": ["kept", "changed", "refused", "unknown", "nothing"]}, "why": text}
    key = {
        "id": text, "app": text, "template": text,
        "templates": {"type": "array", "items": {"type": "array", "items": {"oneOf": [fixed, part]}}},
        "alias": alias, "version": text, "open": flag, "timeouts": {"type": "array", "items": timeout},
        "shape": {"$ref": "#/$defs/shape"}, "models": texts, "json": closed(verdict, required=list(verdict)),
        "uses": uses, "findings": {"type": "array", "items": closed(finding, required=list(finding))},
    }  # fmt: skip
    opaque = {"alias": alias, "written": text, "uses": uses}
    setting = {"type": ["string", "integer"]}
    page = {
        "kind": {"enum": ["page", "fragment"]}, "name": text, "alias": text, "path": text, "line": number,
        "timeout": text, "varies": texts,
    }  # fmt: skip
    known = {"name": text, "timeout": timeout, "has_settings": flag, "prefix": setting, "version": setting}
    whole = {
        "version": {"const": KEYS_VERSION},
        "keys": {"type": "array", "items": closed(key, required=list(key))},
        "opaque": {"type": "array", "items": closed(opaque, required=list(opaque))},
        "pages": {"type": "array", "items": closed(page, required=list(page))},
        "aliases": {"type": "array", "items": closed(known, required=list(known))},
    }
    shape = {"type": ["string", "object"], "description": "A type: see cachelint/caching/keys/shape.py."}
    title = "cachelint keys --json"
    return {"$schema": DRAFT, "title": title, **closed(whole, required=list(whole)), "$defs": {"shape": shape}}


def schemas() -> dict[Path, str]:
    """All schemas."""
    return {
        FOLDER / f"{name}.schema.json": json.dumps(schema, indent=1) + "\n"
        for name, schema in (("config", config()), ("output", output()), ("keys", keys()))
    }


if __name__ == "__main__":
    sys.exit(write_or_check(schemas, __doc__))
