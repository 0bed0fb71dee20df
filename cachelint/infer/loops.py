"""What a loop does to the container that it goes through: ``for row in rows: row["day"] = str(row["day"])``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from cachelint.infer.context import Context
from cachelint.infer.mutation import Change, change_at
from cachelint.project.syntax import ITEMS, JUMPS, descendants
from cachelint.types.base import NEVER, UNKNOWN, Type, force
from cachelint.types.containers import Dict, List

#: Constants that a loop over them is run for one by one.
_MAX_UNROLLED = 8
#: What hands on the rows of what it is given.
_SAME_ROWS = frozenset({"list", "tuple", "iter", "reversed", "sorted"})
#: Methods that change what they are called on.
_CHANGING = frozenset(
    {"update", "pop", "popitem", "clear", "append", "add", "extend", "insert", "remove", "setdefault", "discard"}
)
#: Nodes with a ``target`` that is given another value or taken away.
_GIVING = frozenset({cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.Del})


def is_unrolled(context: Context, node: cst.For) -> bool:
    """Whether a loop goes through a few constants that stand there, and through all of them."""
    if not isinstance(node.iter, cst.Tuple | cst.List) or not 0 < len(node.iter.elements) <= _MAX_UNROLLED:
        return False
    constants = all(isinstance(e, cst.Element) and isinstance(e.value, _CONSTANTS) for e in node.iter.elements)
    return constants and JUMPS not in context.parsed.called.under(node.body)


_CONSTANTS = (cst.SimpleString, cst.Integer)


def change_rows(context: Context, body: Context, node: cst.For) -> None:
    """Change the container that a loop has gone through by what its body, run in ``body``, does to each row."""
    container, row, index = _parts(node)
    if container is None:
        return
    does = context.parsed.called.under(node.body)
    if row and (ITEMS in does or not does.isdisjoint(_CHANGING)) and _changes(node.body, row):
        change_at(context, container, _with_rows(body.env.get(row) or UNKNOWN))
    stored = _stored(context, node.body, container, index) if index and ITEMS in does else None
    if stored is not None:
        change_at(context, container, _with_rows(body.lazy(stored)))


def _parts(node: cst.For) -> tuple[cst.BaseExpression | None, str, str]:
    """The variable of the container, and those of the loop that hold a row and its index or key; empty for none."""
    iterated, target = node.iter, node.target
    first, second = _names(target)
    if isinstance(iterated, cst.Call) and len(iterated.args) <= 1:
        function = iterated.func
        if isinstance(function, cst.Attribute) and not iterated.args:
            if function.attr.value == "values":
                return _variable(function.value), first, ""
            if function.attr.value == "items":
                return _variable(function.value), second, first
        if isinstance(function, cst.Name) and iterated.args:
            inner = iterated.args[0].value
            if function.value == "enumerate":
                return _variable(inner), second, first
            if function.value == "range" and isinstance(inner, cst.Call) and inner.args:
                return _variable(inner.args[0].value), "", first
            if function.value in _SAME_ROWS:
                return _variable(inner), first, first
        return None, "", ""
    # Of a list the rows, of a dict the keys.
    return _variable(iterated), first, first


def _names(target: cst.BaseExpression) -> tuple[str, str]:
    if isinstance(target, cst.Name):
        return target.value, ""
    if isinstance(target, cst.Tuple) and len(target.elements) == 2:
        first, second = (getattr(e.value, "value", "") for e in target.elements)
        return (first if isinstance(first, str) else "", second if isinstance(second, str) else "")
    return "", ""


def _variable(node: cst.BaseExpression) -> cst.BaseExpression | None:
    return node if isinstance(node, cst.Name | cst.Attribute) else None


def _changes(body: cst.BaseSuite, row: str) -> bool:
    """Whether a body changes what a variable holds, and does not give the variable another value."""
    changes = False
    for node in descendants(body):
        typ = type(node)
        if typ in _GIVING:
            for target in _targets(node.target):  # type: ignore[attr-defined]
                if isinstance(target, cst.Name) and target.value == row:
                    return False
                changes = changes or (isinstance(target, cst.Subscript) and _holder(target) == row)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _CHANGING:
            changes = changes or _holder(node.func.value) == row
    return changes


def _targets(target: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield element.value
    else:
        yield target


def _holder(node: cst.BaseExpression) -> str:
    """The variable that holds what a node is an item of."""
    while isinstance(node, cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _stored(
    context: Context, body: cst.BaseSuite, container: cst.BaseExpression, index: str
) -> cst.BaseExpression | None:
    """What a body puts into the container under the loop's own index, whatever it is."""
    for statement in _plain(context, body):
        if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
            target = statement.targets[0].target
            if isinstance(target, cst.Subscript) and target.value.deep_equals(container) and len(target.slice) == 1:
                part = target.slice[0].slice
                if isinstance(part, cst.Index) and isinstance(part.value, cst.Name) and part.value.value == index:
                    return statement.value
    return None


def _plain(context: Context, body: cst.BaseSuite) -> Iterator[cst.BaseSmallStatement]:
    """The simple statements of a body that run each time."""
    for line in body.body:
        if isinstance(line, cst.SimpleStatementLine):
            yield from line.body
        elif JUMPS in context.parsed.called.under(line):
            return


def _with_rows(row: Type) -> Change:
    """A container all of whose rows are of a type; an empty one stays so."""

    def change(typ: Type) -> Type:
        typ = force(typ)
        if isinstance(typ, List):
            empty = typ.items == () or force(typ.element) == NEVER
            return typ if empty else List(row, origin=typ.origin)
        if isinstance(typ, Dict):
            if not typ.entries and force(typ.value) == NEVER:
                return typ
            entries = tuple((name, row) for name, _ in typ.entries)
            value = typ.value if force(typ.value) == NEVER else row
            return replace(typ, value=value, entries=entries)
        return typ

    return change
