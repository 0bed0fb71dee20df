"""Who calls a function of the project: calls that inference resolves to it, never by the name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from cachelint.caching.references import References
from cachelint.infer.call_contexts import calls_in
from cachelint.infer.definitions import owner_of
from cachelint.infer.events import called_name
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.base import Type, Unknown
from cachelint.types.code import Function
from cachelint.types.django import MaybeQuerySet
from cachelint.types.join import members

#: Names that half of all code calls: an unresolved call of one is nobody's.
_COMMON = frozenset(
    {
        "get", "set", "save", "clear", "read", "delete", "update", "add", "create", "run", "close", "reset", "refresh",
        "load", "remove", "pop", "send", "start", "stop", "process", "handle", "execute", "call", "apply", "filter",
    }
)  # fmt: skip


class CallEdge(NamedTuple):
    """A call of a function, in a function; ``value_dropped`` where nothing is done with what it gives."""

    caller: FunctionRef
    parsed: ParsedDefinition
    node: cst.Call
    value_dropped: bool


class CallEdges:
    """The callers of functions, each looked for once."""

    def __init__(self, interpreter: Interpreter, references: References) -> None:
        self.interpreter = interpreter
        self.references = references
        self._known: dict[tuple[FunctionRef, re.Pattern[bytes] | None], tuple[CallEdge, ...]] = {}

    def of(self, function: FunctionRef, wanted: re.Pattern[bytes] | None = None) -> tuple[CallEdge, ...]:
        """All calls of a function outside of tests that inference leads to it.

        ``wanted`` leaves out the callers in whose text it isn't found, before anything is asked of them.
        """
        key = (function, wanted)
        if key not in self._known:
            self._known[key] = ()
            self._known[key] = tuple(self._find(function, wanted))
        return self._known[key]

    def _find(self, function: FunctionRef, wanted: re.Pattern[bytes] | None) -> Iterator[CallEdge]:
        owner = owner_of(function)
        if (
            owner is not None
            and function.definition.name in _COMMON
            and self.interpreter.models.is_manager_class(owner)
        ):
            yield from self._of_manager(function, owner)
            return
        for reference in self.references.of(function.module, function.definition):
            if reference.call is None or reference.function is None or reference.parsed is None:
                continue
            if wanted is not None and not reference.module.matches(reference.definition, wanted):
                continue
            if is_test(reference.module.path) or not self._calls(reference.call, reference.function, function):
                continue
            dropped = isinstance(reference.parsed.gathered.parents.get(reference.call), cst.Expr)
            yield CallEdge(reference.function, reference.parsed, reference.call, dropped)

    def _of_manager(self, function: FunctionRef, owner: ClassRef) -> Iterator[CallEdge]:
        """The calls of a method of a manager that goes by everybody's name: they name the model."""
        name = function.definition.name
        for model in self.interpreter.models.users_of(owner):
            pattern = re.compile(
                re.escape(model.short_name.encode()) + rb"(?:\.\w+)\." + re.escape(name.encode()) + rb"\("
            )
            for module in self.references.codebase.search(pattern, model.short_name):
                for definition in module.naming(model.short_name):
                    if definition.form != "function" or is_test(module.path):
                        continue
                    caller = FunctionRef(module, definition)
                    parsed = module.parsed(definition)
                    if parsed is None or not module.matches(definition, pattern):
                        continue
                    for here in calls_in(self.interpreter, caller).values():
                        if called_name(here.node) == name and self._calls(here.node, caller, function):
                            dropped = isinstance(parsed.gathered.parents.get(here.node), cst.Expr)
                            yield CallEdge(caller, parsed, here.node, dropped)

    def _calls(self, call: cst.Call, caller: FunctionRef, function: FunctionRef) -> bool:
        if function.definition.parent is None:
            # A function is what its name means.
            return True
        here = calls_in(self.interpreter, caller).get(id(call))
        if here is None:
            return False
        with self.interpreter.question():
            found = members(here.callee)
        return any(self._is(member, function) for member in found) or (
            all(isinstance(member, Unknown) and not isinstance(member, MaybeQuerySet) for member in found)
            and self._is_the_only_one(function)
        )

    def _is(self, callee: Type, function: FunctionRef) -> bool:
        if not isinstance(callee, Function):
            return False
        if callee.ref == function:
            return True
        # A method that a subclass overrides, called of the base: it may be this one.
        mine, other = owner_of(function), owner_of(callee.ref)
        if mine is None or other is None or callee.ref.definition.name != function.definition.name:
            return False
        order = self.interpreter.classes.order(mine)
        return any(isinstance(base, ClassRef) and base == other for base in order)

    def _is_the_only_one(self, function: FunctionRef) -> bool:
        name = function.definition.name
        if name in _COMMON or name.startswith("__"):
            return False
        defined = [
            definition
            for module in self.references.codebase.containing(name)
            for definition in module.outline.walk()
            if definition.name == name and definition.form == "function"
        ]
        return len(defined) == 1
