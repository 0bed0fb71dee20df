"""CL301: a version marker in the key, at every site of the same key."""

from __future__ import annotations

from cachelint.caching.calls import Site
from cachelint.caching.collect import Facts
from cachelint.findings import Applicability, Fix
from cachelint.fixes.key_version.bump import NoKey, move

_COLD = (
    "entries that are in the cache now are not found any more: tokens, codes, locks and counters among them are lost"
)


def propose(site: Site, facts: Facts) -> Fix | str:
    """The fix, or what stands in its way."""
    flow = facts.flows.of(site)
    if flow is None:
        return "the key is not known here in all its parts"
    try:
        moved = move(flow, facts, first=1)
    except NoKey as refused:
        return str(refused)
    title = "put `v1` into the key" + (f" at all {moved.count} calls that use it" if moved.count > 1 else "")
    reason = _COLD
    # Where else its words stand is not looked for: the fix is for a person to read in any case.
    if moved.open_end:
        reason += f"; and {moved.open_end}"
    return Fix(title, moved.edits, Applicability.UNSAFE, reason)
