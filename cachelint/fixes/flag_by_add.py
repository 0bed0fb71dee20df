"""CL503: take a flag in one step, by ``add``."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import Touch, WriteBack
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.blocks import assigned_in, is_statement, line_of, names_in, removed
from cachelint.fixes.obligations import FLAG_COMES_FIRST, NOTHING_STANDS_IN, Proof
from cachelint.fixes.stand_ins import account
from cachelint.project.parsed import ParsedDefinition

#: What must be shown for the fix to be safe.
OBLIGATIONS = (FLAG_COMES_FIRST, NOTHING_STANDS_IN)
_LEAVING = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def propose(write: WriteBack, asked: Touch, facts: Facts) -> Fix:
    """``if cache.get(k): return`` … ``cache.set(k, 1, 60)`` → ``if not cache.add(k, 1, 60): return``.

    Raises FixBlocked.
    """
    call, parsed = write.call, write.call.parsed
    node = call.node
    if call.inner is not None or asked.call.inner is not None or asked.call.parsed is not parsed:
        raise FixBlocked("the flag is asked for or set by another function: use `cache.add` there")
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or not is_statement(node, parsed):
        raise FixBlocked("the result of the call is used: take the flag with `cache.add` yourself")
    line, block, index = line_of(node, parsed)
    test, is_there = _test(asked.call.node, parsed)
    branch = parsed.gathered.parents.get(test)
    if not isinstance(branch, cst.If) or branch.test is not test:
        raise FixBlocked("the flag is not asked for in an `if` of its own: take it with `cache.add` yourself")
    between = _between(branch, block, index, parsed, is_there=is_there)
    if names_in(node) & assigned_in(between):
        raise FixBlocked("what is stored is worked out after the flag was asked for: take it with `cache.add` yourself")
    proof = Proof(*OBLIGATIONS)
    account(facts, [call], proof)
    first = parsed.place(branch).line
    proof.doubt(
        FLAG_COMES_FIRST, f"the flag is set on line {first}: where what follows fails, it stays until it expires"
    )
    added = f"{parsed.code(node.func.value).strip()}.add({_arguments(node, parsed)})"
    text = f"not {added}" if is_there else added
    changes: list[Edit] = [edits.replace(parsed.place(test), text), removed(line, block, parsed)]
    return proof.fix("take the flag with `cache.add`", changes)


def _arguments(node: cst.Call, parsed: ParsedDefinition) -> str:
    parts: list[str] = []
    for argument in node.args:
        if argument.star:
            raise FixBlocked("the call passes `*` or `**` arguments: take the flag with `cache.add` yourself")
        code = parsed.code(argument.value).strip()
        parts.append(f"{argument.keyword.value}={code}" if argument.keyword is not None else code)
    return ", ".join(parts)


def _test(node: cst.BaseExpression, parsed: ParsedDefinition) -> tuple[cst.CSTNode, bool]:
    """The whole test that asks for a flag, and whether it is true where the flag is there."""
    parent = parsed.gathered.parents.get(node)
    is_there = True
    whole: cst.CSTNode = node
    if isinstance(node, cst.Comparison):
        is_there = isinstance(node.comparisons[0].operator, cst.In)
    elif isinstance(parent, cst.Comparison) and parent.left is node and len(parent.comparisons) == 1:
        target = parent.comparisons[0]
        if not isinstance(target.comparator, cst.Name) or target.comparator.value != "None":
            raise FixBlocked("the flag is compared with a value: take it with `cache.add` yourself")
        is_there = isinstance(target.operator, cst.IsNot | cst.NotEqual)
        whole = parent
    outer = parsed.gathered.parents.get(whole)
    if isinstance(outer, cst.UnaryOperation) and isinstance(outer.operator, cst.Not):
        return outer, not is_there
    return whole, is_there


def _between(
    branch: cst.If, block: cst.IndentedBlock, index: int, parsed: ParsedDefinition, *, is_there: bool
) -> list[cst.CSTNode]:
    """The statements between the question and the flag. Raises FixBlocked where one does not lead to the other."""
    if not is_there and branch.body is block:
        return list(block.body[:index])
    if is_there and branch.orelse is None and parsed.gathered.parents.get(branch) is block:
        last = branch.body.body[-1] if isinstance(branch.body, cst.IndentedBlock) else None
        leaves = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], _LEAVING)
        start = list(block.body).index(branch)
        if leaves and start < index:
            return list(block.body[start + 1 : index])
    raise FixBlocked("the flag is not set right where it was found free: take it with `cache.add` yourself")
