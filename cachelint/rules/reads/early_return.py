"""CL518: a path leaves the function between the miss and the write."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import EarlyReturn
from cachelint.findings import Confidence, Related, Severity
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL518",
    summary="A path leaves the function with a value between the miss and the write.",
    why="""\
On that path nothing is ever stored: the next request misses again, and works the value out again. Often it is the empty
results that are not stored, which are the most frequent questions of robots and of attackers. Store the value on every
path, or leave it out on purpose and say so.""",
    severity=Severity.MEDIUM,
    no_fix="store the value on this path too",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def rates(currency):
    found = cache.get(f"rates:v1:{currency}")
    if found is None:
        found = fetch_rates(currency)
        if not found:
            return found  # CL518
        cache.set(f"rates:v1:{currency}", found, timeout=600)
    return found
""",
            good="""\
from django.core.cache import cache


def rates(currency):
    found = cache.get(f"rates:v1:{currency}")
    if found is None:
        found = fetch_rates(currency)
        cache.set(f"rates:v1:{currency}", found, timeout=600)
    return found
""",
        ),
    ),
    not_found=(
        "Whether a value is left out on purpose cannot be seen: the confidence is low, so that findings are shown with "
        "`--min-confidence low` only.",
    ),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(EarlyReturn)
def check(early: EarlyReturn, facts: Facts) -> Iterator[Report]:
    """One finding for a return of a value that was worked out and is not stored."""
    node = early.node
    value = node.value if node is not None else None
    if value is None or early.missed is None or isinstance(value, cst.BaseString | cst.BaseNumber):
        return
    if isinstance(value, cst.Name) and value.value in ("None", "True", "False"):
        return
    if isinstance(value, cst.List | cst.Dict | cst.Tuple) and not value.elements:
        return
    yield Report(
        early.place,
        f"on this path nothing is stored under the key that was missing (line {early.missed.place.line}): the next "
        f"request works the value out again; store it here too (as line {early.call.place.line} does)",
        related=(
            Related(early.missed.place, "the miss"),
            Related(early.call.place, "this write is skipped"),
        ),
        confidence=Confidence.LOW,
    )
