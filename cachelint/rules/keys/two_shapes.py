"""CL308: two writes of one key store what no reader can treat alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.calls import CacheCall, Write
from cachelint.caching.facts import Facts
from cachelint.caching.keys.changes import family
from cachelint.caching.keys.graph import Key
from cachelint.caching.keys.shape import ANYTHING, NOTHING, Shape, alternatives, shape_of, shown
from cachelint.findings import Related, Severity
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import NO_VALUE
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, constant
from cachelint.types.template import templates

RULE = Rule(
    code="CL308",
    summary="Two writes of one key store values of different shapes.",
    why="""\
Whoever reads the key gets the one or the other, by which write came last, and fails on one of them: a dict and a list
have no method in common that reads them.""",
    severity=Severity.MEDIUM,
    no_fix="give each its own key",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(rows):
    cache.set("report:v1", [len(rows)], timeout=60)


def remember_total(total):
    cache.set("report:v1", {"total": str(total)}, timeout=60)  # CL308
""",
            good="""\
from django.core.cache import cache


def remember(rows):
    cache.set("report:v1", [len(rows)], timeout=60)


def remember_total(total):
    cache.set("report-total:v1", {"total": str(total)}, timeout=60)
""",
        ),
    ),
    not_found=("Marks of absence (None, False, an empty text or container) beside a value: they are no second shape.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(Key)
def check(key: Key, facts: Facts) -> Iterator[Report]:
    """One finding for a key, at the later of the first two writes that differ."""
    told: list[tuple[CacheCall, list[Shape]]] = []
    for call in key.all_sites:
        if not isinstance(call, Write) or call.value is None or call.inner is not None or call.stored_again:
            continue
        if is_test(call.parsed.path):
            continue
        shapes = _told(call)
        for other, before in told:
            if shapes and before and _differ(shapes, before) and _same_inputs(call, other):
                yield Report(
                    call.at("value", "default", "data"),
                    f"`{call.called}` stores `{_one(shapes)}` under the key, and {_where(other)} stores "
                    f"`{_one(before)}` under the same: a reader gets the one or the other, and fails on one of them; "
                    "give each its own key",
                    related=(Related(other.place, "the other value is stored here"),),
                )
                return
        told.append((call, shapes))


def _told(call: CacheCall) -> list[Shape]:
    """What a write can store, but for marks of absence; nothing where some of it is not known."""
    assert call.value is not None
    kept = []
    for member in members(call.value):
        value = constant(member)
        if value is not NO_VALUE:
            # A mark: that there is nothing, or that it is done.
            continue
        shape = shape_of(member)
        if shape in ({"dict": {}}, {"list": NOTHING}, {"set": NOTHING}, {"tuple": []}):
            continue
        kept += alternatives(shape)
    return [] if any(each == ANYTHING for each in kept) else [each for each in kept if each not in ("null", "bool")]


def _differ(one: list[Shape], other: list[Shape]) -> bool:
    """Whether no value of one is of the sort of any of the other, and none is open to anything."""
    if any(_is_vague(each) for each in (*one, *other)):
        return False
    families = {_family(each) for each in one}
    if families.isdisjoint(_family(each) for each in other):
        return True
    if len(one) == len(other) == 1 and isinstance(one[0], dict) and isinstance(other[0], dict):
        first, second = one[0], other[0]
        if "dict" in first and "dict" in second and "rest" not in first and "rest" not in second:
            here, there = set(first["dict"]), set(second["dict"])
            return bool(here) and bool(there) and here.isdisjoint(there)
    return False


def _family(shape: Shape) -> str:
    """What a reader can treat alike: a QuerySet is gone through as a list is, models may be parents of others."""
    if isinstance(shape, dict) and "queryset" in shape:
        return "sequence"
    return "model" if isinstance(shape, dict) and "model" in shape else family(shape)


def _is_vague(shape: Shape) -> bool:
    """Whether a class may be another's subclass, or stand for text: responses, lazy strings, objects of packages."""
    if isinstance(shape, str):
        return shape not in ("int", "float", "str", "bytes", "SafeString", "decimal.Decimal")
    return not {"list", "dict", "set", "tuple", "tuple of", "model", "queryset"}.intersection(shape)


def _same_inputs(one: CacheCall, other: CacheCall) -> bool:
    """Whether the parts of two keys are called the same, and are those of one class where they are an object's own."""
    texts = [{text.template for text in templates(call.key)} for call in (one, other)]
    if texts[0] != texts[1]:
        return False
    names = (p.name for text in templates(one.key) for p in text.parts or () if isinstance(p, Placeholder))
    if any(re.split(r"\W", name)[0] in ("self", "cls") for name in names):
        return one.qualified_name.rpartition(".")[0] == other.qualified_name.rpartition(".")[0]
    return True


def _one(shapes: list[Shape]) -> str:
    return shown(shapes[0], 40)


def _where(call: CacheCall) -> str:
    place = call.place
    return (
        f"`{call.qualified_name}` ({place.path}:{place.line})" if call.qualified_name else f"{place.path}:{place.line}"
    )
