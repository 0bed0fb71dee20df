"""Evaluating expressions: one small function for each sort of node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import libcst as cst

from cachelint.infer import mutation, strings
from cachelint.infer.attributes import attribute
from cachelint.infer.calls import call
from cachelint.infer.context import Context
from cachelint.infer.enums import enum_member
from cachelint.infer.interpreter import MAX_STEPS
from cachelint.infer.narrowing import falsy, narrow, truthy
from cachelint.infer.operators import binary
from cachelint.project.classes import dotted
from cachelint.types.base import BOOL, NEVER, NO_VALUE, UNKNOWN, Lazy, Scalar, Type, Unknown, at, force
from cachelint.types.cache import Cached, CacheHandler, CacheObject, Pickled
from cachelint.types.code import Class, Closure, ExternalSymbol, Instance
from cachelint.types.containers import Coroutine, Dict, DictView, Generator, List, Set, Tuple
from cachelint.types.containers import Iterator as IteratorType
from cachelint.types.django import Manager, ModelClass, QuerySet
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, Str, constant, literal

_MAX_ITEMS = 60


def evaluate(context: Context, node: cst.BaseExpression) -> Type:
    """The type of an expression, lazy where it is a variable; its origin is the expression that made the value."""
    interpreter = context.interpreter
    interpreter.steps += 1
    if interpreter.steps > MAX_STEPS:
        return UNKNOWN
    handler = _HANDLERS.get(type(node))
    return handler(context, node) if handler is not None else UNKNOWN


def _name(context: Context, node: cst.Name) -> Type:
    name = node.value
    found = context.local(name)
    if found is not None:
        return found
    if name in ("True", "False", "None"):
        return literal({"True": True, "False": False, "None": None}[name])
    if context.class_scope and context.owner is not None:
        scope = context.owner.definition.scope
        definitions = scope.definitions.get(name) if scope else None
        if definitions:
            inner = context.member(context.owner, name, None)
            if inner is not None:
                return inner
    symbol = context.interpreter.codebase.resolve(context.module, name)
    if symbol is not None:
        return context.interpreter.symbol(symbol)
    return ExternalSymbol(f"builtins.{name}")


def _attribute(context: Context, node: cst.Attribute) -> Type:
    path = dotted(node)
    if path is not None:
        found = context.local(path)
        if found is not None:
            return found
    base = evaluate(context, node.value)
    return at(attribute(context, force(base), node.attr.value), context.origin(node))


def _string(context: Context, node: cst.SimpleString) -> Type:
    try:
        return literal(_plain_text(node.value) or node.evaluated_value, context.origin(node))
    except (SyntaxError, ValueError):
        return STR


def _plain_text(source: str) -> str:
    """What a string literal says, where it stands there letter for letter; else empty. Python's own parser is slow."""
    quote = source[0]
    if quote not in "\"'" or "\\" in source or "\r" in source:
        return ""
    return source[3:-3] if source.startswith(quote * 3) else source[1:-1]


def _number(context: Context, node: cst.Integer | cst.Float | cst.Imaginary) -> Type:
    try:
        return literal(int(node.value) if node.value.isdecimal() else node.evaluated_value)
    except (SyntaxError, ValueError):
        return Scalar("int")


def _concatenated(context: Context, node: cst.ConcatenatedString) -> Type:
    return strings.concat([(evaluate(context, part), "") for part in (node.left, node.right)])


def _formatted(context: Context, node: cst.FormattedString) -> Type:
    return at(strings.formatted(context, node), context.origin(node))


def _elements(context: Context, node: cst.List | cst.Tuple | cst.Set) -> tuple[list[Type], int]:
    """The types of the items, and how many of them are known one by one, from the first."""
    types: list[Type] = []
    known: int | None = None
    for element in node.elements:
        typ = context.lazy(element.value)
        if isinstance(element, cst.StarredElement):
            inner = force(typ)
            if isinstance(inner, List | Tuple) and inner.items is not None:
                types.extend(inner.items)
                continue
            typ = iterated(context, inner)
            known = len(types) if known is None else known
        types.append(typ)
    return types, min(len(types) if known is None else known, _MAX_ITEMS)


def _later(types: list[Type]) -> Type:
    if not types:
        return NEVER
    return types[0] if len(types) == 1 else Lazy(lambda: join_all(types))


def _list(context: Context, node: cst.List) -> Type:
    types, known = _elements(context, node)
    if known == len(types):
        return List(_later(types), tuple(types), origin=context.origin(node))
    return List(_later(types), None, tuple(types[:known]), origin=context.origin(node))


def _tuple(context: Context, node: cst.Tuple) -> Type:
    types, known = _elements(context, node)
    if known == len(types):
        return Tuple(_later(types), tuple(types), origin=context.origin(node))
    return Tuple(_later(types), head=tuple(types[:known]), origin=context.origin(node))


def _set(context: Context, node: cst.Set) -> Type:
    types, _ = _elements(context, node)
    return Set(_later(types), origin=context.origin(node))


def _dict(context: Context, node: cst.Dict) -> Type:
    made: Type = Dict(NEVER, NEVER, origin=context.origin(node))
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            made = mutation.with_item(made, context.lazy(element.key), context.lazy(element.value))
        elif isinstance(element, cst.StarredDictElement):
            made = mutation.merge_dicts(made, force(evaluate(context, element.value)))
    return made


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


