"""Attributes of values of built-in and library types, by the type's name."""

from __future__ import annotations

from cachelint.infer.context import Context
from cachelint.types.base import BYTES, INT, NONE, UNKNOWN, Scalar, Type
from cachelint.types.code import BoundMethod
from cachelint.types.containers import Dict
from cachelint.types.django import Manager, ModelInstance, QuerySet
from cachelint.types.strings import STR

_HEADERS = Dict(STR, STR)

#: (type, attribute) → type; methods are in ``methods``.
_ATTRIBUTES: dict[tuple[str, str], Type] = {
    **{
        ("datetime.datetime", name): INT for name in ("year", "month", "day", "hour", "minute", "second", "microsecond")
    },
    **{("datetime.date", name): INT for name in ("year", "month", "day")},
    **{("datetime.timedelta", name): INT for name in ("days", "seconds", "microseconds")},
    ("uuid.UUID", "hex"): STR,
    ("uuid.UUID", "int"): INT,
    ("uuid.UUID", "bytes"): BYTES,
    ("pathlib.Path", "name"): STR,
    ("pathlib.Path", "stem"): STR,
    ("pathlib.Path", "suffix"): STR,
    ("pathlib.Path", "parent"): Scalar("pathlib.Path"),
    ("django.http.HttpRequest", "GET"): Scalar("QueryDict"),
    ("django.http.HttpRequest", "POST"): Scalar("QueryDict"),
    ("django.http.HttpRequest", "query_params"): Scalar("QueryDict"),
    ("django.http.HttpRequest", "COOKIES"): Dict(STR, STR),
    ("django.http.HttpRequest", "META"): Dict(STR, UNKNOWN),
    ("django.http.HttpRequest", "headers"): _HEADERS,
    ("django.http.HttpRequest", "path"): STR,
    ("django.http.HttpRequest", "path_info"): STR,
    ("django.http.HttpRequest", "method"): STR,
    ("django.http.HttpRequest", "scheme"): STR,
    ("django.http.HttpRequest", "content_type"): STR,
    ("django.http.HttpRequest", "body"): BYTES,
    ("requests.Response", "content"): BYTES,
    ("requests.Response", "text"): STR,
    ("requests.Response", "url"): STR,
    ("requests.Response", "status_code"): INT,
    ("requests.Response", "ok"): Scalar("bool"),
    ("requests.Response", "headers"): _HEADERS,
    ("requests.Response", "elapsed"): Scalar("datetime.timedelta"),
    ("django.http.HttpResponse", "content"): BYTES,
    ("django.http.HttpResponse", "status_code"): INT,
    ("unrendered TemplateResponse", "content"): BYTES,
    ("unrendered TemplateResponse", "rendered_content"): STR,
    ("unrendered TemplateResponse", "status_code"): INT,
    ("django.db.models.fields.files.FieldFile", "url"): STR,
    ("django.db.models.fields.files.FieldFile", "name"): STR,
    ("django.db.models.fields.files.FieldFile", "path"): STR,
    ("django.db.models.fields.files.FieldFile", "size"): INT,
    ("re.Match", "string"): STR,
    ("django.core.paginator.Paginator", "count"): INT,
    ("django.core.paginator.Paginator", "num_pages"): INT,
    ("exception", "args"): UNKNOWN,
}

#: Attributes that decide nothing, of types that have more than the tables know.
_OPEN = frozenset({"django.http.HttpRequest", "exception", "object", "file"})


def attribute(context: Context, base: Type, name: str) -> Type | None:
    """The attribute; None where it may be a method."""
    if not isinstance(base, Scalar):
        return None
    if base.type == "django.http.HttpRequest" and name == "user":
        return ModelInstance(context.interpreter.models.user_model())
    return _ATTRIBUTES.get((base.type, name))


#: Methods of the managers of Django's own apps → whether they give a row.
_MANAGER_ROWS = frozenset(
    {"create_user", "create_superuser", "get_for_model", "get_for_id", "get_by_natural_key", "get_current"}
)


def manager_method(base: Manager | QuerySet, name: str) -> Type | None:
    """A method that the managers of Django's own apps add; None where it is none of them."""
    if name in _MANAGER_ROWS and isinstance(base, Manager):
        return BoundMethod(base, name)
    if name in ("add", "remove", "set", "clear") and isinstance(base, Manager) and base.related:
        return BoundMethod(base, name)
    return None


def manager_result(base: Manager, name: str) -> Type | None:
    """What such a method returns."""
    if name in _MANAGER_ROWS and base.model is not None:
        return ModelInstance(base.model)
    return NONE if base.related else None
