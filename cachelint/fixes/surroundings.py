"""Questions about the code around an expression, by its form alone."""

from __future__ import annotations

import itertools
import re

import libcst as cst

from cachelint.fixes.defuse import Function
from cachelint.fixes.rows.stored import Form
from cachelint.infer.events import called_name
from cachelint.project.syntax import descendants

#: Built-in functions that only ask whether something is there.
ONLY_TESTS = frozenset({"len", "bool", "any", "all"})
#: Built-in functions that go through the keys of a dict.
_OF_KEYS = frozenset({"list", "sorted", "tuple", "set", "frozenset", "iter"})


def call_of(function: Function, argument: cst.CSTNode) -> cst.BaseExpression:
    """The call that an argument is one of."""
    call = function.parents.get(argument)
    return call if isinstance(call, cst.BaseExpression) else cst.Name("_")


def takes_keys(call: cst.BaseExpression) -> bool:
    """Whether a call goes through the keys of the dict that it is handed."""
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in _OF_KEYS


def binds(parent: cst.CSTNode | None, node: cst.Name) -> bool:
    """Whether the node above a name gives it a value, by another statement than a plain assignment."""
    if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.For | cst.CompFor):
        return parent.target is node
    return isinstance(parent, cst.Global | cst.NameItem | cst.Del | cst.AsName | cst.Element)


def is_shown_as_written(function: Function, node: cst.CSTNode) -> bool:
    """``f"{book.title=}"``: the text of the expression is part of what comes out."""
    current: cst.CSTNode | None = node
    while current is not None and not isinstance(current, cst.BaseStatement):
        if isinstance(current, cst.FormattedStringExpression) and current.equal is not None:
            return True
        current = function.parents.get(current)
    return False


def expects_error(function: Function, node: cst.CSTNode) -> bool:
    """Whether somebody around waits for an AttributeError, which a dict does not raise."""
    current = node
    while current in function.parents:
        current, inner = function.parents[current], current
        if isinstance(current, cst.Try) and inner is current.body:
            if any(h.type is not None and _may_be_named(function.parsed.code(h.type)) for h in current.handlers):
                return True
        if isinstance(current, cst.With) and any("AttributeError" in function.parsed.code(i) for i in current.items):
            return True
    return False


def _may_be_named(types: str) -> bool:
    """Whether an AttributeError is among some types, or may be in a name that is not that of a class."""
    names = re.findall(r"[\w.]+", types)
    return any(
        last == "AttributeError" or last.isupper() or not last[:1].isupper()
        for last in (name.rpartition(".")[2] for name in names)
    )


def argument_of(call: cst.Call, name: str, positional: list[str]) -> cst.BaseExpression | None:
    """What a call passes for a parameter; None where that can't be told."""
    for argument in call.args:
        if argument.star:
            return None
        if argument.keyword is not None and argument.keyword.value == name:
            return argument.value
    plain = [argument for argument in call.args if argument.keyword is None]
    index = positional.index(name) if name in positional else len(plain)
    return plain[index].value if index < len(plain) else None


def is_empty(node: cst.BaseExpression, form: Form) -> bool:
    """Whether an expression is the empty list or dict that stands for nothing of a form."""
    if isinstance(node, cst.Dict):
        return form is Form.BY_KEY and not node.elements
    return form is Form.MANY and isinstance(node, cst.List | cst.Tuple) and not node.elements


def is_name(node: cst.BaseExpression, name: str) -> bool:
    """Whether an expression is just a variable."""
    return isinstance(node, cst.Name) and node.value == name


def may_give_none(node: cst.BaseExpression) -> bool:
    """Whether a query gives None where there is no row."""
    inner = node.expression if isinstance(node, cst.Await) else node
    return called_name(inner) in ("first", "last", "afirst", "alast")


def is_guarded(function: Function, node: cst.CSTNode, name: str, *, refilled: bool = False) -> bool:
    """Whether a use of a variable stands under a test of it, or after one that leaves.

    ``refilled``: or after one under which the variable is given another value.
    """
    current = node
    while current in function.parents:
        current, inner = function.parents[current], current
        test = current.test if isinstance(current, cst.If | cst.IfExp | cst.While) else None
        if isinstance(current, cst.BooleanOperation) and inner is current.right:
            test = current.left
        if test is not None and test is not inner and _names(test, name):
            return True
        for before in _statements_before(current, inner):
            if isinstance(before, cst.If) and _decides(before.test, name):
                if _leaves(before.body) or (refilled and _fills(before.body, name)):
                    return True
    return False


def _statements_before(block: cst.CSTNode, statement: cst.CSTNode) -> list[cst.CSTNode]:
    """The statements that have run when one of a block runs; nothing for what is no block."""
    body: list[cst.CSTNode] = list(block.body) if isinstance(block, cst.IndentedBlock | cst.Module) else []
    found = list(itertools.takewhile(lambda other: other is not statement, body))
    return found if len(found) < len(body) else []


def _decides(test: cst.BaseExpression, name: str) -> bool:
    """Whether a test speaks of a variable by itself: behind `and` something else decides as well."""
    if isinstance(test, cst.BooleanOperation):
        return isinstance(test.operator, cst.Or) and (_decides(test.left, name) or _decides(test.right, name))
    return _names(test, name)


def _fills(body: cst.BaseSuite, name: str) -> bool:
    """Whether a variable has another value whenever a block has run to its end."""
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if isinstance(small, cst.Assign) and any(is_name(target.target, name) for target in small.targets):
                    return True
                if isinstance(small, cst.AnnAssign) and small.value is not None and is_name(small.target, name):
                    return True
        elif isinstance(statement, cst.Try) and _fills(statement.body, name):
            if all(_leaves(handler.body) or _fills(handler.body, name) for handler in statement.handlers):
                return True
        elif isinstance(statement, cst.With) and _fills(statement.body, name):
            return True
        elif isinstance(statement, cst.If) and isinstance(statement.orelse, cst.Else):
            if _fills(statement.body, name) and _fills(statement.orelse.body, name):
                return True
    return False


def _names(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(n, cst.Name) and n.value == name for n in (node, *descendants(node)))


def _leaves(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    statement = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    return isinstance(statement, cst.Return | cst.Raise | cst.Continue | cst.Break)
