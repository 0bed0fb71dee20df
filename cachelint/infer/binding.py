"""Assigning: to names, attributes and items, by unpacking, and to the targets of comprehensions."""

from __future__ import annotations

import libcst as cst

from cachelint.infer import mutation
from cachelint.infer.context import STORES, Context
from cachelint.infer.iteration import _is_tuple_class, _iterated, iterated
from cachelint.infer.narrowing import narrow
from cachelint.project.classes import dotted
from cachelint.types.base import Lazy, Type, at, force
from cachelint.types.code import Instance
from cachelint.types.containers import List, Tuple
from cachelint.types.join import join_all, members

# -- comprehensions ----------------------------------------------------------------------------------------


def enter_comprehension(inner: Context, node: cst.CompFor) -> None:
    """Bind the targets of a comprehension in a context of its own."""
    part: cst.CompFor | None = node
    while part is not None:
        iterable = inner.lazy(part.iter)
        snapshot = inner.snapshot()
        bind_target(inner, part.target, Lazy(lambda i=iterable, f=snapshot: iterated(f, force(i))), part.iter)  # type: ignore[misc]
        for condition in part.ifs:
            narrow(inner, condition.test, True)
        part = part.inner_for_in


def bind_target(context: Context, target: cst.BaseExpression, typ: Type, value: cst.BaseExpression | None) -> None:
    """Assign: to a name, an attribute, an item, or to several targets by unpacking."""
    match target:
        case cst.Name():
            context.env.set(target.value, typ)
        case cst.Attribute():
            path = dotted(target)
            if path is not None:
                context.env.set(path, typ)
                if context.stores is not None:
                    context.stores.setdefault(path, []).append(typ)
        case cst.Subscript():
            path = _in_dict(target)
            if path:
                context.env.set(path, typ)
                if context.stores is not None:
                    context.stores.setdefault(path, []).append(typ)
                return
            if context.observer is not None and context.observer.subscribes(STORES):
                context.observer.stored(context, target, typ)
            mutation.store_item(context, target, typ)
        case cst.Tuple() | cst.List():
            _unpack(context, target, typ, value)
        case cst.StarredElement():
            bind_target(context, target.value, typ, value)


def _in_dict(target: cst.Subscript) -> str:
    """The attribute that ``self.__dict__["name"]`` is; empty for any other item."""
    path = dotted(target.value) or ""
    index = target.slice[0].slice if len(target.slice) == 1 else None
    name = index.value if isinstance(index, cst.Index) else None
    key = name.evaluated_value if isinstance(name, cst.SimpleString) else None
    if not path.endswith(".__dict__") or not isinstance(key, str):
        return ""
    return f"{path.removesuffix('.__dict__')}.{key}"


def _unpack(context: Context, target: cst.Tuple | cst.List, typ: Type, value: cst.BaseExpression | None) -> None:
    count = len(target.elements)
    snapshot = context.snapshot()
    starred = next((i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)), None)
    for index, element in enumerate(target.elements):
        if isinstance(element, cst.StarredElement):
            part: Type = Lazy(lambda: List(iterated(snapshot, force(typ))))
        else:
            position = index if starred is None or index < starred else index - count
            part = Lazy(lambda position=position: _unpacked(snapshot, typ, position))  # type: ignore[misc]
        bind_target(context, element.value, part, value)


def _unpacked(context: Context, typ: Type, position: int) -> Type:
    found: list[Type] = []
    for member in members(typ):
        if isinstance(member, List | Tuple) and member.items is not None:
            if -len(member.items) <= position < len(member.items):
                found.append(at(force(member.items[position]), member.origin))
        elif isinstance(member, Instance) and member.fields and _is_tuple_class(context, member):
            if -len(member.fields) <= position < len(member.fields):
                found.append(member.fields[position][1])
        else:
            found.append(_iterated(context, member))
    return join_all(found)
