"""CL511 and CL512: await the asynchronous method."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Edit, Fix
from cachelint.fixes import interleaving
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import (
    NOTHING_COMES_BETWEEN,
    NOTHING_STANDS_IN,
    RAISED_BEFORE,
    TWIN_DOES_THE_SAME,
    Proof,
)
from cachelint.fixes.stand_ins import account
from cachelint.infer.events import called_name
from cachelint.project.enclosing import around, is_in_async_function
from cachelint.project.parsed import ParsedDefinition

#: What must be shown for the fix to be safe.
OBLIGATIONS = (TWIN_DOES_THE_SAME, NOTHING_COMES_BETWEEN, NOTHING_STANDS_IN)
OF_COROUTINES = (RAISED_BEFORE,)

#: Methods whose twins are another thing before Django 6.1: a read and a write, which two requests can do at once.
_OTHER_TWINS = frozenset({"get_or_set", "incr", "decr", "incr_version", "decr_version"})


def call_the_twin(call: CacheCall, facts: Facts) -> Fix:
    """``cache.get(key)`` → ``await cache.aget(key)``. Raises FixBlocked."""
    proof = Proof(*OBLIGATIONS)
    account(facts, [call], proof)
    if call.method in _OTHER_TWINS:
        proof.doubt(
            TWIN_DOES_THE_SAME, f"before Django 6.1 `a{call.method}` is a read and a write, and resets the timeout"
        )
    if METHODS[call.method].does is Does.CLEARS:
        proof.doubt(TWIN_DOES_THE_SAME, "other code may go on while all entries are deleted")
    proof.all(NOTHING_COMES_BETWEEN, interleaving.doubts(call, facts))
    node, parsed = call.node, call.parsed
    loops = [outer for outer in _until_function(node, parsed) if isinstance(outer, cst.BaseComp)]
    if len(loops) > 1:
        raise FixBlocked("it stands in a comprehension inside another, where Python before 3.11 cannot await")
    if isinstance(node, cst.Comparison):
        return proof.fix("await `ahas_key`", _contains(node, parsed))
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        raise FixBlocked("the call is written in a way that cannot be changed")
    name = parsed.place(node.func.attr)
    return proof.fix(f"await `a{call.method}`", [edits.before(name, "a"), *_awaited(node, parsed)])


def add_await(call: CacheCall, facts: Facts) -> Fix:
    """``cache.aset(…)`` → ``await cache.aset(…)``. Raises FixBlocked."""
    node = call.node
    if not isinstance(node, cst.Call) or called_name(node) == call.method or call.method == "get_or_set":
        raise FixBlocked("the value has to be awaited before it is stored")
    if not is_in_async_function(node, call.parsed):
        raise FixBlocked("the function is not asynchronous: nothing can be awaited in it")
    proof = Proof(*OF_COROUTINES)
    if METHODS[call.method].does is Does.COUNTS:
        proof.doubt(RAISED_BEFORE, "once it is awaited, it raises ValueError where the counter is not there")
    caught = [outer for outer in _until_function(node, call.parsed) if isinstance(outer, cst.Try | cst.TryStar)]
    if caught:
        proof.doubt(
            RAISED_BEFORE, f"line {call.parsed.place(caught[0]).line}: `try` may catch what the call raises now"
        )
    return proof.fix("add `await`", _awaited(node, call.parsed))


def _until_function(node: cst.CSTNode, parsed: ParsedDefinition) -> Iterator[cst.CSTNode]:
    """What stands around a node within its function."""
    for outer in around(node, parsed):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return
        yield outer


def _awaited(node: cst.Call, parsed: ParsedDefinition) -> list[Edit]:
    """``await`` before a call, in parentheses where something hangs on it."""
    place = parsed.place(node)
    parent = parsed.gathered.parents.get(node)
    hangs = isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node
    if hangs or (isinstance(parent, cst.Call) and parent.func is node):
        return [edits.before(place, "(await "), edits.after(place, ")")]
    return [edits.before(place, "await ")]


def _contains(node: cst.Comparison, parsed: ParsedDefinition) -> list[Edit]:
    """``key in cache`` → ``await cache.ahas_key(key)``."""
    target = node.comparisons[0]
    if len(node.comparisons) != 1:
        raise FixBlocked("the test is one of several in a chain")
    key, cache = parsed.code(node.left).strip(), parsed.code(target.comparator).strip()
    negated = "not " if isinstance(target.operator, cst.NotIn) else ""
    text = f"{negated}await {cache}.ahas_key({key})"
    if isinstance(parsed.gathered.parents.get(node), cst.Comparison | cst.ComparisonTarget):
        text = f"({text})"
    return [edits.replace(parsed.place(node, bare=True), text)]
