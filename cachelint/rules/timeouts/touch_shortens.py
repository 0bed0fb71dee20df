"""CL204: `touch` gives an entry a shorter life."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import alias
from cachelint.caching.calls import CacheCall, Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import touch_timeout
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.timeouts.missing_timeout import in_force
from cachelint.rules.wording import seconds
from cachelint.types.base import NO_VALUE
from cachelint.types.strings import constant

RULE = Rule(
    code="CL204",
    summary="`touch` gives an entry another timeout than it was stored with.",
    why="""\
`cache.touch(key)` does not renew the timeout that the entry has: it sets the default of the settings, or Django's 300
seconds. An entry that was stored for a day lives for five minutes after it was touched.""",
    severity=Severity.MEDIUM,
    fix=touch_timeout.propose,
    obligations=touch_timeout.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(token):
    cache.set(f"token:v1:{token}", True, timeout=86400)


def keep(token):
    cache.touch(f"token:v1:{token}")  # CL204
""",
            good="""\
from django.core.cache import cache


def remember(token):
    cache.set(f"token:v1:{token}", True, timeout=86400)


def keep(token):
    cache.touch(f"token:v1:{token}", timeout=86400)
""",
        ),
    ),
    fix_note="""\
Passes the timeout that all writes of the key pass, where it is one number. Unsafe: the entry lives longer from then
on.""",
    references=(
        (
            "Django: cache.touch",
            "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage",
        ),
    ),
)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a touch whose timeout is none that the writes of the key pass."""
    if call.method != "touch" or call.inner is not None or call.declared:
        return
    key = facts.keys.of(call)
    writes = [c for c in key.all_sites if isinstance(c, Write) and c.inner is None] if key is not None else []
    if call.timeout is None:
        if writes and all(_is_the_default(write, facts) for write in writes):
            return
        stored = _longest(writes)
        than = f", not the {seconds(stored)} that it is stored with" if stored is not None else ""
        force = in_force(alias(facts.interpreter, call.alias))
        yield Report(
            call.place,
            f"`{call.called}` passes no timeout{than}: {force}; pass the timeout that the entry is stored with",
        )
        return
    given = constant(call.timeout)
    known = [constant(write.timeout) if write.timeout is not None else NO_VALUE for write in writes]
    numbers = [value for value in known if isinstance(value, int | float)]
    if isinstance(given, int | float) and numbers and len(numbers) == len(known) and given < min(numbers):
        yield Report(
            call.at("timeout"),
            f"`{call.called}` shortens the life of the entry to {seconds(given)}: it is stored for "
            f"{seconds(min(numbers))}; pass the same timeout",
        )


def _is_the_default(write: Write, facts: Facts) -> bool:
    """Whether an entry is stored for as long as one without a timeout."""
    if write.timeout is None:
        return True
    settings = alias(facts.interpreter, write.alias)
    return settings.known and constant(write.timeout) == settings.timeout


def _longest(writes: list[Write]) -> float | None:
    found = [constant(write.timeout) for write in writes if write.timeout is not None]
    numbers = [value for value in found if isinstance(value, int | float)]
    return max(numbers) if numbers else None
