"""Walking libcst trees faster than their own ``children``: whitespace and punctuation are passed over."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cached_property
from operator import itemgetter
from typing import Any

import libcst as cst

_PUNCTUATION = (
    cst.BaseParenthesizableWhitespace, cst.TrailingWhitespace, cst.EmptyLine, cst.Comment, cst.Newline, cst.Comma,
    cst.LeftParen, cst.RightParen, cst.LeftSquareBracket, cst.RightSquareBracket, cst.LeftCurlyBrace,
    cst.RightCurlyBrace, cst.AssignEqual, cst.Colon, cst.Dot, cst.Semicolon,
)  # fmt: skip
_fields: dict[type, tuple[str, ...]] = {}
#: What a value in a field of a node is: a node to be visited, several of them, or neither. The classes of libcst are
#: abstract ones, of which `isinstance` is slow.
_NODE, _MANY, _OTHER = 1, 2, 0
_sorts: dict[type, int] = {}


def _field_names(typ: type[cst.CSTNode]) -> tuple[str, ...]:
    names = tuple(
        field.name
        for field in dataclasses.fields(typ)
        if not field.name.startswith(("whitespace", "leading", "lines_after", "header", "footer", "lpar", "rpar"))
        and field.name
        not in ("comma", "semicolon", "indent", "equal", "colon", "lbracket", "rbracket", "lbrace", "rbrace")
    )
    _fields[typ] = names
    return names


def _sort(typ: type) -> int:
    sort = _OTHER
    if issubclass(typ, (list, tuple)):
        sort = _MANY
    elif issubclass(typ, cst.CSTNode) and not issubclass(typ, _PUNCTUATION):
        sort = _NODE
    _sorts[typ] = sort
    return sort


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes directly below, in the order of the source, without whitespace and punctuation."""
    typ = type(node)
    sorts = _sorts
    names = _fields.get(typ)
    for name in _field_names(typ) if names is None else names:
        value = getattr(node, name)
        found = type(value)
        sort = sorts[found] if found in sorts else _sort(found)
        if sort == _NODE:
            yield value
        elif sort == _MANY:
            for item in value:
                found = type(item)
                if (sorts[found] if found in sorts else _sort(found)) == _NODE:
                    yield item


#: In the names under a node: that it binds by ``:=``, that it yields, that it tests with ``in``, that it stores or
#: deletes an item, that it leaves a loop or a round of one.
WALRUS, YIELDS, CONTAINS, ITEMS, JUMPS = ":=", "yield", "in", "[]", "break"
_NONE: frozenset[str] = frozenset()


