"""The calls in a function that write rows, and which of them come after a place in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.django.writes import HOOKS, WRITES, RowWrite, row_write
from cachelint.infer.call_contexts import calls_in
from cachelint.infer.interpreter import Interpreter
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import descendants


class RowWrites:
    """The writes of rows of functions, each worked out once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._known: dict[FunctionRef, list[RowWrite]] = {}

    def of(self, function: FunctionRef, parsed: ParsedDefinition) -> list[RowWrite]:
        """The calls in a function that write rows, in the order of the source."""
        if function not in self._known:
            self._known[function] = self._find(function, parsed)
        return self._known[function]

    def _find(self, function: FunctionRef, parsed: ParsedDefinition) -> list[RowWrite]:
        if parsed.function is None or not WRITES & parsed.called.under(parsed.function):
            return []
        known = calls_in(self.interpreter, function, WRITES)
        found: list[RowWrite] = []
        for node in descendants(parsed.function):
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in WRITES:
                here = known.get(id(node))
                if here is not None:
                    with self.interpreter.question():
                        write = row_write(node, here.receiver)
                    if write is not None:
                        found.append(write)
        return found


def writes_below(node: cst.CSTNode, writes: Iterable[RowWrite]) -> bool:
    """Whether one of some writes stands below a node."""
    inside = {id(n) for n in descendants(node)}
    return any(id(write.node) in inside for write in writes)


def following(
    node: cst.CSTNode, parsed: ParsedDefinition, writes: list[RowWrite], call: CacheCall, *, anyway: bool = False
) -> RowWrite | None:
    """The write of rows that follows a call on its path.

    Where the function has written before, a later one is another's, unless the key is made of what it changes;
    ``anyway`` takes it in any case.
    """
    if not writes:
        return None
    here = parsed.place(node)
    before = [write for write in writes if parsed.place(write.node) < here and write.verb not in HOOKS]
    behind = {id(n) for statement in _behind(node, parsed) for n in (statement, *descendants(statement))}
    later = [write for write in writes if id(write.node) in behind]
    found = min(later, key=lambda write: parsed.place(write.node), default=None)
    if found is None or anyway or not before:
        return found
    key = call.nodes.get("key")
    roots = {n.value for n in (key, *descendants(key)) if isinstance(n, cst.Name)} if key is not None else set()
    return found if found.root and found.root in roots else None


def _behind(node: cst.CSTNode, parsed: ParsedDefinition) -> Iterator[cst.CSTNode]:
    """The statements that run after a node on its path, up to where the path leaves the function."""
    parents = parsed.gathered.parents
    inside = node
    outer = parents.get(node)
    while outer is not None and not isinstance(outer, cst.FunctionDef | cst.Lambda):
        if isinstance(outer, cst.IndentedBlock):
            behind = False
            for statement in outer.body:
                if behind:
                    yield statement
                    if _leaves(statement):
                        return
                behind = behind or statement is inside
            if isinstance(inside, cst.SimpleStatementLine) and _leaves(inside):
                return
        inside, outer = outer, parents.get(outer)


def _leaves(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Return | cst.Raise | cst.Continue | cst.Break) for small in statement.body
    )