def _comprehended(context: Context, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Type:
    inner = context.nested(context.parsed, None)
    enter_comprehension(inner, node.for_in)
    return inner.lazy(node.elt)


def _list_comp(context: Context, node: cst.ListComp) -> Type:
    if not members(context.iterate(context.evaluate(node.for_in.iter))):
        return List(NEVER, (), origin=context.origin(node))
    return List(_comprehended(context, node), origin=context.origin(node))


def _set_comp(context: Context, node: cst.SetComp) -> Type:
    return Set(_comprehended(context, node), origin=context.origin(node))


def _generator(context: Context, node: cst.GeneratorExp) -> Type:
    return Generator(
        _comprehended(context, node), "generator expression", node.for_in.asynchronous is not None,
        origin=context.origin(node),
    )  # fmt: skip


def _dict_comp(context: Context, node: cst.DictComp) -> Type:
    inner = context.nested(context.parsed, None)
    enter_comprehension(inner, node.for_in)
    return Dict(inner.lazy(node.key), inner.lazy(node.value), origin=context.origin(node))


# -- the rest ----------------------------------------------------------------------------------------------


def _if_exp(context: Context, node: cst.IfExp) -> Type:
    found: list[Type] = []
    for body, truth in ((node.body, True), (node.orelse, False)):
        branch = context.snapshot()
        if narrow(branch, node.test, truth):
            found.append(evaluate(branch, body))
    return join_all(found)


def _boolean(context: Context, node: cst.BooleanOperation) -> Type:

    left = evaluate(context, node.left)
    right = context.snapshot()
    if isinstance(node.operator, cst.Or):
        narrow(right, node.left, False)
        return join(truthy(left), evaluate(right, node.right))
    narrow(right, node.left, True)
    return join(falsy(left), evaluate(right, node.right))


def _unary(context: Context, node: cst.UnaryOperation) -> Type:
    if isinstance(node.operator, cst.Not):
        return BOOL
    typ = force(evaluate(context, node.expression))
    value = constant(typ)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return literal(-value if isinstance(node.operator, cst.Minus) else value)
    return Scalar(typ.type) if isinstance(typ, Scalar) else UNKNOWN


def _binary(context: Context, node: cst.BinaryOperation) -> Type:
    operator = type(node.operator).__name__
    result = binary(context, operator, evaluate(context, node.left), evaluate(context, node.right), node)
    return at(result, context.origin(node))


def _comparison(context: Context, node: cst.Comparison) -> Type:
    return BOOL


def _await(context: Context, node: cst.Await) -> Type:
    return join_all(
        member.result if isinstance(member, Coroutine) else UNKNOWN
        for member in members(evaluate(context, node.expression))
    )


def _named(context: Context, node: cst.NamedExpr) -> Type:
    return evaluate(context, node.value)


def _lambda(context: Context, node: cst.Lambda) -> Type:
    return Closure(context.parsed, node, context.snapshot(), origin=context.origin(node))


#: Characters that the fixed words of a key fit into.
_LONG = 40


def _subscript(context: Context, node: cst.Subscript) -> Type:
    base = force(evaluate(context, node.value))
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


def item_of(context: Context, container: Type, key: Type) -> Type:
    """``container[key]``."""
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
    from cachelint.types.arguments import Arguments

    for factory in factories:
        yield context.call(factory, Arguments())


# -- iteration and binding ---------------------------------------------------------------------------------


def iterated(context: Context, typ: Type) -> Type:
    """What iterating over a value gives, one at a time."""
    return join_all(_iterated(context, member) for member in members(typ))


def _iterated(context: Context, typ: Type) -> Type:
    match typ:
        case Unknown():
            return typ
        case List() | Tuple() | Set() | Generator() | IteratorType() | DictView():
            return force(typ.element)
        case Dict():
            return join(*(literal(key) for key, _ in typ.entries[:8]), typ.key)
        case QuerySet():
            return at(force(typ.row), typ.origin)
        case Str():
            return Str(None, params=typ.params)
        case Scalar(type="range" | "bytes"):
            return Scalar("int")
        case Scalar(type="text file" | "QueryDict"):
            return STR
        case Class():
            return _enum_members(context, typ)
        case Instance(fields=fields) if fields and _is_tuple_class(context, typ):
            return join_all(value for _, value in fields)
        case _:
            return UNKNOWN


def _is_tuple_class(context: Context, typ: Instance) -> bool:
    return "typing.NamedTuple" in context.interpreter.classes.externals(typ.ref)


def _enum_members(context: Context, typ: Class) -> Type:
    member = enum_member(context, typ.ref, "")
    return member if member is not None else UNKNOWN


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
            mutation.store_item(context, target, typ)
        case cst.Tuple() | cst.List():
            _unpack(context, target, typ, value)
        case cst.StarredElement():
            bind_target(context, target.value, typ, value)


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


_HANDLERS: dict[type[cst.CSTNode], Callable[[Context, Any], Type]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.SimpleString: _string,
    cst.Integer: _number,
    cst.Float: _number,
    cst.Imaginary: _number,
    cst.ConcatenatedString: _concatenated,
    cst.FormattedString: _formatted,
    cst.List: _list,
    cst.Tuple: _tuple,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.ListComp: _list_comp,
    cst.SetComp: _set_comp,
    cst.GeneratorExp: _generator,
    cst.DictComp: _dict_comp,
    cst.IfExp: _if_exp,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.Await: _await,
    cst.NamedExpr: _named,
    cst.Lambda: _lambda,
    cst.Subscript: _subscript,
    cst.Call: call,
}
