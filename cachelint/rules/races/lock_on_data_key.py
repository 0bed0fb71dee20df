"""CL520: a lock is taken under a key that holds data."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall, Write
from cachelint.caching.facts import Facts
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL520",
    summary="A lock is taken under a key that also holds data.",
    why="""\
`cache.lock(key)` of django-redis stores the lock under that very key. If the key also holds data, the two overwrite
each other: with data stored, the lock can never be acquired; with the lock held, a read gives its token, which cannot
be unpickled. Give the lock a key of its own.""",
    severity=Severity.HIGH,
    no_fix="give the lock a key of its own: that of the data with `:lock` behind it",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import caches


def prices(shop_id):
    key = f"prices:v1:{shop_id}"
    with caches["locks"].lock(key, timeout=30):  # CL520
        found = caches["locks"].get(key)
        if found is None:
            found = work_out(shop_id)
            caches["locks"].set(key, found, timeout=600)
    return found
""",
            good="""\
from django.core.cache import caches


def prices(shop_id):
    key = f"prices:v1:{shop_id}"
    with caches["locks"].lock(f"{key}:lock", timeout=30):
        found = caches["locks"].get(key)
        if found is None:
            found = work_out(shop_id)
            caches["locks"].set(key, found, timeout=600)
    return found
""",
        ),
    ),
    not_found=("Locks and data whose keys cannot be told.",),
    references=(
        (
            "django-redis: locks",
            "https://github.com/jazzband/django-redis#locks",
        ),
    ),
)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a lock whose key is also written."""
    if call.method != "lock" or call.inner is not None or call.declared:
        return
    key = facts.keys.of(call)
    written = [c for c in key.all_sites if isinstance(c, Write) and c.method != "add"] if key is not None else []
    if written:
        other = written[0]
        where = f"line {other.place.line}"
        if other.parsed.path != call.parsed.path:
            where = f"{other.parsed.path}:{other.place.line}"
        yield Report(
            call.place,
            f"the lock is stored under a key that also holds data ({where}): the two overwrite each other, and the "
            "lock cannot be acquired while the data is there; give the lock a key of its own",
            related=(Related(other.place, "data is stored under the same key here"),),
        )
