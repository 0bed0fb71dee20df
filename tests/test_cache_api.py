"""The table of a cache's methods says what the installed Django says."""

from __future__ import annotations

import inspect

from django.core.cache.backends.base import BaseCache

from cachelint.django.cache_api import DJANGO, METHOD_NAMES, METHODS, synchronous


def test_parameters_are_those_of_django() -> None:
    for name, method in DJANGO.items():
        signature = inspect.signature(getattr(BaseCache, name))
        assert tuple(signature.parameters)[1:] == method.parameters, name


def test_each_has_the_twin_that_it_is_said_to_have() -> None:
    for name, method in METHODS.items():
        assert hasattr(BaseCache, f"a{name}") is method.has_twin, name


def test_no_method_that_takes_a_key_is_missing() -> None:
    internal = {"make_key", "make_and_validate_key", "validate_key"}
    taking = {
        name
        for name, function in vars(BaseCache).items()
        if inspect.isfunction(function)
        and not name.startswith("_")
        and {"key", "keys", "data"} & set(inspect.signature(function).parameters)
    }
    assert taking - internal == {
        name for name in METHOD_NAMES if synchronous(name) in DJANGO and METHODS[synchronous(name)].parameters
    }


def test_only_what_is_no_name_of_its_own_loses_its_a() -> None:
    assert [synchronous(name) for name in ("aset", "add", "aadd", "get", "aget_or_set")] == [
        "set", "add", "add", "get", "get_or_set",
    ]  # fmt: skip
