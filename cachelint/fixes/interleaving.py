"""Whether other tasks may come in between, where a call that blocked the event loop is awaited instead.

Until now nothing else of the process ran between the lines of the function. That was no protection from other
processes, but code may rest on it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall, Read
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS, Does
from cachelint.infer.events import called_name
from cachelint.project.classes import dotted
from cachelint.project.enclosing import around, function_around
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants

_CHANGES = frozenset({Does.WRITES, Does.READS_AND_WRITES, Does.COUNTS, Does.DELETES, Does.MOVES, Does.CLEARS})
#: Methods that change what they are called on.
_CHANGING = frozenset(
    {"append", "add", "extend", "insert", "remove", "discard", "pop", "popitem", "clear", "update", "setdefault"}
)
#: What runs coroutines on a loop of its own.
_RUNNERS = re.compile(rb"\b(?:asyncio\.run|run_until_complete|run_coroutine_threadsafe|new_event_loop)\s*\(")
_WORDS = ("asyncio.run", "run_until_complete", "run_coroutine_threadsafe", "new_event_loop")


def doubts(call: CacheCall, facts: Facts) -> Iterator[str]:
    """What the function around a call may rest on that ends where the call is awaited."""
    parsed = call.parsed
    function = function_around(call.node, parsed)
    if not isinstance(function, cst.FunctionDef):
        return
    yield from _held(call, parsed)
    yield from _decided(call, facts, function)
    yield from _shared(parsed, function, {id(known.node) for known in facts.calls if known.parsed is parsed})
    if any(isinstance(node, cst.Yield) for node in descendants(function)):
        yield "an asynchronous generator may be closed while it waits for the cache"
    for module in facts.codebase.search(_RUNNERS, *_WORDS):
        if not is_test(module.path) and "/management/" not in module.path:
            yield (
                f"{module.where(_RUNNERS)} runs coroutines on a loop of its own: in Django's thread, the asynchronous "
                "method waits for that thread for ever"
            )
            break
    keys = [m for m in facts.codebase.containing("KEY_FUNCTION") if m in facts.interpreter.settings_modules]
    if keys:
        yield f"the `KEY_FUNCTION` in {keys[0].path} runs in another thread then, and may read what belongs to this one"


def _held(call: CacheCall, parsed: ParsedDefinition) -> Iterator[str]:
    """What is held, or gone through, while the call is made."""
    for outer in around(call.node, parsed):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return
        if isinstance(outer, cst.With) and outer.asynchronous is None:
            code = parsed.code(outer.items[0].item)
            yield f"line {parsed.place(outer).line}: other tasks run while `with {code}` is held"
        loops: list[cst.For | cst.CompFor] = [outer] if isinstance(outer, cst.For) else []
        inner = outer.for_in if isinstance(outer, cst.BaseComp) else None
        for loop in [*loops, *([inner] if inner is not None else [])]:
            through = loop.iter
            if isinstance(through, cst.Call) and isinstance(through.func, cst.Attribute):
                through = through.func.value
            is_shared = isinstance(through, cst.Name) and through.value not in parsed.gathered.bound
            if isinstance(through, cst.Attribute) or is_shared:
                code = parsed.code(through)
                yield f"line {parsed.place(outer).line}: other tasks may change `{code}` while it is gone through"


def _decided(call: CacheCall, facts: Facts, function: cst.FunctionDef) -> Iterator[str]:
    """What a read decides of a later write, with nothing awaited in between until now."""
    inside = {id(node) for node in descendants(function)}
    lines = [call.parsed.place(n).line for n in descendants(function) if isinstance(n, cst.Await)]
    calls = [c for c in facts.calls if c.parsed is call.parsed and id(c.node) in inside]
    reads = [c for c in calls if isinstance(c, Read) or METHODS[c.method].does is Does.READS_AND_WRITES]
    writes = [c for c in calls if METHODS[c.method].does in _CHANGES]
    for read in reads:
        for write in writes:
            first, last = read.place.line, write.place.line
            between = any(first < line < last for line in lines)
            if read is not write and first <= last and call in (read, write) and not between:
                yield (
                    f"other tasks may run between the read (line {first}) and `{write.method}` (line {last}), which "
                    "the blocking call kept out within one process"
                )
                return


def _shared(parsed: ParsedDefinition, function: cst.FunctionDef, ours: Collection[int]) -> Iterator[str]:
    """State that the function shares with other tasks, and changes; ``ours`` are the ids of calls of caches."""
    own = parsed.gathered.bound
    for node in descendants(function):
        target: cst.CSTNode | None = None
        if isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign):
            target = node.target if isinstance(node.target, cst.Attribute | cst.Subscript) else None
        elif isinstance(node, cst.Call) and called_name(node) in _CHANGING and id(node) not in ours:
            target = node.func.value if isinstance(node.func, cst.Attribute) else None
        elif isinstance(node, cst.Global | cst.Nonlocal):
            yield f"line {parsed.place(node).line}: other tasks may change the same variables while it waits"
            return
        if target is None:
            continue
        inner = target.value if isinstance(target, cst.Subscript) else target
        name = dotted(inner) if isinstance(inner, cst.Name | cst.Attribute) else None
        if name is None or ("." not in name and name in own):
            continue
        yield f"line {parsed.place(node).line}: other tasks may change `{name}` while it waits for the cache"
        return
