"""CL303: `.pk` of a model instance in a key, at every call of the key."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.key_version.bump import key_of
from cachelint.fixes.obligations import ENTRIES_MAY_GO, KEY_IS_CLOSED, Proof
from cachelint.project.classes import dotted
from cachelint.project.syntax import descendants
from cachelint.types.django import ModelInstance
from cachelint.types.join import members
from cachelint.types.strings import Placeholder
from cachelint.types.template import templates

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    ENTRIES_MAY_GO,
    KEY_IS_CLOSED,
)


def propose(call: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if not any(_instances(call)):
        raise FixBlocked("only a model instance has a `pk` to use")
    key = key_of(call, facts)
    edits: dict[tuple[object, ...], Edit] = {}
    for site in key.all_sites:
        names = set(_instances(site))
        node = site.nodes.get("key")
        found = list(_places(node, names)) if node is not None else []
        if not names or len(found) < len(names):
            where = f"{site.place.path}:{site.place.line}"
            raise FixBlocked(f"the key at {where} is not made of the instance at the call itself")
        for each in found:
            place = site.parsed.place(each)
            edits[tuple(place)] = Edit(place, f"{site.parsed.code(each)}.pk")
    proof = Proof(*OBLIGATIONS)
    proof.doubt(ENTRIES_MAY_GO, "existing entries will no longer be found")
    if key.maybe_calls:
        place = key.maybe_calls[0].place
        proof.doubt(KEY_IS_CLOSED, f"the key at {place.path}:{place.line} may be the same")
    return proof.fix("use the `pk` of the instance", list(edits.values()))


def _instances(call: CacheCall) -> Iterator[str]:
    """The sources of the model instances in a key."""
    for text in templates(call.key):
        for part in text.parts or ():
            found = members(part.content) if isinstance(part, Placeholder) and part.content is not None else ()
            if found and all(isinstance(member, ModelInstance) for member in found):
                assert isinstance(part, Placeholder)
                yield part.name


def _places(node: cst.BaseExpression, names: set[str]) -> Iterator[cst.BaseExpression]:
    """Where plain variables of these names stand in what makes the key a text."""
    if isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression) and isinstance(
                part.expression, cst.Name | cst.Attribute
            ):
                if _source(part.expression) in names:
                    yield part.expression
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Modulo):
        for inner in (node.right, *descendants(node.right)):
            if isinstance(inner, cst.Name | cst.Attribute) and _source(inner) in names:
                yield inner


def _source(node: cst.BaseExpression) -> str:
    return dotted(node) or ""
