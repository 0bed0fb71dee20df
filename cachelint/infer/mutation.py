"""What a statement does to a container that a variable holds: ``rows.append(x)``, ``d[k] = v``, ``d[k].add(x)``."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence

import libcst as cst

from cachelint.infer.context import Context
from cachelint.project.classes import dotted
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, NO_VALUE, UNKNOWN, Lazy, Never, Type, Unknown, force
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.join import join, join_all, lazy_join, members
from cachelint.types.strings import constant, literal

_ADDING = frozenset(
    {
        "append",
        "appendleft",
        "add",
        "insert",
        "extend",
        "update",
        "setdefault",
        "union_update",
        "sort",
        "reverse",
    }
)
_TAKING = frozenset({"pop", "popitem", "popleft", "remove", "discard", "clear"})

Change = Callable[[Type], Type]


def apply(context: Context, node: cst.BaseExpression) -> None:
    """Note the effect of an expression statement, if it is a call that fills a container."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return
    method = node.func.attr.value
    if method in _TAKING:
        take(context, node)
    if method not in _ADDING:
        return
    arguments = context.arguments(node)
    change_at(context, node.func.value, lambda typ: _added(context, typ, method, arguments))


def take(context: Context, node: cst.BaseExpression) -> None:
    """Note the effect of a call that takes something out of a container: ``row.pop("key")``."""
    inner = node.expression if isinstance(node, cst.Await) else node
    if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute) and inner.func.attr.value in _TAKING:
        method, arguments = inner.func.attr.value, context.arguments(inner)
        key = arguments.positional[0] if arguments.positional else UNKNOWN
        change_at(context, inner.func.value, lambda typ: _without(typ, key, whole=method == "clear"))


def delete_item(context: Context, target: cst.Subscript) -> None:
    """``del container[key]``."""
    key = _key(context, target)
    change_at(context, target.value, lambda typ: _without(typ, key))


def _without(typ: Type, key: Type, *, whole: bool = False) -> Type:
    """A container after something was taken out of it, or all of it."""
    typ = force(typ)
    if isinstance(typ, Dict):
        if whole:
            return Dict(NEVER, NEVER, (), typ.default, typ.type, origin=typ.origin)
        known = constant(key)
        entries = tuple((name, value) for name, value in typ.entries if known is NO_VALUE or name != known)
        return dataclasses.replace(typ, entries=entries)
    if isinstance(typ, List):
        if whole:
            return List(NEVER, (), origin=typ.origin)
        # Which of several that are known one by one is left is not known.
        known_ones = {type(force(item)) for item in typ.items or ()}
        return List(UNKNOWN if len(known_ones) > 1 else typ.element, origin=typ.origin)
    if isinstance(typ, Set) and whole:
        return Set(NEVER, typ.frozen, origin=typ.origin)
    return typ


def store_item(context: Context, target: cst.Subscript, value: Type) -> None:
    """``container[key] = value``."""
    key = _key(context, target)
    change_at(context, target.value, lambda typ: with_item(typ, key, value))


def _key(context: Context, node: cst.Subscript) -> Type:
    index = node.slice[0].slice if len(node.slice) == 1 else None
    return context.lazy(index.value) if isinstance(index, cst.Index) else UNKNOWN


def change_at(context: Context, node: cst.BaseExpression, change: Change) -> None:
    """Change what a variable, or an item inside what it holds, is."""
    if isinstance(node, cst.Name | cst.Attribute):
        path = dotted(node)
        if path is None:
            return
        if context.env.get(path) is None and isinstance(node, cst.Name):
            # Variables of an enclosing function are changed from here as well, at an unknown time.
            outer = context.outer
            if outer is not None and outer.local(path) is not None:
                change_at(outer, node, change)
            return
        snapshot = context.snapshot()
        context.env.set(path, Lazy(lambda: _over(snapshot.evaluate(node), change)))
    elif isinstance(node, cst.Subscript):
        key = _key(context, node)
        snapshot = context.snapshot()

        def inner(container: Type) -> Type:
            return with_item(container, key, _over(snapshot.item(container, key), change), replace=True)

        change_at(context, node.value, inner)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "setdefault":
        arguments = context.arguments(node)
        snapshot = context.snapshot()

        def defaulted(container: Type) -> Type:
            default = arguments.get(1) or UNKNOWN
            key = arguments.get(0) or UNKNOWN
            current = snapshot.item(container, key)
            known = [m for m in members(current) if m != UNKNOWN]
            return with_item(container, key, _over(join(*known, default), change), replace=True)

        change_at(context, node.func.value, defaulted)


def _over(typ: Type, change: Change) -> Type:
    return join_all(change(member) for member in members(typ)) if members(typ) else change(typ)


