"""The keys of a project as JSON: ``docs/schemas/keys.schema.json`` says which words there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cachelint.caching.keys.inventory import Inventory, KeyRecord, Use
from cachelint.caching.keys.shape import ANYTHING
from cachelint.findings import Finding

#: Version of the format: it changes when a word changes its meaning or goes.
VERSION = 1


def render(found: Inventory, findings: Mapping[str, Sequence[Finding]], path: Callable[[str], str]) -> str:
    """The keys as JSON; ``path`` gives a path as the reader knows it."""
    return json.dumps(values(found, findings, path), indent=1, ensure_ascii=False) + "\n"


def values(found: Inventory, findings: Mapping[str, Sequence[Finding]], path: Callable[[str], str]) -> dict[str, Any]:
    """The same before it is written."""
    return {
        "version": VERSION,
        "keys": [_key(key, findings.get(key.id, ()), path) for key in found.keys],
        "opaque": [
            {"alias": each.alias, "written": each.written, "uses": [_use(use, path) for use in each.uses]}
            for each in found.opaque
        ],
        "pages": [{**page._asdict(), "path": path(page.path), "varies": list(page.varies)} for page in found.pages],
        "aliases": [each._asdict() for each in found.aliases],
    }


def _key(key: KeyRecord, findings: Sequence[Finding], path: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": key.id,
        "app": key.app,
        "template": key.template,
        "templates": [
            [{"text": p.text} if p.is_fixed else {"part": p.text, "content": p.content} for p in parts]
            for parts in key.templates
        ],
        "alias": key.alias,
        "version": key.version,
        "open": key.is_open,
        "timeouts": list(key.timeouts),
        "shape": key.shape if key.count("write") else ANYTHING,
        "models": list(key.models),
        "json": {"verdict": key.json, "why": key.why},
        "uses": [_use(use, path) for use in key.uses],
        "findings": [
            {
                "code": f.code,
                "severity": f.severity.value,
                "message": f.message,
                "path": path(f.place.path),
                "line": f.place.line,
            }
            for f in findings
        ],
    }


def _use(use: Use, path: Callable[[str], str]) -> dict[str, Any]:
    return {
        "roles": list(use.roles),
        "method": use.method,
        "path": path(use.path),
        "line": use.line,
        "function": use.function,
        "via": use.via,
        "timeout": use.timeout,
        "passes_timeout": use.passes_timeout,
        "items": list(use.items),
        "hands_on": use.hands_on,
    }
