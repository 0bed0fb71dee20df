"""What happens to instances between the query that loads them and the call that stores them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.infer.events import called_name
from cachelint.project.syntax import descendants

#: Functions that do nothing to what they are passed.
_HARMLESS = frozenset(
    {"len", "list", "sorted", "tuple", "set", "frozenset", "dict", "bool", "isinstance", "str", "repr", "print", "id"}
    | {"enumerate", "zip", "reversed", "next", "iter", "any", "all", "sum", "max", "min", "hash", "type", "append"}
    | {"debug", "info", "warning", "error", "exception", "join", "format", "get", "filter", "exclude", "order_by"}
    | {"values", "items", "keys", "all", "first", "last", "extend", "update", "select_related"}
)


def changes(
    function: Function,
    names: Collection[str],
    columns: Collection[str],
    model: str,
    *,
    before: int,
    ours: set[cst.CSTNode],
) -> Iterator[str]:
    """What may give instances that variables hold something else than the database did, before a line.

    ``ours`` are the calls of the cache. Raises FixBlocked where it is something that a row does not keep.
    """
    for name in {*names, *(row for held in names for row in _rows_of(function, held))}:
        for node in function.names(name):
            if function.line(node) >= before:
                continue
            parent = function.parents.get(node)
            if isinstance(parent, cst.Attribute) and parent.value is node:
                yield from _of_attribute(function, name, parent, columns, model)
            elif isinstance(parent, cst.Arg):
                call = function.parents.get(parent)
                if isinstance(call, cst.Call) and call not in ours and called_name(call) not in _HARMLESS:
                    code = function.parsed.code(call.func)
                    yield f"{function.where(call)}: `{code}` may change `{name}` before it is stored"


def _of_attribute(
    function: Function, name: str, node: cst.Attribute, columns: Collection[str], model: str
) -> Iterator[str]:
    target = function.parents.get(node)
    attribute = node.attr.value
    if isinstance(target, cst.AssignTarget | cst.AugAssign | cst.AnnAssign) and target.target is node:
        what = f"{function.where(node)} sets `{attribute}` on it before it is stored"
        if attribute not in columns:
            raise FixBlocked(f"{what}, which is no column of `{model}`")
        yield what
    elif isinstance(target, cst.Call) and target.func is node:
        if attribute not in _HARMLESS:
            yield f"{function.where(node)}: `{name}.{attribute}()` may change it before it is stored"
    elif attribute not in columns:
        # A relation is loaded, a cached property worked out: both were stored with it until now.
        yield f"{function.where(node)} reads `{name}.{attribute}` before it is stored, which rows do not keep"


def names_in(node: cst.CSTNode) -> set[str]:
    """The variables that an expression is made of, but for those that are called."""
    found = {n.value for n in (node, *descendants(node)) if isinstance(n, cst.Name)}
    called = {
        n.func.value for n in (node, *descendants(node)) if isinstance(n, cst.Call) and isinstance(n.func, cst.Name)
    }
    attributes = {n.attr.value for n in (node, *descendants(node)) if isinstance(n, cst.Attribute)}
    loops = [n.target for n in descendants(node) if isinstance(n, cst.CompFor)]
    bound = {n.value for target in loops for n in (target, *descendants(target)) if isinstance(n, cst.Name)}
    return found - called - attributes - bound


def holders(function: Function, node: cst.CSTNode) -> set[str]:
    """The variables that what a node gives is put into: by an assignment, or by a loop over it."""
    current: cst.CSTNode | None = node
    while current is not None:
        parent = function.parents.get(current)
        if isinstance(parent, cst.Assign):
            return {t.target.value for t in parent.targets if isinstance(t.target, cst.Name)}
        if isinstance(parent, cst.NamedExpr) and isinstance(parent.target, cst.Name):
            return {parent.target.value}
        if isinstance(parent, cst.For | cst.CompFor) and parent.iter is current:
            return {parent.target.value} if isinstance(parent.target, cst.Name) else set()
        if isinstance(parent, cst.BaseStatement):
            return set()
        current = parent
    return set()


def _rows_of(function: Function, name: str) -> Iterator[str]:
    """The variables of loops over a variable, but for those of comprehensions, which change nothing."""
    for node in function.parents:
        if isinstance(node, cst.For) and isinstance(node.target, cst.Name):
            if any(isinstance(n, cst.Name) and n.value == name for n in (node.iter, *descendants(node.iter))):
                yield node.target.value
