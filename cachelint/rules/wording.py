"""How messages speak of code: sources, places, seconds, keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.findings import Related
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.base import Type
from cachelint.types.template import templates

_WORD_AT_END = re.compile(r"\w+$")
_WORD_AT_START = re.compile(r"^\w+")


def shown_keys(keys: Iterable[Type]) -> str:
    """The templates of some keys, where they are known."""
    return " | ".join(sorted({template.template for key in keys for template in templates(key)})[:3])


def quote(parsed: ParsedDefinition, node: cst.CSTNode, limit: int = 50) -> str:
    """The source of an expression for a message, on one line and not too long."""
    text = " ".join(parsed.code(node).split())
    if len(text) <= limit:
        return f"`{text}`"
    # Cut between words, where there are any.
    head, tail = text[: limit - 12], text[-8:]
    return f"`{_WORD_AT_END.sub('', head).rstrip() or head} … {_WORD_AT_START.sub('', tail).lstrip() or tail}`"


def source_of(typ: Type, call: CacheCall) -> tuple[str, tuple[Related, ...]]:
    """Where a value was made, in parentheses to follow a noun, and as a place."""
    origin = typ.origin
    if origin is None:
        return "", ()
    place = origin.place
    what = f"`{origin.code}`"
    where = f"line {place.line}" if place.path == call.parsed.path else f"{place.path}:{place.line}"
    if place in {call.parsed.place(node) for node in call.nodes.values()}:
        return "", ()
    if what in ("`self`", "`cls`"):
        return "", (Related(place, "a method of the model"),)
    if isinstance(origin.parsed.gathered.parents.get(origin.node), cst.Annotation):
        return f" (declared as {what}, {where})", (Related(place, f"declared as {what}"),)
    return f" (from {what}, {where})", (Related(place, f"comes from {what}"),)


def wrapper_places(call: CacheCall) -> tuple[Related, ...]:
    """For a call of a wrapper: where the cache itself is called."""
    if call.inner is None:
        return ()
    inner = call.innermost
    return (Related(inner.place, f"`{call.called}` passes it to `{inner.called}` here"),)


def seconds(value: float) -> str:
    """A timeout in words: ``3600 s (1 hour)``."""
    whole = int(value) if value == int(value) else value
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if value >= size and value % size == 0:
            count = int(value // size)
            return f"{whole} s ({count} {unit}{'s' if count > 1 else ''})"
    return f"{whole} s"
