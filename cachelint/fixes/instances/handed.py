"""The calls that instances go through on their way from the function that loads them to the one that stores them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.django.orm_table import ORM_METHODS
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.instances.changes import given_to
from cachelint.fixes.rows.queries import type_of
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import descendants, last_name
from cachelint.types.base import Type, force
from cachelint.types.code import Function as FunctionType
from cachelint.types.django import Manager, ModelInstance, ModelType, QuerySet
from cachelint.types.join import members

#: Functions that hand on what they are given as it is.
_HAND_ON = frozenset({"list", "tuple", "reversed", "enumerate", "next", "iter", "sorted", "len", "bool"})
_MAX_DEPTH = 4


class Handed:
    """Follows the calls that give instances of a model, down to where they are loaded."""

    def __init__(self, facts: Facts, model: ModelType) -> None:
        self.facts = facts
        self.model = model

    def doubts(
        self, function: Function, values: Collection[cst.CSTNode], ours: Collection[cst.CSTNode], depth: int = 0
    ) -> Iterator[str]:
        """What may change the instances within some expressions of a function, and in the functions that they call."""
        for value in values:
            for node in (value, *descendants(value)):
                if isinstance(node, cst.Call) and node not in ours and last_name(node.func) not in _HAND_ON:
                    yield from self._of_call(function, node, depth)

    def _of_call(self, function: Function, node: cst.Call, depth: int) -> Iterator[str]:
        if last_name(node.func) in ORM_METHODS:
            return
        code = short(function.parsed.code(node))
        if any(self._holds(type_of(self.facts, function, argument.value)) for argument in node.args):
            yield f"{function.where(node)}: `{code}` may change the instances before they are stored"
            return
        for callee in members(type_of(self.facts, function, node.func)):
            if not isinstance(callee, FunctionType):
                continue
            if depth >= _MAX_DEPTH:
                yield f"{function.where(node)}: what `{code}` does with the instances was not followed to its end"
                return
            inner = self._function(callee.ref, function.relative_to)
            if inner is not None and inner.ref != function.ref:
                ours: set[cst.CSTNode] = {call.node for call in self.facts.calls if call.parsed is inner.parsed}
                returned = [
                    r.value for r in descendants(inner.tree) if isinstance(r, cst.Return) and r.value is not None
                ]
                given = [g for r in returned if isinstance(r, cst.Name) for g in given_to(inner, r.value, ours)]
                yield from self.doubts(inner, [*returned, *given], ours, depth + 1)

    def _function(self, ref: FunctionRef, relative_to: str) -> Function | None:
        parsed = ref.module.parsed(ref.definition)
        return Function(ref, parsed, relative_to) if parsed is not None and parsed.function is not None else None

    def _holds(self, typ: Type, depth: int = 0) -> bool:
        """Whether a value is an instance of the model, rows of it, or holds such."""
        for member in members(force(typ)):
            match member:
                case ModelInstance(model=model) if model == self.model:
                    return True
                case QuerySet(model=model) | Manager(model=model) if model == self.model:
                    return True
            inner = [getattr(member, "element", None), *getattr(member, "all_values", ())]
            if depth < _MAX_DEPTH and any(self._holds(each, depth + 1) for each in inner if isinstance(each, Type)):
                return True
        return False
