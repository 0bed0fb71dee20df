"""What the rules of family 1 have in common: the value of a write taken apart, each part with its verdict."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import Write
from cachelint.frozen import dataclass
from cachelint.rules.wording import quote
from cachelint.types.base import Scalar, Type, Unknown
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.display import describe
from cachelint.types.django import Manager, ModelInstance, QuerySet
from cachelint.types.json import Json, json_verdict
from cachelint.types.pickle import pickle_refusal
from cachelint.types.walk import walk


@dataclass(frozen=True, slots=True)
class Part:
    """Something in a stored value, with the path to it (empty for the value itself)."""

    path: str
    typ: Type


def parts(site: Write) -> Iterator[Part]:
    """Everything that a write stores, as far as this call decides it."""
    value = site.decides("value")
    if value is not None:
        # What a wrapper stores whoever calls it is reported inside it, not again at each call.
        common = {(path, _head(typ)) for path, typ in walk(site.common_value)} if site.common_value else set()
        for path, typ in _with_annotated(value):
            # Which keys a dict gets inside a wrapper often hangs on conditions that no call decides by itself.
            of_key = site.inner is not None and path.startswith("key of")
            if (path, _head(typ)) not in common and not of_key:
                yield Part(path, typ)


def _with_annotated(value: Type) -> Iterator[tuple[str, Type]]:
    """All that stands in a value; a parameter that was put into it is what its annotation says."""
    for path, typ in walk(value):
        yield path, typ
        if path and isinstance(typ, Unknown) and typ.annotated is not None:
            for inner, annotated in walk(typ.annotated):
                yield f"{path}{inner}", annotated


def _head(typ: Type) -> object:
    """What a type is, leaving apart what it holds."""
    match typ:
        case List() | Tuple() | Set() | Dict():
            return (type(typ), getattr(typ, "type", ""), getattr(typ, "frozen", False))
    return typ


def is_model(part: Part) -> bool:
    """Whether a part is a model instance."""
    return isinstance(part.typ, ModelInstance)


def is_queryset(part: Part) -> bool:
    """Whether a part is a QuerySet or a manager that can be pickled."""
    return isinstance(part.typ, QuerySet) or (isinstance(part.typ, Manager) and not part.typ.related)


def is_unpicklable(part: Part) -> bool:
    """Whether pickle refuses a part."""
    return pickle_refusal(part.typ) is not None


def refused_by_json(site: Write) -> list[tuple[Part, str]]:
    """The parts that ``json.dumps`` refuses, with what they are; nothing where another rule of the family speaks."""
    everything = list(parts(site))
    if any(is_model(p) or is_queryset(p) or is_unpicklable(p) for p in everything):
        return []
    found = [(part, json_verdict(part.typ)) for part in everything]
    return [(part, verdict.what) for part, verdict in found if verdict.json is Json.REFUSES]


def changed_by_json(site: Write) -> list[tuple[Part, str]]:
    """The parts that a JSON round trip changes; nothing where JSON refuses the value altogether."""
    everything = list(parts(site))
    if refused_by_json(site) or any(is_model(p) or is_queryset(p) or is_unpicklable(p) for p in everything):
        return []
    found = [(part, json_verdict(part.typ)) for part in everything]
    return [(part, verdict.what) for part, verdict in found if verdict.json is Json.CHANGES]


def subject(site: Write, part: Part) -> str:
    """The value, or the part of it, as the beginning of a sentence: "`user`", "`rows[…]`"."""
    node = site.node_of("value", "default", "data")
    if node is site.node:
        base = f"the return value of `{site.decorates}`" if site.decorates else "the stored value"
    elif isinstance(node, cst.Lambda) or site.called_value:
        base = f"the result of {quote(site.parsed, node)}"
    elif site.method == "set_many" and site.inner is None:
        base = f"a value in {quote(site.parsed, node)}"
    elif isinstance(node, cst.Name) and not part.path.startswith("key of"):
        return f"`{node.value}{part.path}`"
    else:
        base = quote(site.parsed, node)
    return _part_of(part, base) if part.path else base


def _part_of(part: Part, base: str) -> str:
    """A part of a value in words: "item `[0]` of `rows`", "field `.owner` of `card`", "a key of `rows`"."""
    if part.path == "key of the dict":
        return f"a key of {base}"
    if part.path.startswith("key of"):
        return f"a {part.path} in {base}"
    return f"{'field' if part.path.startswith('.') else 'item'} `{part.path}` of {base}"


def shape_can_change(value: Type | None) -> bool:
    """Whether what is stored has a shape that a later version of the code may change."""
    if value is None:
        return False
    return any(
        not isinstance(typ, Scalar | Unknown | List | Set) and describe(typ) not in ("str", "SafeString")
        for _, typ in walk(value)
    )


__all__ = ["Instance", "Part", "changed_by_json", "parts", "refused_by_json", "shape_can_change", "subject"]
