"""By which values something that is stored can be falsy, so that a test of truth takes it for a miss.

That a list may be empty is no evidence by itself: a list of all countries never is. Evidence is a way by which this
one comes to be empty: a literal, a condition, a query, or an answer to a question that the key asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from cachelint.project.classes import dotted
from cachelint.project.syntax import descendants
from cachelint.types.base import NO_VALUE, Origin, Scalar, Type
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.django import QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str, constant


class Falsy(NamedTuple):
    """A falsy value that is stored, in words (``an empty list``), and where it comes from."""

    what: str
    origin: Origin | None


#: Functions and methods that count or sum.
_COUNTING = frozenset({"count", "acount", "len", "sum", "aggregate", "index", "find", "total_seconds"})
#: What gives the same values in another container.
_CONTAINERS = frozenset({"list", "set", "tuple", "dict", "frozenset", "sorted", "reversed", "OrderedDict", "deque"})
#: Methods of a QuerySet that only a QuerySet has, more or less.
_QUERIES = frozenset(
    {
        "filter", "exclude", "values_list", "order_by", "annotate", "distinct", "select_related", "prefetch_related",
        "only", "defer", "none", "raw", "union", "intersection", "iterator", "in_bulk", "get_queryset",
    }
)  # fmt: skip
_MAX_DEPTH = 6


def falsy(value: Type | None, *, asks: bool) -> Falsy | None:
    """A falsy value that is stored for certain on some path; ``asks`` whether the key has parts made at run time."""
    for member in members(value) if value is not None else ():
        what = _falsy(member, asks=asks)
        if what:
            return Falsy(what, member.origin)
    return None


def _falsy(typ: Type, *, asks: bool) -> str:
    known = constant(typ)
    if known is not NO_VALUE:
        return f"`{known!r}`" if known is not None and not known else ""
    empty = _Emptiness(typ.origin, asks=asks)
    match typ:
        case Scalar(type="bool"):
            return "`False`"
        case Scalar(type="int" | "float" | "decimal.Decimal"):
            return "`0`" if empty.counts() else ""
        case QuerySet():
            # A whole table is empty in tests alone.
            narrowed = typ.origin is not None and (asks or _narrows(typ.origin.node))
            return "an empty QuerySet" if narrowed else ""
        case List(items=None):
            return "an empty list" if empty.can_be() else ""
        case Tuple(items=None):
            return "an empty tuple" if empty.can_be() else ""
        case Set():
            return "an empty set" if empty.can_be() else ""
        case Dict():
            return "an empty dict" if empty.can_be() else ""
        case Str():
            return "an empty text" if empty.can_be_no_text() else ""
    return ""


class _Emptiness:
    """Whether the code that makes a value shows a way by which it is empty."""

    def __init__(self, origin: Origin | None, *, asks: bool) -> None:
        self.origin = origin
        self.asks = asks
        self.function = origin.parsed.function if origin is not None else None

    def counts(self) -> bool:
        """Whether a number is a count, or a sum."""
        if self.origin is None:
            return False
        nodes = (self.origin.node, *descendants(self.origin.node))
        return any(isinstance(node, cst.Call) and _name(node.func) in _COUNTING for node in nodes)

    def can_be(self) -> bool:
        """Whether a container can be empty."""
        return self.origin is not None and self._empty(self.origin.node, 0)

    def can_be_no_text(self) -> bool:
        """Whether a text can be empty: one that is joined of what can be."""
        node = self.origin.node if self.origin is not None else None
        if isinstance(node, cst.Call) and _name(node.func) == "join" and node.args:
            return self._empty(node.args[0].value, 0)
        return False

    def _empty(self, node: cst.CSTNode, depth: int) -> bool:
        if depth > _MAX_DEPTH:
            return False
        inner = depth + 1
        match node:
            case cst.List() | cst.Set() | cst.Tuple() | cst.Dict():
                return not node.elements and not self._is_filled(node)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
                sieved = any(loop.ifs for loop in _loops(node.for_in))
                return self._goes_through(node.for_in.iter, inner, sieved=sieved)
            case cst.Call():
                return self._call(node, inner)
            case cst.Name():
                return any(self._empty(value, inner) for value in self._given(node.value))
            case cst.Await():
                return self._empty(node.expression, inner)
            case cst.Subscript():
                return any(isinstance(e.slice, cst.Slice) for e in node.slice) and self._empty(node.value, inner)
            case cst.IfExp():
                return self._empty(node.body, inner) or self._empty(node.orelse, inner)
            case cst.BooleanOperation():
                return self._empty(node.right, inner)
            case cst.BinaryOperation():
                return self._empty(node.left, inner) and self._empty(node.right, inner)
        return False

    def _call(self, node: cst.Call, depth: int) -> bool:
        name = _name(node.func)
        if name in _CONTAINERS and isinstance(node.func, cst.Name):
            if not node.args:
                return not self._is_filled(node)
            return len(node.args) == 1 or name == "sorted" if self._empty(node.args[0].value, depth) else False
        if name in ("defaultdict", "Counter") and not self._is_filled(node):
            return True
        if name in ("items", "keys", "values", "copy") and isinstance(node.func, cst.Attribute) and not node.args:
            return _queries(node) or self._empty(node.func.value, depth)
        if name in ("map", "filter", "zip", "enumerate") and isinstance(node.func, cst.Name) and node.args:
            return name == "filter" or self._empty(node.args[-1].value, depth)
        return _queries(node)

    def _goes_through(self, node: cst.BaseExpression, depth: int, *, sieved: bool) -> bool:
        """Whether going through something can leave nothing; ``sieved`` where a condition leaves some of it out."""
        if isinstance(node, cst.Name) and self._is_tested(node.value):
            return False
        if self._is_constant(node):
            return False
        return sieved or self._empty(node, depth) or self._is_an_answer(node)

    def _is_tested(self, name: str) -> bool:
        """Whether the function asks somewhere whether a variable is empty: it may go on only where it is not."""
        tests = [n.test for n in descendants(self.function) if isinstance(n, cst.If)] if self.function else []
        inside = [n.expression if isinstance(n, cst.UnaryOperation) else n for n in tests]
        return any(isinstance(n, cst.Name) and n.value == name for n in inside)

    def _is_constant(self, node: cst.BaseExpression) -> bool:
        """Whether something is made of names that the function gives no value: a catalogue of the module's."""
        if isinstance(node, cst.Tuple | cst.List | cst.Set | cst.Dict):
            return bool(node.elements)
        root = _root(node)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            return node.func.value in ("range", "enumerate", "zip")
        return root is not None and root not in ("self", "cls") and not self._is_local(root) and not _queries(node)

    def _is_local(self, name: str) -> bool:
        return self.origin is not None and name in self.origin.parsed.gathered.bound

    def _is_an_answer(self, node: cst.BaseExpression, depth: int = 0) -> bool:
        """Whether what is gone through answers a question that the key asks, so that it can have no answer."""
        if not self.asks or depth > 3:
            return False
        if isinstance(node, cst.Call) and node.args:
            return any(not isinstance(a.value, cst.BaseString | cst.BaseNumber) for a in node.args)
        root = _root(node)
        return root is not None and any(self._is_an_answer(value, depth + 1) for value in self._given(root))

    def _given(self, name: str) -> Iterator[cst.BaseExpression]:
        """What the function gives a variable."""
        for node in descendants(self.function) if self.function is not None else ():
            match node:
                case cst.Assign(targets=targets, value=value):
                    if any(isinstance(t.target, cst.Name) and t.target.value == name for t in targets):
                        yield value
                case cst.AnnAssign(target=cst.Name(value=target), value=value) if target == name and value is not None:
                    yield value

    def _is_filled(self, node: cst.CSTNode) -> bool:
        """Whether an empty container that is given to a variable gets something on every path."""
        parents = self.origin.parsed.gathered.parents if self.origin is not None else {}
        assign = parents.get(node)
        if not isinstance(assign, cst.Assign | cst.AnnAssign):
            return False
        target = assign.target if isinstance(assign, cst.AnnAssign) else assign.targets[0].target
        name = dotted(target)
        block = parents.get(parents.get(assign, assign), None)
        if name is None or not isinstance(block, cst.IndentedBlock | cst.Module):
            return True
        return any(self._fills(statement, name) for statement in block.body)

    def _fills(self, statement: cst.CSTNode, name: str) -> bool:
        """Whether a statement puts something into a container, whatever happens."""
        if isinstance(statement, cst.With | cst.Try):
            return any(self._fills(inner, name) for inner in statement.body.body)
        if isinstance(statement, cst.If):
            other = statement.orelse
            return (
                other is not None
                and any(self._fills(s, name) for s in statement.body.body)
                and (
                    self._fills(other, name)
                    if isinstance(other, cst.If)
                    else any(self._fills(s, name) for s in other.body.body)
                )
            )
        if isinstance(statement, cst.For):
            if not self._can_have_no_round(statement):
                filled = any(self._fills(s, name) for s in statement.body.body)
                return filled or (self._is_constant(statement.iter) and self._changes(statement, name))
            return False
        if not isinstance(statement, cst.SimpleStatementLine):
            return False
        for small in statement.body:
            match small:
                case cst.Assign(targets=targets):
                    if any(isinstance(t.target, cst.Subscript) and dotted(t.target.value) == name for t in targets):
                        return True
                case cst.Expr(value=cst.Call(func=cst.Attribute(value=base, attr=attr))):
                    if dotted(base) == name and attr.value in ("append", "add", "insert", "update", "extend"):
                        return attr.value in ("append", "add", "insert") or not self._adds_nothing(small.value)
                case cst.AugAssign(target=target):
                    if dotted(target) == name:
                        return True
        return False

    def _changes(self, loop: cst.For, name: str) -> bool:
        """Whether a loop puts something into a container on some path."""
        return any(
            isinstance(node, cst.Subscript | cst.Attribute) and dotted(node.value) == name
            for node in descendants(loop.body)
        )

    def _adds_nothing(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, cst.Call) and bool(node.args) and self._empty(node.args[0].value, 1)

    def _can_have_no_round(self, loop: cst.For) -> bool:
        return self._goes_through(loop.iter, 1, sieved=False)


