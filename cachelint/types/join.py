"""How types join where control flow does, and how they are taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import libcst as cst

from cachelint.types.base import NEVER, UNKNOWN, Lazy, Never, Type, Union, Unknown, at, force
from cachelint.types.containers import Dict, List, Set, Tuple

#: A union of more members than this is no longer worth following.
_MAX_MEMBERS = 10


def members(typ: Type) -> tuple[Type, ...]:
    """What a type can be, one by one; nothing for Never."""
    typ = force(typ)
    if isinstance(typ, Union):
        return typ.members
    return () if isinstance(typ, Never) else (typ,)


def join(*types: Type) -> Type:
    """The type of a value that is one of ``types``."""
    return join_all(types)


def join_all(types: Iterable[Type]) -> Type:
    """:func:`join` for any number of types."""
    found: list[Type] = []
    more = False
    for typ in types:
        for member in members(typ):
            # One too many is dropped at once: nothing can be made of it but a comparison with all that follow.
            more = not _add(found, member) or more
    if not found:
        return NEVER
    if len(found) == 1:
        return found[0]
    return Union((*found, UNKNOWN) if more else tuple(found))


def lazy_join(first: Type, second: Type) -> Type:
    """:func:`join`, worked out when asked for."""
    if first is second:
        return first
    if not isinstance(first, Lazy) and not isinstance(second, Lazy):
        return join(first, second)
    return Lazy(lambda: join(first, second))


def _add(found: list[Type], typ: Type) -> bool:
    """Add a member to those of a union, where it is none of them; whether there was room for it."""
    for index, other in enumerate(found):
        if other == typ:
            return True
        merged = _merge(other, typ)
        if merged is not None:
            found[index] = merged
            return True
    if len(found) >= _MAX_MEMBERS:
        return False
    found.append(typ)
    return True


def _merge(a: Type, b: Type) -> Type | None:
    """One container for two, where they differ only in what they hold."""
    if (
        isinstance(a, Unknown)
        and isinstance(b, Unknown)
        and (a.is_attribute == b.is_attribute or not (a.params and b.params))
    ):
        is_attribute = a.is_attribute if a.params else b.is_attribute
        return Unknown(a.params | b.params, is_attribute, origin=a.origin)
    if isinstance(a, List) and isinstance(b, List):
        origin = a.origin if _filled(a) else b.origin
        if a.items and b.items and len(a.items) == len(b.items):
            items = tuple(lazy_join(x, y) for x, y in zip(a.items, b.items, strict=True))
            return List(lazy_join(a.element, b.element), items, origin=origin)
        if a.items and b.items and _displayed(a) and _displayed(b):
            return None  # Two displays of different length: of what strings are joined from, each is one.
        return List(lazy_join(a.element, b.element), None, _common_head(a, b), origin=origin)
    if isinstance(a, Set) and isinstance(b, Set) and a.frozen == b.frozen:
        return Set(lazy_join(a.element, b.element), a.frozen, origin=a.origin if _filled(a) else b.origin)
    if isinstance(a, Tuple) and isinstance(b, Tuple) and not a.name and not b.name:
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            items = tuple(lazy_join(x, y) for x, y in zip(a.items, b.items, strict=True))
            return Tuple(lazy_join(a.element, b.element), items, origin=a.origin)
        return Tuple(lazy_join(a.element, b.element), origin=a.origin)
    if isinstance(a, Dict) and isinstance(b, Dict) and a.type == b.type:
        entries = dict(a.entries)
        for key, typ in b.entries:
            entries[key] = lazy_join(entries[key], typ) if key in entries else typ
        return Dict(
            lazy_join(a.key, b.key),
            lazy_join(a.value, b.value),
            tuple(entries.items()),
            a.default or b.default,
            a.type,
            a.optional | b.optional | {key for key, _ in a.entries}.symmetric_difference(key for key, _ in b.entries),
            origin=a.origin if _filled(a) else b.origin,
        )
    return None


def _displayed(typ: List) -> bool:
    return typ.origin is not None and isinstance(typ.origin.node, cst.List)


def _common_head(a: List, b: List) -> tuple[Type, ...]:
    """What both lists begin with."""
    common: list[Type] = []
    for first, second in zip(a.items or a.head, b.items or b.head, strict=False):
        if first != second:
            break
        common.append(first)
    return tuple(common)


def _filled(typ: List | Set | Dict) -> bool:
    if isinstance(typ, Dict):
        return bool(typ.entries) or not isinstance(typ.value, Never)
    return not isinstance(typ.element, Never)


def without(typ: Type, unwanted: Callable[[Type], bool]) -> Type:
    """A type without those members that a test rules out."""
    kept = [member for member in members(typ) if not unwanted(member)]
    return join_all(kept)


def refine(typ: Type, annotated: Type) -> Type:
    """``typ`` with what is unknown in it replaced by what an annotation says of it."""
    return join_all(_refined(member, annotated) for member in members(typ)) if members(typ) else typ


def declared(typ: Type, annotated: Type) -> Type:
    """:func:`refine` for a variable's annotation, which also says what an empty container will hold."""
    if isinstance(typ, List | Set | Dict) and not _filled(typ):
        for other in members(annotated):
            if type(other) is type(typ):
                return other
    return refine(typ, annotated)


def _refined(typ: Type, annotated: Type) -> Type:
    if isinstance(typ, Unknown):
        # Whose parameter it is matters more than its type: the callers are still to be asked.
        return typ if typ.params and not typ.is_attribute else at(annotated, typ.origin)
    for other in members(annotated):
        match typ, other:
            case (List(items=None), List()):
                return replace(typ, element=_lazy_refined(typ.element, other.element))
            case (Set(), Set()):
                return replace(typ, element=_lazy_refined(typ.element, other.element))
            case (Dict(), Dict()) if not typ.entries:
                key, value = _lazy_refined(typ.key, other.key), _lazy_refined(typ.value, other.value)
                return replace(typ, key=key, value=value)
    return typ


def _lazy_refined(typ: Type, annotated: Type) -> Type:
    return typ if isinstance(annotated, Unknown) else Lazy(lambda: refine(typ, annotated))


def map_members(typ: Type, function: Callable[[Type], Type]) -> Type:
    """Apply a function to each member, and join the results."""
    return join_all(function(member) for member in members(typ))
