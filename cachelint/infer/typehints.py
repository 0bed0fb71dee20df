"""What an annotation says of a value."""

from __future__ import annotations

import libcst as cst

from cachelint.django.cache_api import BACKEND_CLASSES, is_backend
from cachelint.django.orm import SOME_MODEL
from cachelint.infer.context import Context
from cachelint.infer.dataclasses import dataclass_instance
from cachelint.infer.enums import enum_member
from cachelint.project.classes import dotted
from cachelint.project.symbols import ValueRef
from cachelint.types.base import BOOL, BYTES, FLOAT, INT, NONE, UNKNOWN, Scalar, Type, Union, Unknown, force
from cachelint.types.cache import CacheObject
from cachelint.types.code import Class, ExternalSymbol
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join, join_all
from cachelint.types.strings import STR, Str
from cachelint.types.walk import walk

_SIMPLE: dict[str, Type] = {
    "builtins.str": STR,
    "builtins.int": INT,
    "builtins.float": FLOAT,
    "builtins.bool": BOOL,
    "builtins.bytes": BYTES,
    "datetime.datetime": Scalar("datetime.datetime"),
    "datetime.date": Scalar("datetime.date"),
    "datetime.time": Scalar("datetime.time"),
    "datetime.timedelta": Scalar("datetime.timedelta"),
    "decimal.Decimal": Scalar("decimal.Decimal"),
    "uuid.UUID": Scalar("uuid.UUID"),
    **dict.fromkeys(BACKEND_CLASSES, CacheObject(None)),
    **dict.fromkeys(
        ("django.http.HttpResponse", "django.http.response.HttpResponse", "django.http.HttpResponseBase",
         "django.http.response.HttpResponseBase"),
        Scalar("django.http.HttpResponse"),
    ),
    **dict.fromkeys(
        ("django.http.HttpRequest", "django.http.request.HttpRequest", "django.core.handlers.wsgi.WSGIRequest",
         "rest_framework.request.Request"),
        Scalar("django.http.HttpRequest"),
    ),
}  # fmt: skip
_QUERYSETS = frozenset({"django.db.models.QuerySet", "django.db.models.query.QuerySet"})
_MODELS = frozenset({"django.db.models.Model", "django.db.models.base.Model"})
_LISTS = frozenset({"builtins.list", "typing.List"})
_SETS = frozenset({"builtins.set", "typing.Set", "builtins.frozenset", "typing.FrozenSet"})
_DICTS = frozenset({"builtins.dict", "typing.Dict", "collections.defaultdict", "typing.DefaultDict"})
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})


def annotation_type(context: Context, node: cst.BaseExpression) -> Type | None:
    """The type that an annotation names; None where it says nothing that could be of use."""
    if isinstance(node, cst.SimpleString):
        try:
            node = cst.parse_expression(str(node.evaluated_value))
        except cst.ParserSyntaxError:
            return None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        left, right = annotation_type(context, node.left), annotation_type(context, node.right)
        return None if left is None or right is None else join(left, right)
    if isinstance(node, cst.Name) and node.value == "None":
        return NONE
    if isinstance(node, cst.Subscript):
        return _subscript(context, node)
    if not isinstance(node, cst.Name | cst.Attribute):
        return None
    alias = _alias(context, node)
    if alias is not None:
        return alias
    typ = force(context.evaluate(node))
    match typ:
        case ExternalSymbol(name=name):
            if name in _QUERYSETS:
                return QuerySet(None, UNKNOWN)
            if name in _MODELS:
                return ModelInstance(SOME_MODEL)
            if name in _LISTS:
                return List(UNKNOWN)
            if name in _SETS:
                return Set(UNKNOWN)
            if name in _DICTS:
                return Dict(UNKNOWN, UNKNOWN)
            return _SIMPLE.get(name)
        case ModelClass(model=model):
            return ModelInstance(model)
        case Class(ref=ref):
            if is_backend(context.interpreter.classes, ref):
                return CacheObject(None)
            models = context.interpreter.models
            if models.is_queryset_class(ref):
                return QuerySet(None, UNKNOWN, ref)
            if models.is_manager_class(ref):
                return Manager(None, ref)
            return class_instance(context, typ)
    return None


