"""CL201: a write passes no timeout."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import Alias, alias
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import add_timeout
from cachelint.fixes.seconds import MISNAMED
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import seconds, wrapper_places

RULE = Rule(
    code="CL201",
    summary="A value is stored without an explicit timeout.",
    why="""\
Without a timeout, the one from the settings applies, or Django's default of 300 seconds. It is not visible at the
call, and a change of `TIMEOUT` in the settings changes how stale each such value may get, far from here. Pass the
timeout explicitly.""",
    severity=Severity.MEDIUM,
    fix=add_timeout.propose,
    obligations=add_timeout.OBLIGATIONS,
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
Adds the timeout that applies now: the behavior does not change, but the timeout becomes visible. Safe if the
settings of the project are known; unsafe in a package without settings, whose users may have configured other
timeouts, and if tests set other timeouts or replace the cache with objects of their own.""",
    deploy="""\
No effect: the same entries live as long as before. If you change the number later, it applies to entries written
from then on; live entries keep the timeout that they were written with.""",
    options=(
        "`fix-timeout`: the number of seconds that the fix writes, instead of the current default.",
        "`all-in-tests`: whether this rule also checks test files.",
    ),
    references=(
        ("Django: TIMEOUT", "https://docs.djangoproject.com/en/stable/ref/settings/#timeout"),
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write without a timeout, at the call that could pass one."""
    if write.timeout is not None or "timeout" not in write.roles or write.nodes.keys() & MISNAMED:
        # One that goes by another name is CL515's.
        return
    message = (
        f"`{write.called}` passes no timeout: {in_force(alias(facts.interpreter, write.alias))}; "
        "pass an explicit `timeout=`"
    )
    yield Report(write.place, message, related=wrapper_places(write))


def _in_words(timeout: float | None) -> str:
    return "None (never expires)" if timeout is None else seconds(timeout)


def in_force(settings: Alias) -> str:
    """What happens to an entry without a timeout, and who says so."""
    entry = f'`CACHES["{settings.name}"]["TIMEOUT"]`'
    if not settings.name:
        return "the cache's own default applies, but which cache this is could not be determined"
    if settings.by_module:
        said = ", ".join(f"{_in_words(timeout)} in {path}" for path, timeout in settings.by_module)
        return f"{entry} decides, which differs between the settings: {said}"
    if not settings.known:
        return f"{entry} in the settings applies, but its value could not be determined"
    if settings.configured:
        if settings.timeout is None:
            return f"{entry} is None, so the entry never expires"
        return f"the entry lives for {seconds(settings.timeout)}, set by {entry}"
    default = "the entry lives for 300 s (5 minutes), Django's default"
    if settings.has_settings:
        return f"{default} (the settings do not set {entry})"
    return f"{default}, unless the project that uses this code sets {entry}"
