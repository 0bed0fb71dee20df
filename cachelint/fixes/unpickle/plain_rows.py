"""CL102 for `values()` and `values_list()`: the rows are plain data already, a list of them is all that is missing."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.fixes.key_version.bump import Moved, key_of, move
from cachelint.fixes.obligations import CALLERS_COPE, NOTHING_STANDS_IN, Proof
from cachelint.fixes.readers import later_uses, local_ends, takes_a_list
from cachelint.fixes.stand_ins import account
from cachelint.types.base import Scalar, Type, force
from cachelint.types.containers import Dict
from cachelint.types.django import QuerySet
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.strings import Str
from cachelint.types.walk import walk

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    *Moved.obligations,
    NOTHING_STANDS_IN,
    CALLERS_COPE,
)


def is_plain(site: CacheCall) -> bool:
    """Whether a write stores a QuerySet whose rows are no instances."""
    found = members(site.value) if site.value is not None else ()
    return bool(found) and all(isinstance(m, QuerySet) and _is_data(m.row) for m in found)


def _is_data(row: Type) -> bool:
    types = members(force(row))
    return bool(types) and all(isinstance(typ, Dict | Scalar | Str) for typ in types)


def fix(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked with what stands in its way."""
    key = key_of(site, facts)
    moved = move(key, facts, first=2)
    reads, writes = local_ends(key, site.parsed.path)
    changes: list[Edit] = list(moved.edits)
    stored: set[cst.CSTNode] = set()
    proof = Proof(*OBLIGATIONS)
    moved.account(proof)
    account(facts, key.all_sites, proof)
    for function, write in writes:
        value = write.nodes.get("value")
        if value is None or not is_plain(write):
            raise FixBlocked(f"{function.where(write.node)} stores something else under this key")
        for member in members(write.value) if write.value is not None else ():
            _check_row(function, write, member)
        stored.add(value)
        function.refuse_list(value)
        place = write.parsed.place(value)
        changes += [edits.before(place, "list("), edits.after(place, ")")]
    for read in reads:
        for node, test in later_uses(read, stored, None):
            if not test and _use(read.function, node):
                where = read.function.where(node)
                proof.doubt(CALLERS_COPE, f"{where} returns it: callers will get a list instead of a QuerySet")
    return proof.fix("store a list of the rows under a new version of the key", changes)


def _check_row(function: Function, site: CacheCall, queryset: Type) -> None:
    for _, part in walk(queryset.row) if isinstance(queryset, QuerySet) else ():
        verdict = json_verdict(part)
        if verdict.json in (Json.REFUSES, Json.CHANGES):
            raise FixBlocked(f"{function.where(site.node)}: JSON would not keep a list of the rows ({verdict.what})")


def _use(function: Function, node: cst.CSTNode) -> bool:
    """Whether callers get what was read. Raises FixBlocked for a use that a list could not stand in for."""
    parent = function.parents.get(node)
    if takes_a_list(function, node) or (isinstance(parent, cst.Subscript) and parent.value is node):
        return False
    if isinstance(parent, cst.Return):
        return True
    raise function.escape(node, "is used in a way that a list does not support")
