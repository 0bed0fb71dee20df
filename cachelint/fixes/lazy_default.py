"""CL506: pass a function, which is called on a miss only."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import WORKED_OUT_LATER, Proof
from cachelint.project.syntax import descendants

#: What must be shown for the fix to be safe.
OBLIGATIONS = (WORKED_OUT_LATER,)


def propose(call: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    node = call.nodes.get("default")
    if call.method != "get_or_set" or call.inner is not None or node is None:
        raise FixBlocked("`get` does not call its default: test the result for None instead")
    inside = [node, *descendants(node)]
    if any(isinstance(n, cst.Await | cst.Yield | cst.NamedExpr) for n in inside):
        raise FixBlocked("the default awaits, yields or assigns something, which a lambda cannot do")
    if isinstance(node, cst.Name):
        raise FixBlocked(f"`{node.value}` is worked out before the call: make a function of it")
    names = {n.value for n in inside if isinstance(n, cst.Name)}
    bound = sorted(names & _of_loops(call))
    head = f"lambda {', '.join(f'{name}={name}' for name in bound)}: " if bound else "lambda: "
    proof = Proof(*OBLIGATIONS)
    proof.doubt(WORKED_OUT_LATER, "what the default does besides giving a value is then done on a miss only")
    return proof.fix("pass a function", [edits.before(call.parsed.place(node), head)])


def _of_loops(call: CacheCall) -> set[str]:
    """The variables of the loops around a call, which mean something else by the time a function is called."""
    parents = call.parsed.gathered.parents
    found: set[str] = set()
    current = parents.get(call.node)
    while current is not None and not isinstance(current, cst.FunctionDef):
        if isinstance(current, cst.For):
            found |= {n.value for n in (current.target, *descendants(current.target)) if isinstance(n, cst.Name)}
        current = parents.get(current)
    return found
