"""CL201: a write passes no timeout."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import Alias, alias
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import add_timeout
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import seconds, wrapper_places

RULE = Rule(
    code="CL201",
    summary="A value is stored without saying for how long.",
    why="""\
Without a timeout the one of the settings is in force, or Django's own: 300 seconds. Who reads the call can't see it,
and who changes `TIMEOUT` in the settings changes how stale each such value may get, far from here. Say it at the
call.""",
    severity=Severity.LOW,
    fix=add_timeout.propose,
    in_tests=False,
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
    fix_note="""\
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


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write without a timeout, at the call that could pass one."""
    if write.timeout is not None or "timeout" not in write.roles:
        return
    message = (
        f"`{write.called}` passes no timeout: {in_force(alias(facts.interpreter, write.alias))}; "
        "say at the call how long the value may be served"
    )
    yield Report(write.place, message, related=wrapper_places(write))


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
