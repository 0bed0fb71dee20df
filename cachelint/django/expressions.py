"""What database expressions and lookups give for each row."""

from __future__ import annotations

from collections.abc import Callable

from cachelint.django.fields import DATE, DATETIME, DECIMAL, FIELD_TYPES
from cachelint.django.models import Models
from cachelint.types.base import BOOL, FLOAT, INT, NONE, UNKNOWN, Scalar, Type, force
from cachelint.types.code import ExternalSymbol, Partial
from cachelint.types.containers import List
from cachelint.types.django import Expression, QuerySet
from cachelint.types.join import join, join_all, members, without
from cachelint.types.strings import STR, constant

_TIMEDELTA = Scalar("datetime.timedelta")

#: Expressions whose result does not depend on what they are made of.
_FIXED: dict[str, Type] = {
    "Count": INT,
    "Exists": BOOL,
    **dict.fromkeys(("StdDev", "Variance"), join(FLOAT, NONE)),
    **dict.fromkeys(("Lower", "Upper", "Concat", "Trim", "LTrim", "RTrim", "Replace", "Substr", "Left", "Right", "LPad",
                     "RPad", "Repeat", "Reverse", "MD5", "SHA1", "SHA256", "StringAgg"), STR),
    **dict.fromkeys(("Length", "StrIndex", "Ord", "RowNumber", "Rank", "DenseRank", "Ntile", "Sign"), INT),
    **dict.fromkeys(("ExtractYear", "ExtractIsoYear", "ExtractMonth", "ExtractDay", "ExtractWeek", "ExtractWeekDay",
                     "ExtractIsoWeekDay", "ExtractQuarter", "ExtractHour", "ExtractMinute", "ExtractSecond"),
                    join(INT, NONE)),
    "TruncDate": join(DATE, NONE),
    "TruncTime": join(Scalar("datetime.time"), NONE),
    "Now": DATETIME,
    **dict.fromkeys(("Sqrt", "Exp", "Ln", "Log", "Pi", "Random"), FLOAT),
}  # fmt: skip

#: Expressions that give what they are made of.
_SAME = frozenset(
    {
        "F", "Abs", "Ceil", "Floor", "Lag", "Lead", "FirstValue", "LastValue", "NthValue", "Min", "Max", "Sum",
        "Greatest", "Least", "Coalesce", "NullIf", "TruncYear", "TruncQuarter", "TruncMonth", "TruncWeek", "TruncDay",
        "TruncHour", "TruncMinute", "TruncSecond",
    }
)  # fmt: skip

#: All expressions that are known by name.
NAMES = (*_FIXED, *sorted(_SAME), "Avg", "Value", "Cast", "ArrayAgg", "Round", "ExpressionWrapper", "Case", "When",
         "Func", "Subquery", "OuterRef", "Window", "Extract", "Trunc", "JSONObject")  # fmt: skip


def expression_type(models: Models, queryset: QuerySet, typ: Type) -> Type:
    """What a database expression gives for each row."""
    typ = force(typ)
    if isinstance(typ, ExternalSymbol | Partial) or not isinstance(typ, Expression):
        return UNKNOWN
    output_field = dict(typ.keywords).get("output_field")
    if output_field is not None:
        return _of_field(output_field)
    fixed = _FIXED.get(typ.name)
    if fixed is not None:
        return fixed
    if not typ.positional:
        return UNKNOWN
    inner = [_operand(models, queryset, operand) for operand in typ.positional]
    return _DEPENDING.get(typ.name, _unknown)(typ, inner)


def _operand(models: Models, queryset: QuerySet, operand: Type) -> Type:
    """An argument of an expression: the name of a field, or an expression again."""
    text = constant(operand)
    return lookup_type(models, queryset, text) if isinstance(text, str) else expression_type(models, queryset, operand)


def _of_field(field: Type) -> Type:
    """What an ``output_field`` gives."""
    found: list[Type] = []
    for member in members(field):
        name = member.name.rpartition(".")[2] if isinstance(member, ExternalSymbol | Expression) else ""
        found.append(FIELD_TYPES.get(name, UNKNOWN))
    return join(join_all(found), NONE)


def _unknown(expression: Expression, inner: list[Type]) -> Type:
    return UNKNOWN


def _same(expression: Expression, inner: list[Type]) -> Type:
    if expression.name in ("Coalesce", "Greatest", "Least"):
        known = [typ for typ in inner if typ != UNKNOWN]
        return join_all(known) if len(known) == len(inner) else UNKNOWN
    return inner[0] if expression.name == "F" else join(inner[0], NONE)


def _average(expression: Expression, inner: list[Type]) -> Type:
    of = without(inner[0], lambda member: member == NONE)
    average = of if of in (DECIMAL, _TIMEDELTA) else FLOAT if of in (INT, FLOAT) else UNKNOWN
    return join(average, NONE)


def _value(expression: Expression, inner: list[Type]) -> Type:
    typ = force(expression.positional[0])
    return typ if isinstance(typ, Scalar) else STR if isinstance(constant(typ), str) else UNKNOWN


def _cast(expression: Expression, inner: list[Type]) -> Type:
    return _of_field(expression.positional[1]) if len(expression.positional) > 1 else UNKNOWN


_DEPENDING: dict[str, Callable[[Expression, list[Type]], Type]] = {
    **dict.fromkeys(_SAME, _same),
    "Avg": _average,
    "Value": _value,
    "Cast": _cast,
    "ArrayAgg": lambda expression, inner: List(inner[0]),
}


def lookup_type(models: Models, queryset: QuerySet, lookup: str) -> Type:
    """The value that a path such as ``"author__name"`` selects."""
    annotations = dict(queryset.annotations)
    if lookup in annotations:
        return annotations[lookup]
    model = queryset.model
    nullable = False
    parts = lookup.split("__")
    for index, part in enumerate(parts):
        if model is None:
            return UNKNOWN
        fields = models.fields(model)
        last = index == len(parts) - 1
        field = models.primary_key(model) if part == "pk" else fields.get(part)
        if field is None and part.endswith("_id"):
            field = fields.get(part[:-3])
            field = field if field is not None and field.relation and last else None
        if field is None:
            return UNKNOWN
        if last:
            typ = UNKNOWN if field.many and field.related is None else models.value_type(field)
            if field.many and field.related is not None:
                typ = models.value_type(models.primary_key(field.related))
            return join(typ, NONE) if nullable and typ is not UNKNOWN else typ
        if not field.relation:
            return UNKNOWN
        nullable = nullable or field.null
        model = field.related
    return UNKNOWN
