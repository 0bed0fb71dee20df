"""CL504: an entry is read, changed and written back without a lock."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import ReadUses, State, WriteBack
from cachelint.findings import Fix, Related, Severity
from cachelint.fixes import counters
from cachelint.fixes.base import FixBlocked
from cachelint.rules.base import Example, Report, Rule


def _fix(write: WriteBack, facts: Facts) -> Fix:
    origins = _origins(write)
    if not origins:
        raise FixBlocked("where the old value is read was not found again")
    return counters.count(write, min(origins, key=lambda touch: touch.order), facts)


RULE = Rule(
    code="CL504",
    summary="An entry is read, changed and written back without a lock.",
    why="""\
Two requests read the same old value, each changes its copy, and each writes it back: the change of the one that wrote
first is lost. A counter of failed logins counts less than there were, an item that was added to a list disappears.
For counters, `cache.add` and `cache.incr` change the entry on the server in one step. For anything else, hold a lock
while you read, change and write, give each item an entry of its own, or keep the data in the database.""",
    severity=Severity.MEDIUM,
    fix=_fix,
    obligations=counters.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def failed_login(username):
    key = f"failures:v1:{username}"
    failures = cache.get(key, 0)
    cache.set(key, failures + 1, timeout=600)  # CL504
""",
            good="""\
from django.core.cache import cache


def failed_login(username):
    key = f"failures:v1:{username}"
    cache.add(key, 0, timeout=600)
    try:
        cache.incr(key)
    except ValueError:
        cache.set(key, 1, timeout=600)
""",
        ),
    ),
    fix_note="""\
A counter: `n = cache.get(key, 0)` and `cache.set(key, n + 1, 60)` become `cache.add(key, 0, 60)` and
`n = cache.incr(key)`. Unsafe: the timeout is no longer renewed at each write. Not offered for anything but a number, or
where a limit is checked in between.""",
    not_found=(
        "A value that is read in one function and written back in another.",
        "Changes that a function of the project makes to the value that it is passed.",
    ),
    references=(("Django: cache.incr", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)


@RULE.on(WriteBack)
def check(write: WriteBack, facts: Facts) -> Iterator[Report]:
    """One finding for a write of what was made of a read of the same key."""
    if write.locked or write.call.innermost.method not in ("set", "set_many"):
        return
    origins = _origins(write)
    if not origins:
        return
    read = min(origins, key=lambda touch: touch.order)
    yield Report(
        write.place,
        f"what another process writes between the read (line {read.place.line}) and this write is lost: the value is "
        "read, changed and written back without a lock; hold a lock around both, or give each item an entry of its own "
        "(a number: count with `cache.incr`)",
        related=(Related(read.place, "the old value is read here"),),
    )


def _origins(write: WriteBack) -> list[ReadUses]:
    """The reads of the same key that what is written was made of."""
    return [
        source.read
        for source in write.sources
        if source.read is not None
        and source.read.key == write.key
        and source.state in (State.CHANGED, State.CONTAINS)
        and not source.read.locked
    ]
