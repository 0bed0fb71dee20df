"""Operators between values."""

from __future__ import annotations

import operator as op
from collections.abc import Callable
from typing import Any

import libcst as cst

from cachelint.infer import strings
from cachelint.infer.context import Context
from cachelint.infer.mutation import merge_dicts
from cachelint.types.base import FLOAT, INT, NO_VALUE, UNKNOWN, Scalar, Type, Unknown, force
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.django import Expression, Manager, QuerySet
from cachelint.types.join import join_all, lazy_join, members
from cachelint.types.strings import STR, Placeholder, Str, Text, constant, literal
from cachelint.types.walk import params_of

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": op.add,
    "Subtract": op.sub,
    "Multiply": op.mul,
    "Divide": op.truediv,
    "FloorDivide": op.floordiv,
    "Modulo": op.mod,
    "Power": op.pow,
    "BitOr": op.or_,
    "BitAnd": op.and_,
    "LeftShift": op.lshift,
}
_NUMBERS = ("int", "float", "bool")
_DELTA = Scalar("datetime.timedelta")
_DATES = ("datetime.datetime", "datetime.date")

#: Texts that a variable may be, each of which something is put into.
_MAX_TEMPLATES = 8

#: No constant of the code is larger than this.
_MAX_NUMBER = 10**12


def binary(context: Context, operator: str, left: Type, right: Type, node: cst.CSTNode) -> Type:
    """``left operator right``; ``operator`` is the name of the node's class."""
    if operator == "Modulo":
        text = force(left)
        several = members(text)
        if 1 < len(several) <= _MAX_TEMPLATES and any(isinstance(member, Str) for member in several):
            return join_all(binary(context, operator, member, right, node) for member in several)
        template = constant(text)
        if isinstance(template, str):
            origin = strings.written_in(text) if isinstance(text, Str) else None
            return strings.percent(template, right, _sources(context, node), context.function, origin)
        if isinstance(text, Str):
            return _percent_of_template(text, right)
    if operator == "Add":
        added = _string_sum(context, left, right, node)
        if added is not None:
            return added
    lefts, rights = members(left), members(right)
    if len(lefts) * len(rights) > 16:
        return UNKNOWN
    return join_all(_one(context, operator, a, b) for a in lefts for b in rights)


def _percent_of_template(text: Str, right: Type) -> Type:
    """A template that is itself partly made at run time: its fixed parts stay."""
    params = text.params | params_of(right)
    parts = text.parts
    if parts is None:
        return Str(None, versions=text.versions, params=params)
    made: list[Text | Placeholder] = []
    for part in parts:
        if isinstance(part, Text):
            pieces = strings.percent(part.text, UNKNOWN, ())
            made.extend(pieces.parts or () if isinstance(pieces, Str) else ())
        else:
            made.append(part)
    return Str(tuple(made), versions=text.versions, params=params)


def _sources(context: Context, node: cst.CSTNode) -> list[str]:
    right = node.right if isinstance(node, cst.BinaryOperation) else None
    if isinstance(right, cst.Tuple):
        return [context.parsed.code(element.value) for element in right.elements]
    return [context.parsed.code(right)] if right is not None else []


def _source(context: Context, node: cst.CSTNode | None) -> str:
    return context.parsed.code(node) if isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript) else ""


def _string_sum(context: Context, left: Type, right: Type, node: cst.CSTNode) -> Type | None:
    if isinstance(node, cst.BinaryOperation):
        names = (_source(context, node.left), _source(context, node.right))
    elif isinstance(node, cst.AugAssign):
        names = (_source(context, node.target), _source(context, node.value))
    else:
        names = ("", "")
    types = [*members(left), *members(right)]
    if any(isinstance(k, Str) for k in types) and all(isinstance(k, Str | Unknown) for k in types):
        return strings.concat([(left, names[0]), (right, names[1])], context.function)
    # What is added to something that says version is a text, even where no more is known of it.
    texts = [join_all(m for m in members(side) if isinstance(m, Str | Unknown)) for side in (left, right)]
    if any(map(strings.says_version, names)) and all(members(text) for text in texts):
        return strings.concat([(texts[0], names[0]), (texts[1], names[1])], context.function)
    return None


def _one(context: Context, operator: str, left: Type, right: Type) -> Type:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown(params_of(left) | params_of(right))
    a, b = constant(left), constant(right)
    if a is not NO_VALUE and b is not NO_VALUE:
        return _computed(operator, a, b)
    match left, right:
        case Scalar(type=first), Scalar(type=second):
            return _scalars(operator, first, second)
        case (List(), List()) if operator == "Add":
            items = None
            if left.items is not None and right.items is not None:
                items = (*left.items, *right.items)
            return List(lazy_join(left.element, right.element), items, origin=left.origin)
        case (Tuple(), Tuple()) if operator == "Add":
            items = None
            if left.items is not None and right.items is not None:
                items = (*left.items, *right.items)
            return Tuple(lazy_join(left.element, right.element), items, origin=left.origin)
        case (List() | Tuple(), Scalar()) if operator == "Multiply":
            return left
        case Set(), Set():
            return Set(lazy_join(left.element, right.element), left.frozen, origin=left.origin)
        case (Dict(), Dict()) if operator == "BitOr":
            return merge_dicts(left, right)
        case QuerySet() | Manager(), QuerySet() | Manager():
            return left
        case Expression(), _:
            return left
        case (Str(), Scalar(type="int")) if operator == "Multiply":
            return STR
        case (Instance(), _) if operator == "Divide":
            return UNKNOWN
    return UNKNOWN


def _computed(operator: str, a: Any, b: Any) -> Type:
    function = _ARITHMETIC.get(operator)
    if function is None:
        return UNKNOWN
    try:
        if operator == "Power" and (abs(b) > 64 or abs(a) > 10_000):
            return INT
        if operator in ("Multiply", "LeftShift") and isinstance(a, str | bytes):
            return STR if isinstance(a, str) else Scalar("bytes")
        result = function(a, b)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return UNKNOWN
    if isinstance(result, int | float) and abs(result) > _MAX_NUMBER:
        return INT if isinstance(result, int) else FLOAT
    return literal(result)


def _scalars(operator: str, a: str, b: str) -> Type:
    if a in _NUMBERS and b in _NUMBERS:
        if operator == "Divide" or "float" in (a, b):
            return FLOAT
        return INT
    if "decimal.Decimal" in (a, b) and {a, b} <= {"decimal.Decimal", *_NUMBERS}:
        return Scalar("decimal.Decimal")
    if a in _DATES and b in _DATES and operator == "Subtract":
        return _DELTA
    if a in _DATES and b == "datetime.timedelta":
        return Scalar(a)
    if b in _DATES and a == "datetime.timedelta":
        return Scalar(b)
    if a == "datetime.timedelta" and b == "datetime.timedelta":
        return FLOAT if operator == "Divide" else _DELTA
    if a == "datetime.timedelta" and b in _NUMBERS:
        return _DELTA
    if a == b == "bytes" and operator == "Add":
        return Scalar("bytes")
    return UNKNOWN
