"""CL305: an entry is written under one version, and read or deleted under another."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import is_known, patterns
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Related, Severity
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import NO_VALUE, NONE, force
from cachelint.types.strings import constant

RULE = Rule(
    code="CL305",
    summary="An entry is written under one version, and read or deleted under another.",
    why="""\
`version=` is a part of the key. A read with another version never hits, and a delete with another version deletes
nothing. The same goes for `incr_version`: it moves the entry to the next version, where a read without `version=` does
not look.""",
    severity=Severity.HIGH,
    no_fix="pass the same version everywhere, best by one constant",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(total):
    cache.set("total", total, timeout=60, version=2)


def forget():
    cache.delete("total")  # CL305
""",
            good="""\
from django.core.cache import cache

VERSION = 2


def remember(total):
    cache.set("total", total, timeout=60, version=VERSION)


def forget():
    cache.delete("total", version=VERSION)
""",
        ),
    ),
    references=(
        ("Django: versions of cache keys", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-versioning"),
    ),
)

_READING = frozenset({Does.READS, Does.TESTS, Does.DELETES, Does.COUNTS})
#: No version is passed: that of the settings is in force.
_OF_SETTINGS = "that of the settings"


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a call that asks for a version which nothing writes."""
    does = METHODS[call.method].does
    moves = call.method in ("incr_version", "decr_version")
    if call.decides("key") is None or not is_known(call) or is_test(call.parsed.path) or call.declared:
        return
    if does not in _READING and not moves:
        return
    same = [site for site in _same_key(call, facts) if not is_test(site.parsed.path)]
    if moves:
        yield from _moved(call, same)
        return
    writes = [site for site in same if site.writes or METHODS[site.method].does is Does.LOCKS]
    if any(site.method in ("incr_version", "decr_version") for site in same):
        return
    mine, written = _version(call), {_version(site) for site in writes}
    if not writes or mine is None or None in written or mine in written:
        return
    others = " or ".join(sorted(str(version) for version in written))
    yield Report(
        call.place,
        f"`{call.called}` looks under version {mine}, and the entry is written under version {others}: "
        f"{'nothing is deleted' if does is Does.DELETES else 'it never hits'}; pass the same version",
        related=(Related(writes[0].place, "it is written here"),),
    )


def _moved(call: CacheCall, same: list[CacheCall]) -> Iterator[Report]:
    reads = [site for site in same if METHODS[site.method].does in (Does.READS, Does.READS_AND_WRITES)]
    if reads and all(site.version is None for site in reads) and call.version is None:
        yield Report(
            call.place,
            f"`{call.called}` moves the entry to the next version, and {_where(reads[0])} reads it without `version=`: "
            "it is not found any more; delete it, or pass the version that is returned",
            related=(Related(reads[0].place, "it is read here, without a version"),),
        )


def _where(call: CacheCall) -> str:
    return f"`{call.qualified_name}`" if call.qualified_name else f"{call.place.path}:{call.place.line}"


def _same_key(call: CacheCall, facts: Facts) -> Iterator[CacheCall]:
    """The calls of the same cache whose keys are the same texts, whatever their version."""
    mine = patterns(call)
    numbers = {number for each in mine for number in facts.keys.index.of(each)}
    for number in sorted(numbers):
        site, found = facts.keys.keyed[number]
        if found == mine and is_known(site) and site.alias == call.alias and site is not call:
            yield site


def _version(call: CacheCall) -> object | None:
    """The version that a call asks for; None where it can't be told."""
    if call.version is None or force(call.version) == NONE:
        return _OF_SETTINGS
    value = constant(call.version)
    return None if value is NO_VALUE else value
