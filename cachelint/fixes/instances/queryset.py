"""A QuerySet becomes a list: whether all who get it go through it only, and where the list is made."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.callers import calls_of, check_method
from cachelint.fixes.defuse import Function, is_none
from cachelint.fixes.readers import is_test, takes_a_list
from cachelint.fixes.rows.queries import type_of
from cachelint.infer.events import called_name
from cachelint.project.symbols import FunctionRef
from cachelint.types.base import Unknown
from cachelint.types.django import QuerySet

Calls = Sequence[tuple[Function, CacheCall]]

#: Functions through which a QuerySet is followed.
_MAX_FOLLOWED = 12
_RENDERING = frozenset({"render", "render_to_string", "TemplateResponse", "SimpleTemplateResponse", "update"})


def refuse_queries(facts: Facts, calls: Calls) -> None:
    """Raise FixBlocked where somebody who gets the value asks of it what only a QuerySet answers."""
    follower = _Follower(facts, {call.node for _, call in calls})
    for function, call in calls:
        if call.innermost.method in ("get", "get_or_set"):
            follower.use(function, call.node)
        value = call.nodes.get("value") or call.nodes.get("default")
        if isinstance(value, cst.Name):
            follower.variable(function, value.value)


class _Follower:
    def __init__(self, facts: Facts, cache_calls: set[cst.BaseExpression]) -> None:
        self.facts = facts
        self.cache_calls = cache_calls
        self._seen: set[tuple[int, str]] = set()
        self._followed: set[FunctionRef] = set()

    def variable(self, function: Function, name: str) -> None:
        """All uses of a variable that holds the value."""
        if (id(function), name) in self._seen:
            return
        self._seen.add((id(function), name))
        for node in function.names(name):
            parent = function.parents.get(node)
            if isinstance(parent, cst.AssignTarget | cst.Param):
                continue
            if isinstance(parent, cst.NamedExpr | cst.AnnAssign) and parent.target is node:
                continue
            self.use(function, node)

    def use(self, function: Function, node: cst.CSTNode) -> None:
        """What is done with an expression that gives the value."""
        parent = function.parents.get(node)
        if is_test(function, node) or takes_a_list(function, node):
            return
        match parent:
            case cst.Await() | cst.NamedExpr():
                if isinstance(parent, cst.NamedExpr) and isinstance(parent.target, cst.Name):
                    self.variable(function, parent.target.value)
                self.use(function, parent)
            case cst.Expr() | cst.StarredElement() | cst.Comparison() | cst.ComparisonTarget():
                return
            case cst.Subscript() if parent.value is node:
                return
            case cst.Assign() if all(isinstance(t.target, cst.Name) for t in parent.targets):
                for target in parent.targets:
                    assert isinstance(target.target, cst.Name)
                    self.variable(function, target.target.value)
            case cst.BooleanOperation() | cst.IfExp():
                self.use(function, parent)
            case cst.Return():
                self._returned(function, parent)
            case cst.Arg():
                self._argument(function, node, parent)
            case cst.DictElement() if parent.value is node:
                self._in_context(function, node, parent)
            case cst.Assign() if self._is_context(parent):
                return
            case cst.Attribute():
                raise function.escape(node, f"is asked for `.{parent.attr.value}`, which a list does not have")
            case _:
                raise function.escape(node, "is used in a way that a list does not support")

    def _is_context(self, node: cst.Assign) -> bool:
        """``context["books"] = books``: a template goes through it."""
        target = node.targets[0].target
        return (
            len(node.targets) == 1
            and isinstance(target, cst.Subscript)
            and isinstance(target.value, cst.Name)
            and "context" in target.value.value
        )

    def _argument(self, function: Function, node: cst.CSTNode, argument: cst.Arg) -> None:
        call = function.parents.get(argument)
        if call in self.cache_calls or not isinstance(call, cst.Call):
            return
        name = call.func.value if isinstance(call.func, cst.Name) else ""
        if name == "hasattr" and _is_of_lists(call):
            return
        symbol = self.facts.codebase.resolve(function.ref.module, name) if name else None
        parsed = symbol.module.parsed(symbol.definition) if isinstance(symbol, FunctionRef) else None
        if isinstance(symbol, FunctionRef) and parsed is not None and parsed.function is not None:
            inner = Function(symbol, parsed, function.relative_to)
            positional = [
                p.name.value for p in (*parsed.function.params.posonly_params, *parsed.function.params.params)
            ]
            index = call.args.index(argument)
            taken = argument.keyword.value if argument.keyword is not None else ""
            if not taken and index < len(positional):
                taken = positional[index]
            if inner.has_parameter(taken):
                self.variable(inner, taken)
                return
        raise function.escape(node, "is passed to code that may ask more of it than a list can")

    def _in_context(self, function: Function, node: cst.CSTNode, element: cst.DictElement) -> None:
        holder = function.parents.get(element)
        outer = function.parents.get(holder) if holder is not None else None
        call = function.parents.get(outer) if isinstance(outer, cst.Arg) else None
        if isinstance(call, cst.Call) and called_name(call) in _RENDERING:
            return
        if isinstance(outer, cst.Assign) and any(
            isinstance(t.target, cst.Name) and "context" in t.target.value for t in outer.targets
        ):
            return
        if isinstance(outer, cst.Return) and _renders(function):
            return
        raise function.escape(node, "is put into a dict")

    def _returned(self, function: Function, node: cst.Return) -> None:
        ref = function.ref
        if function.around(node) is not function.tree or ref in self._followed:
            return
        self._followed.add(ref)
        if len(self._followed) > _MAX_FOLLOWED:
            raise FixBlocked("the stored value is returned through too many functions")
        check_method(ref, self.facts)
        for caller, parsed, call in calls_of(ref, self.facts):
            self.use(Function(caller, parsed, function.relative_to), call)


def _is_of_lists(call: cst.Call) -> bool:
    """``hasattr(books, "__iter__")``: a list has it as well."""
    asked = call.args[1].value if len(call.args) == 2 else None
    return isinstance(asked, cst.SimpleString) and hasattr([], str(asked.evaluated_value))


def _renders(function: Function) -> bool:
    """Whether what a function returns is a template's: a tag that includes one, or the context of a view."""
    if function.ref.definition.name in ("get_context_data", "get_context"):
        return True
    return any("inclusion_tag" in function.parsed.code(d.decorator) for d in function.tree.decorators)


