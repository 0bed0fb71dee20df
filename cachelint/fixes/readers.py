"""The reads of a key whose value stays in one function: in a variable, or in the expression that reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.keys.graph import Key
from cachelint.django.cache_api import DJANGO, Does
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, is_none
from cachelint.frozen import dataclass

#: Methods that neither store nor read a value.
_NO_VALUE = frozenset(name for name, method in DJANGO.items() if method.does in (Does.DELETES, Does.TESTS)) | {"touch"}


@dataclass(frozen=True)
class Read:
    """A read: ``whole`` is the expression with its ``await``, ``name`` the variable that it is assigned to, if any."""

    function: Function
    whole: cst.BaseExpression
    name: str = ""
    statement: cst.Assign | None = None


def local_ends(key: Key, relative_to: str) -> tuple[list[Read], list[tuple[Function, CacheCall]]]:
    """The reads and the writes of a key. Raises FixBlocked where one is of another form."""
    reads: list[Read] = []
    writes: list[tuple[Function, CacheCall]] = []
    functions: dict[int, Function] = {}
    for site in key.all_sites:
        where = f"{site.parsed.path}:{site.place.line}"
        if site.innermost.method in _NO_VALUE:
            continue
        if site.inner is not None:
            raise FixBlocked(f"{where}: the value passes through `{site.called}`")
        if site.function is None or site.parsed.function is None:
            raise FixBlocked(f"{where} uses this key outside a function")
        function = functions.setdefault(id(site.parsed), Function(site.function, site.parsed, relative_to))
        if site.method in ("set", "add"):
            writes.append((function, site))
        elif site.method == "get":
            if not is_none(site.nodes.get("default")) and "default" in site.nodes:
                raise FixBlocked(f"{where} reads this key with a default")
            reads.append(read_of(function, site.node))
        else:
            raise FixBlocked(f"{where} uses this key with `{site.called}`")
    return reads, writes


def read_of(function: Function, node: cst.BaseExpression) -> Read:
    """A call that reads, with the variable that it is assigned to."""
    whole = node
    holder = function.parents.get(whole)
    if isinstance(holder, cst.Await):
        whole, holder = holder, function.parents.get(holder)
    if isinstance(holder, cst.NamedExpr) and isinstance(holder.target, cst.Name):
        return Read(function, whole, holder.target.value)
    if isinstance(holder, cst.Assign) and len(holder.targets) == 1:
        target = holder.targets[0].target
        if isinstance(target, cst.Name):
            return Read(function, whole, target.value, holder)
    return Read(function, whole)


def later_uses(
    read: Read, stored: set[cst.CSTNode], made: Collection[cst.CSTNode] | None = ()
) -> Iterator[tuple[cst.CSTNode, bool]]:
    """The places where what was read is used, with whether it is a test for a miss.

    Only the read, and what is in ``made`` (None: anything), gives the variable a value. Raises FixBlocked where
    anything else does.
    """
    function = read.function
    if not read.name:
        yield read.whole, is_test(function, read.whole)
        return
    for node in function.names(read.name):
        parent = function.parents.get(node)
        if isinstance(parent, cst.AssignTarget | cst.NamedExpr) and getattr(parent, "target", None) is node:
            value = function.parents[parent].value if isinstance(parent, cst.AssignTarget) else parent.value  # type: ignore[attr-defined]
            if value is not read.whole and not is_none(value) and made is not None and value not in made:
                raise function.escape(node, "has a different value on some paths")
            continue
        if isinstance(parent, cst.Param | cst.AugAssign | cst.AnnAssign | cst.Del | cst.Global | cst.NameItem):
            raise function.escape(node, "has a different value on some paths")
        if node not in stored:
            yield node, is_test(function, node)


#: Built-in functions that take a list as well as any other collection.
_OF_MANY = frozenset({"len", "sorted", "set", "frozenset", "list", "tuple", "sum", "max", "min", "any", "all", "bool"})


def takes_a_list(function: Function, node: cst.CSTNode) -> bool:
    """Whether a collection is only gone through, or asked what is in it: a list can stand in for it."""
    parent = function.parents.get(node)
    if isinstance(parent, cst.ComparisonTarget):
        return isinstance(parent.operator, cst.In | cst.NotIn)
    if isinstance(parent, cst.For | cst.CompFor):
        return parent.iter is node and parent.asynchronous is None
    call = function.parents.get(parent) if isinstance(parent, cst.Arg) else None
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value in _OF_MANY


def is_test(function: Function, node: cst.CSTNode) -> bool:
    """Whether an expression is only asked for being there: ``is None``, or for its truth."""
    parent = function.parents.get(node)
    if isinstance(parent, cst.NamedExpr):
        return is_test(function, parent)
    if isinstance(parent, cst.Comparison):
        return is_none(parent.comparisons[0].comparator)
    while isinstance(parent, cst.BooleanOperation | cst.UnaryOperation):
        node, parent = parent, function.parents.get(parent)
    return isinstance(parent, cst.If | cst.While | cst.IfExp | cst.Assert) and getattr(parent, "test", None) is node


def tests_truth(function: Function, node: cst.CSTNode) -> bool:
    """Whether the test is one of truth, which 0, an empty text or an empty list do not pass."""
    parent = function.parents.get(node)
    if isinstance(parent, cst.NamedExpr):
        parent = function.parents.get(parent)
    return not isinstance(parent, cst.Comparison)
