"""How a function uses a local variable that holds a cached instance, or cached rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from cachelint.project import Lift
from cachelint.project.trees import descendants, parents


class Escapes(Exception):
    """The value is used in a way that a dict could not stand in for; the message names the line and the use."""


@dataclass
class Uses:
    """What a function does with a variable.

    ``attributes`` are the reads ``name.field``; ``assigned`` the values that it is given; ``tested`` whether it is
    asked anywhere if there is something; ``returned`` whether callers get it.
    """

    attributes: list[cst.Attribute] = field(default_factory=list)
    assigned: list[cst.BaseExpression] = field(default_factory=list)
    tested: bool = False
    returned: bool = False


class Function:
    """A function's tree with its parents."""

    def __init__(self, lift: Lift, home: str = "") -> None:
        self.lift = lift
        self.home = home
        assert lift.function is not None
        self.tree = lift.function
        self.above = parents(self.tree)

    def names(self, name: str) -> Iterator[cst.Name]:
        """All places where a variable stands (not attributes or keywords of that name)."""
        for node in descendants(self.tree):
            if isinstance(node, cst.Name) and node.value == name and self._is_variable(node):
                yield node

    def _is_variable(self, node: cst.Name) -> bool:
        parent = self.above.get(node)
        if isinstance(parent, cst.Attribute):
            return parent.value is node
        if isinstance(parent, cst.Arg):
            return parent.value is node
        return True

    def where(self, node: cst.CSTNode) -> str:
        """Where a node begins, for a message about a call in the file ``home``."""
        line = self.lift.place(node).line
        return f"line {line}" if self.lift.path == self.home or not self.home else f"{self.lift.path}:{line}"

    def statement(self, node: cst.CSTNode) -> str:
        """The code around a node, for a message."""
        current = node
        while current in self.above and not isinstance(current, cst.BaseSmallStatement):
            parent = self.above[current]
            if isinstance(parent, cst.BaseCompoundStatement | cst.SimpleStatementLine | cst.IndentedBlock):
                break
            current = parent
        text = " ".join(self.lift.code(current).split())
        return text if len(text) <= 60 else f"{text[:57]}…"

    def uses(self, name: str, stored_by: set[cst.CSTNode], rows: bool) -> Uses:
        """What becomes of a variable. ``stored_by`` are the arguments by which it is cached; ``rows``: it holds many.

        Raises Escapes.
        """
        found = Uses()
        for node in self.names(name):
            if node in stored_by or self._assignment(node, found) or self._test(node, found):
                continue
            if isinstance(self.above.get(node), cst.Return):
                found.returned = True
                continue
            if rows:
                self._of_rows(node, stored_by, found)
            else:
                self._of_one(node, found)
        return found

    def _assignment(self, node: cst.Name, found: Uses) -> bool:
        parent = self.above.get(node)
        if isinstance(parent, cst.AssignTarget):
            statement = self.above[parent]
            if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
                raise self._escape(node, "is assigned together with other names")
            found.assigned.append(statement.value)
            return True
        if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.NamedExpr) and parent.target is node:
            raise self._escape(node, "is assigned in a way that is not understood")
        if isinstance(parent, cst.Param | cst.Global | cst.NameItem | cst.Del):
            raise self._escape(node, "comes from outside the function")
        return False

    def _test(self, node: cst.Name, found: Uses) -> bool:
        parent = self.above.get(node)
        if isinstance(parent, cst.Comparison):
            target = parent.comparisons[0]
            if isinstance(target.comparator, cst.Name) and target.comparator.value == "None":
                found.tested = True
                return True
            raise self._escape(node, "is compared")
        plain = isinstance(parent, cst.UnaryOperation) or (
            isinstance(parent, cst.If | cst.While | cst.IfExp) and parent.test is node
        )
        if plain or (isinstance(parent, cst.BooleanOperation) and self._in_test(parent)):
            found.tested = True
            return True
        return False

    def _in_test(self, node: cst.CSTNode) -> bool:
        parent = self.above.get(node)
        if isinstance(parent, cst.BooleanOperation | cst.UnaryOperation):
            return self._in_test(parent)
        return isinstance(parent, cst.If | cst.While | cst.IfExp) and parent.test is node

    def _of_one(self, node: cst.Name, found: Uses) -> None:
        parent = self.above.get(node)
        if not isinstance(parent, cst.Attribute):
            raise self._handed_on(node)
        above = self.above.get(parent)
        if isinstance(above, cst.Call) and above.func is parent:
            raise self._escape(node, f"has its method `{parent.attr.value}()` called")
        if isinstance(above, cst.AssignTarget | cst.Del) or (
            isinstance(above, cst.AugAssign | cst.AnnAssign) and above.target is parent
        ):
            raise self._escape(node, "is changed")
        found.attributes.append(parent)

    def _of_rows(self, node: cst.Name, stored_by: set[cst.CSTNode], found: Uses) -> None:
        parent = self.above.get(node)
        if isinstance(parent, cst.For | cst.CompFor) and parent.iter is node:
            if not isinstance(parent.target, cst.Name):
                raise self._escape(node, "is taken apart")
            inner = self.row_uses(parent, parent.target.value)
            found.attributes += inner
            return
        if isinstance(parent, cst.Arg):
            call = self.above.get(parent)
            if isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value == "len":
                return
        raise self._handed_on(node)

    def row_uses(self, loop: cst.For | cst.CompFor, name: str) -> list[cst.Attribute]:
        """The reads of fields of the rows that a loop goes over."""
        found = Uses()
        for node in self.names(name):
            if node is loop.target or isinstance(self.above.get(node), cst.For | cst.CompFor):
                if self.above.get(node) is not loop:
                    raise self._escape(node, "is the name of another loop's rows as well")
                continue
            if self._test(node, found):
                continue
            self._of_one(node, found)
        return found.attributes

    def _handed_on(self, node: cst.Name) -> Escapes:
        return self._escape(node, "is handed on")

    def _escape(self, node: cst.CSTNode, what: str) -> Escapes:
        name = node.value if isinstance(node, cst.Name) else "it"
        return Escapes(f"{self.where(node)}: `{name}` {what} (`{self.statement(node)}`)")