def lists_made(facts: Facts, writes: Calls, reads: Calls) -> list[Edit]:
    """The edits that make a list where a QuerySet is made, so that a hit and a miss give the same.

    Not where it is made before the cache is asked: its query would run on each hit.
    """
    changes: list[Edit] = []
    for function, write in writes:
        value = write.nodes.get("value")
        if not isinstance(value, cst.Name):
            continue
        made: list[cst.BaseExpression] = []
        for node in function.names(value.value):
            target = function.parents.get(node)
            given = function.parents.get(target) if isinstance(target, cst.AssignTarget) else None
            if isinstance(given, cst.Assign) and not is_none(given.value):
                typ = type_of(facts, function, given.value)
                if isinstance(typ, QuerySet) or (
                    isinstance(typ, Unknown) and given.value not in {call.node for _, call in reads}
                ):
                    made.append(given.value)
        asked = [n for n in function.names(value.value) if isinstance(function.parents.get(n), cst.Attribute)]
        first = min((f.line(c.node) for f, c in reads if f is function), default=0)
        if (
            len(made) == 1
            and not asked
            and function.line(made[0]) >= first
            and isinstance(type_of(facts, function, made[0]), QuerySet)
        ):
            function.refuse_list(made[0])
            place = function.parsed.place(made[0])
            changes += [edits.before(place, "list("), edits.after(place, ")")]
    return changes
