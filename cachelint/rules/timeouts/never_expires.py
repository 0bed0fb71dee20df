"""CL202: a value is stored for ever."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote, source_of, wrapper_places
from cachelint.types.base import NONE
from cachelint.types.join import members

RULE = Rule(
    code="CL202",
    summary="A value is stored with timeout=None, which means forever.",
    why="""\
`timeout=None` does not mean the default timeout: it means that the entry never expires. Such an entry outlives the
code that wrote it; after one missed invalidation, stale data is served until someone clears the cache by hand, and
new code reads values of an old shape. With a timeout of a day or a week, which costs almost nothing, such errors
end by themselves.""",
    severity=Severity.MEDIUM,
    no_fix="only you know how stale this value may be; choose a timeout",
    in_tests=False,
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
    deploy="""\
A timeout only applies to entries written from then on. Entries that were written without one stay forever: delete
them (`cache.delete`), clear the cache once, or move the key to a new version so that they are no longer read.""",
    options=("`all-in-tests`: whether this rule also checks test files.",),
    references=(
        ("Django: TIMEOUT", "https://docs.djangoproject.com/en/stable/ref/settings/#timeout"),
        ("Django: cache.set and its timeout", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write whose timeout can only be None."""
    timeout = write.decides("timeout")
    found = members(timeout) if timeout is not None else ()
    if not found or any(member != NONE for member in found):
        return
    node = write.node_of("timeout")
    code = quote(write.parsed, node)
    said = "timeout=None" if code == "`None`" else f"the timeout ({code}) is None"
    if node is write.node:
        said = "the timeout that applies here is None"
    elif write.inner is not None:
        said += f", which `{write.called}` passes to `{write.innermost.called}`"
    _, related = source_of(found[0], write) if code != "`None`" else ("", ())
    message = (
        f"{said}: the entry never expires, so one missed invalidation leaves stale data forever; "
        "pass a long timeout instead"
    )
    yield Report(write.parsed.place(node), message, related=(*related, *wrapper_places(write)))
