"""What database expressions and lookups give for each row."""

from __future__ import annotations

from collections.abc import Callable

from cachelint.django.fields import DATE, DATETIME, DECIMAL, FIELD_KINDS
from cachelint.django.models import Models
from cachelint.types.join import join, join_all, members, without
from cachelint.types.model import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STR,
    UNKNOWN,
    Expression,
    ExternalKind,
    Kind,
    List,
    Partial,
    QuerySet,
    Scalar,
    constant,
    force,
)

_TIMEDELTA = Scalar("datetime.timedelta")

#: Expressions whose result does not depend on what they are made of.
_FIXED: dict[str, Kind] = {
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


def expression_kind(models: Models, queryset: QuerySet, kind: Kind) -> Kind:
    """What a database expression gives for each row."""
    kind = force(kind)
    if isinstance(kind, ExternalKind | Partial) or not isinstance(kind, Expression):
        return UNKNOWN
    said = dict(kind.keywords).get("output_field")
    if said is not None:
        return _of_field(said)
    fixed = _FIXED.get(kind.name)
    if fixed is not None:
        return fixed
    if not kind.positional:
        return UNKNOWN
    inner = [_operand(models, queryset, operand) for operand in kind.positional]
    return _DEPENDING.get(kind.name, _unknown)(kind, inner)


def _operand(models: Models, queryset: QuerySet, operand: Kind) -> Kind:
    """An argument of an expression: the name of a field, or an expression again."""
    text = constant(operand)
    return lookup_kind(models, queryset, text) if isinstance(text, str) else expression_kind(models, queryset, operand)


def _of_field(field: Kind) -> Kind:
    """What an ``output_field`` gives."""
    found: list[Kind] = []
    for member in members(field):
        name = member.name.rpartition(".")[2] if isinstance(member, ExternalKind | Expression) else ""
        found.append(FIELD_KINDS.get(name, UNKNOWN))
    return join(join_all(found), NONE)


def _unknown(expression: Expression, inner: list[Kind]) -> Kind:
    return UNKNOWN


def _same(expression: Expression, inner: list[Kind]) -> Kind:
    if expression.name in ("Coalesce", "Greatest", "Least"):
        known = [kind for kind in inner if kind != UNKNOWN]
        return join_all(known) if len(known) == len(inner) else UNKNOWN
    return inner[0] if expression.name == "F" else join(inner[0], NONE)


def _average(expression: Expression, inner: list[Kind]) -> Kind:
    of = without(inner[0], lambda member: member == NONE)
    average = of if of in (DECIMAL, _TIMEDELTA) else FLOAT if of in (INT, FLOAT) else UNKNOWN
    return join(average, NONE)


def _value(expression: Expression, inner: list[Kind]) -> Kind:
    kind = force(expression.positional[0])
    return kind if isinstance(kind, Scalar) else STR if isinstance(constant(kind), str) else UNKNOWN


def _cast(expression: Expression, inner: list[Kind]) -> Kind:
    return _of_field(expression.positional[1]) if len(expression.positional) > 1 else UNKNOWN


_DEPENDING: dict[str, Callable[[Expression, list[Kind]], Kind]] = {
    **dict.fromkeys(_SAME, _same),
    "Avg": _average,
    "Value": _value,
    "Cast": _cast,
    "ArrayAgg": lambda expression, inner: List(inner[0]),
}


def lookup_kind(models: Models, queryset: QuerySet, lookup: str) -> Kind:
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
            kind = UNKNOWN if field.many and field.related is None else models.value_kind(field)
            if field.many and field.related is not None:
                kind = models.value_kind(models.primary_key(field.related))
            return join(kind, NONE) if nullable and kind is not UNKNOWN else kind
        if not field.relation:
            return UNKNOWN
        nullable = nullable or field.null
        model = field.related
    return UNKNOWN
