"""CL301: a version marker in the key, at every site of the same key."""

from __future__ import annotations

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Fix
from cachelint.fixes.key_version.bump import key_of, move
from cachelint.fixes.obligations import ENTRIES_MAY_GO, KEY_IS_CLOSED, Proof

_COLD = "existing entries will no longer be found; tokens, codes, locks and counters among them are lost"


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    ENTRIES_MAY_GO,
    KEY_IS_CLOSED,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    key = key_of(site, facts)
    moved = move(key, facts, first=1)
    title = "add `v1` to the key" + (f" at all {moved.count} calls that use it" if moved.count > 1 else "")
    proof = Proof(*OBLIGATIONS)
    proof.doubt(ENTRIES_MAY_GO, _COLD)
    # Where else its words stand is not looked for: the fix is for a person to read in any case.
    proof.doubt(KEY_IS_CLOSED, moved.possible_use)
    return proof.fix(title, moved.edits)
