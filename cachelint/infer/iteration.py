"""What iterating over a value gives."""

from __future__ import annotations

from cachelint.infer.context import Context
from cachelint.infer.enums import enum_member
from cachelint.types.base import UNKNOWN, Scalar, Type, Unknown, at, force
from cachelint.types.code import Class, Instance
from cachelint.types.containers import Dict, DictView, Generator, List, Set, Tuple
from cachelint.types.containers import Iterator as IteratorType
from cachelint.types.django import QuerySet
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, Str, literal

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