def _alias(context: Context, node: cst.Name | cst.Attribute) -> Type | None:
    """What a type alias such as ``Row = dict[str, int | None]`` stands for; None where the name is none."""
    interpreter = context.interpreter
    name = dotted(node)
    symbol = interpreter.classes.resolve_dotted(context.module, name) if name else None
    if not isinstance(symbol, ValueRef) or len(symbol.definitions) != 1:
        return None
    parsed = symbol.module.parsed(symbol.definitions[0])
    value = _assigned(parsed.statements[0]) if parsed is not None and parsed.statements else None
    if parsed is None or not isinstance(value, cst.Subscript | cst.BinaryOperation):
        return None
    return interpreter.memo.ask(
        ("alias", symbol), lambda: annotation_type(Context(interpreter, symbol.module, parsed), value), None
    )


def _assigned(statement: cst.CSTNode) -> cst.BaseExpression | None:
    inner = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and statement.body else None
    return inner.value if isinstance(inner, cst.Assign | cst.AnnAssign | cst.TypeAlias) else None


def class_instance(context: Context, typ: Class) -> Type | None:
    """An instance of a class of the project that an annotation names; nothing for typing constructs."""
    made = dataclass_instance(context, typ.ref)
    if made is not None:
        return made
    member = enum_member(context, typ.ref, "")
    if member is not None:
        return member
    externals = context.interpreter.classes.externals(typ.ref)
    if any("Protocol" in name or "Enum" in name or name.endswith("Choices") for name in externals):
        return None
    return context.interpreter.plain_instance(typ.ref)


def _subscript(context: Context, node: cst.Subscript) -> Type | None:
    base = force(context.evaluate(node.value))
    parts = [element.slice.value for element in node.slice if isinstance(element.slice, cst.Index)]
    name = base.name if isinstance(base, ExternalSymbol) else ""
    if name in ("typing.Optional",):
        inner = annotation_type(context, parts[0])
        return None if inner is None else join(inner, NONE)
    if name in ("typing.Union",):
        types = [annotation_type(context, part) for part in parts]
        return None if any(k is None for k in types) else join_all(k for k in types if k is not None)
    if name in _LISTS:
        return List(annotation_type(context, parts[0]) or UNKNOWN)
    if name in _SETS:
        return Set(annotation_type(context, parts[0]) or UNKNOWN, "rozen" in name)
    if name in _DICTS and len(parts) == 2:
        return Dict(annotation_type(context, parts[0]) or UNKNOWN, annotation_type(context, parts[1]) or UNKNOWN)
    if name in _TUPLES:
        if len(parts) == 2 and isinstance(parts[1], cst.Ellipsis):
            return Tuple(annotation_type(context, parts[0]) or UNKNOWN)
        items = tuple(annotation_type(context, part) or UNKNOWN for part in parts)
        return Tuple(join_all(items), items)
    if name in _QUERYSETS:
        row = annotation_type(context, parts[0]) or UNKNOWN
        model = row.model if isinstance(row, ModelInstance) else None
        return QuerySet(model, row)
    if name.endswith(".ClassVar") or name.endswith(".Final") or name.endswith(".Annotated"):
        return annotation_type(context, parts[0])
    return None


def parameter_type(context: Context, node: cst.BaseExpression, name: str) -> Type | None:
    """What an annotation says of a parameter. Plain types stay Unknown, so that callers are still asked."""
    typ = annotation_type(context, node)
    if typ is None:
        return None
    if typ == STR:
        return Str(None, params=frozenset({name}))
    if isinstance(typ, Dict | List | Tuple | Set) and _says_nothing(typ):
        return Unknown(frozenset({name}), annotated=typ)
    if typ in (INT, FLOAT, BOOL, NONE):
        return Unknown(frozenset({name}), annotated=typ)
    # A union with plain types: callers decide which of them it is.
    if isinstance(typ, Union):
        models = [m for m in typ.members if isinstance(m, ModelInstance | QuerySet | CacheObject)]
        return join_all(typ.members) if models else Unknown(frozenset({name}), annotated=typ)
    return typ


def _says_nothing(typ: Type) -> bool:
    """Whether JSON keeps all that an annotation names, so that callers may say more than it does."""
    for path, part in walk(typ):
        if isinstance(part, ModelInstance | QuerySet | Set | Tuple):
            return False
        if isinstance(part, Scalar) and (part.type not in _PLAIN or path.startswith("key of")):
            return False
    return True


_PLAIN = ("int", "float", "bool", "None")
