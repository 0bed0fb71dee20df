"""The tables of this folder as one: what a name gives when it is called, and when it is read."""

from __future__ import annotations

from cachelint.library import (
    dateutil,
    django,
    environ,
    generated,
    httpx,
    jsonpickle,
    markupsafe,
    memcached,
    packaging,
    python,
    pytz,
    redis,
    requests,
    rest_framework,
    simplejson,
)
from cachelint.library.notation import parse
from cachelint.types.base import Type

#: What is written by hand, which goes before what is derived.
_BY_HAND = (
    python, django, rest_framework, redis, memcached, requests, httpx, dateutil, pytz, packaging, simplejson, jsonpickle,
    environ, markupsafe,
)  # fmt: skip
_RETURNS: dict[str, str] = dict(generated.RETURNS)
_ATTRIBUTES: dict[str, str] = dict(generated.ATTRIBUTES)
for _module in _BY_HAND:
    _RETURNS.update(_module.RETURNS)
    _ATTRIBUTES.update(getattr(_module, "ATTRIBUTES", {}))


def returns(name: str) -> Type | None:
    """What calling a function, class or method gives, by its full name; None where nothing is known."""
    text = _RETURNS.get(name)
    return parse(text) if text is not None else None


def attribute(name: str) -> Type | None:
    """What an attribute holds, by the full name of its class and its own; None where nothing is known."""
    text = _ATTRIBUTES.get(name)
    return parse(text) if text is not None else None


def has_method(name: str) -> bool:
    """Whether a method of that full name is known."""
    return name in _RETURNS
