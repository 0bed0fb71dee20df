"""CL202: a value is stored for ever."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Finding, Severity
from cachelint.rules.base import Example, Rule, quote, source_of, wrapper_places
from cachelint.types.base import NONE
from cachelint.types.join import members


def check(rule: Rule, site: CacheCall, facts: Facts) -> Iterator[Finding]:
    """One finding for a write whose timeout can only be None."""
    if not site.writes or site.timeout is None or "timeout" not in site.roles:
        return
    found = members(site.timeout)
    if not found or any(member != NONE for member in found):
        return
    node = site.node_of("timeout")
    code = quote(site.parsed, node)
    annotated = "timeout=None" if code == "`None`" else f"the timeout ({code}) is None"
    if node is site.node:
        annotated = "the timeout that is in force here is None"
    elif site.inner is not None:
        annotated += f", which `{site.called}` hands to `{site.innermost.called}`"
    _, related = source_of(found[0], site) if code != "`None`" else ("", ())
    message = (
        f"{annotated}: the entry never expires, so that a forgotten invalidation is served for ever; "
        "give it a long timeout instead"
    )
    yield rule.finding(site, node, message, related=(*related, *wrapper_places(site)))


RULE = Rule(
    code="CL202",
    name="never-expires",
    summary="A value is stored with timeout=None, which means for ever.",
    why="""\
`timeout=None` does not mean the default: it means never. Such an entry outlives the code that wrote it; one missed
invalidation is served until somebody clears the cache by hand, and old shapes are read by new code. A timeout of a day
or a week costs next to nothing and heals by itself.""",
    severity=Severity.MEDIUM,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=None)  # CL202
""",
            good="""\
from django.core.cache import cache

DAY = 60 * 60 * 24


def remember(total):
    cache.set("total", total, timeout=DAY)
""",
        ),
    ),
    check_site=check,
    deploy="""\
A timeout holds for what is written from then on. Entries that were written without one stay for ever: delete them
(`cache.delete`), clear the cache once, or move the key to a new version, so that nobody reads them.""",
    options=("`all-in-tests`: whether test files are held to it.",),
    references=(
        ("Django: TIMEOUT", "https://docs.djangoproject.com/en/stable/ref/settings/#timeout"),
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)
