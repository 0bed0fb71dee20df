"""What a statement does to a container that a variable holds: ``rows.append(x)``, ``d[k] = v``, ``d[k].add(x)``."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from cachelint.infer.context import Context
from cachelint.project.classes import dotted
from cachelint.types.arguments import Arguments
from cachelint.types.join import join, join_all, lazy_join, members
from cachelint.types.model import (
    NEVER,
    NO_VALUE,
    UNKNOWN,
    Dict,
    Kind,
    Lazy,
    List,
    Never,
    Set,
    Tuple,
    Unknown,
    constant,
    force,
)

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

Change = Callable[[Kind], Kind]


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
    change_at(context, node.func.value, lambda kind: _added(context, kind, method, arguments))


def take(context: Context, node: cst.BaseExpression) -> None:
    """Note the effect of a call that takes something out of a container: ``row.pop("key")``."""
    inner = node.expression if isinstance(node, cst.Await) else node
    if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute) and inner.func.attr.value in _TAKING:
        method, arguments = inner.func.attr.value, context.arguments(inner)
        key = arguments.positional[0] if arguments.positional else UNKNOWN
        change_at(context, inner.func.value, lambda kind: _without(kind, key, whole=method == "clear"))


def delete_item(context: Context, target: cst.Subscript) -> None:
    """``del container[key]``."""
    key = _key(context, target)
    change_at(context, target.value, lambda kind: _without(kind, key))


def _without(kind: Kind, key: Kind, *, whole: bool = False) -> Kind:
    """A container after something was taken out of it, or all of it."""
    kind = force(kind)
    if isinstance(kind, Dict):
        if whole:
            return Dict(NEVER, NEVER, (), kind.default, kind.type, origin=kind.origin)
        known = constant(key)
        entries = tuple((name, value) for name, value in kind.entries if known is NO_VALUE or name != known)
        return Dict(kind.key, kind.value, entries, kind.default, kind.type, origin=kind.origin)
    if isinstance(kind, List):
        if whole:
            return List(NEVER, (), origin=kind.origin)
        # Which of several that are known one by one is left is not known.
        known_ones = {type(force(item)) for item in kind.items or ()}
        return List(UNKNOWN if len(known_ones) > 1 else kind.element, origin=kind.origin)
    if isinstance(kind, Set) and whole:
        return Set(NEVER, kind.frozen, origin=kind.origin)
    return kind


def store_item(context: Context, target: cst.Subscript, value: Kind) -> None:
    """``container[key] = value``."""
    key = _key(context, target)
    change_at(context, target.value, lambda kind: with_item(kind, key, value))


def _key(context: Context, node: cst.Subscript) -> Kind:
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
        frozen = context.snapshot()
        context.env.set(path, Lazy(lambda: _over(frozen.evaluate(node), change)))
    elif isinstance(node, cst.Subscript):
        key = _key(context, node)
        frozen = context.snapshot()

        def inner(container: Kind) -> Kind:
            return with_item(container, key, _over(frozen.item(container, key), change), replace=True)

        change_at(context, node.value, inner)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "setdefault":
        arguments = context.arguments(node)
        frozen = context.snapshot()

        def defaulted(container: Kind) -> Kind:
            default = arguments.get(1) or UNKNOWN
            key = arguments.get(0) or UNKNOWN
            current = frozen.item(container, key)
            known = [m for m in members(current) if m != UNKNOWN]
            return with_item(container, key, _over(join(*known, default), change), replace=True)

        change_at(context, node.func.value, defaulted)


def _over(kind: Kind, change: Change) -> Kind:
    return join_all(change(member) for member in members(kind)) if members(kind) else change(kind)


def with_item(kind: Kind, key: Kind, value: Kind, *, replace: bool = False) -> Kind:
    """A container after ``container[key] = value``."""
    kind = force(kind)
    if isinstance(kind, Dict):
        known = constant(key)
        if known is not NO_VALUE and not isinstance(known, bytes | bytearray):
            entries = dict(kind.entries)
            entries[known] = value
            return Dict(kind.key, kind.value, tuple(entries.items()), kind.default, kind.type, origin=kind.origin)
        # It may be any of those that are known.
        entries = {name: lazy_join(before, value) for name, before in kind.entries}
        return Dict(
            lazy_join(kind.key, key), lazy_join(kind.value, value), tuple(entries.items()), kind.default, kind.type,
            origin=kind.origin,
        )  # fmt: skip
    if isinstance(kind, List):
        index = constant(key)
        if kind.items is not None and isinstance(index, int) and -len(kind.items) <= index < len(kind.items):
            items = list(kind.items)
            items[index] = value
            return List(join_all(items), tuple(items), origin=kind.origin)
        return List(lazy_join(kind.element, value), origin=kind.origin)
    return join_all(with_item(m, key, value) for m in members(kind)) if len(members(kind)) > 1 else kind


def _added(context: Context, kind: Kind, method: str, arguments: Arguments) -> Kind:
    if isinstance(kind, List):
        if method == "append" and arguments.positional:
            item = arguments.positional[0]
            items = (*kind.items, item) if kind.items is not None and len(kind.items) < 30 else None
            return List(_joined(kind.element, item), items, kind.items or kind.head, origin=kind.origin)
        if method == "insert" and len(arguments.positional) > 1:
            return List(_joined(kind.element, arguments.positional[1]), origin=kind.origin)
        if method == "extend" and arguments.positional:
            extra = force(arguments.positional[0])
            items = None
            if kind.items is not None and isinstance(extra, List | Tuple) and extra.items is not None:
                items = (*kind.items, *extra.items)
            element = _joined(kind.element, context.iterate(extra))
            return List(element, items, kind.items or kind.head, origin=kind.origin)
        return kind
    if isinstance(kind, Set):
        if method == "add" and arguments.positional:
            return Set(_joined(kind.element, arguments.positional[0]), kind.frozen, origin=kind.origin)
        if method == "update":
            extra_kinds = [context.iterate(force(a)) for a in arguments.positional]
            return Set(join(kind.element, *extra_kinds), kind.frozen, origin=kind.origin)
        return kind
    if isinstance(kind, Dict):
        return _dict_added(context, kind, method, arguments)
    return kind


def _joined(element: Kind, item: Kind) -> Kind:
    return item if isinstance(element, Never) else lazy_join(element, item)


def _dict_added(context: Context, kind: Dict, method: str, arguments: Arguments) -> Kind:
    if method == "setdefault" and arguments.positional:
        value = arguments.get(1) or UNKNOWN
        known = constant(arguments.positional[0])
        if any(name == known for name, _ in kind.entries):
            return kind  # There is one already.
        # In `**kwargs`, say, there may be one that is not known.
        unknown = [m for m in members(kind.value) if isinstance(m, Unknown)]
        return with_item(kind, arguments.positional[0], join(value, *unknown))
    if method != "update":
        return kind
    result: Kind = kind
    for positional in arguments.positional:
        result = merge_dicts(result, force(positional))
    for name, value in arguments.keywords.items():
        from cachelint.types.model import literal

        result = with_item(result, literal(name), value)
    if arguments.star and isinstance(result, Dict):
        result = merge_dicts(result, UNKNOWN)
    return result


def merge_dicts(first: Kind, second: Kind) -> Kind:
    """``{**first, **second}``."""
    if not isinstance(first, Dict):
        return first
    if not isinstance(second, Dict):
        return Dict(
            first.key,
            join(first.value, UNKNOWN),
            tuple((name, lazy_join(value, UNKNOWN)) for name, value in first.entries),
            first.default,
            first.type,
            origin=first.origin,
        )
    # What of the second has keys that are not known may replace anything.
    entries = {
        name: lazy_join(value, second.value) if members(second.value) else value for name, value in first.entries
    }
    entries.update(second.entries)
    return Dict(
        lazy_join(first.key, second.key), lazy_join(first.value, second.value), tuple(entries.items()),
        first.default, first.type, origin=first.origin,
    )  # fmt: skip
