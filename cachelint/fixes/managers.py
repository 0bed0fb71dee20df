"""Managers of the project: whether one gives rows of its table as they are."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.fixes.defuse import Function, short
from cachelint.project.symbols import ClassRef
from cachelint.project.syntax import descendants
from cachelint.types.base import force
from cachelint.types.code import Function as FunctionType
from cachelint.types.django import Manager

#: Methods after which a QuerySet gives some of its rows, as they are.
_CHOOSING = frozenset({"get_queryset", "filter", "exclude", "order_by", "all", "using", "none", "reverse"})


def manager_with_own_rows(facts: Facts, function: Function, node: cst.CSTNode) -> str:
    """A manager in a query whose `get_queryset` does more than to choose rows; empty if there is none."""
    for inner in (node, *descendants(node)):
        if isinstance(inner, cst.Attribute):
            run = facts.interpreter.run(FunctionType(function.ref))
            typ = force(run.context.evaluate(inner))
            if isinstance(typ, Manager) and typ.manager_class is not None and changes_rows(facts, typ.manager_class):
                return f"`{typ.manager_class.definition.name}.get_queryset()` does more than choose rows"
    return ""


def related_rows(facts: Facts, function: Function, node: cst.CSTNode) -> str:
    """The relation in a query whose rows may have been prefetched, and changed in memory since; empty if none."""
    for inner in (node, *descendants(node)):
        if isinstance(inner, cst.Attribute):
            run = facts.interpreter.run(FunctionType(function.ref))
            typ = force(run.context.evaluate(inner))
            if isinstance(typ, Manager) and typ.related:
                code = short(function.parsed.code(inner))
                return f"{function.where(inner)}: the rows of `{code}` may have been prefetched, and changed since"
    return ""


def changes_rows(facts: Facts, manager: ClassRef) -> bool:
    """Whether a manager's `get_queryset` does anything but to return a part of what the base class gives."""
    found = facts.interpreter.classes.member(manager, "get_queryset")
    if found is None:
        return False
    owner, definitions = found
    parsed = owner.module.parsed(definitions[-1])
    tree = parsed.function if parsed is not None else None
    body = list(tree.body.body) if tree is not None and isinstance(tree.body, cst.IndentedBlock) else []
    lines = [statement for statement in body if not _is_docstring(statement)]
    only = lines[0].body[0] if len(lines) == 1 and isinstance(lines[0], cst.SimpleStatementLine) else None
    node = only.value if isinstance(only, cst.Return) else None
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if node.func.attr.value not in _CHOOSING:
            return True
        node = node.func.value
    return not isinstance(node, cst.Call)


def _is_docstring(statement: cst.CSTNode) -> bool:
    only = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString)
