"""Following dicts of cached values: what ``get_many`` gives, and a dict of instances that is itself what is cached."""

from __future__ import annotations

from typing import Protocol

import libcst as cst

from cachelint.fixes.defuse import Function
from cachelint.fixes.rows.stored import Form
from cachelint.fixes.surroundings import ONLY_TESTS, binds, call_of, takes_keys
from cachelint.infer.events import called_name


class Tracer(Protocol):
    """Whoever follows the values of a dict; see :class:`cachelint.fixes.rows.tracing.Tracer`."""

    @property
    def looked_up(self) -> list[tuple[Function, cst.BaseExpression]]:
        """The expressions that items of a dict were asked by."""

    def use(self, function: Function, node: cst.CSTNode, form: Form) -> bool:
        """Follow the value that an expression gives."""

    def source(self, function: Function, node: cst.BaseExpression, form: Form) -> None:
        """Follow where a value comes from."""

    def scope(self, function: Function, loop: cst.CSTNode) -> cst.CSTNode | None:
        """The code that the variable of a loop is known in."""

    def element(self, function: Function, name: str, scope: cst.CSTNode | None, loop: cst.CSTNode) -> None:
        """Follow a variable that holds one row after the other."""


class Mappings:
    """Follows the values of a dict; each of them is the tracer's business again."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def keyed(self, function: Function, node: cst.CSTNode, parent: cst.CSTNode | None) -> bool:
        """Follow a use of a dict that only a dict has; whether it was one."""
        match parent:
            case cst.Subscript() if parent.value is node:
                self.tracer.use(function, parent, Form.ONE)
            case cst.Attribute() if parent.value is node:
                self._method(function, parent, moves=False)
            case cst.ComparisonTarget() if isinstance(parent.operator, cst.In | cst.NotIn):
                return True
            case cst.For() | cst.CompFor() if parent.iter is node:
                return True  # Its keys, which stay what they are.
            case cst.Arg() if parent.keyword is None and not parent.star and takes_keys(call_of(function, parent)):
                return True
            case _:
                return False
        return True

    def follow(self, function: Function, node: cst.CSTNode) -> None:
        """Follow what ``get_many`` gives: a dict of the keys that were found. Raises FixBlocked."""
        parent = function.parents.get(node)
        match parent:
            case cst.Await() | cst.NamedExpr():
                if isinstance(parent, cst.NamedExpr):
                    self._held(function, parent.target)
                self.follow(function, parent)
            case cst.Assign() if len(parent.targets) == 1:
                self._held(function, parent.targets[0].target)
            case cst.Subscript() if parent.value is node:
                index = parent.slice[0].slice
                if not isinstance(index, cst.Index):
                    raise function.escape(node, "is used in a way that a dict does not support")
                self.tracer.looked_up.append((function, index.value))
                self.tracer.use(function, parent, Form.ONE)
            case cst.Attribute() if parent.value is node:
                self._method(function, parent)
            case cst.If() | cst.While() | cst.UnaryOperation() | cst.BooleanOperation() | cst.Expr():
                return
            case cst.ComparisonTarget() if isinstance(parent.operator, cst.In | cst.NotIn):
                comparison = function.parents[parent]
                assert isinstance(comparison, cst.Comparison)
                self.tracer.looked_up.append((function, comparison.left))
            case cst.Arg() if called_name(call_of(function, parent)) in ONLY_TESTS:
                return
            case _:
                raise function.escape(node, "is used in a way that a dict does not support")

    def _held(self, function: Function, target: cst.BaseExpression) -> None:
        if not isinstance(target, cst.Name):
            raise function.escape(target, "is not assigned to a plain variable")
        for node in function.names(target.value):
            parent = function.parents.get(node)
            if node is target:
                continue
            if isinstance(parent, cst.AssignTarget | cst.NamedExpr | cst.Param) or binds(parent, node):
                raise function.escape(node, "has a different value on some paths")
            self.follow(function, node)

    def _method(self, function: Function, attribute: cst.Attribute, *, moves: bool = True) -> None:
        """``found.get(key)``, ``found.values()``, ``for key, book in found.items()``.

        ``moves`` is true where the keys are those of the cache, which move to a new version.
        """
        call = function.parents.get(attribute)
        name = attribute.attr.value
        if not isinstance(call, cst.Call) or call.func is not attribute:
            raise function.escape(attribute, "is used in a way that a dict does not support")
        if name == "get" and call.args:
            if moves:
                self.tracer.looked_up.append((function, call.args[0].value))
            for argument in call.args[1:]:
                self.tracer.source(function, argument.value, Form.ONE)
            self.tracer.use(function, call, Form.ONE)
        elif name == "keys" and not moves:
            return
        elif name == "values":
            self.tracer.use(function, call, Form.MANY)
        elif name == "items":
            loop = function.parents.get(call)
            target = loop.target if isinstance(loop, cst.For | cst.CompFor) and loop.iter is call else None
            pair = target.elements if isinstance(target, cst.Tuple) and len(target.elements) == 2 else ()
            first, second = (pair[0].value, pair[1].value) if pair else (None, None)
            if loop is None or not isinstance(second, cst.Name):
                raise function.escape(attribute, "is used in a way that a dict does not support")
            if moves and not self._is_unused(function, first, self.tracer.scope(function, loop)):
                raise function.escape(attribute, "also returns the keys, which change to a new version")
            self.tracer.element(function, second.value, self.tracer.scope(function, loop), loop)
        else:
            raise function.escape(attribute, f"has its `{name}()` method called")

    def _is_unused(self, function: Function, target: cst.CSTNode | None, scope: cst.CSTNode | None) -> bool:
        """Whether a variable of a loop is asked for nowhere."""
        return isinstance(target, cst.Name) and all(n is target for n in function.names(target.value, scope))
