"""The tree of one function with its parents, for whoever follows a value through it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.fixes.base import FixBlocked
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import children, descendants


class Function:
    """A function's tree with its parents. ``relative_to`` is the file whose lines are named without it."""

    def __init__(self, ref: FunctionRef, parsed: ParsedDefinition, relative_to: str) -> None:
        self.ref = ref
        self.parsed = parsed
        self.relative_to = relative_to
        assert parsed.function is not None
        self.tree = parsed.function
        self.parents = dict(parsed.gathered.parents)
        # What stands around the function is none of its business.
        self.parents.pop(self.tree, None)

    def names(self, name: str, scope: cst.CSTNode | None = None) -> Iterator[cst.Name]:
        """All places where a variable stands (not attributes or keywords of that name), below ``scope``."""
        root = scope if scope is not None else self.tree
        stack: list[cst.CSTNode] = [root]
        while stack:
            node = stack.pop()
            if isinstance(node, cst.Name) and node.value == name and self._is_variable(node):
                yield node
            for child in reversed(list(children(node))):
                if isinstance(child, cst.FunctionDef | cst.Lambda) and _own(child, name):
                    # A variable of its own; what its parameters are by default is looked up outside.
                    stack += reversed(_outside(child))
                    continue
                if isinstance(child, cst.BaseComp) and _loops_over(child, name):
                    # A variable of its own; what is gone through first is looked up outside.
                    stack.append(child.for_in.iter)
                    continue
                stack.append(child)

    def is_of_inner(self, node: cst.CSTNode, name: str) -> bool:
        """Whether a name that stands at a node is a variable of a function inside this one."""
        inside = self.around(node)
        while inside is not self.tree:
            if isinstance(inside, cst.FunctionDef | cst.Lambda) and _own(inside, name):
                return True
            inside = self.around(inside)
        return False

    def _is_variable(self, node: cst.Name) -> bool:
        parent = self.parents.get(node)
        if isinstance(parent, cst.Attribute | cst.Arg):
            return parent.value is node
        return not isinstance(parent, cst.FunctionDef | cst.ClassDef)

    def parameter(self, name: str) -> int | None:
        """The position of a parameter that can be passed by position, counted without ``self``."""
        plain = [p.name.value for p in (*self.tree.params.posonly_params, *self.tree.params.params)]
        if name not in plain:
            return None
        return plain.index(name) - (1 if self.ref.definition.parent is not None else 0)

    def has_parameter(self, name: str) -> bool:
        """Whether a parameter of the function itself is called so."""
        parameters = self.tree.params
        everything = (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params)
        return any(p.name.value == name for p in everything)

    def is_assigned(self, name: str) -> bool:
        """Whether the function gives the variable a value of its own."""
        return any(isinstance(self.parents.get(node), cst.AssignTarget) for node in self.names(name))

    def bindings(self, name: str) -> list[cst.CSTNode]:
        """The nodes by which the function itself gives a name a meaning of its own: each makes it a local one."""
        found: list[cst.CSTNode] = [p for p in parameters(self.tree) if p.name.value == name]
        for node in self.parents:
            match node:
                case cst.AssignTarget() | cst.AugAssign() | cst.AnnAssign() | cst.For() | cst.NamedExpr():
                    if any(isinstance(n, cst.Name) and n.value == name for n in (node.target, *_elements(node.target))):
                        found.append(node)
                case cst.ImportAlias():
                    bound: cst.CSTNode = node.asname.name if node.asname is not None else node.name
                    while isinstance(bound, cst.Attribute):
                        bound = bound.value
                    if isinstance(bound, cst.Name) and bound.value == name:
                        found.append(node)
                case cst.AsName():
                    if isinstance(node.name, cst.Name) and node.name.value == name:
                        if not isinstance(self.parents.get(node), cst.ImportAlias):
                            found.append(node)
                case cst.FunctionDef() | cst.ClassDef():
                    if node.name.value == name and node is not self.tree:
                        found.append(node)
        return found

    def refuse_list(self, node: cst.CSTNode) -> None:
        """Raise FixBlocked where a list must not be made of a QuerySet: its query would run in an async function."""
        inside = self.around(node)
        while isinstance(inside, cst.Lambda):
            # It is called where it is handed to.
            inside = self.around(inside)
        if isinstance(inside, cst.FunctionDef) and inside.asynchronous is not None:
            raise FixBlocked(
                f"{self.where(node)}: a list would run the query in an async function, which Django does not allow"
            )

    def around(self, node: cst.CSTNode) -> cst.CSTNode:
        """The nearest function or lambda that a node lies in."""
        current = self.parents.get(node, self.tree)
        while current is not self.tree and not isinstance(current, cst.FunctionDef | cst.Lambda):
            current = self.parents[current]
        return current

    def in_f_string(self, node: cst.CSTNode) -> bool:
        """Whether a node lies in an f-string, in which not all quotes may stand."""
        current: cst.CSTNode | None = node
        while current is not None and not isinstance(current, cst.FormattedString):
            current = self.parents.get(current)
        return current is not None

    def line(self, node: cst.CSTNode) -> int:
        """The line that a node begins at."""
        return self.parsed.place(node).line

    def where(self, node: cst.CSTNode) -> str:
        """Where a node begins, for a message about a call in the file ``relative_to``."""
        return (
            f"line {self.line(node)}"
            if self.parsed.path == self.relative_to
            else f"{self.parsed.path}:{self.line(node)}"
        )

    def statement(self, node: cst.CSTNode) -> str:
        """The code around a node, for a message."""
        current = node
        while current in self.parents and not isinstance(current, cst.BaseSmallStatement):
            parent = self.parents[current]
            if isinstance(parent, cst.BaseCompoundStatement | cst.SimpleStatementLine | cst.IndentedBlock):
                break
            current = parent
        return short(self.parsed.code(current), 60)

    def escape(self, node: cst.CSTNode, what: str) -> FixBlocked:
        """The reason why a value can't be followed."""
        subject = f"`{node.value}` {what}" if isinstance(node, cst.Name) else f"the value {what}"
        return FixBlocked(f"{self.where(node)}: {subject} (`{self.statement(node)}`)")


