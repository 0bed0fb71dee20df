"""Functions of the project around the cache: whether one hands a value through as it is."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.fixes.defuse import Function, short


def changes_value(function: Function, calls: Collection[cst.CSTNode], parameters: Collection[str]) -> str:
    """Where a function does more with a value than to store, test and return it; empty if nowhere.

    ``calls`` are its calls of the cache, ``parameters`` those that the value, or what makes it, is passed for.
    """
    return _Reader(function, calls, parameters).look()


class _Reader:
    def __init__(self, function: Function, calls: Collection[cst.CSTNode], parameters: Collection[str]) -> None:
        self.function = function
        self.calls = calls
        self.holding = set(parameters)

    def look(self) -> str:
        """See :func:`changes_value`."""
        function = self.function
        assigned = [node for node in function.parents if isinstance(node, cst.Assign | cst.NamedExpr)]
        known = -1
        while known != len(self.holding):
            known = len(self.holding)
            for node in assigned:
                if self._is_value(node.value):
                    targets = [node.target] if isinstance(node, cst.NamedExpr) else [t.target for t in node.targets]
                    if any(not isinstance(target, cst.Name) for target in targets):
                        return self._where(node)
                    self.holding.update(target.value for target in targets if isinstance(target, cst.Name))
        for name in self.holding:
            for use in function.names(name):
                if not self._is_harmless(use):
                    return self._where(use)
        for other in function.parents:
            if isinstance(other, cst.Return) and other.value is not None and not self._may_be_returned(other.value):
                return self._where(other)
            if isinstance(other, cst.Yield):
                return self._where(other)
        return ""

    def _where(self, node: cst.CSTNode) -> str:
        return f"{self.function.where(node)} (`{self.function.statement(node)}`)"

    def _is_value(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is the value: it is read, handed in, or made by what was handed in."""
        match node:
            case cst.Await():
                return self._is_value(node.expression)
            case cst.Name():
                return node.value in self.holding
            case cst.Call():
                made = isinstance(node.func, cst.Name) and node.func.value in self.holding
                return made or node in self.calls
            case cst.IfExp():
                return self._is_value(node.body) or self._is_value(node.orelse)
            case cst.BooleanOperation():
                return self._is_value(node.left) or self._is_value(node.right)
            case cst.NamedExpr():
                return self._is_value(node.value)
        return False

    def _may_be_returned(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.FunctionDef | cst.Name):
            return True
        return self._is_value(node) or isinstance(node, cst.SimpleString | cst.Integer)

    def _is_harmless(self, node: cst.Name) -> bool:
        parents = self.function.parents
        current: cst.CSTNode = node
        parent = parents.get(current)
        while isinstance(parent, cst.Await | cst.BooleanOperation | cst.IfExp | cst.UnaryOperation | cst.NamedExpr):
            current, parent = parent, parents.get(parent)
        match parent:
            case cst.Param() | cst.AssignTarget() | cst.Return() | cst.If() | cst.While() | cst.Expr():
                return True
            case cst.Assign():
                return True
            case cst.Comparison() | cst.ComparisonTarget():
                return True
            case cst.Call():
                # What makes the value is called.
                return parent.func is node
            case cst.Arg():
                call = parents.get(parent)
                if call in self.calls:
                    return True
                asked = call.func.value if isinstance(call, cst.Call) and isinstance(call.func, cst.Name) else ""
                return (
                    asked in ("isinstance", "callable", "bool", "wraps")
                    or short(self.function.parsed.code(call.func)).endswith("wraps")
                    if isinstance(call, cst.Call)
                    else False
                )
            case cst.Attribute():
                # The name of the function that makes it is not the value.
                return parent.attr.value in ("__name__", "__module__", "__qualname__", "__doc__")
        return False


def makers_of_value(function: Function, inner: CacheCall) -> list[str]:
    """The parameters of a function, or of one inside it, that the value or what makes it comes in by."""
    found: list[str] = []
    parameters = {node.name.value for node in function.parents if isinstance(node, cst.Param)}
    waiting: list[cst.CSTNode] = [n for n in (inner.nodes.get("value"), inner.nodes.get("default")) if n is not None]
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Await):
            waiting.append(node.expression)
        elif isinstance(node, cst.Call):
            waiting.append(node.func)
        elif isinstance(node, cst.Lambda):
            waiting.append(node.body)
        elif isinstance(node, cst.Name) and node.value not in seen:
            seen.add(node.value)
            if node.value in parameters:
                found.append(node.value)
            for use in function.names(node.value):
                target = function.parents.get(use)
                given = function.parents.get(target) if isinstance(target, cst.AssignTarget) else None
                if isinstance(given, cst.Assign):
                    waiting.append(given.value)
    return found
