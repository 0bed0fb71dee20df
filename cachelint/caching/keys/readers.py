"""What the readers of a key take out of its entries: by which names, and whether they hand the entry on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.bodies import Bodies
from cachelint.caching.reads.states import ReadUses, Use, UseKind
from cachelint.django.cache_api import METHODS, Does

#: After these nobody here knows what becomes of an entry.
_HANDED_ON = frozenset({UseKind.PASSED, UseKind.RETURNED, UseKind.STORED})


class Reading(NamedTuple):
    """What one read makes of its entry. ``items`` are the constants that it is subscripted by, and its attributes."""

    items: tuple[str, ...] = ()
    hands_on: bool = False


def reading_of(call: CacheCall, bodies: Bodies) -> Reading:
    """What the function of a call makes of what it reads; nothing for a call that reads nothing."""
    if METHODS[call.method].does not in (Does.READS, Does.READS_AND_WRITES):
        return Reading()
    reads = [touch for touch in bodies.of_call(call) if isinstance(touch, ReadUses)]
    if not reads:
        return Reading(hands_on=True)
    uses = [use for read in reads for use in read.uses]
    items = sorted({name for use in uses for name in _names(use)})
    return Reading(tuple(items), any(use.kind in _HANDED_ON for use in uses) or any(read.escapes for read in reads))


def _names(use: Use) -> Iterator[str]:
    """What a use asks an entry, or a part of it, for by name, so that it fails where that is missing."""
    if use.kind is UseKind.ITEM and isinstance(use.node, cst.Subscript):
        for element in use.node.slice:
            index = element.slice.value if isinstance(element.slice, cst.Index) else None
            if isinstance(index, cst.SimpleString):
                yield str(index.evaluated_value)
    elif use.kind is UseKind.ATTRIBUTE and use.call is None and use.attribute:
        yield use.attribute
