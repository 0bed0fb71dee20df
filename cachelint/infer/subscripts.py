"""``container[key]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import libcst as cst

from cachelint.infer.context import Context
from cachelint.types.arguments import Arguments
from cachelint.types.base import NO_VALUE, UNKNOWN, Scalar, Type, Unknown, at, force
from cachelint.types.cache import Cached, CacheHandler, CacheObject, Pickled
from cachelint.types.code import Class, ExternalSymbol
from cachelint.types.containers import Dict, List, Tuple
from cachelint.types.django import Manager, ModelClass, QuerySet
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, Str, constant

#: Characters that the fixed words of a key fit into.
_LONG = 40


def _subscript(context: Context, node: cst.Subscript) -> Type:
    base = force(context.evaluate(node.value))
    if len(node.slice) != 1:
        return UNKNOWN
    part = node.slice[0].slice
    if not isinstance(part, cst.Index):
        kept = _is_long(part)
        return join_all(m if kept and isinstance(m, Str) else _sliced(m) for m in members(base))
    return at(item_of(context, base, context.lazy(part.value)), context.origin(node))


def _is_long(part: cst.BaseSlice) -> bool:
    """Whether a slice only cuts a text that is too long: ``key[:250]``."""
    upper = part.upper if isinstance(part, cst.Slice) and part.lower is None and part.step is None else None
    return isinstance(upper, cst.Integer) and upper.value.isdecimal() and int(upper.value) >= _LONG


def _sliced(typ: Type) -> Type:
    match typ:
        case Manager() | Scalar() | QuerySet() | Cached() | Pickled():
            return typ
        case Str():
            return Str(None, params=typ.params)
        case List():
            return List(typ.element, origin=typ.origin)
        case Tuple():
            return Tuple(typ.element, origin=typ.origin)
        case Unknown():
            return typ
        case _:
            return UNKNOWN


#: Keys of which each is looked up by itself.
_MAX_KEYS = 8


def item_of(context: Context, container: Type, key: Type) -> Type:
    """``container[key]``."""
    keys = members(key)
    if 1 < len(keys) <= _MAX_KEYS and all(constant(each) is not NO_VALUE for each in keys):
        return join_all(_item(context, member, each) for member in members(container) for each in keys)
    return join_all(_item(context, member, key) for member in members(container))


def _item(context: Context, container: Type, key: Type) -> Type:
    match container:
        case Unknown():
            return container
        case Dict():
            wanted = constant(key)
            entries = dict(container.entries)
            if wanted is not NO_VALUE and not isinstance(wanted, bytes) and wanted in entries:
                found: Type = entries[wanted]
                return found
            fallback = [container.default] if container.default is not None else []
            if wanted is not NO_VALUE:
                made = _made_default(context, fallback)
                return join(container.value, *made)
            return join(*container.all_values, *_made_default(context, fallback))
        case List() | Tuple():
            index = constant(key)
            if (
                container.items is not None
                and isinstance(index, int)
                and -len(container.items) <= index < len(container.items)
            ):
                return container.items[index]
            return container.element
        case QuerySet():
            return container.row
        case Str():
            return Str(None, params=container.params)
        case CacheHandler():
            alias = constant(key)
            if isinstance(alias, str):
                return CacheObject(alias)
            aliases = [constant(m) for m in members(key)]
            if aliases and all(isinstance(a, str) for a in aliases):
                return join_all(CacheObject(a) for a in aliases)
            return CacheObject(None)
        case Cached():
            return Cached(container.store, container.key, container.alias, origin=container.origin)
        case Scalar(type="bytes"):
            return Scalar("int")
        case Scalar(type="QueryDict"):
            return STR
        case Class() | ModelClass() | ExternalSymbol():
            return container
        case _:
            return UNKNOWN


def _made_default(context: Context, factories: list[Type]) -> Iterator[Type]:
    for factory in factories:
        yield context.call(factory, Arguments())


HANDLERS: Mapping[type[cst.CSTNode], Callable[[Context, Any], Type]] = {cst.Subscript: _subscript}
