"""Showing the calls in an expression to whoever watches, each in the variables that are in force there."""

from __future__ import annotations

import libcst as cst

from cachelint.infer.context import Context, Run
from cachelint.infer.narrowing import narrow
from cachelint.infer.parameters import REQUEST
from cachelint.infer.typehints import parameter_type
from cachelint.project.syntax import WALRUS, children, names_of_call
from cachelint.types.base import UNKNOWN, Scalar, Type, Unknown, force
from cachelint.types.code import Closure

#: The method of a template response that takes a callback.
POST_RENDER = "add_post_render_callback"

_Comprehension = cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp


def expression(context: Context, node: cst.CSTNode) -> None:
    """Show all watched calls in an expression, inner ones first; bind what ``:=`` binds on the way."""
    if context.observer is None:
        _walruses(context, node)
        return
    _visit(context, node)


def called_name(node: cst.BaseExpression) -> str:
    """The last part of the name of what is called; empty for other expressions."""
    if not isinstance(node, cst.Call):
        return ""
    if isinstance(node.func, cst.Name):
        return node.func.value
    return node.func.attr.value if isinstance(node.func, cst.Attribute) else ""


def _visit(context: Context, node: cst.CSTNode) -> None:
    observer = context.observer
    names = context.parsed.called.under(node)
    if (
        not names
        or observer is None
        or not (WALRUS in names or POST_RENDER in names or any(observer.subscribes(name) for name in names))
    ):
        return
    match node:
        case cst.Lambda():
            closure(context, Closure(context.parsed, node, context))
            return
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
            _comprehension(context, node)
            return
        case cst.IfExp():
            _visit(context, node.test)
            for body, truth in ((node.body, True), (node.orelse, False)):
                branch = context.branch()
                narrow(branch, node.test, truth)
                _visit(branch, body)
            return
        case cst.FunctionDef() | cst.ClassDef():
            return
    if isinstance(node, cst.Call) and called_name(node) == POST_RENDER:
        _post_render(context, node)
        return
    for child in children(node):
        _visit(context, child)
    if isinstance(node, cst.Call) and context.observer is not None:
        if any(map(context.observer.subscribes, names_of_call(node))):
            context.observer.call(context, node)
    elif isinstance(node, cst.NamedExpr):
        _bind_walrus(context, node)
    elif isinstance(node, cst.Comparison) and isinstance(node.comparisons[0].operator, cst.In | cst.NotIn):
        observer.contains(context, node)


def _post_render(context: Context, node: cst.Call) -> None:
    """The callback is called with the response itself, rendered by then."""
    for argument in node.args:
        callback: Type = UNKNOWN
        if isinstance(argument.value, cst.Lambda):
            callback = Closure(context.parsed, argument.value, context)
        elif isinstance(argument.value, cst.Name):
            callback = force(context.evaluate(argument.value))
        if isinstance(callback, Closure):
            response = Scalar("django.template.response.TemplateResponse", origin=context.origin(node))
            closure(context, callback, response)
        else:
            _visit(context, argument.value)


def _comprehension(context: Context, node: _Comprehension) -> None:
    inner = context.nested(context.parsed, context.observer)
    part: cst.CompFor | None = node.for_in
    while part is not None:
        _visit(context if part is node.for_in else inner, part.iter)
        part = part.inner_for_in
    inner.enter(node.for_in)
    part = node.for_in
    while part is not None:
        for condition in part.ifs:
            _visit(inner, condition.test)
        part = part.inner_for_in
    if isinstance(node, cst.DictComp):
        _visit(inner, node.key)
        _visit(inner, node.value)
    else:
        _visit(inner, node.elt)


def closure_parameter(typ: Closure, name: str) -> str:
    """A parameter of a local function, told apart from those of the function around it."""
    return f"{typ.name}({name})"


def is_closure_parameter(name: str) -> bool:
    """Whether a parameter is one of a local function."""
    return name.endswith(")")


def closure(context: Context, typ: Closure, argument: Type | None = None) -> None:
    """Run the body of a lambda or local function, if anybody watches, with arguments of which only that is known."""
    if context.observer is None:
        return
    inner = context.nested(context.parsed, context.observer, typ.node)
    parameters = typ.node.params
    for parameter in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        name = parameter.name.value
        inner.env.set(
            name, _parameter(inner, parameter, closure_parameter(typ, name)) if argument is None else argument
        )
    for star in (parameters.star_arg, parameters.star_kwarg):
        if isinstance(star, cst.Param):
            inner.env.set(star.name.value, UNKNOWN)
    if isinstance(typ.node, cst.Lambda):
        _visit(inner, typ.node.body)
    elif isinstance(typ.node.body, cst.IndentedBlock):
        inner.run(typ.node.body.body, Run(inner))


def _parameter(context: Context, parameter: cst.Param, name: str) -> Type:
    """A parameter of which no call is known: what its annotation says, and that the caller decides it."""
    if parameter.annotation is not None:
        annotated = parameter_type(context, parameter.annotation.annotation, name)
        if annotated is not None:
            return annotated
    return REQUEST if parameter.name.value == "request" else Unknown(frozenset({name}))


def _walruses(context: Context, node: cst.CSTNode) -> None:
    if WALRUS not in context.parsed.called.under(node) or isinstance(node, cst.Lambda):
        return
    if isinstance(node, cst.NamedExpr):
        _bind_walrus(context, node)
    if isinstance(
        node, cst.Comparison | cst.BooleanOperation | cst.UnaryOperation | cst.NamedExpr | cst.Call | cst.Arg
    ):
        for child in children(node):
            _walruses(context, child)
    elif isinstance(node, cst.ComparisonTarget):
        _walruses(context, node.comparator)


def _bind_walrus(context: Context, node: cst.NamedExpr) -> None:
    if isinstance(node.target, cst.Name):
        context.env.set(node.target.value, context.lazy(node.value))
