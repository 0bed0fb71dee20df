"""What has changed between the keys of before and those of now, in words."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.keys.inventory import Inventory
from cachelint.caching.keys.snapshot import KeptKey, Snapshot, changed, cold_aliases, taken
from cachelint.report.keys.wording import in_words
from cachelint.types.template import VERSION_MARKER


def lines(before: Snapshot, found: Inventory) -> Iterator[str]:
    """A line for each change: keys that came, went or moved, shapes and timeouts."""
    now = taken(found, "").keys
    for told in cold_aliases(before, found).values():
        yield f"{told}: no entry of before is found any more, everything is worked out anew"
    came = [name for name in now if name not in before.keys]
    went = [name for name in before.keys if name not in now]
    moved = dict(_moved(came, went))
    for name in went:
        if name in moved.values():
            continue
        yield f"- {before.keys[name].template}: gone ({before.keys[name].at})"
    for name in came:
        if name in moved:
            yield f"> {before.keys[moved[name]].template} is now {now[name].template}: entries of before are not read"
        else:
            yield f"+ {now[name].template}: new ({now[name].at})"
    for each in changed(before, found):
        for change in each.changes:
            yield f"~ {each.key.template}: {change.text}"
    for name, key in now.items():
        old = before.keys.get(name)
        if old is not None and old.timeouts != key.timeouts:
            yield f"~ {key.template}: lives {_lives(key)}, before {_lives(old)}"


def _moved(came: list[str], went: list[str]) -> Iterator[tuple[str, str]]:
    """Keys that differ in nothing but a version in their text: new → old."""
    plain = {VERSION_MARKER.sub("", name): name for name in went}
    for name in came:
        old = plain.get(VERSION_MARKER.sub("", name))
        if old is not None:
            yield name, old


def _lives(key: KeptKey) -> str:
    return " or ".join(in_words(timeout) for timeout in key.timeouts) or "as long as the server likes"
