"""Reads that a function hands on to its callers: what becomes of them there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachelint.caching.call_edges import CallEdge, CallEdges
from cachelint.caching.calls import Read
from cachelint.caching.fact import AboutAnother, Fact
from cachelint.caching.reads.bodies import Bodies, Body
from cachelint.caching.reads.states import ReadUses, State
from cachelint.project.files import is_test

#: Functions that hand on what another has handed on.
_MAX_DEPTH = 2


@dataclass(eq=False)
class ReturnedRead(AboutAnother):
    """A read whose result a function returns: a fact. ``uses`` is what each call of that function makes of it."""

    read: ReadUses
    uses: tuple[ReadUses, ...]

    @property
    def about(self) -> Fact:
        """See AboutAnother."""
        return self.read


#: What saves an instance, or makes something that does.
_SAVES = re.compile(rb"\.a?save\(|Serializer\(|Form\(|get_serializer\(")


def returned_reads(
    bodies: Bodies, edges: CallEdges, holds_instance: Callable[[ReadUses], bool]
) -> Iterator[ReturnedRead]:
    """The reads that a function returns untested, or that give instances, as far as their callers can matter.

    Only of keys that are made where they are read: of others each call is a read of its own.
    """
    for body in bodies.all():
        if is_test(body.parsed.path):
            continue
        for touch in body.touches:
            if not isinstance(touch, ReadUses) or touch.call.inner is not None or "key" in touch.call.undecided():
                continue
            if _is_of_a_view(body):
                continue
            handed_on = bodies.hands_on(touch, body)
            untested = handed_on is State.MAYBE and not touch.tests and touch.default is None
            if untested or (handed_on is not None and holds_instance(touch)):
                uses = tuple(_followed(touch, body, bodies, edges, None if untested else _SAVES, 0))
                if uses:
                    yield ReturnedRead(touch, uses)


def _is_of_a_view(body: Body) -> bool:
    """Whether nobody in the project calls a function: it takes a request."""
    tree = body.parsed.function
    return tree is not None and any(p.name.value == "request" for p in tree.params.params[:2])


def _followed(
    read: ReadUses, body: Body, bodies: Bodies, edges: CallEdges, wanted: re.Pattern[bytes] | None, depth: int
) -> Iterator[ReadUses]:
    for edge in edges.of(body.function, wanted):
        if edge.caller == body.function or bodies.reads_at(edge.node):
            continue
        outer, found = _at(edge, read, bodies)
        if found is None:
            continue
        yield found
        if depth < _MAX_DEPTH and bodies.hands_on(found, outer) is not None:
            yield from _followed(found, outer, bodies, edges, wanted, depth + 1)


def _at(edge: CallEdge, read: ReadUses, bodies: Bodies) -> tuple[Body, ReadUses | None]:
    """The caller, followed as if the call were a read."""
    call = Read("get", read.call.alias, edge.parsed, edge.node, edge.caller, read.call.key, roles=frozenset())
    call.inner = read.call
    outer = bodies.with_call(edge.caller, edge.parsed, call)
    return outer, next((t for t in outer.touches if isinstance(t, ReadUses) and t.call is call), None)
