"""CL201: a write passes no timeout."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import Alias, alias
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Finding, Severity
from cachelint.rules.base import Example, Rule, seconds, wrapper_places


def check(rule: Rule, site: CacheCall, facts: Facts) -> Iterator[Finding]:
    """One finding for a write without a timeout, at the call that could pass one."""
    if not site.writes or site.timeout is not None or "timeout" not in site.roles:
        return
    message = (
        f"`{site.called}` passes no timeout: {in_force(alias(facts.interpreter, site.alias))}; "
        "say at the call how long the value may be served"
    )
    yield rule.finding(site, site.node, message, related=wrapper_places(site))


def in_force(settings: Alias) -> str:
    """What happens to an entry without a timeout, and who says so."""
    entry = f'`CACHES["{settings.name}"]["TIMEOUT"]`'
    if not settings.name:
        return "the timeout of whichever cache this is decides"
    if not settings.known:
        return f"{entry} in the settings decides, which can't be told from the code"
    if settings.configured:
        if settings.timeout is None:
            return f"{entry} is None, so that the entry never expires"
        return f"the entry lives for {seconds(settings.timeout)}, as {entry} says"
    default = "the entry lives for 300 s (5 minutes), Django's default"
    if settings.has_settings:
        return f"{default}; the settings give no {entry}"
    return f"{default}, or as long as {entry} of the project that this is used in says"


RULE = Rule(
    code="CL201",
    name="missing-timeout",
    summary="A value is stored without saying for how long.",
    why="""\
Without a timeout the one of the settings is in force, or Django's own: 300 seconds. Who reads the call can't see it,
and who changes `TIMEOUT` in the settings changes how stale each such value may get, far from here. Say it at the
call.""",
    severity=Severity.LOW,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total)  # CL201
""",
            good="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=300)
""",
        ),
    ),
    check_site=check,
    fix="""\
Adds the timeout that is in force now, so that nothing changes but that it can be seen. Safe where the settings of the
project are known; unsafe in a package without settings of its own, whose users may have others, and where tests have
other timeouts, or objects of their own in the place of the cache.""",
    deploy="""\
None: the same entries live as long as before. A later change of the number holds for what is written from then on; live
entries keep the timeout that they were written with.""",
    options=(
        "`fix-timeout`: the seconds that the fix writes, instead of those in force.",
        "`all-in-tests`: whether test files are held to it.",
    ),
    references=(
        ("Django: TIMEOUT", "https://docs.djangoproject.com/en/stable/ref/settings/#timeout"),
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)
