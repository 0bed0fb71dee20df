"""What a write stores, as the dict form can take it: an instance of one model, or many of them."""

from __future__ import annotations

import enum

from cachelint.caching.calls import CacheCall
from cachelint.fixes.base import FixBlocked
from cachelint.types.base import NONE, Never, Scalar, Type, Unknown, force
from cachelint.types.cache import Cached
from cachelint.types.containers import Dict, List
from cachelint.types.display import describe
from cachelint.types.django import ModelInstance, ModelType, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str

_JSON_TYPES = ("int", "float", "bool", "None")
#: Values of fields that pickle gives back as they were, and JSON as text at best.
_PICKLED_TYPES = (
    "decimal.Decimal", "uuid.UUID", "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta",
)  # fmt: skip


class Form(enum.Enum):
    """How instances are stored: one, many in a list or QuerySet, or as the values of a dict."""

    ONE = "a dict"
    MANY = "dicts"
    BY_KEY = "a dict of dicts"


def stored_model(site: CacheCall) -> tuple[ModelType, Form]:
    """The model that a write stores, and in which form. Raises FixBlocked for any other value."""
    found: list[tuple[ModelType, Form]] = []
    #: What an empty list or dict, in the place of the value at times, can stand for.
    empty: set[Form] = set()
    for member in members(site.value) if site.value is not None else ():
        match member:
            case ModelInstance(model=model):
                found.append((model, Form.ONE))
            case QuerySet(model=model, row=row) if model is not None and row == ModelInstance(model):
                found.append((model, Form.MANY))
            case List(element=element) if isinstance(force(element), ModelInstance):
                inner = force(element)
                assert isinstance(inner, ModelInstance)
                found.append((inner.model, Form.MANY))
            case Dict(value=value, entries=(), default=None, type="dict") if isinstance(force(value), ModelInstance):
                inner = force(value)
                assert isinstance(inner, ModelInstance)
                if not pickle_keeps(member.key):
                    raise FixBlocked(
                        f"the keys of the stored dict are not known to be plain data (`{describe(member)}`)"
                    )
                found.append((inner.model, Form.BY_KEY))
            case List(element=element, items=()) if isinstance(force(element), Never):
                empty.add(Form.MANY)
            case Dict(value=value, entries=(), default=None) if isinstance(force(value), Never):
                empty.add(Form.BY_KEY)
            case Cached():
                continue
            case _ if member == NONE:
                continue
            case QuerySet():
                raise FixBlocked("the stored value is a QuerySet whose row type is unknown")
            case Unknown():
                raise FixBlocked("on some paths the type of the stored value is unknown")
            case _:
                raise FixBlocked(f"the stored value contains more than model instances (`{describe(member)}`)")
    if len(set(found)) != 1 or not empty <= {form for _, form in found}:
        models = ", ".join(sorted({f"`{model.short_name}`" for model, _ in found}))
        raise FixBlocked(
            f"the stored value can have several models or containers ({models})" if found else "no instance is stored"
        )
    return found[0]


def json_keeps(typ: Type) -> bool:
    """Whether a JSON round trip keeps every value of a type."""
    return _all_of(typ, _JSON_TYPES)


def pickle_keeps(typ: Type) -> bool:
    """Whether the values of a type are plain data that a pickle keeps, whatever JSON does to them."""
    return _all_of(typ, (*_JSON_TYPES, *_PICKLED_TYPES))


def _all_of(typ: Type, types: tuple[str, ...]) -> bool:
    return bool(members(typ)) and all(
        (isinstance(m, Scalar) and m.type in types) or (isinstance(m, Str) and not m.markup) for m in members(typ)
    )
