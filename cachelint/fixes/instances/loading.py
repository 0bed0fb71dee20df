"""Whether an expression gives instances as a plain query of their model loads them: the forms that are known to.

Any other may add attributes, load relations, or give rows that know more than their columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.django.orm_table import ORM_METHODS
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.rows.queries import type_of
from cachelint.project.classes import dotted
from cachelint.project.symbols import ClassRef
from cachelint.types.base import force
from cachelint.types.django import Manager, ModelClass, ModelType, QuerySet

#: Methods of a QuerySet that give one of its rows.
_ONE = frozenset(
    {"get", "first", "last", "latest", "earliest", "aget", "afirst", "alast", "alatest", "aearliest", "iterator"}
    | {"aiterator", "in_bulk", "ain_bulk"}
)
#: Those that choose rows, or say in which order they come.
_CHOOSING = frozenset(
    {"all", "filter", "exclude", "order_by", "reverse", "distinct", "none", "select_related", "prefetch_related"}
    | {"only", "defer", "complex_filter", "get_queryset"}
)
_SHORTCUTS = frozenset({"get_object_or_404", "get_list_or_404", "aget_object_or_404", "aget_list_or_404"})
#: Functions that give what they are given, in another container.
_SAME = frozenset({"list", "tuple"})
_MANAGERS = frozenset({"objects", "_default_manager"})
_MAX_DEPTH = 5


class Loading:
    """The expressions of one function that are to give instances of a model."""

    def __init__(self, facts: Facts, function: Function, model: ModelType) -> None:
        self.facts = facts
        self.function = function
        self.model = model

    def doubt(self, node: cst.BaseExpression) -> str:
        """Why an expression may give something else than a plain load; empty where it is one."""
        return self._doubt(node, 0)

    def _doubt(self, node: cst.CSTNode, depth: int) -> str:
        if depth > _MAX_DEPTH:
            return self._unlike(node)
        inner = depth + 1
        match node:
            case cst.Await():
                return self._doubt(node.expression, inner)
            case cst.ListComp() | cst.GeneratorExp() if node.for_in.inner_for_in is None:
                if dotted(node.elt) == dotted(node.for_in.target) and dotted(node.elt):
                    return self._doubt(node.for_in.iter, inner)
            case cst.DictComp() if node.for_in.inner_for_in is None:
                if dotted(node.value) == dotted(node.for_in.target) and dotted(node.value):
                    return self._doubt(node.for_in.iter, inner)
            case cst.Lambda():
                return self._doubt(node.body, inner)
            case cst.Subscript():
                return self._doubt(node.value, inner)
            case cst.BooleanOperation():
                return self._doubt(node.left, inner) or self._doubt(node.right, inner)
            case cst.IfExp():
                return self._doubt(node.body, inner) or self._doubt(node.orelse, inner)
            case cst.Name(value="None"):
                return ""
            case cst.Name():
                return self._variable(node, inner)
            case cst.Call() if isinstance(node.func, cst.Name):
                if node.func.value in _SAME and len(node.args) == 1:
                    return self._doubt(node.args[0].value, inner)
                if node.func.value in _SHORTCUTS and node.args:
                    return self._begin(node.args[0].value, inner)
            case cst.Call() if isinstance(node.func, cst.Attribute):
                return self._method(node, node.func, inner)
            case cst.Attribute():
                return self._begin(node, inner)
        return self._unlike(node)

    def _unlike(self, node: cst.CSTNode) -> str:
        return f"{self.function.where(node)}: `{short(self.function.parsed.code(node))}` may not be as a query loads it"

    def _variable(self, node: cst.Name, depth: int) -> str:
        """A variable is what the function has given it, each time."""
        given = list(self._given(node.value))
        if not given:
            return self._unlike(node)
        return next((doubt for value in given if (doubt := self._doubt(value, depth))), "")

    def _given(self, name: str) -> Iterator[cst.BaseExpression]:
        calls = {call.node for call in self.facts.calls if call.parsed is self.function.parsed}
        for node in self.function.names(name):
            parent = self.function.parents.get(node)
            whole = self.function.parents.get(parent) if isinstance(parent, cst.AssignTarget) else parent
            if isinstance(whole, cst.Assign | cst.NamedExpr | cst.AnnAssign) and whole.value is not None:
                value = whole.value
                inner = value.expression if isinstance(value, cst.Await) else value
                if getattr(whole, "target", node) is node or isinstance(whole, cst.Assign):
                    if inner not in calls:
                        yield value

    def _method(self, node: cst.Call, func: cst.Attribute, depth: int) -> str:
        name = func.attr.value
        if name in _ONE | _CHOOSING:
            own = self._defines(func.value, name)
            if own:
                return f"{self.function.where(node)}: {own}"
            return self._begin(func.value, depth)
        return self._unlike(node)

    def _begin(self, node: cst.CSTNode, depth: int) -> str:
        """What a query begins with: the model itself, its manager, or a query."""
        if isinstance(node, cst.Call | cst.Subscript | cst.Await):
            return self._doubt(node, depth)
        if isinstance(node, cst.Attribute) and node.attr.value in _MANAGERS:
            own = self._defines(node, "get_queryset")
            if own:
                return f"{self.function.where(node)}: {own}"
            return self._class(node.value)
        if isinstance(node, cst.Name):
            typ = type_of(self.facts, self.function, node)
            if isinstance(typ, ModelClass):
                return self._class(node)
            return self._variable(node, depth)
        begun = type_of(self.facts, self.function, node) if isinstance(node, cst.BaseExpression) else None
        if isinstance(begun, Manager) and begun.related:
            code = short(self.function.parsed.code(node))
            return f"{self.function.where(node)}: the rows of `{code}` know what they belong to, which rows do not keep"
        return self._unlike(node)

    def _class(self, node: cst.BaseExpression) -> str:
        """The model that is asked must be the one whose instances are stored, and no subclass of it."""
        typ = force(type_of(self.facts, self.function, node))
        where = self.function.where(node)
        code = short(self.function.parsed.code(node))
        if not isinstance(typ, ModelClass) or typ.model != self.model:
            return f"{where}: `{code}` may be another model than `{self.model.short_name}`"
        ref = self.model.ref
        if isinstance(node, cst.Name) and node.value not in ("cls", "model"):
            return ""
        if ref is not None and self.facts.interpreter.classes.subclasses(ref):
            return f"{where}: `{code}` may be a subclass of `{self.model.short_name}`"
        return ""

    def _defines(self, node: cst.BaseExpression, method: str) -> str:
        """A method of the project's own by which a manager or QuerySet gives its rows; empty where it has none."""
        typ = force(type_of(self.facts, self.function, node))
        if not isinstance(typ, Manager | QuerySet):
            return ""
        own: list[ClassRef | None] = [typ.queryset_class, typ.manager_class if isinstance(typ, Manager) else None]
        for ref in [each for each in own if each is not None]:
            for name in _names_of(self.facts, ref):
                if name == method or name in ORM_METHODS or (name.startswith("_") and name != "_hints"):
                    return f"`{ref.definition.name}` defines its own `{name}()`"
        return ""


def _names_of(facts: Facts, ref: ClassRef) -> Iterator[str]:
    """The methods that a class of the project and those that it derives from define."""
    for base in facts.interpreter.classes.order(ref):
        scope = base.definition.scope if isinstance(base, ClassRef) else None
        for name, definitions in scope.definitions.items() if scope is not None else ():
            if any(definition.form == "function" for definition in definitions):
                yield name
