"""A call as the tables of known functions see it."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from cachelint.frozen import dataclass
from cachelint.infer.context import Context
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Type, force


@dataclass(frozen=True, slots=True)
class Call:
    """Where a call stands and what it passes. ``node`` is None for a callback that other code calls."""

    context: Context
    node: cst.Call | None
    arguments: Arguments

    def typ(self, index: int, name: str = "") -> Type:
        """The type of an argument, Unknown where it is not passed."""
        return self.arguments.typ(index, name)

    def element(self, index: int = 0) -> Type:
        """What iterating over an argument gives; Unknown where it is not passed."""
        found = self.arguments.get(index)
        return self.context.iterate(force(found)) if found is not None else UNKNOWN

    def apply(self, function: Type, *positional: Type) -> Type:
        """What calling an argument gives."""
        return self.context.call(force(function), Arguments(positional))

    def source(self, index: int) -> str:
        """The source of a positional argument; empty where there is none."""
        if self.node is None:
            return ""
        plain = [a for a in self.node.args if a.keyword is None and not a.star]
        return self.context.parsed.code(plain[index].value) if index < len(plain) else ""


Result = Callable[[Call], Type]
