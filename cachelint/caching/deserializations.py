"""Calls that deserialise something: what unpickles, evaluates or loads what it is fed with."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.types.base import Type
from cachelint.types.cache import Cached
from cachelint.types.join import members


@dataclass(slots=True, eq=False)
class Deserialization(Fact):
    """A call that deserialises something. ``data`` is what it is fed with."""

    loader: str
    parsed: ParsedDefinition
    node: cst.Call
    function: FunctionRef | None
    data: Type
    #: Where a caller handed the data in.
    via_place: Place | None = None

    @property
    def place(self) -> Place:
        """The whole call."""
        return self.parsed.place(self.node)

    @property
    def qualified_name(self) -> str:
        """The function that the call stands in; empty outside of functions."""
        return self.function.definition.qualname if self.function is not None else ""

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """The keys of what is deserialised, where that came out of a cache."""
        return tuple(member.key for member in members(self.data) if isinstance(member, Cached))
