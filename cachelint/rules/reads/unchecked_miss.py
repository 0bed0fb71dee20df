"""CL501: what a read gives is used as if the entry were always there."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.reads.returned import ReturnedRead
from cachelint.caching.reads.states import FAILING, KeyState, ReadUses, State
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.reading import done, is_caught, raised
from cachelint.rules.wording import wrapper_places

RULE = Rule(
    code="CL501",
    summary="The result of a read is used as if the entry were always there.",
    why="""\
`cache.get` returns None where there is no entry, and there can always be none: entries expire, are evicted when memory
is full, and are lost when the server restarts. Code that uses the result at once works in tests and in development,
and raises `AttributeError` or `TypeError` in production, at a time that nobody chose. Test for None, or pass a default
that the code can work with.""",
    severity=Severity.HIGH,
    no_fix="test the result for None, and work the value out anew where it is missing",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def greeting(user_id):
    profile = cache.get(f"profile:v1:{user_id}")  # CL501
    return "Hello " + profile["name"]
""",
            good="""\
from django.core.cache import cache


def greeting(user_id):
    profile = cache.get(f"profile:v1:{user_id}")
    if profile is None:
        profile = load_profile(user_id)
    return "Hello " + profile["name"]
""",
        ),
    ),
    not_found=(
        "Results that are stored in an attribute or handed to a function that fails on None.",
        "Reads that a function returns without a test, where no caller in the project is seen to use the result.",
    ),
    references=(("Django: accessing the cache", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)


@RULE.on(ReadUses)
def check(read: ReadUses, facts: Facts) -> Iterator[Report]:
    """One finding for a read that is used on a path on which nobody has asked whether it was a hit."""
    if read.state is not State.MAYBE or read.default is not None or read.decided_by or read.escapes:
        return
    if read.before == {KeyState.WRITTEN} or read.call.declared:
        return
    failing = [u for u in read.uses if u.kind in FAILING and u.state is State.MAYBE and not is_caught(u)]
    if not failing or (read.tests and _tested_first(read, failing[0].node)):
        return
    use = failing[0]
    place = read.call.parsed.place(use.node)
    name = f"`{read.variable}`" if read.variable else "the result"
    where = "here" if place.line == read.place.line else f"on line {place.line}"
    related = () if place.line == read.place.line else (Related(place, f"{done(use)} here"),)
    yield Report(
        read.place,
        f"{name} is None if the entry has expired or was evicted, and {done(use)} {where}: this raises "
        f"{raised(use)}; test for None first, or pass a default",
        related=(*related, *wrapper_places(read.call)),
    )


@RULE.on(ReturnedRead)
def check_callers(returned: ReturnedRead, facts: Facts) -> Iterator[Report]:
    """One finding for a read that a function returns untested, where a caller fails on None and none tests."""
    read = returned.read
    if read.state is not State.MAYBE or read.default is not None or read.tests or read.decided_by or read.escapes:
        return
    if any(use.tests or use.escapes for use in returned.uses):
        return
    for outer in returned.uses:
        failing = [u for u in outer.uses if u.kind in FAILING and u.state is State.MAYBE and not is_caught(u)]
        if failing and outer.state is State.MAYBE:
            place = outer.call.parsed.place(failing[0].node)
            yield Report(
                read.place,
                f"`{read.qualified_name}` returns None if the entry has expired or was evicted, and {done(failing[0])} "
                f"at {place.path}:{place.line}, where nobody tests for it: this raises {raised(failing[0])}; test for "
                "None first, or pass a default",
                related=(Related(place, f"{done(failing[0])} here"),),
            )
            return


def _tested_first(read: ReadUses, use: object) -> bool:
    """Whether the test for a miss stands before a use: a path that was not followed may join the two."""
    places = read.call.parsed
    return any(places.place(test.node) <= places.place(use) for test in read.tests)  # type: ignore[arg-type]
