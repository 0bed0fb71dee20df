"""Values that are put into the session, as facts: ``request.session["cart"] = …``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.infer.call_contexts import items_stored_in
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.types.base import Type


@dataclass(frozen=True, eq=False)
class SessionValue(Fact):
    """One assignment to an item of the session."""

    parsed: ParsedDefinition
    target: cst.Subscript
    value: Type
    function: FunctionRef

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.parsed.place(self.target)

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.function.definition.qualname


def session_values(interpreter: Interpreter) -> Iterator[SessionValue]:
    """All of a project, in the order of files and lines."""
    for module in interpreter.codebase.containing(".session["):
        if is_test(module.path):
            continue
        for definition in module.naming("session"):
            parsed = module.parsed(definition) if definition.form == "function" else None
            if parsed is None:
                continue
            function = FunctionRef(module, definition)
            for target, value in items_stored_in(interpreter, function):
                holder = dotted(target.value) or ""
                if holder in ("request.session", "self.request.session"):
                    yield SessionValue(parsed, target, value, function)
