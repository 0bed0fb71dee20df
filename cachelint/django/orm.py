"""What the methods of querysets and managers return: the derived table, and the rows that it can't tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cachelint.django.expressions import expression_type, lookup_type
from cachelint.django.fields import DATE, DATETIME
from cachelint.django.models import Models
from cachelint.django.orm_table import ORM_METHODS
from cachelint.types.arguments import Arguments
from cachelint.types.base import BOOL, INT, NEVER, NONE, UNKNOWN, Type, force
from cachelint.types.containers import Coroutine, Dict, Generator, List, Tuple
from cachelint.types.django import Expression, Manager, ModelInstance, ModelType, QuerySet
from cachelint.types.join import join, join_all
from cachelint.types.strings import STR, constant

#: The model of a queryset of which only that it is one is known.
SOME_MODEL = ModelType("django.db.models.Model", certain=False)


def rows_of(manager: Manager) -> QuerySet:
    """The queryset that a manager starts from."""
    model = manager.model or SOME_MODEL
    return QuerySet(manager.model, ModelInstance(model), manager.queryset_class)


def call(models: Models, receiver: QuerySet | Manager, name: str, arguments: Arguments) -> Type | None:
    """The result of an ORM method; None where the method is not one of Django's."""
    entry = ORM_METHODS.get(name)
    if entry is None:
        return None
    meaning, awaited = entry
    queryset = rows_of(receiver) if isinstance(receiver, Manager) else receiver
    result = _result(models, queryset, name, meaning, arguments)
    return Coroutine(result) if awaited else result


def _result(models: Models, queryset: QuerySet, name: str, meaning: str, arguments: Arguments) -> Type:
    row = queryset.row
    instance = ModelInstance(queryset.model or SOME_MODEL)
    simple: dict[str, Callable[[], Type]] = {
        "row": lambda: row,
        "row or None": lambda: join(row, NONE),
        "instance": lambda: instance,
        "list of instances": lambda: List(instance),
        "instance and bool": lambda: Tuple(join(instance, BOOL), (instance, BOOL)),
        "dict of instances": lambda: Dict(_key_type(models, queryset), instance),
        "int": lambda: INT,
        "bool": lambda: BOOL,
        "str": lambda: STR,
        "None": lambda: NONE,
        "deletion": lambda: Tuple(join(INT, Dict(STR, INT)), (INT, Dict(STR, INT))),
        "generator of rows": lambda: Generator(row, f"`{name}()` generator"),
        "async generator of rows": lambda: Generator(row, f"`{name}()` generator", asynchronous=True),
        "queryset of dates": lambda: _with_row(queryset, DATE),
        "queryset of datetimes": lambda: _with_row(queryset, DATETIME),
        "raw queryset": lambda: QuerySet(queryset.model, instance, type="RawQuerySet"),
        "queryset of anything": lambda: queryset,
        "queryset of dicts": lambda: _with_row(queryset, _values_row(models, queryset, arguments)),
        "values_list": lambda: _with_row(queryset, _values_list_row(models, queryset, arguments)),
        "aggregates": lambda: _aggregates(models, queryset, arguments),
    }
    if meaning == "queryset":
        if name in ("annotate", "alias"):
            return _annotated(models, queryset, arguments)
        return queryset
    return simple[meaning]()


def _with_row(queryset: QuerySet, row: Type) -> QuerySet:
    return QuerySet(queryset.model, row, queryset.queryset_class, annotations=queryset.annotations)


def _key_type(models: Models, queryset: QuerySet) -> Type:
    return models.value_type(models.primary_key(queryset.model)) if queryset.model else UNKNOWN


def _annotated(models: Models, queryset: QuerySet, arguments: Arguments) -> QuerySet:
    annotations = dict(queryset.annotations)
    for name, typ in arguments.keywords.items():
        annotations[name] = expression_type(models, queryset, typ)
    row = force(queryset.row)
    if isinstance(row, Dict) and row.entries:
        row = Dict(row.key, row.value, (*row.entries, *((n, annotations[n]) for n in arguments.keywords)))
    return QuerySet(queryset.model, row, queryset.queryset_class, queryset.type, tuple(annotations.items()))


def _aggregates(models: Models, queryset: QuerySet, arguments: Arguments) -> Type:
    entries: list[tuple[str, Type]] = []
    for typ in arguments.positional:
        name = _default_alias(force(typ))
        if not name:
            return Dict(STR, UNKNOWN)
        entries.append((name, expression_type(models, queryset, typ)))
    for name, typ in arguments.keywords.items():
        entries.append((name, expression_type(models, queryset, typ)))
    return Dict(NEVER, UNKNOWN if arguments.star else NEVER, tuple(entries))


def _default_alias(typ: Type) -> str:
    if isinstance(typ, Expression) and typ.positional:
        lookup = constant(typ.positional[0])
        if isinstance(lookup, str):
            return f"{lookup}__{typ.name.lower()}"
    return ""


def _names(arguments: Iterable[Type]) -> list[str] | None:
    names = [constant(typ) for typ in arguments]
    return [n for n in names if isinstance(n, str)] if all(isinstance(n, str) for n in names) else None


def _columns(models: Models, queryset: QuerySet, arguments: Arguments) -> list[tuple[str, Type]] | None:
    """The selected columns, None where they can't be told."""
    names = _names(arguments.positional)
    if names is None or arguments.star:
        return None
    columns = [(name, lookup_type(models, queryset, name)) for name in names]
    for name, typ in arguments.keywords.items():
        if name not in ("flat", "named"):
            columns.append((name, expression_type(models, queryset, typ)))
    if not columns and queryset.model is not None:
        for field in models.fields(queryset.model).values():
            if not field.many:
                columns.append((field.attname, models.value_type(field)))
        columns += list(queryset.annotations)
    return columns


def _values_row(models: Models, queryset: QuerySet, arguments: Arguments) -> Type:
    columns = _columns(models, queryset, arguments)
    if not columns:
        return Dict(STR, UNKNOWN)
    return Dict(NEVER, NEVER, tuple(columns))


def _values_list_row(models: Models, queryset: QuerySet, arguments: Arguments) -> Type:
    columns = _columns(models, queryset, arguments)
    flat = arguments.get(-1, "flat")
    if flat is not None:
        if constant(flat) is not True:
            return UNKNOWN
        return columns[0][1] if columns else UNKNOWN
    named = arguments.get(-1, "named")
    name = "Row" if named is not None and constant(named) is True else ""
    if not columns:
        return Tuple(UNKNOWN, name=name)
    items = tuple(typ for _, typ in columns)
    return Tuple(join_all(items), items, name)
