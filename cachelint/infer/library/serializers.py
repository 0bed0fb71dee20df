"""What ``serializer.data`` of REST framework holds: most fields give text, a few leave raw values."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.django.fields import DATE, DATETIME, DECIMAL, UUID, Field
from cachelint.infer.context import Context
from cachelint.project.classes import dotted
from cachelint.project.symbols import ClassRef, External
from cachelint.types.arguments import Arguments
from cachelint.types.base import BOOL, FLOAT, INT, NEVER, NONE, UNKNOWN, Lazy, Scalar, Type, force
from cachelint.types.code import Function, Instance
from cachelint.types.containers import Dict, List, Tuple
from cachelint.types.django import ModelClass, ModelInstance, ModelType
from cachelint.types.join import join, join_all, map_members, members
from cachelint.types.strings import STR, constant

_TIMES = (DATETIME, DATE, Scalar("datetime.time"))
_DURATION = Scalar("datetime.timedelta")

#: Field classes of REST framework → what they give.
_FIELDS: dict[str, Type] = {
    **dict.fromkeys(
        ("CharField", "EmailField", "RegexField", "SlugField", "URLField", "UUIDField", "IPAddressField", "DateTimeField",
         "DateField", "TimeField", "DurationField", "StringRelatedField", "HyperlinkedRelatedField",
         "HyperlinkedIdentityField"),
        STR,
    ),
    **dict.fromkeys(("FileField", "ImageField"), join(STR, NONE)),
    "IntegerField": INT,
    "FloatField": FLOAT,
    **dict.fromkeys(("BooleanField", "NullBooleanField"), BOOL),
}  # fmt: skip

#: With ``format=None`` these give the value itself.
_FORMATTED = {"DateTimeField": DATETIME, "DateField": DATE, "TimeField": Scalar("datetime.time")}


def is_serializer(context: Context, ref: ClassRef) -> bool:
    """Whether a class derives from a serializer of REST framework."""
    names = context.interpreter.classes.externals(ref)
    return any(n.startswith("rest_framework.serializers.") and n.endswith("Serializer") for n in names)


def instance(context: Context, ref: ClassRef, arguments: Arguments) -> Instance:
    """A serializer as its making gives it: what it is of decides whether ``data`` is one row or a list."""
    many = arguments.get(-1, "many")
    is_many = constant(many) if many is not None else arguments.star
    row = Lazy(lambda: row_of(context, ref))
    data: Type = Lazy(lambda: force(row) if is_many is False else List(row) if is_many is True else UNKNOWN)
    return context.interpreter.plain_instance(ref, (("data", data),))


def row_of(context: Context, ref: ClassRef, *, by_framework: bool = False) -> Type:
    """What a serializer makes of one object; ``by_framework`` what `to_representation` of the framework makes of it."""
    if not by_framework and context.interpreter.classes.member(ref, "to_representation") is not None:
        return Dict(STR, UNKNOWN)
    declared = _declared(context, ref)
    meta = context.interpreter.classes.member(ref, "Meta")
    if meta is None or meta[1][-1].form != "class":
        entries = [(name, _declared_type(context, ref, None, name, owner)) for name, owner in declared.items()]
        return Dict(NEVER, NEVER, tuple(entries))
    meta_ref = ClassRef(meta[0].module, meta[1][-1])
    model = force(context.member(meta_ref, "model", None) or UNKNOWN)
    names = _names(context, meta_ref, model)
    if not isinstance(model, ModelClass) or names is None:
        return Dict(STR, UNKNOWN)
    linked = any(n.endswith("HyperlinkedModelSerializer") for n in context.interpreter.classes.externals(ref))
    found: list[tuple[str, Type]] = []
    for name in names:
        if name in declared:
            found.append((name, _declared_type(context, ref, model.model, name, declared[name])))
        else:
            found.append((name, _model_type(context, model.model, name, linked)))
    return Dict(NEVER, NEVER, tuple(found))


def _names(context: Context, meta: ClassRef, model: Type) -> list[str] | None:
    """The fields that ``Meta`` names; None where they can't be told."""
    fields = force(context.member(meta, "fields", None) or UNKNOWN)
    if constant(fields) == "__all__" and isinstance(model, ModelClass):
        return list(context.interpreter.models.fields(model.model))
    if isinstance(fields, List | Tuple) and fields.items is not None:
        names = [constant(item) for item in fields.items]
        if all(isinstance(name, str) for name in names):
            return [str(name) for name in names]
    return None


