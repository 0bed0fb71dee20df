"""CL310: the key moves to its next version, at every site."""

from __future__ import annotations

from cachelint.caching.facts import Facts
from cachelint.caching.keys.renewed import ChangedKey
from cachelint.findings import Fix
from cachelint.fixes.key_version.bump import key_of, move
from cachelint.fixes.obligations import ENTRIES_MAY_GO, KEY_IS_CLOSED, Proof

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    ENTRIES_MAY_GO,
    KEY_IS_CLOSED,
)


def propose(fact: ChangedKey, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    moved = move(key_of(fact.call, facts), facts, first=1)
    title = "give the key its next version" + (f" at all {moved.count} calls that use it" if moved.count > 1 else "")
    proof = Proof(*OBLIGATIONS)
    proof.doubt(ENTRIES_MAY_GO, "existing entries will no longer be found")
    proof.doubt(KEY_IS_CLOSED, moved.possible_use)
    return proof.fix(title, moved.edits)