def with_item(typ: Type, key: Type, value: Type, *, replace: bool = False) -> Type:
    """A container after ``container[key] = value``."""
    typ = force(typ)
    if isinstance(typ, Dict):
        known = constant(key)
        if known is not NO_VALUE and not isinstance(known, bytes | bytearray):
            entries = dict(typ.entries)
            entries[known] = value
            return dataclasses.replace(typ, entries=tuple(entries.items()), optional=typ.optional - {known})
        # It may be any of those that are known.
        entries = {name: lazy_join(before, value) for name, before in typ.entries}
        key, value = lazy_join(typ.key, key), lazy_join(typ.value, value)
        return dataclasses.replace(typ, key=key, value=value, entries=tuple(entries.items()))
    if isinstance(typ, List):
        index = constant(key)
        if typ.items is not None and isinstance(index, int) and -len(typ.items) <= index < len(typ.items):
            items = list(typ.items)
            items[index] = value
            return List(join_all(items), tuple(items), origin=typ.origin)
        return List(lazy_join(typ.element, value), origin=typ.origin)
    return join_all(with_item(m, key, value) for m in members(typ)) if len(members(typ)) > 1 else typ


def with_items(typ: Type, items: Sequence[tuple[Type, Type]]) -> Type:
    """A container after ``container[key] = value`` for several, as :func:`with_item` would make it one after the other.

    Keys that stand side by side and are not known are taken together: each value may be that of any entry before it.
    """
    if not isinstance(typ, Dict):
        return functools.reduce(lambda made, item: with_item(made, *item), items, typ)
    entries = dict(typ.entries)
    key, value = typ.key, typ.value
    for is_known, group in itertools.groupby(items, lambda item: _is_constant(item[0])):
        found = list(group)
        if is_known:
            entries.update((constant(name), inner) for name, inner in found)
            continue
        values = _one_of([inner for _, inner in found])
        entries = {name: lazy_join(before, values) for name, before in entries.items()}
        key = lazy_join(key, _one_of([name for name, _ in found]))
        value = lazy_join(value, values)
    optional = typ.optional.difference(constant(name) for name, _ in items if _is_constant(name))
    return dataclasses.replace(typ, key=key, value=value, entries=tuple(entries.items()), optional=optional)


def _one_of(types: list[Type]) -> Type:
    return types[0] if len(types) == 1 else Lazy(lambda: join_all(types))


def _is_constant(key: Type) -> bool:
    known = constant(key)
    return known is not NO_VALUE and not isinstance(known, bytes | bytearray)


def _added(context: Context, typ: Type, method: str, arguments: Arguments) -> Type:
    if isinstance(typ, List):
        if method == "append" and arguments.positional:
            item = arguments.positional[0]
            items = (*typ.items, item) if typ.items is not None and len(typ.items) < 30 else None
            return List(_joined(typ.element, item), items, typ.items or typ.head, origin=typ.origin)
        if method == "insert" and len(arguments.positional) > 1:
            return List(_joined(typ.element, arguments.positional[1]), origin=typ.origin)
        if method == "extend" and arguments.positional:
            extra = force(arguments.positional[0])
            items = None
            if typ.items is not None and isinstance(extra, List | Tuple) and extra.items is not None:
                items = (*typ.items, *extra.items)
            element = _joined(typ.element, context.iterate(extra))
            return List(element, items, typ.items or typ.head, origin=typ.origin)
        return typ
    if isinstance(typ, Set):
        if method == "add" and arguments.positional:
            return Set(_joined(typ.element, arguments.positional[0]), typ.frozen, origin=typ.origin)
        if method == "update":
            extra_types = [context.iterate(force(a)) for a in arguments.positional]
            return Set(join(typ.element, *extra_types), typ.frozen, origin=typ.origin)
        return typ
    if isinstance(typ, Dict):
        return _dict_added(context, typ, method, arguments)
    return typ


def _joined(element: Type, item: Type) -> Type:
    return item if isinstance(element, Never) else lazy_join(element, item)


def _dict_added(context: Context, typ: Dict, method: str, arguments: Arguments) -> Type:
    if method == "setdefault" and arguments.positional:
        value = arguments.get(1) or UNKNOWN
        known = constant(arguments.positional[0])
        if any(name == known for name, _ in typ.entries):
            return typ  # There is one already.
        # In `**kwargs`, say, there may be one that is not known.
        unknown = [m for m in members(typ.value) if isinstance(m, Unknown)]
        return with_item(typ, arguments.positional[0], join(value, *unknown))
    if method != "update":
        return typ
    result: Type = typ
    for positional in arguments.positional:
        result = merge_dicts(result, force(positional))
    for name, value in arguments.keywords.items():
        result = with_item(result, literal(name), value)
    if arguments.star and isinstance(result, Dict):
        result = merge_dicts(result, UNKNOWN)
    return result


def merge_dicts(first: Type, second: Type) -> Type:
    """``{**first, **second}``."""
    if not isinstance(first, Dict):
        return first
    if not isinstance(second, Dict):
        spread = tuple((name, lazy_join(value, UNKNOWN)) for name, value in first.entries)
        return dataclasses.replace(first, value=join(first.value, UNKNOWN), entries=spread)
    # What of the second has keys that are not known may replace anything.
    entries = {
        name: lazy_join(value, second.value) if members(second.value) else value for name, value in first.entries
    }
    entries.update(second.entries)
    certain = {name for typ in (first, second) for name, _ in typ.entries if name not in typ.optional}
    return dataclasses.replace(
        first, key=lazy_join(first.key, second.key), value=lazy_join(first.value, second.value),
        entries=tuple(entries.items()), optional=(first.optional | second.optional) - certain,
    )  # fmt: skip
