"""Evaluating expressions: one small function for each sort of node."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import libcst as cst

from cachelint.infer import mutation, strings
from cachelint.infer.attributes import attribute
from cachelint.infer.binding import enter_comprehension
from cachelint.infer.context import Context
from cachelint.infer.iteration import iterated
from cachelint.infer.narrowing import falsy, narrow, truthy
from cachelint.infer.operators import binary
from cachelint.project.classes import dotted
from cachelint.types.base import BOOL, NEVER, UNKNOWN, Lazy, Scalar, Type, Unknown, at, force
from cachelint.types.code import Closure, ExternalSymbol
from cachelint.types.containers import Coroutine, Dict, Generator, List, Set, Tuple
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, constant, literal

_MAX_ITEMS = 60

#: The names that are there without being bound, in any Python 3: those of this one, and what newer ones added.
_BUILTINS = frozenset(dir(builtins)) | {
    "BaseExceptionGroup", "EncodingWarning", "ExceptionGroup", "PythonFinalizationError",
}  # fmt: skip


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
    # A name that nothing binds where we look is bound where we don't: by `import *`, a walrus, `exec`.
    return ExternalSymbol(f"builtins.{name}") if name in _BUILTINS else UNKNOWN


def _attribute(context: Context, node: cst.Attribute) -> Type:
    path = dotted(node)
    if path is not None:
        found = context.local(path)
        if found is not None:
            return found
    base = context.evaluate(node.value)
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
    return strings.concat([(context.evaluate(part), "") for part in (node.left, node.right)])


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
    run: list[tuple[Type, Type]] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            run.append((_key(context, element.key), context.lazy(element.value)))
        elif isinstance(element, cst.StarredDictElement):
            made = mutation.merge_dicts(mutation.with_items(made, run), force(context.evaluate(element.value)))
            run = []
    return mutation.with_items(made, run)


def _key(context: Context, node: cst.BaseExpression) -> Type:
    """The type of a key; a literal costs no step: a table may have thousands."""
    if isinstance(node, cst.SimpleString):
        return _string(context, node)
    return _number(context, node) if isinstance(node, cst.Integer) else context.lazy(node)


# -- comprehensions ------------------------------------------------------------------------------------------


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
            found.append(branch.evaluate(body))
    return join_all(found)


def _boolean(context: Context, node: cst.BooleanOperation) -> Type:

    left = context.evaluate(node.left)
    right = context.snapshot()
    if isinstance(node.operator, cst.Or):
        narrow(right, node.left, False)
        return join(truthy(left), right.evaluate(node.right))
    narrow(right, node.left, True)
    return join(falsy(left), right.evaluate(node.right))


def _unary(context: Context, node: cst.UnaryOperation) -> Type:
    if isinstance(node.operator, cst.Not):
        return BOOL
    typ = force(context.evaluate(node.expression))
    value = constant(typ)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return literal(-value if isinstance(node.operator, cst.Minus) else value)
    return Scalar(typ.type) if isinstance(typ, Scalar) else UNKNOWN


def _binary(context: Context, node: cst.BinaryOperation) -> Type:
    operator = type(node.operator).__name__
    result = binary(context, operator, context.evaluate(node.left), context.evaluate(node.right), node)
    return at(result, context.origin(node))


def _comparison(context: Context, node: cst.Comparison) -> Type:
    return BOOL


def _await(context: Context, node: cst.Await) -> Type:
    return join_all(
        member.result if isinstance(member, Coroutine) else member if isinstance(member, Unknown) else UNKNOWN
        for member in members(context.evaluate(node.expression))
    )


def _named(context: Context, node: cst.NamedExpr) -> Type:
    return context.evaluate(node.value)


def _lambda(context: Context, node: cst.Lambda) -> Type:
    return Closure(context.parsed, node, context.snapshot(), origin=context.origin(node))


#: By the class of an expression, who evaluates it.
HANDLERS: dict[type[cst.CSTNode], Callable[[Context, Any], Type]] = {
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
}
