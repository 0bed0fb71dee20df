"""The keys whose entries are of another shape than before, as facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cachelint.caching.calls import CacheCall
from cachelint.caching.fact import AboutAnother, Fact
from cachelint.caching.keys.inventory import Inventory
from cachelint.caching.keys.snapshot import Changed, Snapshot, changed


@dataclass(frozen=True, eq=False)
class ChangedKey(AboutAnother):
    """A key whose shape has changed, at its first write."""

    call: CacheCall
    changed: Changed
    #: What it was compared with.
    since: str

    @property
    def about(self) -> Fact:
        """See AboutAnother."""
        return self.call


def changed_keys(before: Snapshot, found: Inventory, calls: Iterable[CacheCall]) -> Iterator[ChangedKey]:
    """The keys of an inventory that have changed since a snapshot."""
    at: dict[tuple[str, int, str], CacheCall] = {}
    for call in calls:
        place = call.place
        at.setdefault((place.path, place.line, call.method), call)
    for each in changed(before, found):
        for use in each.key.uses:
            found_call = at.get((use.path, use.line, use.method))
            if "write" in use.roles and found_call is not None:
                yield ChangedKey(found_call, each, before.name)
                break
