"""CL523: keep a proxy that asks for the cache of each thread."""

from __future__ import annotations

import re

from cachelint.caching.facts import Facts
from cachelint.caching.shared import SharedCache
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import TWIN_DOES_THE_SAME, Proof

#: What must be shown for the fix to be safe.
OBLIGATIONS = (TWIN_DOES_THE_SAME,)
_SUBSCRIPT = re.compile(r"(?P<caches>[\w.]*\bcaches)\[(?P<alias>[^\[\]]+)\]")


def propose(shared: SharedCache, facts: Facts) -> Fix:
    """``store = caches["x"]`` → ``store = ConnectionProxy(caches, "x")``. Raises FixBlocked."""
    module = facts.codebase.modules[shared.place.path]
    source, place = module.source, shared.place
    text = source.text[source.offset(place.line, place.column) : source.offset(place.end_line, place.end_column)]
    found = list(_SUBSCRIPT.finditer(text))
    if len(found) != 1 or "\n" in text:
        raise FixBlocked("the assignment is written in a way that cannot be changed: keep a `ConnectionProxy` yourself")
    imports = Imports()
    name = imports.name(module, "django.utils.connection", "ConnectionProxy", ())
    new = f"{text[: found[0].start()]}{name}({found[0]['caches']}, {found[0]['alias']}){text[found[0].end() :]}"
    proof = Proof(*OBLIGATIONS)
    proof.doubt(TWIN_DOES_THE_SAME, "a `ConnectionProxy` (Django 3.2 or newer) is no instance of the backend's class")
    changes: list[Edit] = [edits.replace(place, new), *imports.edits()]
    return proof.fix("keep a `ConnectionProxy`", changes)
