"""``cachelint keys --for-json``: of each cache, whether it could leave pickle today, and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cachelint.caching.keys.inventory import Inventory, KeyRecord
from cachelint.printable import printable_lines

_WORDS = {
    "kept": "JSON keeps",
    "changed": "JSON changes",
    "refused": "JSON refuses",
    "unknown": "are not known well enough",
}


def render(found: Inventory) -> str:
    """A paragraph for each cache."""
    written = [key for key in found.keys if key.count("write")]
    names = sorted({key.alias or "unknown cache" for key in written})
    return printable_lines(
        "\n".join(line for name in names for line in _of(name, written)) or "No cache is written to.\n"
    )


def _of(name: str, written: list[KeyRecord]) -> Iterator[str]:
    keys = [key for key in written if (key.alias or "unknown cache") == name]
    counted = Counter(key.json for key in keys)
    parts = ", ".join(f"{counted[verdict]} {text}" for verdict, text in _WORDS.items() if counted[verdict])
    yield f"{name}: {verdict_of(counted)}: of the values of {len(keys)} key{'s' if len(keys) != 1 else ''} {parts}"
    for verdict in ("refused", "changed", "unknown"):
        for key in keys:
            if key.json == verdict:
                use = next(use for use in key.uses if "write" in use.roles)
                why = key.why or "the value is not known"
                yield f"  {key.template}: {why} ({use.path}:{use.line})"
    yield ""


def verdict_of(counted: Counter[str]) -> str:
    """Whether a cache with such values could leave pickle."""
    if counted["refused"]:
        return "cannot leave pickle today"
    if counted["changed"] or counted["unknown"]:
        return "could leave pickle once the values below are seen to"
    return "could leave pickle today"
