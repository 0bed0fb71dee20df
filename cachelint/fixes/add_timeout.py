"""CL201: say the timeout that is in force now."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.aliases import alias
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.settings import is_for_tests
from cachelint.findings import Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import NOTHING_STANDS_IN, TIMEOUT_IN_FORCE, Proof
from cachelint.fixes.stand_ins import other_cache, picky_stand_in

_CONFIGURED = "this is `fix-timeout` from the configuration; the current default timeout may be different"
_NO_SETTINGS = "there are no settings here: a project that uses this code may have configured another timeout"


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    TIMEOUT_IN_FORCE,
    NOTHING_STANDS_IN,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    settings = alias(facts.interpreter, site.alias)
    wanted = facts.fix_timeout
    if wanted is None and not settings.known:
        raise FixBlocked("the current default timeout could not be determined")
    if wanted is None and (settings.timeout is None or settings.timeout <= 0):
        raise FixBlocked(
            f"the current default timeout is {settings.timeout}, which should not be made explicit: choose a timeout"
        )
    if site.inner is not None:
        raise FixBlocked(f"how to pass a timeout depends on `{site.called}`")
    node = site.node
    if not isinstance(node, cst.Call) or not node.args:
        raise FixBlocked("the call has no argument that `timeout=` could follow")
    seconds = wanted if wanted is not None else int(settings.timeout or 0)
    text = f"timeout={seconds}"
    last = node.args[-1]
    place = site.parsed.place(last.value)
    module = facts.codebase.modules[site.parsed.path]
    line = module.line(site.parsed.place(last).line)
    lead = line[: len(line) - len(line.lstrip())]
    alone = not line[: site.parsed.place(last).column - 1].strip()
    rest = module.line(place.end_line)[place.end_column - 1 :]
    separator = f",\n{lead}" if alone and len(node.args) > 1 and "#" not in rest else ", "
    proof = Proof(*OBLIGATIONS)
    proof.doubt(NOTHING_STANDS_IN, facts.keys.asked or picky_stand_in(facts, [site]))
    proof.doubt(NOTHING_STANDS_IN, other_cache(facts, site))
    title = f"pass {text}, the current default"
    if wanted is not None and not (settings.known and settings.has_settings and settings.timeout == wanted):
        title = f"pass {text}"
        proof.doubt(TIMEOUT_IN_FORCE, _CONFIGURED)
    elif not settings.has_settings:
        proof.doubt(TIMEOUT_IN_FORCE, _NO_SETTINGS)
    tests = _in_tests(facts)
    if tests:
        proof.doubt(TIMEOUT_IN_FORCE, f"{tests} sets other timeouts for tests, which an explicit timeout overrides")
    return proof.fix(title, (edits.after(place, separator + text),))


def _in_tests(facts: Facts) -> str:
    """A file in which tests are given caches with a timeout; empty if there is none."""
    codebase = facts.codebase
    timed = {module.path for module in codebase.containing("TIMEOUT")}
    return next((m.path for m in codebase.containing("CACHES") if m.path in timed and is_for_tests(m.path)), "")
