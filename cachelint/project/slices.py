"""The expressions of a function that a value is made of, through its variables."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.project.syntax import descendants

#: Methods that put what they are passed into what they are called on.
_FILLING = frozenset({"append", "extend", "add", "update", "insert", "setdefault"})
#: Variables that are followed into one another.
_MAX_NAMES = 60


def made_of(node: cst.BaseExpression, function: cst.FunctionDef) -> list[cst.BaseExpression]:
    """The expression itself, and all that its variables are given anywhere in the function, and theirs.

    Which of several assignments is in force is not asked: whoever looks for what a value may depend on must know. What
    a loop goes through is left out: its rows are mostly what a key is made of as well.
    """
    given = _given(function)
    found = [node]
    seen: set[str] = set()
    waiting = [node]
    while waiting and len(seen) < _MAX_NAMES:
        current = waiting.pop()
        for name in names_in(current):
            if name not in seen:
                seen.add(name)
                found += given.get(name, ())
                waiting += given.get(name, ())
    return found


def names_in(node: cst.CSTNode) -> Iterator[str]:
    """The variables that an expression names: no attributes, keywords or names that it binds itself."""
    bound = {
        n.value
        for c in (node, *descendants(node))
        if isinstance(c, cst.CompFor)
        for n in (c.target, *descendants(c.target))
        if isinstance(n, cst.Name)
    }
    for name in _names(node):
        if name not in bound:
            yield name


def _names(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    elif isinstance(node, cst.Attribute | cst.Arg):
        yield from _names(node.value)
    else:
        for child in node.children:
            yield from _names(child)


def _given(function: cst.FunctionDef) -> dict[str, list[cst.BaseExpression]]:
    """By variable, what is given to it or put into it."""
    found: dict[str, list[cst.BaseExpression]] = {}

    def give(target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        if isinstance(target, cst.Name):
            found.setdefault(target.value, []).append(value)
        elif isinstance(target, cst.Tuple | cst.List):
            for element in target.elements:
                give(element.value, value)
        elif isinstance(target, cst.Subscript):
            give(target.value, value)

    for node in descendants(function.body):
        if isinstance(node, cst.Assign):
            for target in node.targets:
                give(target.target, node.value)
        elif isinstance(node, cst.AnnAssign | cst.AugAssign | cst.NamedExpr) and node.value is not None:
            give(node.target, node.value)
        elif isinstance(node, cst.WithItem) and node.asname is not None:
            give(node.asname.name, node.item)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _FILLING:
            for argument in node.args:
                give(node.func.value, argument.value)
    return found