def _loops_over(comprehension: cst.BaseComp, name: str) -> bool:
    """Whether a comprehension has a variable of its own of some name."""
    part: cst.CompFor | None = comprehension.for_in
    while part is not None:
        if any(isinstance(n, cst.Name) and n.value == name for n in (part.target, *descendants(part.target))):
            return True
        part = part.inner_for_in
    return False


def _outside(function: cst.FunctionDef | cst.Lambda) -> list[cst.CSTNode]:
    """The parts of an inner function that are worked out where it is defined."""
    defaults: list[cst.CSTNode] = [p.default for p in parameters(function) if p.default is not None]
    return [*function.decorators, *defaults] if isinstance(function, cst.FunctionDef) else defaults


def parameters(function: cst.FunctionDef | cst.Lambda) -> list[cst.Param]:
    """All parameters of a function, those with stars included."""
    given = function.params
    stars = [star for star in (given.star_arg, given.star_kwarg) if isinstance(star, cst.Param)]
    return [*given.posonly_params, *given.params, *given.kwonly_params, *stars]


def _own(function: cst.FunctionDef | cst.Lambda, name: str) -> bool:
    """Whether a name is a variable of an inner function's own."""
    if any(p.name.value == name for p in parameters(function)):
        return True
    if isinstance(function, cst.Lambda):
        return False
    inside = list(descendants(function.body))
    if any(isinstance(node, cst.NameItem) and node.name.value == name for node in inside):
        return False
    return any(_binds(node, name) for node in inside)


def _binds(node: cst.CSTNode, name: str) -> bool:
    """Whether a statement gives a variable a value."""
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        return node.name.value == name
    if isinstance(node, cst.AsName):
        return getattr(node.name, "value", "") == name
    if not isinstance(node, cst.AssignTarget | cst.AnnAssign | cst.AugAssign | cst.For | cst.NamedExpr):
        return False
    target = node.target
    return any(getattr(n, "value", "") == name for n in (target, *_elements(target)))


def _elements(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield element.value
            yield from _elements(element.value)


def short(code: str, limit: int = 50) -> str:
    """Code on one line, cut at its end."""
    text = " ".join(code.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}…"


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is None."""
    return isinstance(node, cst.Name) and node.value == "None"
