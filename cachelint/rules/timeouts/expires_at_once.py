"""CL203: the timeout is 0 or negative, so that nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote, wrapper_places
from cachelint.types.join import members
from cachelint.types.strings import constant

RULE = Rule(
    code="CL203",
    summary="A value is stored with a timeout of 0 or less: nothing is kept.",
    why="""\
With a timeout of 0 or less, every backend drops the entry immediately (`add` still returns True, and `get_or_set`
still returns the value): the cache is never hit and the work is done every time. For an entry without a time limit,
pass None; if nothing should be cached, remove the call.""",
    severity=Severity.HIGH,
    no_fix="only you know whether, and for how long, this value should be cached",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=0)  # CL203
""",
            good="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=300)
""",
        ),
    ),
    deploy="""\
There are no live entries. With a timeout above 0 the cache starts to be used: make sure that the value may be
served for that long.""",
    options=("`all-in-tests`: whether this rule also checks test files.",),
    references=(
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write whose timeout can only be 0 or less."""
    timeout = write.decides("timeout")
    if timeout is None or "timeout" in write.defaulted:
        # A wrapper whose own default is 0 means by it that nothing is to be kept.
        return
    values = [constant(member) for member in members(timeout)]
    if not values or any(not isinstance(value, int | float) or value > 0 for value in values):
        return
    node = write.node_of("timeout")
    code = quote(write.parsed, node)
    shown = f"{values[0]:g}"
    said = (
        f"the timeout is {shown}" if code == f"`{shown}`" or node is write.node else f"the timeout ({code}) is {shown}"
    )
    message = f"{said}: the entry expires immediately and can never be read; pass a positive timeout"
    yield Report(write.parsed.place(node), message, related=wrapper_places(write))
