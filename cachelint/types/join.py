"""How kinds join where control flow does, and how they are taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import libcst as cst

from cachelint.types.model import NEVER, UNKNOWN, Dict, Kind, Lazy, List, Never, Set, Tuple, Union, Unknown, at, force

#: A union of more members than this is no longer worth following.
_MAX_MEMBERS = 10


def members(kind: Kind) -> tuple[Kind, ...]:
    """What a kind can be, one by one; nothing for Never."""
    kind = force(kind)
    if isinstance(kind, Union):
        return kind.members
    return () if isinstance(kind, Never) else (kind,)


def join(*kinds: Kind) -> Kind:
    """The kind of a value that is one of ``kinds``."""
    return join_all(kinds)


def join_all(kinds: Iterable[Kind]) -> Kind:
    """:func:`join` for any number of kinds."""
    found: list[Kind] = []
    for kind in kinds:
        for member in members(kind):
            _add(found, member)
    if not found:
        return NEVER
    if len(found) == 1:
        return found[0]
    if len(found) > _MAX_MEMBERS:
        found = [*found[:_MAX_MEMBERS], UNKNOWN]
    return Union(tuple(found))


def lazy_join(first: Kind, second: Kind) -> Kind:
    """:func:`join`, worked out when asked for."""
    if first is second:
        return first
    if not isinstance(first, Lazy) and not isinstance(second, Lazy):
        return join(first, second)
    return Lazy(lambda: join(first, second))


def _add(found: list[Kind], kind: Kind) -> None:
    for index, other in enumerate(found):
        if other == kind:
            return
        merged = _merge(other, kind)
        if merged is not None:
            found[index] = merged
            return
    found.append(kind)


def _merge(a: Kind, b: Kind) -> Kind | None:
    """One container for two, where they differ only in what they hold."""
    if isinstance(a, Unknown) and isinstance(b, Unknown) and (a.derived == b.derived or not (a.params and b.params)):
        derived = a.derived if a.params else b.derived
        return Unknown(a.params | b.params, derived, origin=a.origin)
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
        for key, kind in b.entries:
            entries[key] = lazy_join(entries[key], kind) if key in entries else kind
        return Dict(
            lazy_join(a.key, b.key),
            lazy_join(a.value, b.value),
            tuple(entries.items()),
            a.default or b.default,
            a.type,
            origin=a.origin if _filled(a) else b.origin,
        )
    return None


def _displayed(kind: List) -> bool:
    return kind.origin is not None and isinstance(kind.origin.node, cst.List)


def _common_head(a: List, b: List) -> tuple[Kind, ...]:
    """What both lists begin with."""
    common: list[Kind] = []
    for first, second in zip(a.items or a.head, b.items or b.head, strict=False):
        if first != second:
            break
        common.append(first)
    return tuple(common)


def _filled(kind: List | Set | Dict) -> bool:
    if isinstance(kind, Dict):
        return bool(kind.entries) or not isinstance(kind.value, Never)
    return not isinstance(kind.element, Never)


def without(kind: Kind, unwanted: Callable[[Kind], bool]) -> Kind:
    """A kind without those members that a test rules out."""
    kept = [member for member in members(kind) if not unwanted(member)]
    return join_all(kept)


def refine(kind: Kind, said: Kind) -> Kind:
    """``kind`` with what is unknown in it replaced by what an annotation says of it."""
    return join_all(_refined(member, said) for member in members(kind)) if members(kind) else kind


def declared(kind: Kind, said: Kind) -> Kind:
    """:func:`refine` for a variable's annotation, which also says what an empty container will hold."""
    if isinstance(kind, List | Set | Dict) and not _filled(kind):
        for other in members(said):
            if type(other) is type(kind):
                return other
    return refine(kind, said)


def _refined(kind: Kind, said: Kind) -> Kind:
    if isinstance(kind, Unknown):
        # Whose parameter it is matters more than its type: the callers are still to be asked.
        return kind if kind.params and not kind.derived else at(said, kind.origin)
    for other in members(said):
        match kind, other:
            case (List(items=None), List()):
                return replace(kind, element=_lazy_refined(kind.element, other.element))
            case (Set(), Set()):
                return replace(kind, element=_lazy_refined(kind.element, other.element))
            case (Dict(), Dict()) if not kind.entries:
                key, value = _lazy_refined(kind.key, other.key), _lazy_refined(kind.value, other.value)
                return replace(kind, key=key, value=value)
    return kind


def _lazy_refined(kind: Kind, said: Kind) -> Kind:
    return kind if isinstance(said, Unknown) else Lazy(lambda: refine(kind, said))


def map_members(kind: Kind, function: Callable[[Kind], Kind]) -> Kind:
    """Apply a function to each member, and join the results."""
    return join_all(function(member) for member in members(kind))
