"""CL203: the timeout is 0 or negative, so that nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Finding, Severity
from cachelint.rules.base import Example, Rule, quote, wrapper_places
from cachelint.types.join import members
from cachelint.types.strings import constant


def check(rule: Rule, site: CacheCall, facts: Facts) -> Iterator[Finding]:
    """One finding for a write whose timeout can only be 0 or less."""
    if not site.writes or site.timeout is None or "timeout" not in site.roles - site.defaulted:
        # A wrapper whose own default is 0 means by it that nothing is to be kept.
        return
    values = [constant(member) for member in members(site.timeout)]
    if not values or any(not isinstance(value, int | float) or value > 0 for value in values):
        return
    node = site.node_of("timeout")
    code = quote(site.parsed, node)
    shown = f"{values[0]:g}"
    annotated = (
        f"the timeout is {shown}" if code == f"`{shown}`" or node is site.node else f"the timeout ({code}) is {shown}"
    )
    message = f"{annotated}: the entry expires at once, nothing can be read back; pass the seconds that you mean"
    yield rule.finding(site, node, message, related=wrapper_places(site))


RULE = Rule(
    code="CL203",
    name="expires-at-once",
    summary="A value is stored with a timeout of 0 or less: nothing is kept.",
    why="""\
A timeout of 0 or less makes every backend drop the entry at once (`add` still returns True, and `get_or_set` still
returns the value): the cache is never hit and the work is done each time. Whoever wanted "no limit" must say None, and
whoever wanted "don't cache" can leave the call out.""",
    severity=Severity.HIGH,
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
    check_site=check,
    deploy="""\
There are no live entries. With a timeout above 0 the cache starts to be used: see that what is served may be as old as
that.""",
    options=("`all-in-tests`: whether test files are held to it.",),
    references=(
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)
