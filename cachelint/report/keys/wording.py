"""What the table and the page of keys say alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cachelint.caching.keys.inventory import NEVER, UNKNOWN_TIMEOUT, Inventory, KeyRecord, Timeout, Use
from cachelint.findings import Finding

_LONGEST = 30
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def in_words(timeout: Timeout) -> str:
    """A timeout, short: ``5 min``, ``never``, the last word of what is not known."""
    if isinstance(timeout, str):
        # What is worked out is shown as it is written: of a setting its name, of what is longer its beginning.
        written = timeout.rpartition(".")[2] if timeout.replace(".", "").isidentifier() else timeout
        written = written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"
        return {NEVER: "never", UNKNOWN_TIMEOUT: "unknown"}.get(timeout, written)
    if timeout <= 0:
        return "at once"
    for unit, size in _UNITS:
        if timeout >= size and timeout % size == 0:
            return f"{timeout // size:g} {unit}"
    return f"{timeout:g} s"


def timeouts_of(key: KeyRecord) -> str:
    """How long the entries of a key live: by its writes, each once."""
    found: dict[str, None] = {}
    for use in key.uses:
        if use.timeout is not None and "write" in use.roles:
            found.setdefault(f"{'' if use.passes_timeout else 'default '}{in_words(use.timeout)}")
    return ", ".join(found)


def findings_by_key(found: Inventory, findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """By the id of a key, what the rules say of its calls."""
    at: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        at[finding.place.path, finding.call_line].append(finding)
    return {
        key.id: list({f.sort_key: f for use in key.uses for f in at.get((use.path, use.line), ())}.values())
        for key in found.keys
    }


def doing(use: Use) -> str:
    """What a call does, in a word or two."""
    return (
        "reads and writes"
        if use.roles == ("read", "write")
        else f"{use.roles[0]}s"
        if use.roles != ("touch",)
        else "touches"
    )
