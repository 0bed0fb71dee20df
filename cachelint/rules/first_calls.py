"""Which call of a key a finding about the key stands at: the first one."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Place
from cachelint.project.files import is_test


def calls_of(call: CacheCall, facts: Facts) -> list[CacheCall]:
    """All calls of the key of one, in order; of a key that is not known, those that are written alike."""
    key = facts.keys.of(call)
    if key is not None:
        found = [each for each in key.all_sites if not is_test(each.parsed.path)]
    else:
        written = _written(call)
        found = [
            each for each in facts.calls
            if each.function == call.function and each.parsed is call.parsed and _written(each) == written
        ]  # fmt: skip
    return sorted(found, key=lambda each: each.place)


def _written(call: CacheCall) -> str:
    return call.parsed.code(call.node_of("key", "keys", "data"))


def is_first(call: CacheCall, facts: Facts) -> bool:
    """Whether a call is the first one of its key."""
    found = calls_of(call, facts)
    return not found or found[0].node is call.node or call.place <= found[0].place


def others(call: CacheCall, facts: Facts) -> Iterator[Place]:
    """Where the other calls of the key stand."""
    return (each.place for each in calls_of(call, facts) if each.node is not call.node)
