"""What the parameters of a function are: what a call passes, or what annotations, names and conventions say."""

from __future__ import annotations

import libcst as cst

from cachelint.infer import typehints
from cachelint.infer.constructing import caches_passed
from cachelint.infer.context import Context, Inference
from cachelint.infer.definitions import parameters_of
from cachelint.project.symbols import ClassRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, UNKNOWN, Lazy, Origin, Scalar, Type, Unknown, at, force
from cachelint.types.cache import CacheObject
from cachelint.types.code import Class
from cachelint.types.containers import Dict, Tuple
from cachelint.types.django import ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join, join_all
from cachelint.types.strings import STR, Str

REQUEST = Scalar("django.http.HttpRequest")

#: Methods of a middleware that Django hands a response.
_GIVEN_RESPONSES = frozenset({"process_response", "process_template_response"})


def _entry_type(
    context: Context, parameter: cst.Param, index: int, owner: ClassRef | None, decorators: list[str],
    node: cst.FunctionDef,
) -> Type:  # fmt: skip
    name = parameter.name.value
    interpreter = context.interpreter
    if owner is not None and index == 0:
        own = receiver_type(interpreter, owner, "classmethod" in decorators or name == "cls")
        return at(own, Origin(context.parsed, parameter.name)) if isinstance(own, ModelInstance) else own
    unknown = Unknown(frozenset({name}))
    if parameter.annotation is not None:
        typ = typehints.parameter_type(context, parameter.annotation.annotation, name)
        if typ is not None:
            origin = Origin(context.parsed, parameter.name)
            return Lazy(lambda: _marked(force(typ), origin))
    if name == "request" and parameter.annotation is None:
        return REQUEST
    if name == "response" and node.name.value in _GIVEN_RESPONSES and _is_middleware(interpreter, owner, node):
        return Scalar("django.http.HttpResponse")
    if parameter.default is not None:
        default = context.lazy(parameter.default)
        if isinstance(force(default), CacheObject):
            return join(force(default), unknown)
    if owner is not None and node.name.value == "__init__":
        passed = caches_passed(context, owner, node, name)
        if passed is not None:
            return Lazy(lambda: join(unknown, force(passed)))
    if name == "instance" and "receiver" in decorators:
        return _sender(context, node) or unknown
    return unknown


def _is_middleware(interpreter: Inference, owner: ClassRef | None, method: cst.FunctionDef) -> bool:
    """Whether a method is what Django calls of a middleware, by the name of the class or a base and what it takes."""
    names = [owner.definition.name, *interpreter.classes.externals(owner)] if owner is not None else []
    taken = [p.name.value for p in parameters_of(method.params)]
    return taken == ["self", "request", "response"] and any("Middleware" in n.rpartition(".")[2] for n in names)


def _marked(typ: Type, origin: Origin) -> Type:
    return at(typ, origin)


def _sender(context: Context, node: cst.FunctionDef) -> Type | None:
    """The model of ``@receiver(post_save, sender=Model)``."""
    for decorator in node.decorators:
        if isinstance(decorator.decorator, cst.Call):
            for argument in decorator.decorator.args:
                if argument.keyword is not None and argument.keyword.value == "sender":
                    typ = force(context.evaluate(argument.value))
                    if isinstance(typ, ModelClass):
                        return ModelInstance(typ.model, origin=context.origin(argument.value))
    return None


def receiver_type(interpreter: Inference, owner: ClassRef, of_class: bool) -> Type:
    """``self`` or ``cls`` in a method of a class."""
    if not of_class:
        return interpreter.instance_of(owner)
    model = interpreter.models.model(owner)
    return ModelClass(model) if model is not None else Class(owner)


def bind(context: Context, parameters: cst.Parameters, arguments: Arguments, receiver: Type | None) -> None:
    """Give each parameter what the call passes, its default, or Unknown."""
    positional = list(arguments.positional)
    if receiver is not None:
        positional.insert(0, receiver)
    keywords = dict(arguments.keywords)
    names = [*parameters.posonly_params, *parameters.params]
    for parameter in names:
        name = parameter.name.value
        if positional:
            typ: Type = positional.pop(0)
        else:
            typ = _from_keywords(context, parameter, keywords, arguments)
        context.env.set(name, _narrowed_by_annotation(context, parameter, typ))
    for parameter in parameters.kwonly_params:
        typ = _from_keywords(context, parameter, keywords, arguments)
        context.env.set(parameter.name.value, _narrowed_by_annotation(context, parameter, typ))
    star = parameters.star_arg
    if isinstance(star, cst.Param):
        rest: Type = Tuple(join_all(positional), tuple(positional))
        if arguments.star:
            rest = Tuple(UNKNOWN)
        context.env.set(star.name.value, rest)
    if parameters.star_kwarg is not None:
        entries = tuple(keywords.items())
        value: Type = UNKNOWN if arguments.star else NEVER
        key: Type = STR if arguments.star else NEVER
        context.env.set(parameters.star_kwarg.name.value, Dict(key, value, entries))


def _from_keywords(context: Context, parameter: cst.Param, keywords: dict[str, Type], arguments: Arguments) -> Type:
    name = parameter.name.value
    if name in keywords:
        return keywords.pop(name)
    if arguments.star:
        return UNKNOWN
    if parameter.default is not None:
        return context.lazy(parameter.default)
    return UNKNOWN


def _narrowed_by_annotation(context: Context, parameter: cst.Param, typ: Type) -> Type:
    """What the annotation says, where the call says nothing."""
    if parameter.annotation is None:
        return typ
    annotation = parameter.annotation.annotation
    return Lazy(lambda: _known_or(force(typ), context, annotation))


def _known_or(typ: Type, context: Context, annotation: cst.BaseExpression) -> Type:
    if not isinstance(typ, Unknown):
        return typ
    found = typehints.annotation_type(context, annotation)
    if found is None:
        return typ
    if typ.params and not isinstance(found, ModelInstance | CacheObject | QuerySet):
        # Whose parameter it is matters more than its type: the callers are still to be asked.
        return Str(None, params=typ.params) if found == STR else typ
    return found


def _bind_rest(context: Context, parameters: cst.Parameters) -> None:
    if isinstance(parameters.star_arg, cst.Param):
        name = parameters.star_arg.name.value
        context.env.set(name, Tuple(Unknown(frozenset({name}))))
    if parameters.star_kwarg is not None:
        name = parameters.star_kwarg.name.value
        context.env.set(name, Dict(STR, Unknown(frozenset({name}))))
