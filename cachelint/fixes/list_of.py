"""CL103: make a list of a generator or of a view of a dict."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import short
from cachelint.fixes.obligations import READERS_COPE, STORED_ALONE, Proof
from cachelint.types.containers import DictView, Generator
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.walk import walk


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if site.inner is not None or site.method not in ("set", "add"):
        raise FixBlocked("the value is created elsewhere")
    types = members(site.value) if site.value is not None else ()
    if not all(isinstance(k, DictView) or (isinstance(k, Generator) and not k.asynchronous) for k in types):
        raise FixBlocked("only a generator or a dict view can be turned into a list")
    node = site.nodes.get("value")
    if node is None:
        raise FixBlocked("the value is not visible at this call")
    for typ in types:
        if isinstance(typ, DictView | Generator):
            for _, part in walk(typ.element):
                verdict = json_verdict(part)
                if verdict.json not in (Json.KEEPS, Json.UNKNOWN):
                    raise FixBlocked(
                        f"JSON would not keep a list of its elements ({verdict.what}): choose what to store"
                    )
    place = site.parsed.place(node)
    changes: tuple[Edit, ...] = (edits.before(place, "list("), edits.after(place, ")"))
    if isinstance(node, cst.GeneratorExp) and node.lpar:
        changes = (edits.before(place, "list"),)
    proof = Proof(STORED_ALONE, READERS_COPE)
    generators = any(isinstance(k, Generator) for k in types)
    if generators and not isinstance(node, cst.GeneratorExp | cst.Call):
        code = short(site.parsed.code(node))
        proof.doubt(STORED_ALONE, f"code that reads `{code}` after this call will find it empty")
    if generators and isinstance(node, cst.Call):
        proof.doubt(READERS_COPE, "if the generator never ends, `list(…)` never ends either")
    return proof.fix("wrap it in `list(…)`", changes)
