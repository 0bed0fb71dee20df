"""Who calls a function of the project: calls that inference resolves to it, never by the name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from cachelint.caching.candidates import calls_of
from cachelint.infer.call_contexts import CalledHere, calls_in
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
        "load", "post", "put", "patch", "dispatch", "remove", "pop", "send", "start", "stop", "process", "handle",
        "execute", "call", "apply", "filter",
    }
)  # fmt: skip
#: Definitions that are run to find the callers of one function.
_MAX_DEFINITIONS = 60
_MAX_COMMON = 25


class CallEdge(NamedTuple):
    """A call of a function, in a function; ``value_dropped`` where nothing is done with what it gives."""

    caller: FunctionRef
    parsed: ParsedDefinition
    node: cst.Call
    value_dropped: bool


class CallEdges:
    """The callers of functions, each looked for once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.codebase = interpreter.codebase
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
        owner, name = owner_of(function), function.definition.name
        if owner is not None and name in _COMMON and self.interpreter.models.is_manager_class(owner):
            yield from self._of_manager(function, owner)
            return
        calling = calls_of([name])
        candidates = [
            (module, definition)
            for module in self.codebase.search(calling, name)
            if not is_test(module.path)
            for definition in module.naming(name)
            if definition.form == "function" and module.matches(definition, calling)
        ]
        # A name that half the project calls says nothing of who calls this function.
        if len(candidates) > (_MAX_COMMON if name in _COMMON else _MAX_DEFINITIONS):
            if owner is not None:
                yield from self._of_family(function, owner)
            return
        for module, definition in candidates:
            if wanted is None or module.matches(definition, wanted):
                yield from self._in(FunctionRef(module, definition), function)

    def _of_family(self, function: FunctionRef, owner: ClassRef) -> Iterator[CallEdge]:
        """The calls of a method by the others of its class: anybody else's go by a name that says nothing."""
        name = function.definition.name
        pattern = re.compile(rb"\b(?:self|cls)\." + re.escape(name.encode()) + rb"\s*\(")
        classes = self.interpreter.classes
        for ref in [*(b for b in classes.order(owner) if isinstance(b, ClassRef)), *classes.subclasses(owner)]:
            for definitions in ref.definition.scope.definitions.values() if ref.definition.scope else ():
                for definition in definitions:
                    if definition.form == "function" and ref.module.matches(definition, pattern):
                        yield from self._in(FunctionRef(ref.module, definition), function)

    def _in(self, caller: FunctionRef, function: FunctionRef) -> Iterator[CallEdge]:
        """The calls of a function in another one."""
        parsed = caller.module.parsed(caller.definition)
        if parsed is None or parsed.function is None or caller == function:
            return
        for here in calls_in(self.interpreter, caller, frozenset({function.definition.name})).values():
            if called_name(here.node) == function.definition.name and self._calls(here, function):
                dropped = isinstance(parsed.gathered.parents.get(here.node), cst.Expr)
                yield CallEdge(caller, parsed, here.node, dropped)

    def _of_manager(self, function: FunctionRef, owner: ClassRef) -> Iterator[CallEdge]:
        """The calls of a method of a manager that goes by everybody's name: they name the model."""
        name = function.definition.name
        for model in self.interpreter.models.users_of(owner):
            pattern = re.compile(
                re.escape(model.short_name.encode()) + rb"(?:\.\w+)\." + re.escape(name.encode()) + rb"\("
            )
            for module in self.codebase.search(pattern, model.short_name):
                for definition in module.naming(model.short_name):
                    if definition.form == "function" and not is_test(module.path):
                        if module.matches(definition, pattern):
                            yield from self._in(FunctionRef(module, definition), function)

    def _calls(self, here: CalledHere, function: FunctionRef) -> bool:
        with self.interpreter.question():
            found = members(here.callee)
        return any(self._is(member, function) for member in found) or (
            function.definition.parent is not None
            and all(isinstance(member, Unknown) and not isinstance(member, MaybeQuerySet) for member in found)
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
            for module in self.codebase.containing(name)
            for definition in module.outline.walk()
            if definition.name == name and definition.form == "function"
        ]
        return len(defined) == 1
