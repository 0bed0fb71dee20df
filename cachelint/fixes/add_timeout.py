"""CL201: say the timeout that is in force now."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.aliases import alias
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.settings import is_for_tests
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import NOTHING_STANDS_IN, TIMEOUT_IN_FORCE, Proof
from cachelint.fixes.stand_ins import caches_changed, other_cache, picky_stand_in, timeouts_changed

_CONFIGURED = "this is `fix-timeout` from the configuration; the current default timeout may be different"
_NO_SETTINGS = "there are no settings here: a project that uses this code may have configured another timeout"


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    TIMEOUT_IN_FORCE,
    NOTHING_STANDS_IN,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    proof = Proof(*OBLIGATIONS)
    seconds, title = _timeout(site, facts, proof)
    edit = passed(site, facts, f"timeout={seconds}")
    proof.doubt(NOTHING_STANDS_IN, facts.keys.asked or picky_stand_in(facts, [site]))
    proof.doubt(NOTHING_STANDS_IN, other_cache(facts, site))
    proof.doubt(NOTHING_STANDS_IN, caches_changed(facts))
    proof.doubt(TIMEOUT_IN_FORCE, timeouts_changed(facts))
    tests = _in_tests(facts)
    if tests:
        proof.doubt(TIMEOUT_IN_FORCE, f"{tests} sets other timeouts for tests, which an explicit timeout overrides")
    return proof.fix(title, (edit,))


def _timeout(site: CacheCall, facts: Facts, proof: Proof) -> tuple[int, str]:
    """The timeout to write, and the title of the fix. Raises FixBlocked where none is known."""
    settings = alias(facts.interpreter, site.alias)
    wanted = facts.fix_timeout
    if wanted is not None:
        if settings.known and settings.has_settings and settings.timeout == wanted:
            return wanted, f"pass timeout={wanted}, the current default"
        proof.doubt(TIMEOUT_IN_FORCE, _CONFIGURED)
        return wanted, f"pass timeout={wanted}"
    served = dict(settings.by_module).get(settings.served_with)
    if served is not None and served > 0:
        others = ", ".join(path for path, timeout in settings.by_module if timeout != served)
        proof.doubt(TIMEOUT_IN_FORCE, f"{others} has another default, which an explicit timeout overrides")
        return int(served), f"pass timeout={int(served)}, the default in {settings.served_with}"
    if settings.by_module:
        raise FixBlocked(
            "the settings differ, and neither `wsgi.py` nor `asgi.py` says which the project is served with"
        )
    if not settings.known:
        raise FixBlocked("the current default timeout could not be determined")
    if settings.timeout is None or settings.timeout <= 0:
        raise FixBlocked(
            f"the current default timeout is {settings.timeout}, which should not be made explicit: choose a timeout"
        )
    if not settings.has_settings:
        proof.doubt(TIMEOUT_IN_FORCE, _NO_SETTINGS)
    return int(settings.timeout), f"pass timeout={int(settings.timeout)}, the current default"


def passed(site: CacheCall, facts: Facts, text: str) -> Edit:
    """The edit that adds an argument to a call. Raises FixBlocked where there is no place for it."""
    if site.inner is not None:
        raise FixBlocked(f"how to pass a timeout depends on `{site.called}`")
    node = site.node
    if not isinstance(node, cst.Call) or not node.args:
        raise FixBlocked("the call has no argument that `timeout=` could follow")
    if any(argument.star for argument in node.args):
        raise FixBlocked("the call passes `*` or `**` arguments, which may contain a timeout")
    last = node.args[-1]
    place = site.parsed.place(last.value)
    module = facts.codebase.modules[site.parsed.path]
    line = module.line(site.parsed.place(last).line)
    lead = line[: len(line) - len(line.lstrip())]
    alone = not line[: site.parsed.place(last).column - 1].strip()
    rest = module.line(place.end_line)[place.end_column - 1 :]
    separator = f",\n{lead}" if alone and len(node.args) > 1 and "#" not in rest else ", "
    return edits.after(place, separator + text)


def _in_tests(facts: Facts) -> str:
    """A file in which tests are given caches with a timeout; empty if there is none."""
    codebase = facts.codebase
    timed = {module.path for module in codebase.containing("TIMEOUT")}
    return next((m.path for m in codebase.containing("CACHES") if m.path in timed and is_for_tests(m.path)), "")