def parents(root: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """For each node of a tree the one above it."""
    found: dict[cst.CSTNode, cst.CSTNode] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        for child in children(node):
            found[child] = node
            stack.append(child)
    return found


def descendants(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes below a node, in the order of the source."""
    for child in children(root):
        yield child
        yield from descendants(child)


class CalledNames:
    """For each node of a tree the names that are called below it, worked out once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, frozenset[str]] = {}

    def under(self, node: cst.CSTNode) -> frozenset[str]:
        """The last parts of the names of all that is called in a node; WALRUS, YIELDS… where it does such."""
        found = self._known.get(id(node))
        if found is None:
            found = self._known[id(node)] = self._collect(node)
        return found

    def _collect(self, node: cst.CSTNode) -> frozenset[str]:
        typ = type(node)
        if typ in _LEAVES:
            return _LEAVES[typ]
        found: frozenset[str] = _OWN_NAMES[typ](node) if typ in _OWN_NAMES else _NONE
        for child in children(node):
            below = self.under(child)
            if below and type(child) in _FUNCTIONS:
                below = below - {YIELDS}
            if below:
                found = found | below if found else below
        return found


_LEAVES: dict[type, frozenset[str]] = {
    **dict.fromkeys((cst.Name, cst.SimpleString, cst.Integer, cst.Float, cst.Pass), _NONE),
    **dict.fromkeys((cst.Break, cst.Continue), frozenset({JUMPS})),
}
_FUNCTIONS = frozenset({cst.FunctionDef, cst.Lambda})


#: What calls a function that it is passed, now or later, by the last part of its name; the position of the function.
RUNNERS = {
    "to_thread": 0, "run_sync": 0, "run_in_threadpool": 0, "submit": 0, "run_in_executor": 1, "on_commit": 0,
    "call_soon": 0, "call_later": 1, "Thread": -1, "Timer": 1,
}  # fmt: skip


def names_of_call(node: cst.Call) -> frozenset[str]:
    """The last parts of the names of what a call calls: also what it hands to a function that calls it.

    ``sync_to_async(cache.set)(…)`` calls `set`, and so does ``asyncio.to_thread(cache.set, …)``.
    """
    own = last_name(node.func)
    if isinstance(node.func, cst.Call):
        return frozenset(filter(None, (last_name(a.value) for a in node.func.args)))
    if own in RUNNERS:
        return frozenset(filter(None, (own, *(_handed(a.value) for a in node.args))))
    return frozenset((own,)) if own else _NONE


def _handed(node: cst.BaseExpression) -> str:
    inner = node.args[0].value if isinstance(node, cst.Call) and node.args else node
    return last_name(inner)


def last_name(node: cst.BaseExpression) -> str:
    """The last part of a name; empty for other expressions."""
    if isinstance(node, cst.Name):
        return node.value
    return node.attr.value if isinstance(node, cst.Attribute) else ""


def _stores_item(node: Any) -> frozenset[str]:
    return _STORES if isinstance(node.target, cst.Subscript | cst.Tuple | cst.List) else _NONE


_STORES, _TESTS, _BINDS, _GIVES = (frozenset({name}) for name in (ITEMS, CONTAINS, WALRUS, YIELDS))
#: What a node itself adds to the names under it. By class: `isinstance` is slow here.
_OWN_NAMES: dict[type, Callable[[Any], frozenset[str]]] = {
    cst.Call: names_of_call,
    cst.NamedExpr: lambda node: _BINDS,
    cst.ComparisonTarget: lambda node: _TESTS if isinstance(node.operator, cst.In | cst.NotIn) else _NONE,
    cst.Yield: lambda node: _GIVES,
    cst.AssignTarget: _stores_item,
    cst.AnnAssign: _stores_item,
    cst.AugAssign: _stores_item,
    cst.Del: _stores_item,
}


class Gathered:
    """The names and the texts of one tree, gathered in one walk for all that is looked for in it."""

    def __init__(self, module: cst.Module) -> None:
        self._module = module
        self._names: dict[str, list[tuple[int, cst.CSTNode]]] = {}
        self._texts: list[tuple[int, cst.SimpleString]] = []
        #: All literals that are texts, in the order of the source.
        self.literals: list[cst.SimpleString | cst.FormattedString] = []
        #: The names that the tree makes variables of its own.
        self.bound: set[str] = set()
        for place, node in enumerate(descendants(module)):
            typ = type(node)
            if typ is cst.Name:
                self._names.setdefault(node.value, []).append((place, node))  # type: ignore[attr-defined]
            elif typ is cst.SimpleString:
                self._texts.append((place, node))  # type: ignore[arg-type]
                self.literals.append(node)  # type: ignore[arg-type]
            elif typ is cst.FormattedString:
                self.literals.append(node)  # type: ignore[arg-type]
            elif typ in _BINDING:
                self.bound.update(_bound(node))

    def by(self, name: str) -> list[cst.Name | cst.SimpleString]:
        """The names that are this one, and the texts that end with it, in the order of the source."""
        texts = [(place, text) for place, text in self._texts if name in text.value]
        return [node for _, node in sorted([*self._names.get(name, ()), *texts], key=itemgetter(0))]

    def named(self, name: str) -> list[cst.CSTNode]:
        """The names that are this one, in the order of the source."""
        return [node for _, node in self._names.get(name, ())]

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """For each node the one above it."""
        return parents(self._module)


_BINDING = frozenset(
    {
        cst.Param, cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr,
        cst.ImportAlias,
    }
)  # fmt: skip


def _bound(node: cst.CSTNode) -> Iterator[str]:
    """The names that a node of a function makes variables of its own."""
    match node:
        case cst.Param():
            yield node.name.value
        case cst.AssignTarget() | cst.AnnAssign() | cst.AugAssign() | cst.For() | cst.CompFor() | cst.NamedExpr():
            yield from (n.value for n in (node.target, *_parts(node.target)) if isinstance(n, cst.Name))
        case cst.ImportAlias():
            yield node.evaluated_alias or node.evaluated_name


def _parts(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield element.value
            yield from _parts(element.value)