def _declared(context: Context, ref: ClassRef) -> dict[str, ClassRef]:
    """The fields that the class body (or that of a base) makes, with the class."""
    found: dict[str, ClassRef] = {}
    for base in reversed(context.interpreter.classes.order(ref)):
        scope = base.definition.scope if isinstance(base, ClassRef) else None
        for name, definitions in (scope.definitions if scope else {}).items():
            text = base.module.text_of(definitions[-1]) if isinstance(base, ClassRef) else b""
            if isinstance(base, ClassRef) and definitions[-1].form == "assignment" and _CALL.search(text):
                found[name] = base
    return found


_CALL = re.compile(rb"=\s*(?:\w+\.)*\w*(?:Field|Serializer)\(")


def _declared_type(context: Context, ref: ClassRef, model: ModelType | None, name: str, owner: ClassRef) -> Type:
    definitions = owner.definition.scope.definitions[name] if owner.definition.scope else []
    parsed = owner.module.parsed(definitions[-1])
    statement = parsed.statements[0] if parsed is not None and parsed.statements else None
    inner = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) and statement.body else None
    call = inner.value if isinstance(inner, cst.Assign | cst.AnnAssign) else None
    if not isinstance(call, cst.Call):
        return UNKNOWN
    arguments = {a.keyword.value: a.value for a in call.args if a.keyword is not None}
    symbol = context.interpreter.classes.resolve_dotted(owner.module, dotted(call.func) or "")
    if isinstance(symbol, ClassRef):
        if not is_serializer(context, symbol):
            return UNKNOWN
        row = Lazy(lambda: row_of(context, symbol))
        return List(row) if "many" in arguments else row
    last = symbol.name.rpartition(".")[2] if isinstance(symbol, External) else ""
    if last == "SerializerMethodField":
        return Lazy(lambda: _method_result(context, ref, name, arguments.get("method_name")))
    source = arguments.get("source")
    attribute = str(source.evaluated_value) if isinstance(source, cst.SimpleString) else name
    if last == "ReadOnlyField" and model is not None:
        return Lazy(lambda: _attribute_of(context, model, attribute))
    if last == "PrimaryKeyRelatedField" and model is not None and "pk_field" not in arguments:
        field = context.interpreter.models.fields(model).get(attribute)
        if field is not None and not field.relation:
            # A key is given as it is, whatever field of a model it stands for.
            return context.interpreter.models.value_type(field)
        return _model_type(context, model, attribute, linked=False)
    if last in _FORMATTED and isinstance(arguments.get("format"), cst.Name):
        return join(_FORMATTED[last], NONE)
    if last == "DecimalField":
        plain = arguments.get("coerce_to_string")
        return DECIMAL if isinstance(plain, cst.Name) and plain.value == "False" else _decimal(context)
    return _FIELDS.get(last, UNKNOWN)


def _method_result(context: Context, ref: ClassRef, name: str, annotated: cst.BaseExpression | None) -> Type:
    method = str(annotated.evaluated_value) if isinstance(annotated, cst.SimpleString) else f"get_{name}"
    function = context.member(ref, method, context.interpreter.plain_instance(ref))
    return context.call(function, Arguments((UNKNOWN,))) if isinstance(function, Function) else UNKNOWN


def _attribute_of(context: Context, model: ModelType, path: str) -> Type:
    """An attribute of an instance as a field reads it: what can be called is called."""
    typ: Type = ModelInstance(model)
    for part in path.split("."):
        typ = force(context.attribute(typ, part))
        typ = join_all(context.call(m, Arguments()) if isinstance(m, Function) else m for m in members(typ))
    return typ


def _model_type(context: Context, model: ModelType, name: str, linked: bool) -> Type:
    """What the field gives that a ModelSerializer makes of a model's field by itself."""
    models = context.interpreter.models
    field: Field | None = models.fields(model).get(name)
    if field is None:
        return _attribute_of(context, model, name)
    if field.relation:
        if linked:
            return List(STR) if field.many else STR
        if field.many:
            return List(models.value_type(models.primary_key(field.related))) if field.related else UNKNOWN
        # The related object's key is given as it is, a UUID too.
        return models.value_type(field)
    return map_members(field.typ, lambda member: _represented(context, member))


def _represented(context: Context, typ: Type) -> Type:
    if typ in (*_TIMES, _DURATION, UUID):
        return STR
    if typ == DECIMAL:
        return _decimal(context)
    if isinstance(typ, Scalar) and typ.type.endswith("FieldFile"):
        return join(STR, NONE)
    return UNKNOWN if isinstance(typ, Scalar) and typ.type == "bytes" else typ


def _decimal(context: Context) -> Type:
    """Text, unless the settings say ``COERCE_DECIMAL_TO_STRING: False``."""
    settings = force(context.interpreter.setting("REST_FRAMEWORK"))
    coerce = dict(settings.entries).get("COERCE_DECIMAL_TO_STRING") if isinstance(settings, Dict) else None
    return DECIMAL if coerce is not None and constant(coerce) is False else STR
