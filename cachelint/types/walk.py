"""What stands inside a value, with the path to it as a reader would write it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cachelint.types.base import Never, Origin, Type, Union, Unknown, at, force
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.join import members
from cachelint.types.strings import Str

_MAX_DEPTH = 4


def walk(typ: Type, path: str = "", depth: int = 0, origin: Origin | None = None) -> Iterator[tuple[str, Type]]:
    """The value and everything in it, as ``(path, type)``; the path of the value itself is empty.

    Unions are taken apart; keys of dicts stand at ``key of …``. What has no origin of its own has that of its holder.
    """
    for found in members(typ):
        member = at(found, origin)
        yield path, member
        if depth >= _MAX_DEPTH:
            continue
        if isinstance(member, List | Tuple):
            if member.items is not None:
                for index, item in enumerate(member.items):
                    yield from walk(item, f"{path}[{index}]", depth + 1, member.origin)
            else:
                yield from walk(member.element, f"{path}[…]", depth + 1, member.origin)
        elif isinstance(member, Set):
            yield from walk(member.element, f"{path}[…]", depth + 1, member.origin)
        elif isinstance(member, Dict):
            for key, value in member.entries:
                yield from walk(value, f"{path}[{key!r}]", depth + 1, member.origin)
            yield from walk(member.value, f"{path}[…]", depth + 1, member.origin)
            if not isinstance(member.key, Never):
                for inner, found in walk(member.key, "", depth + 1, member.origin):
                    yield f"key of {path or 'the dict'}{inner}", found
        elif isinstance(member, Instance):
            for name, value in member.fields:
                yield from walk(value, f"{path}.{name}", depth + 1, member.origin)


def settled(typ: Type, depth: int = 0) -> Type:
    """The same with nothing left to be worked out, as far as :func:`walk` looks into it."""
    typ = force(typ)
    if depth > _MAX_DEPTH:
        return typ
    inner = depth + 1
    match typ:
        case Union():
            # Its members stand where it stands.
            return replace(typ, members=tuple(settled(member, depth) for member in typ.members))
        case List():
            items = None if typ.items is None else tuple(settled(item, inner) for item in typ.items)
            head = tuple(settled(item, inner) for item in typ.head)
            return replace(typ, element=settled(typ.element, inner), items=items, head=head)
        case Tuple():
            items = None if typ.items is None else tuple(settled(item, inner) for item in typ.items)
            head = tuple(settled(item, inner) for item in typ.head)
            return replace(typ, element=settled(typ.element, inner), items=items, head=head)
        case Set():
            return replace(typ, element=settled(typ.element, inner))
        case Dict():
            entries = tuple((key, settled(value, inner)) for key, value in typ.entries)
            return replace(typ, key=settled(typ.key, inner), value=settled(typ.value, inner), entries=entries)
        case Instance() if typ.fields:
            return replace(typ, fields=tuple((name, settled(value, inner)) for name, value in typ.fields))
        case Unknown() if typ.annotated is not None:
            return replace(typ, annotated=settled(typ.annotated, inner))
    return typ


def params_of(typ: Type) -> frozenset[str]:
    """The parameters of the function under analysis that decide a value, or something inside it."""
    found: set[str] = set()
    for _, part in walk(typ):
        if isinstance(part, Unknown | Str):
            found |= part.params
    return frozenset(found)


def params_near(typ: Type) -> frozenset[str]:
    """:func:`params_of` without looking into more than the items of a list or tuple: for what is made a text of."""
    found: set[str] = set()
    for member in members(typ):
        if isinstance(member, Unknown | Str):
            found |= member.params
        elif isinstance(member, List | Tuple):
            for inner in members(member.element):
                if isinstance(inner, Unknown | Str):
                    found |= inner.params
    return frozenset(found)


def handed_in(typ: Type) -> frozenset[str]:
    """The parameters that are themselves a value or something inside it, or are called for it; not their attributes."""
    found: set[str] = set()
    for path, part in walk(typ):
        if path.startswith("key of"):
            continue
        if isinstance(part, Str) or (isinstance(part, Unknown) and not part.is_attribute):
            found |= part.params
    return frozenset(found)
