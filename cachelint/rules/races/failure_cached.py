"""CL519: what an exception handler falls back to is stored as long as the real value."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import Count, WriteBack
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL519",
    summary="What a failed request falls back to is stored as long as the real value.",
    why="""\
If the service is down for a second, the fallback is in the cache for the whole timeout: all pages show it long after
the service is back. Store a fallback for a short time, or not at all.""",
    severity=Severity.LOW,
    no_fix="give the fallback a shorter timeout, or do not store it",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def rates():
    try:
        found = fetch_rates()
        cache.set("rates:v1", found, timeout=3600)
    except OSError:
        found = {}
        cache.set("rates:v1", found, timeout=3600)  # CL519
    return found
""",
            good="""\
from django.core.cache import cache


def rates():
    try:
        found = fetch_rates()
        cache.set("rates:v1", found, timeout=3600)
    except OSError:
        found = {}
        cache.set("rates:v1", found, timeout=30)
    return found
""",
        ),
    ),
    not_found=("A fallback that is stored behind the `try`, together with the real value.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(WriteBack)
def check(write: WriteBack, facts: Facts) -> Iterator[Report]:
    """One finding for a write in an `except` whose timeout is that of the write outside of it."""
    if not write.in_handler or write.call.inner is not None or write.call.method != "set":
        return
    if any(isinstance(other, Count) for other in facts.bodies.of_key(write)):
        return  # A counter that was not there begins.
    for other in facts.bodies.of_key(write):
        plain = isinstance(other, WriteBack) and not other.in_handler and other.call.method == "set"
        if isinstance(other, WriteBack) and plain and _timeout(other.call) == _timeout(write.call):
            yield Report(
                write.place,
                "what the exception handler falls back to is stored as long as the real value (line "
                f"{other.place.line}): after a failure of a second it is served for the whole timeout; store it for a "
                "short time",
                related=(Related(other.place, "the real value is stored here"),),
            )
            return


def _timeout(call: CacheCall) -> str:
    node = call.nodes.get("timeout")
    return call.parsed.code(node).strip() if node is not None else ""
