"""CL102 for `values()` and `values_list()`: the rows are plain data already, a list of them is all that is missing."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import Site
from cachelint.caching.collect import Facts
from cachelint.findings import Applicability, Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.defuse import Escapes, Function
from cachelint.fixes.key_version.bump import move
from cachelint.fixes.readers import later_uses, local_ends, takes_a_list
from cachelint.types.join import members
from cachelint.types.model import Dict, Kind, QuerySet, Scalar, Str, force
from cachelint.types.serialize import Json, json_verdict
from cachelint.types.walk import walk


def is_plain(site: Site) -> bool:
    """Whether a write stores a QuerySet whose rows are no instances."""
    found = members(site.value) if site.value is not None else ()
    return bool(found) and all(isinstance(m, QuerySet) and _is_data(m.row) for m in found)


def _is_data(row: Kind) -> bool:
    kinds = members(force(row))
    return bool(kinds) and all(isinstance(kind, Dict | Scalar | Str) for kind in kinds)


def fix(site: Site, facts: Facts) -> Fix:
    """The fix. Raises Escapes or NoKey with what stands in its way."""
    flow = facts.flows.of(site)
    if flow is None:
        raise Escapes("the key is not known here in all its parts")
    moved = move(flow, facts, first=2)
    reads, writes = local_ends(flow, site.lift.path)
    changes: list[Edit] = list(moved.edits)
    stored: set[cst.CSTNode] = set()
    reason = ""
    for function, write in writes:
        value = write.nodes.get("value")
        if value is None or not is_plain(write):
            raise Escapes(f"{function.where(write.node)} stores something else under the key")
        for member in members(write.value) if write.value is not None else ():
            _check_row(function, write, member)
        stored.add(value)
        function.refuse_list(value)
        place = write.lift.place(value)
        changes += [edits.before(place, "list("), edits.after(place, ")")]
    for read in reads:
        for node, test in later_uses(read, stored, None):
            if not test and _use(read.function, node):
                reason = f"{read.function.where(node)} returns it: callers get a list where they got a QuerySet"
    reason = moved.doubt or reason
    title = "store a list of the rows, under a new version of the key"
    return Fix(title, tuple(changes), Applicability.UNSAFE if reason else Applicability.SAFE, reason)


def _check_row(function: Function, site: Site, queryset: Kind) -> None:
    for _, part in walk(queryset.row) if isinstance(queryset, QuerySet) else ():
        verdict = json_verdict(part)
        if verdict.json in (Json.REFUSES, Json.CHANGES):
            raise Escapes(f"{function.where(site.node)}: JSON would not keep a list of the rows ({verdict.what})")


def _use(function: Function, node: cst.CSTNode) -> bool:
    """Whether callers get what was read. Raises Escapes for a use that a list could not stand in for."""
    parent = function.above.get(node)
    if takes_a_list(function, node) or (isinstance(parent, cst.Subscript) and parent.value is node):
        return False
    if isinstance(parent, cst.Return):
        return True
    raise function.escape(node, "is used in a way that a list could not stand in for")
