"""What a test that was passed, or failed, says of the variables in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libcst as cst

from cachelint.infer.context import Context
from cachelint.project.classes import dotted
from cachelint.types.base import NO_VALUE, NONE, Never, Scalar, Type, Unknown, force
from cachelint.types.cache import Cached
from cachelint.types.code import Class, ExternalSymbol, Instance
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.django import ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join_all, members, without
from cachelint.types.strings import Str, constant


def narrow(context: Context, test: cst.BaseExpression, truth: bool) -> bool:
    """Note what follows from ``test`` being true (or false); whether that is possible at all, as far as is known."""
    handler = _TESTS.get(type(test))
    return handler(context, test, truth) if handler is not None else True


def _name(context: Context, test: cst.Name, truth: bool) -> bool:
    if test.value in ("True", "False"):
        return truth == (test.value == "True")
    return _value(context, test, truth)


def _value(context: Context, test: cst.Name | cst.Attribute, truth: bool) -> bool:
    return _apply(context, test, truthy if truth else falsy)


def _walrus(context: Context, test: cst.NamedExpr, truth: bool) -> bool:
    return _apply(context, test.target, truthy if truth else falsy)


def _not(context: Context, test: cst.UnaryOperation, truth: bool) -> bool:
    return not isinstance(test.operator, cst.Not) or narrow(context, test.expression, not truth)


def _and_or(context: Context, test: cst.BooleanOperation, truth: bool) -> bool:
    if isinstance(test.operator, cst.And) != truth:
        return True  # One of several: nothing follows for each.
    return narrow(context, test.left, truth) and narrow(context, test.right, truth)


def _call(context: Context, test: cst.Call, truth: bool) -> bool:
    called = test.func.value if isinstance(test.func, cst.Name) else ""
    if called == "isinstance" and len(test.args) == 2:
        return _isinstance(context, test, truth)
    if called == "all" and truth and len(test.args) == 1:
        return _all_instances(context, test.args[0].value)
    return True


def _comparison(context: Context, test: cst.Comparison, truth: bool) -> bool:
    target = test.comparisons[0]
    if len(test.comparisons) != 1:
        return True
    right, operator = target.comparator, target.operator
    if isinstance(right, cst.Name) and right.value == "None":
        if isinstance(operator, cst.Is | cst.Equal):
            return _apply(context, test.left, _is_none if truth else _is_not_none)
        if isinstance(operator, cst.IsNot | cst.NotEqual):
            return _apply(context, test.left, _is_not_none if truth else _is_none)
    return True


def _apply(context: Context, node: cst.BaseExpression, change: Callable[[Type], Type]) -> bool:
    if isinstance(node, cst.NamedExpr):
        node = node.target
    path = dotted(node)
    if path is None:
        return True
    typ = context.local(path)
    if typ is None:
        return True
    known = force(typ)
    changed = change(known)
    context.env.set(path, changed)
    return not isinstance(changed, Never) or isinstance(known, Never)


def _is_none(typ: Type) -> Type:
    return join_all(NONE if isinstance(m, Unknown | Cached) else m for m in members(typ) if _may_be_none(m))


def _may_be_none(typ: Type) -> bool:
    return typ == NONE or isinstance(typ, Unknown | Cached)


def _is_not_none(typ: Type) -> Type:
    return without(typ, lambda member: member == NONE)


def truthy(typ: Type) -> Type:
    """What a type is where its truth was tested and found."""
    return without(typ, lambda member: _known_truth(member) is False)


def falsy(typ: Type) -> Type:
    """What a type is where its truth was tested and not found."""
    return without(typ, lambda member: _known_truth(member) is True)


def _known_truth(typ: Type) -> bool | None:
    value = constant(typ)
    if value is not NO_VALUE:
        return bool(value)
    if isinstance(typ, ModelInstance | Class | ModelClass):
        return True
    if isinstance(typ, List) and typ.items == () and typ.origin is not None:
        # Only a comprehension over nothing is empty for sure: a list may be filled from elsewhere.
        return False if isinstance(typ.origin.node, cst.ListComp) else None
    return None


def narrow_match(context: Context, subject: cst.BaseExpression, pattern: cst.MatchPattern, truth: bool) -> bool:
    """The same for a pattern of a ``match`` that the subject fits, or not, as far as it is made of class names."""
    parts = [element.pattern for element in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    types: list[Type] = []
    for part in parts:
        if isinstance(part, cst.MatchClass) and not part.patterns and not part.kwds:
            types.append(force(context.evaluate(part.cls)))
        elif isinstance(part, cst.MatchSingleton) and part.value.value == "None":
            types.append(ExternalSymbol("builtins.NoneType"))
        else:
            return True
    return _of_classes(context, subject, types, truth)


def _isinstance(context: Context, test: cst.Call, truth: bool) -> bool:
    wanted = force(context.evaluate(test.args[1].value))
    classes = list(wanted.items or ()) if isinstance(wanted, Tuple) else [wanted]
    return _of_classes(context, test.args[0].value, [force(k) for k in classes], truth)


def _all_instances(context: Context, node: cst.BaseExpression) -> bool:
    """``all(isinstance(item, Class) for item in items)``: what the items are not."""
    if not isinstance(node, cst.GeneratorExp | cst.ListComp) or not isinstance(node.for_in.iter, cst.Name):
        return True
    elt, items = node.elt, node.for_in.iter
    if not (isinstance(elt, cst.Call) and isinstance(elt.func, cst.Name) and elt.func.value == "isinstance"):
        return True
    if len(elt.args) != 2 or dotted(elt.args[0].value) != dotted(node.for_in.target) or node.for_in.ifs:
        return True
    inner = context.nested(context.parsed, None)
    inner.enter(node.for_in)
    _isinstance(inner, elt, True)
    element = inner.local(dotted(node.for_in.target) or "")

    def change(typ: Type) -> Type:
        return join_all(
            replace(member, element=element, items=None) if isinstance(member, List) and element is not None else member
            for member in members(typ)
        )

    _apply(context, items, change)
    return True


def _of_classes(context: Context, subject: cst.BaseExpression, types: list[Type], truth: bool) -> bool:

    def change(typ: Type) -> Type:
        kept: list[Type] = []
        for member in members(typ):
            if isinstance(member, Unknown | Cached):
                if truth and len(types) == 1:
                    kept.append(_instance_of(types[0], member))
                else:
                    kept.append(member)
                continue
            verdicts = [_is_instance(context, member, k) for k in types]
            # Of one class for certain, it does not matter which of the others it is of.
            unknown = True not in verdicts and None in verdicts
            if unknown or (True in verdicts) == truth:
                kept.append(member)
        return join_all(kept)

    return _apply(context, subject, change)


def _instance_of(typ: Type, otherwise: Type) -> Type:
    match typ:
        case ModelClass(model=model):
            return ModelInstance(model, origin=typ.origin)
        case ExternalSymbol(name="builtins.str"):
            return Str()
        case ExternalSymbol(name=name) if name.startswith("builtins."):
            simple = name.removeprefix("builtins.")
            return Scalar(simple) if simple in ("int", "float", "bool", "bytes") else otherwise
        case ExternalSymbol(name="django.db.models.QuerySet" | "django.db.models.query.QuerySet"):
            return QuerySet(None, otherwise)
    return otherwise


def _is_instance(context: Context, member: Type, typ: Type) -> bool | None:
    classes = context.interpreter.classes
    if isinstance(typ, ModelClass):
        if isinstance(member, ModelInstance):
            if member.model == typ.model:
                return True
            if member.model.ref is not None and typ.model.ref is not None:
                if typ.model.ref in classes.order(member.model.ref):
                    return True
                return None
            return None
        return False if isinstance(member, Scalar | Str | List | Dict | Tuple | Set | QuerySet) else None
    if isinstance(typ, Class):
        if isinstance(member, Instance):
            return True if typ.ref in classes.order(member.ref) else None
        if isinstance(member, ModelInstance) and member.model.ref is not None:
            return typ.ref in classes.order(member.model.ref)
        return False if isinstance(member, Scalar | Str | List | Dict | Tuple | Set) else None
    if isinstance(typ, ExternalSymbol):
        if typ.name in ("django.db.models.Model", "django.db.models.base.Model"):
            return True if isinstance(member, ModelInstance) else None if isinstance(member, Instance) else False
        if isinstance(member, ModelInstance) and member.model.name == typ.name:
            return True
        return _builtin_instance(member, typ.name)
    return None


_STREAMING = frozenset(
    {"django.http.StreamingHttpResponse", "streaming generator response", "django.http.FileResponse"}
)


def _builtin_instance(member: Type, name: str) -> bool | None:
    own: str | None = None
    if isinstance(member, Scalar) and name.startswith("django.http") and name.endswith("StreamingHttpResponse"):
        if "esponse" in member.type:
            return member.type in _STREAMING
    match member:
        case Scalar(type=type_name):
            own = "NoneType" if type_name == "None" else type_name
        case Str():
            own = "str"
        case List():
            own = "list"
        case Dict():
            own = "dict"
        case Tuple():
            own = "tuple"
        case Set(frozen=snapshot):
            own = "frozenset" if snapshot else "set"
        case QuerySet():
            return name.endswith("QuerySet") if name.startswith(("builtins.", "django.db.models")) else None
        case ModelInstance():
            return False if name.startswith("builtins.") and name != "builtins.object" else None
    if own is None or not name.startswith(("builtins.", "datetime.", "decimal.", "uuid.")):
        return None
    wanted = name.removeprefix("builtins.")
    if own == "bool" and wanted == "int":
        return True
    if own == "datetime.datetime" and wanted == "datetime.date":
        return True
    return own == wanted


#: By the class of a test, who reads it (`isinstance` of libcst's abstract classes is slow).
_TESTS: dict[type, Callable[[Context, Any, bool], bool]] = {
    cst.Name: _name,
    cst.Attribute: _value,
    cst.NamedExpr: _walrus,
    cst.UnaryOperation: _not,
    cst.BooleanOperation: _and_or,
    cst.Comparison: _comparison,
    cst.Call: _call,
}
