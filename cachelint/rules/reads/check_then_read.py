"""CL510: a test for an entry decides that it is read, and it can be gone by then."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import FAILING, OF_NONE, ReadUses, State
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.reading import is_caught
from cachelint.rules.wording import quote

RULE = Rule(
    code="CL510",
    summary="A test decides that an entry is read, although it can be gone by then.",
    why="""\
`if key in cache: return cache.get(key)` asks the cache twice. Between the two calls the entry can expire, be evicted,
or be deleted by another process: the read then gives None, and the code goes on as if that were the value. It happens
rarely, under load, and cannot be reproduced. One read does both, and is faster: read with a default that cannot be
stored, and test what came back.""",
    severity=Severity.MEDIUM,
    no_fix="read the entry once, with a sentinel as the default, and test what came back",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def opening_hours(shop_id):
    key = f"hours:v1:{shop_id}"
    if key not in cache:
        cache.set(key, load_hours(shop_id), timeout=600)
    return cache.get(key)  # CL510
""",
            good="""\
from django.core.cache import cache


def opening_hours(shop_id):
    key = f"hours:v1:{shop_id}"
    hours = cache.get(key)
    if hours is None:
        hours = load_hours(shop_id)
        cache.set(key, hours, timeout=600)
    return hours
""",
        ),
    ),
    not_found=("Tests and reads that are in different functions.",),
    references=(("Django: accessing the cache", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)


@RULE.on(ReadUses)
def check(read: ReadUses, facts: Facts) -> Iterator[Report]:
    """One finding for a second read of a key whose miss nobody tells."""
    if not read.decided_by or read.default is not None or read.state is not State.MAYBE or read.tests:
        return
    used = [use for use in read.uses if use.state in OF_NONE]
    if not used or all(use.kind in FAILING and is_caught(use) for use in used):
        return
    first = min(read.decided_by, key=lambda touch: touch.order)
    asked = quote(first.call.parsed, first.call.node)
    yield Report(
        read.place,
        f"`{read.call.called}` can return None: the entry that {asked} found (line {first.place.line}) can expire or "
        "be deleted before it is read; read it once, and test what came back",
        related=(Related(first.place, "the entry is seen here"),),
    )
