"""What rules ask of an entry of ``CACHES``: its backends, its words and where they stand, what it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.django.settings import is_for_tests, say_nothing
from cachelint.findings import Place
from cachelint.project.module import Module
from cachelint.types.base import UNKNOWN, Never, Type, force
from cachelint.types.containers import Dict
from cachelint.types.join import members
from cachelint.types.strings import constant

#: Names of settings that are not for production.
_OTHER = re.compile(
    r"(^|[/_.-])(dev|devel|develop\w*|local\w*|test\w*|ci|example\w*|demo\w*|sandbox|tutorial|docs?|mock)([/_.-]|$)"
)
_DEBUG = re.compile(rb"^DEBUG\s*(?::\s*bool\s*)?=\s*True\b", re.MULTILINE)


def backend_of(settings: CacheSettings) -> str:
    """The backend of an entry, where it is a constant; empty elsewhere."""
    value = constant(force(dict(settings.options.entries).get("BACKEND", UNKNOWN)))
    return value if isinstance(value, str) else ""


def is_closed(options: Dict) -> bool:
    """Whether all words of a dict are known: nothing is spread into it."""
    return isinstance(force(options.value), Never) and not options.optional


def inner_options(settings: CacheSettings) -> Dict | None:
    """OPTIONS of an entry, where it is one dict of known words."""
    found = members(dict(settings.options.entries).get("OPTIONS", UNKNOWN))
    return found[0] if len(found) == 1 and isinstance(found[0], Dict) else None


def place_of(typ: Type, word: str) -> Place | None:
    """Where a word stands in the dict that says it."""
    origin = typ.origin
    if origin is None or not isinstance(origin.node, cst.Dict):
        return None
    for element in origin.node.elements:
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            if element.key.evaluated_value == word:
                return origin.parsed.place(element.key)
    return None


def is_of_no_site(facts: Facts) -> bool:
    """Whether the settings are those of a package's own tests, or there are none: projects have others."""
    modules = facts.interpreter.settings_modules
    return not modules or say_nothing(modules)


def may_be_for_production(module: Module) -> bool:
    """Whether nothing says that a settings module is for something else."""
    return not _OTHER.search(module.path) and not is_for_tests(module.path) and not module.findall(_DEBUG)


def once(found: list[CacheSettings]) -> Iterator[CacheSettings]:
    """Each entry once, where several modules take it from one."""
    seen: set[Place] = set()
    for each in found:
        if each.place not in seen:
            seen.add(each.place)
            yield each
