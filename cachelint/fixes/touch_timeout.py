"""CL204: touch an entry with the timeout that it is stored with."""

from __future__ import annotations

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Fix
from cachelint.fixes.add_timeout import passed
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import KEY_IS_CLOSED, NOTHING_STANDS_IN, Proof
from cachelint.fixes.stand_ins import account
from cachelint.types.strings import constant

#: What must be shown for the fix to be safe.
OBLIGATIONS = (KEY_IS_CLOSED, NOTHING_STANDS_IN)


def propose(call: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    key = facts.keys.of(call)
    writes = [c for c in key.all_sites if c.writes and c.inner is None] if key is not None else []
    timeouts = {constant(write.timeout) if write.timeout is not None else None for write in writes}
    stored = next(iter(timeouts)) if len(timeouts) == 1 else None
    if not isinstance(stored, int) or isinstance(stored, bool) or stored <= 0:
        raise FixBlocked("the entry is not stored with one timeout that is known: pass it yourself")
    proof = Proof(*OBLIGATIONS)
    account(facts, [call], proof)
    if key is None or key.maybe_calls:
        proof.doubt(KEY_IS_CLOSED, "other calls may store this entry, with another timeout")
    proof.doubt(KEY_IS_CLOSED, f"the entry lives for {stored} s after each touch from now on")
    if "timeout" in call.nodes:
        return proof.fix(f"pass timeout={stored}", [edits.replace(call.at("timeout"), str(stored))])
    return proof.fix(f"pass timeout={stored}", [passed(call, facts, f"timeout={stored}")])