def _root(node: cst.BaseExpression) -> str | None:
    """The variable that an expression hangs on."""
    while True:
        match node:
            case cst.Attribute() | cst.Subscript():
                node = node.value
            case cst.Call():
                node = node.func
            case cst.Await():
                node = node.expression
            case cst.Name():
                return node.value
            case _:
                return None


def _loops(loop: cst.CompFor | None) -> Iterator[cst.CompFor]:
    while loop is not None:
        yield loop
        loop = loop.inner_for_in


def _name(node: cst.BaseExpression) -> str:
    return (dotted(node) or "").rpartition(".")[2] or (node.attr.value if isinstance(node, cst.Attribute) else "")


def _narrows(node: cst.CSTNode) -> bool:
    """Whether a query leaves rows out."""
    return any(
        isinstance(n, cst.Attribute) and n.attr.value in ("filter", "exclude", "none")
        for n in (node, *descendants(node))
    )


def _queries(node: cst.BaseExpression) -> bool:
    """Whether an expression is a query of many rows, by the methods that it is made with."""
    names: set[str] = set()
    while True:
        if isinstance(node, cst.Call):
            node = node.func
        elif isinstance(node, cst.Attribute):
            names.add(node.attr.value)
            node = node.value
        elif isinstance(node, cst.Subscript | cst.Await):
            node = node.value if isinstance(node, cst.Subscript) else node.expression
        else:
            break
    one = {"get", "first", "last", "count", "exists", "aggregate", "create", "latest", "earliest", "get_or_create"}
    return not names & one and (bool(names & _QUERIES) or ("objects" in names and len(names) > 1))
