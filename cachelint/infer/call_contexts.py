"""The calls in a function, each with the variables in force there: for whoever asks what is called, and of what."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from cachelint.infer.context import STORES, Context, Inference
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.base import UNKNOWN, Type, force
from cachelint.types.code import Function
from cachelint.types.walk import settled


class CalledHere(NamedTuple):
    """A call, where it stands."""

    node: cst.Call
    context: Context

    @property
    def receiver(self) -> Type:
        """What a method is called of; Unknown where it is no method."""
        func = self.node.func
        return force(self.context.evaluate(func.value)) if isinstance(func, cst.Attribute) else UNKNOWN

    @property
    def callee(self) -> Type:
        """What is called."""
        return force(self.context.evaluate(self.node.func))


class _Watcher:
    """Sees the calls of some names while a body is run."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.items: list[tuple[cst.Subscript, Type]] = []
        self.found: dict[int, CalledHere] = {}

    def subscribes(self, name: str) -> bool:
        """See Observer."""
        return name in self.names

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        self.found[id(node)] = CalledHere(node, context.snapshot())

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer."""

    def stored(self, context: Context, target: cst.Subscript, value: Type) -> None:
        """See Observer."""
        self.items.append((target, value))


def calls_in_definition(
    interpreter: Inference, module: Module, definition: Definition, names: frozenset[str]
) -> list[CalledHere]:
    """The same for a function or for an assignment of a module or class."""
    if definition.form == "function":
        return list(calls_in(interpreter, FunctionRef(module, definition), names).values())
    parsed = module.parsed(definition)
    if parsed is None:
        return []
    seen = _Watcher(names)
    owner = ClassRef(module, definition.parent) if definition.parent is not None else None
    context = Context(interpreter, module, parsed, owner=owner, observer=seen, class_scope=owner is not None)
    with interpreter.question():
        context.run(parsed.statements)
    return list(seen.found.values())


def items_stored_in(interpreter: Inference, function: FunctionRef) -> list[tuple[cst.Subscript, Type]]:
    """The items that a function gives values to, each with what it is given; worked out once."""

    def work_out() -> list[tuple[cst.Subscript, Type]]:
        seen = _Watcher(frozenset({STORES}))
        with interpreter.question():
            interpreter.run(Function(function), observer=seen)
            return [(target, settled(value)) for target, value in seen.items]

    return interpreter.memo.ask(("items stored in", function), work_out, [])


def calls_in(interpreter: Inference, function: FunctionRef, names: frozenset[str]) -> dict[int, CalledHere]:
    """The calls of some names in a function, by the ids of their nodes; worked out once."""

    def work_out() -> dict[int, CalledHere]:
        seen = _Watcher(names)
        interpreter.codebase.count("calls gathered")
        with interpreter.question():
            interpreter.run(Function(function), observer=seen)
        return seen.found

    return interpreter.memo.ask(("calls in", function, names), work_out, {})
