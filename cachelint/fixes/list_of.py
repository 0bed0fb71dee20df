"""CL103: make a list of a generator or of a view of a dict."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.aliases import backends_of
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.obligations import NOTHING_STANDS_IN, READERS_COPE, STORED_ALONE, Proof
from cachelint.fixes.readers import later_uses, read_of, takes_a_list
from cachelint.fixes.stand_ins import caches_changed, handled, other_cache, picky_stand_in, strange_backend
from cachelint.types.containers import DictView, Generator
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.walk import walk

#: Backends that pickle what they are given.
_PICKLING = ("django.core.cache.backends.", "django_redis.", "django_valkey.")

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    NOTHING_STANDS_IN,
    STORED_ALONE,
    READERS_COPE,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if site.inner is not None or site.method not in ("set", "add"):
        raise FixBlocked("the value is created elsewhere")
    types = members(site.value) if site.value is not None else ()
    if not all(isinstance(k, DictView) or (isinstance(k, Generator) and not k.asynchronous) for k in types):
        raise FixBlocked("only a generator or a dict view can be turned into a list")
    node = site.nodes.get("value")
    if node is None:
        raise FixBlocked("the value is not visible at this call")
    for typ in types:
        if isinstance(typ, DictView | Generator):
            for _, part in walk(typ.element):
                verdict = json_verdict(part)
                if verdict.json not in (Json.KEEPS, Json.UNKNOWN):
                    raise FixBlocked(
                        f"JSON would not keep a list of its elements ({verdict.what}): choose what to store"
                    )
    place = site.parsed.place(node)
    changes: tuple[Edit, ...] = (edits.before(place, "list("), edits.after(place, ")"))
    if isinstance(node, cst.GeneratorExp) and node.lpar:
        changes = (edits.before(place, "list"),)
    proof = Proof(*OBLIGATIONS)
    proof.doubt(NOTHING_STANDS_IN, picky_stand_in(facts, [site]))
    proof.doubt(NOTHING_STANDS_IN, caches_changed(facts))
    proof.doubt(NOTHING_STANDS_IN, other_cache(facts, site))
    proof.doubt(READERS_COPE, handled(facts, site))
    proof.doubt(NOTHING_STANDS_IN, _may_not_pickle(site, facts))
    proof.doubt(READERS_COPE, _asks_more(site, facts))
    if site.parsed.function is not None and _is_tried(site):
        proof.doubt(READERS_COPE, "something around the call (a `try`, a `with`, a decorator) may count on its error")
    generators = any(isinstance(k, Generator) for k in types)
    if generators and not isinstance(node, cst.GeneratorExp | cst.Call):
        code = short(site.parsed.code(node))
        proof.doubt(STORED_ALONE, f"code that reads `{code}` after this call will find it empty")
    if generators and isinstance(node, cst.Call):
        proof.doubt(READERS_COPE, "if the generator never ends, `list(…)` never ends either")
    return proof.fix("wrap it in `list(…)`", changes)


def _may_not_pickle(site: CacheCall, facts: Facts) -> str:
    """How the call may have raised nothing until now; empty where the backend is one that pickles what it is given."""
    if site.method != "set":
        return f"where the key exists already, `{site.called}` stored nothing and raised nothing"
    backends = backends_of(facts.interpreter, site.alias)
    odd = next((b for b in backends if not b.startswith(_PICKLING) or "dummy" in b), "")
    if odd:
        return f"the backend `{odd}` may not pickle what it is given: nothing was raised then"
    return strange_backend(facts, site)


def _is_tried(site: CacheCall) -> bool:
    """Whether somebody around the call waits for its error."""
    current: cst.CSTNode | None = site.node
    parents = site.parsed.gathered.parents
    while current is not None:
        parent = parents.get(current)
        if isinstance(parent, cst.Try | cst.With) and parent.body is current:
            return True
        if isinstance(parent, cst.FunctionDef) and parent.decorators:
            return True
        current = parent
    return False


def _asks_more(site: CacheCall, facts: Facts) -> str:
    """Where a reader of the key may do what a list does not support; empty where all go through it only."""
    if not any(isinstance(k, DictView) for k in (members(site.value) if site.value is not None else ())):
        return ""  # A generator was never stored: nobody could read one.
    key = facts.keys.of(site)
    if key is None:
        return "part of the key could not be determined: its readers may do more than go through a list"
    for other in key.all_sites:
        if other.innermost.method in ("get", "get_many", "get_or_set"):
            where = f"{other.place.path}:{other.place.line}"
            if other.function is None or other.inner is not None or other.method != "get":
                return f"{where} may do more with it than go through a list"
            read = read_of(Function(other.function, other.parsed, site.parsed.path), other.node)
            try:
                for node, test in later_uses(read, set(), None):
                    if not test and not takes_a_list(read.function, node):
                        raise read.function.escape(node, "is used in a way that a list does not support")
            except FixBlocked as reason:
                return str(reason)
    return ""
