"""CL515: pass the timeout under its name, and in seconds."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.aliases import alias, backends_of
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import RAISED_BEFORE, Proof
from cachelint.fixes.stand_ins import handled, other_cache, strange_backend
from cachelint.types.base import Scalar, force

#: Names that a timeout goes by elsewhere, and that no method of a cache takes.
MISNAMED = frozenset(
    {"ttl", "expire", "expires", "expiry", "expiration", "time", "ex", "max_age", "seconds", "duration"}
)
#: What must be shown for the fix to be safe.
OBLIGATIONS = (RAISED_BEFORE,)


def propose(call: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    proof = Proof(*OBLIGATIONS)
    if not backends_of(facts.interpreter, call.alias) and alias(facts.interpreter, call.alias).has_settings:
        proof.doubt(RAISED_BEFORE, "the backend of this cache is not known, and may take such an argument")
    strange = strange_backend(facts, call)
    if strange:
        raise FixBlocked(f"{strange}: it may have parameters of its own")
    proof.doubt(RAISED_BEFORE, handled(facts, call))
    proof.doubt(RAISED_BEFORE, other_cache(facts, call))
    node = call.node
    misnamed = [a for a in node.args if a.keyword and a.keyword.value in MISNAMED] if isinstance(node, cst.Call) else []
    if misnamed and misnamed[0].keyword is not None:
        if "timeout" in call.nodes:
            raise FixBlocked("the call passes a `timeout` as well")
        if not _is_number(misnamed[0].value):
            proof.doubt(RAISED_BEFORE, "what is passed may be no number of seconds")
        return proof.fix("call it `timeout`", [edits.replace(call.parsed.place(misnamed[0].keyword), "timeout")])
    passed = call.nodes.get("timeout")
    typ = force(call.timeout) if call.timeout is not None else None
    if passed is None or not isinstance(typ, Scalar) or typ.type != "datetime.timedelta":
        raise FixBlocked("only you know what is meant: pass the timeout in seconds, as `timeout=`")
    place = call.parsed.place(passed)
    if isinstance(passed, cst.Name | cst.Attribute | cst.Call):
        return proof.fix("pass it in seconds", [edits.before(place, "int("), edits.after(place, ".total_seconds())")])
    return proof.fix("pass it in seconds", [edits.before(place, "int(("), edits.after(place, ").total_seconds())")])


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.BinaryOperation):
        return _is_number(node.left) and _is_number(node.right)
    return isinstance(node, cst.Integer | cst.Float)
