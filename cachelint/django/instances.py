"""Attributes and methods of a model instance that Django provides."""

from __future__ import annotations

import re

from cachelint.django.models import Models
from cachelint.types.base import BOOL, INT, NONE, UNKNOWN, Scalar, Type
from cachelint.types.containers import Coroutine, Dict, Tuple
from cachelint.types.django import ModelInstance, ModelType
from cachelint.types.join import join
from cachelint.types.strings import STR

_METHODS: dict[str, Type] = {
    "save": NONE,
    "refresh_from_db": NONE,
    "full_clean": NONE,
    "clean_fields": NONE,
    "delete": Tuple(UNKNOWN, (INT, Dict(STR, INT))),
    "asave": Coroutine(NONE),
    "arefresh_from_db": Coroutine(NONE),
    "get_username": STR,
    "get_full_name": STR,
    "get_short_name": STR,
    "check_password": BOOL,
    "has_perm": BOOL,
    "get_absolute_url": UNKNOWN,
}


def attribute(models: Models, model: ModelType, name: str) -> Type | None:
    """What ``instance.name`` holds, by the fields of the model; None where no field or relation says."""
    fields = models.fields(model)
    if name == "pk":
        return models.value_type(models.primary_key(model))
    if name in fields:
        return fields[name].typ
    if name.endswith("_id"):
        field = fields.get(name[:-3])
        if field is not None and field.relation and not field.many:
            return models.value_type(field)
    if name in ("is_authenticated", "is_anonymous"):
        return BOOL
    return models.reverse(model, name)


def method(model: ModelType, name: str) -> Type | None:
    """What ``instance.name(…)`` returns; None where the method is not one of Django's."""
    if model.name.endswith("contenttypes.models.ContentType"):
        if name == "model_class":
            return join(Scalar("type"), NONE)
        if name == "get_object_for_this_type":
            return UNKNOWN
    if re.fullmatch(r"get_\w+_display", name):
        return STR
    if re.fullmatch(r"get_(next|previous)_by_\w+", name):
        return ModelInstance(model)
    return _METHODS.get(name)
