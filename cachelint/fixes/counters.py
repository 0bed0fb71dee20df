"""CL504 and CL505: count in one step, and begin where the counter is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import Count, ReadUses, WriteBack
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.blocks import is_statement, line_of, removed
from cachelint.fixes.defuse import short
from cachelint.fixes.obligations import COUNTER_IS_ITS_OWN, NOTHING_STANDS_IN, Proof
from cachelint.fixes.stand_ins import account
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.strings import constant

#: What must be shown for the fixes to be safe.
OBLIGATIONS = (COUNTER_IS_ITS_OWN, NOTHING_STANDS_IN)


def count(write: WriteBack, read: ReadUses, facts: Facts) -> Fix:
    """``n = cache.get(k, 0)`` and ``cache.set(k, n + 1, 60)`` → ``cache.add(k, 0, 60)`` and ``n = cache.incr(k)``.

    Raises FixBlocked.
    """
    call, parsed = write.call, write.call.parsed
    if call.inner is not None or read.call.inner is not None or read.call.parsed is not parsed:
        raise FixBlocked("the number is read or written by another function: count with `cache.incr` there")
    name, start = _read(read, parsed)
    line, block, index = line_of(read.call.node, parsed)
    steps = block.body[index + 1 :]
    delta, written = _step(steps, name, call, parsed)
    last = steps[written]
    assert isinstance(last, cst.SimpleStatementLine)
    if written == 0 and _is_used_after(name, last, parsed):
        raise FixBlocked(f"`{name}` is used afterwards as it was before: count with `cache.incr` yourself")
    node = call.node
    assert isinstance(node, cst.Call)
    assert isinstance(node.func, cst.Attribute)
    receiver = parsed.code(node.func.value).strip()
    key = parsed.code(call.node_of("key")).strip()
    more = "".join(
        f", {'' if n == 'timeout' else f'{n}='}{parsed.code(call.nodes[n]).strip()}"
        for n in ("timeout", "version") if n in call.nodes
    )  # fmt: skip
    version = f", version={parsed.code(call.nodes['version']).strip()}" if "version" in call.nodes else ""
    proof = Proof(*OBLIGATIONS)
    account(facts, [call, read.call], proof)
    proof.doubt(COUNTER_IS_ITS_OWN, "`add` and `incr` no longer renew the timeout at each write")
    if not isinstance(delta, cst.Integer):
        code = short(parsed.code(delta))
        proof.doubt(COUNTER_IS_ITS_OWN, f"`{code}` may not be a whole number, and `incr` takes no other")
    by = parsed.code(delta).strip()
    step = "" if by == "1" else f", {by}"
    changes: list[Edit] = [
        edits.replace(parsed.place(line.body[0]), f"{receiver}.add({key}, {start}{more})"),
        edits.replace(parsed.place(_small(steps[0])), f"{name} = {receiver}.incr({key}{step}{version})"),
    ]
    if written > 0:
        changes.append(removed(last, block, parsed))
    return proof.fix("count with `cache.incr`", changes)


def _is_used_after(name: str, statement: cst.SimpleStatementLine, parsed: ParsedDefinition) -> bool:
    """Whether a variable is used below a statement, in whatever block."""
    end = parsed.place(statement.body[0]).end_line
    return any(parsed.place(node).line > end for node in parsed.gathered.named(name))


def _small(statement: cst.CSTNode) -> cst.CSTNode:
    return statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement


def _read(read: ReadUses, parsed: ParsedDefinition) -> tuple[str, str]:
    """The variable that the number is read into, and what stands in for a miss."""
    node = read.call.node
    parents = parsed.gathered.parents
    parent = parents.get(node)
    default = parsed.code(read.default).strip() if read.default is not None else ""
    if isinstance(parent, cst.BooleanOperation) and isinstance(parent.operator, cst.Or) and parent.left is node:
        default, parent = parsed.code(parent.right).strip(), parents.get(parent)
    if not isinstance(parent, cst.Assign) or len(parent.targets) != 1 or not default.lstrip("-").isdigit():
        raise FixBlocked("the number is read in a way that cannot be changed: count with `cache.incr` yourself")
    target = parent.targets[0].target
    if not isinstance(target, cst.Name) or read.tests:
        raise FixBlocked("the number is tested before it is written: a limit cannot be counted without a lock")
    return target.value, default


def _step(
    steps: Sequence[cst.CSTNode], name: str, call: CacheCall, parsed: ParsedDefinition
) -> tuple[cst.BaseExpression, int]:
    """By how much the number changes, and which of the next statements writes it."""
    value = call.nodes.get("value")
    first = _small(steps[0]) if steps else None
    if isinstance(first, cst.AugAssign) and isinstance(first.operator, cst.AddAssign) and len(steps) > 1:
        if isinstance(first.target, cst.Name) and first.target.value == name and isinstance(value, cst.Name):
            if value.value == name and _is_call(steps[1], call, parsed):
                return _whole(first.value), 1
    elif isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add) and steps:
        left = value.left
        if isinstance(left, cst.Name) and left.value == name and _is_call(steps[0], call, parsed):
            return _whole(value.right), 0
    raise FixBlocked("what stands between the read and the write cannot be moved: count with `cache.incr` yourself")


def _whole(delta: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(delta, cst.Float):
        raise FixBlocked("`cache.incr` counts in whole numbers only: hold a lock around the read and the write")
    return delta


def _is_call(statement: cst.CSTNode, call: CacheCall, parsed: ParsedDefinition) -> bool:
    small = _small(statement)
    return isinstance(small, cst.Expr) and small.value is call.node and is_statement(call.node, parsed)


def begin(counted: Count, facts: Facts) -> Fix:
    """``cache.incr(k)`` → in ``try``, with ``except ValueError: cache.set(k, 1, 60)``. Raises FixBlocked."""
    call, parsed = counted.call, counted.call.parsed
    node = call.node
    if call.inner is not None or not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        raise FixBlocked("the counter is increased by another function: catch ValueError there")
    line, _, _ = line_of(node, parsed)
    small = line.body[0]
    is_assigned = isinstance(small, cst.Assign) and small.value is node
    if not is_assigned and not is_statement(node, parsed):
        raise FixBlocked("the call stands within another expression: catch ValueError around it")
    start, timeout = _started(call, facts)
    delta = _delta(call)
    total = start + (delta if "incr" in call.method else -delta)
    receiver = parsed.code(node.func.value).strip()
    key = parsed.code(call.node_of("key")).strip()
    place = parsed.place(small)
    indent = " " * (place.column - 1)
    code = parsed.code(small).strip().replace("\n", f"\n{indent}    ")
    text = f"try:\n{indent}    {code}\n{indent}except ValueError:\n{indent}    {receiver}.set({key}, {total}{timeout})"
    if isinstance(small, cst.Assign):
        text += f"\n{indent}    {parsed.code(small.targets[0].target).strip()} = {total}"
    proof = Proof(*OBLIGATIONS)
    account(facts, [call], proof)
    proof.doubt(COUNTER_IS_ITS_OWN, "two processes that both find no counter both begin it: one count is lost")
    # In a loop the new write is one more call of it, as `incr` is already.
    return proof.fix("begin the counter in `except ValueError`", [edits.replace(place, text)], leaves=("CL513",))


def _delta(call: CacheCall) -> int:
    node = call.nodes.get("delta")
    if node is None:
        return 1
    if isinstance(node, cst.Integer) and node.value.isdigit():
        return int(node.value)
    raise FixBlocked("by how much the counter is increased is not known: begin it in `except ValueError` yourself")


def _started(call: CacheCall, facts: Facts) -> tuple[int, str]:
    """What the counter begins at, and the timeout that it is given, as the other writes of its key say."""
    key = facts.keys.of(call)
    writes = [c for c in key.all_sites if c.writes and c.inner is None] if key is not None else []
    starts = {constant(c.value) for c in writes if c.value is not None}
    timeouts = {c.parsed.code(c.nodes["timeout"]).strip() if "timeout" in c.nodes else "" for c in writes}
    start = next(iter(starts)) if len(starts) == 1 else None
    timeout = next(iter(timeouts)) if len(timeouts) == 1 else None
    is_number = timeout is not None and re.fullmatch(r"[0-9_ *]+", timeout) is not None
    if not isinstance(start, int) or isinstance(start, bool) or not is_number:
        raise FixBlocked("what the counter begins at, and for how long it lives, is not known")
    return start, f", {timeout}"
