"""CL502: tell a miss by None."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import MissTest, ReadUses
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import NONE_IS_NEVER_STORED, READERS_COPE, Proof
from cachelint.types.base import NONE, Unknown
from cachelint.types.join import members

#: What must be shown for the fix to be safe.
OBLIGATIONS = (NONE_IS_NEVER_STORED, READERS_COPE)


def propose(read: ReadUses, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if read.default is not None or read.call.inner is not None:
        raise FixBlocked("the read has a default, or goes through a function: test what came back yourself")
    proof = Proof(*OBLIGATIONS)
    key = facts.keys.of(read.call)
    calls = key.all_sites if key is not None else ()
    for call in calls:
        for member in members(call.value) if call.writes and call.value is not None else ():
            if member == NONE:
                raise FixBlocked(f"None is stored too ({call.place.path}:{call.place.line}), and would count as a miss")
            if isinstance(member, Unknown):
                where = f"{call.place.path}:{call.place.line} may store None, which would count as a miss"
                proof.doubt(NONE_IS_NEVER_STORED, where)
    if key is None or key.maybe_calls:
        proof.doubt(NONE_IS_NEVER_STORED, "other calls may use this key, whose text is not known")
    proof.doubt(READERS_COPE, "empty and zero values are served from the cache from now on, until they expire")
    changes: list[Edit] = []
    for test in read.tests:
        if test.kind is not MissTest.TRUTH:
            raise FixBlocked("the miss is told by `or` as well: test with `is None` yourself")
        changes += _tested(test.node, read)
    return proof.fix("test with `is None`", changes)


def _tested(node: cst.BaseExpression, read: ReadUses) -> list[Edit]:
    parsed = read.call.parsed
    parent = parsed.gathered.parents.get(node)
    place = parsed.place(node)
    if not isinstance(node, cst.Name | cst.Attribute | cst.NamedExpr):
        raise FixBlocked("the miss is told in the expression that reads: give the result to a variable")
    if isinstance(node, cst.NamedExpr) and not node.lpar:
        raise FixBlocked("the test assigns the result as well: test with `is None` yourself")
    if isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not):
        outer = parsed.place(parent, bare=True)
        return [edits.replace(outer, f"{parsed.code(node).strip()} is None")]
    if isinstance(parent, cst.If | cst.While | cst.IfExp | cst.BooleanOperation | cst.Assert):
        return [edits.after(place, " is not None")]
    raise FixBlocked("the result is tested in a way that cannot be changed: test with `is None` yourself")
