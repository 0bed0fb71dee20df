"""Reads that a function hands on to its callers: what becomes of them there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cachelint.caching.call_edges import CallEdge, CallEdges
from cachelint.caching.calls import Read
from cachelint.caching.reads.bodies import Bodies, Body
from cachelint.caching.reads.states import ReadUses
from cachelint.findings import Place
from cachelint.project.files import is_test
from cachelint.types.base import Type

#: Functions that hand on what another has handed on.
_MAX_DEPTH = 2


@dataclass(eq=False)
class ReturnedRead:
    """A read whose result a function returns: a fact. ``uses`` is what each call of that function makes of it."""

    read: ReadUses
    uses: tuple[ReadUses, ...]

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.read.place

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.read.qualified_name

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """See Fact."""
        return self.read.key_templates

    @property
    def fix_blocked(self) -> str:
        """See Fact."""
        return self.read.fix_blocked


def returned_reads(bodies: Bodies, edges: CallEdges) -> Iterator[ReturnedRead]:
    """All of a project whose keys are made where they are read: of others each call is a read of its own."""
    for body in bodies.all():
        if is_test(body.parsed.path):
            continue
        for touch in body.touches:
            if isinstance(touch, ReadUses) and touch.call.inner is None and bodies.hands_on(touch, body) is not None:
                uses = tuple(_followed(touch, body, bodies, edges, 0))
                if uses:
                    yield ReturnedRead(touch, uses)


def _followed(read: ReadUses, body: Body, bodies: Bodies, edges: CallEdges, depth: int) -> Iterator[ReadUses]:
    for edge in edges.of(body.function):
        if edge.caller == body.function or bodies.reads_at(edge.node):
            continue
        outer, found = _at(edge, read, bodies)
        if found is None:
            continue
        yield found
        if depth < _MAX_DEPTH and bodies.hands_on(found, outer) is not None:
            yield from _followed(found, outer, bodies, edges, depth + 1)


def _at(edge: CallEdge, read: ReadUses, bodies: Bodies) -> tuple[Body, ReadUses | None]:
    """The caller, followed as if the call were a read."""
    call = Read("get", read.call.alias, edge.parsed, edge.node, edge.caller, read.call.key, roles=frozenset())
    call.inner = read.call
    outer = bodies.with_call(edge.caller, edge.parsed, call)
    return outer, next((t for t in outer.touches if isinstance(t, ReadUses) and t.call is call), None)
