"""Attributes of values of built-in and library types, by the type's name."""

from __future__ import annotations

from cachelint.infer.context import Context
from cachelint.library import registry
from cachelint.types.base import NONE, Scalar, Type
from cachelint.types.code import BoundMethod
from cachelint.types.django import Manager, ModelInstance, QuerySet

#: Attributes that decide nothing, of types that have more than the tables know.
_OPEN = frozenset({"django.http.HttpRequest", "exception", "object", "file"})


def attribute(context: Context, base: Type, name: str) -> Type | None:
    """The attribute; None where it may be a method."""
    if not isinstance(base, Scalar):
        return None
    if base.type == "django.http.HttpRequest" and name == "user":
        return ModelInstance(context.interpreter.models.user_model())
    return registry.attribute(f"{base.type}.{name}")


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
