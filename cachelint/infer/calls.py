"""What a call returns, by what is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from cachelint.django import instances, orm
from cachelint.django.cache_api import BACKEND_CLASSES, is_backend
from cachelint.infer import strings
from cachelint.infer.context import Context
from cachelint.infer.dataclasses import dataclass_instance
from cachelint.infer.definitions import function_node
from cachelint.infer.enums import enum_member
from cachelint.infer.functions import call_closure, call_function
from cachelint.infer.instance_attributes import constructed
from cachelint.infer.library import builtins, caches, deferred, django_calls, methods, serializers, stdlib, types, views
from cachelint.infer.library.call import Call
from cachelint.library.registry import returns
from cachelint.project.symbols import ClassRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, UNKNOWN, Type, Union, Unknown, at, force
from cachelint.types.cache import Cached, CacheHandler, CacheObject, RawClient
from cachelint.types.code import (
    BoundMethod,
    Class,
    Closure,
    ExternalSymbol,
    Function,
    Instance,
    LocalClass,
    LocalInstance,
    Partial,
    Super,
    Transferred,
)
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join_all, members
from cachelint.types.strings import Str

_MAX_CALLEES = 8


def arguments_of(context: Context, node: cst.Call) -> Arguments:
    """The arguments of a call, each worked out when it is asked for; ``*`` and ``**`` of known things are spread."""
    positional: list[Type] = []
    keywords: dict[str, Type] = {}
    star = False
    rest: Type = UNKNOWN
    for argument in node.args:
        if argument.star == "*":
            inner = force(context.evaluate(argument.value))
            if isinstance(inner, List | Tuple) and inner.items is not None:
                positional.extend(inner.items)
            else:
                star = True
        elif argument.star == "**":
            inner = force(context.evaluate(argument.value))
            if isinstance(inner, Dict):
                keywords.update({k: v for k, v in inner.entries if isinstance(k, str)})
                if members(inner.value):
                    star, rest = True, inner.value
            else:
                star = True
        elif argument.keyword is not None:
            keywords[argument.keyword.value] = context.lazy(argument.value)
        else:
            positional.append(context.lazy(argument.value))
    return Arguments(tuple(positional), keywords, star, rest)


def call(context: Context, node: cst.Call) -> Type:
    """The type of a call expression."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and context.local("super") is None:
        return _super(context)
    callee = force(context.evaluate(node.func))
    arguments = arguments_of(context, node)
    made = Call(context, node, arguments)
    results = [_in_our_words(made, member, _call_one(made, member)) for member in members(callee)[:_MAX_CALLEES]]
    return at(join_all(results), context.origin(node))


def _in_our_words(made: Call, callee: Type, result: Type) -> Type:
    """A string that a function of the project makes, its parts called by what is passed here."""
    if not isinstance(callee, Function) or made.node is None or not isinstance(result, Str | Union):
        return result
    names = passed_sources(made.context, made.node, callee)
    return join_all(strings.renamed(member, names, callee.ref) for member in members(result)) if names else result


def passed_sources(context: Context, node: cst.Call, callee: Function) -> dict[str, str]:
    """The source of what a call passes for each parameter, as far as it is short enough to name a part of a key."""
    tree = function_node(context.interpreter, callee.ref)
    if tree is None:
        return {}
    parameters = [p.name.value for p in (*tree.params.posonly_params, *tree.params.params)]
    sources: dict[str, str] = {}
    if callee.receiver is not None and parameters:
        # What a class method calls `cls` is the class of whatever it is called on.
        if isinstance(node.func, cst.Attribute) and not isinstance(callee.receiver, Class | ModelClass):
            sources[parameters[0]] = context.parsed.code(node.func.value)
        parameters = parameters[1:]
    for index, argument in enumerate(node.args):
        if argument.star:
            break
        name = argument.keyword.value if argument.keyword is not None else ""
        name = name or (parameters[index] if index < len(parameters) else "")
        if name and isinstance(argument.value, cst.Name | cst.Attribute | cst.Subscript):
            sources[name] = context.parsed.code(argument.value)
    return {name: source for name, source in sources.items() if len(source) <= 40 and name != source}


def call_type(context: Context, callee: Type, arguments: Arguments) -> Type:
    """What calling a value gives where no call expression stands in the code (a callback)."""
    made = Call(context, None, arguments)
    return join_all(_call_one(made, member) for member in members(callee)[:_MAX_CALLEES])


def _super(context: Context) -> Type:
    if context.owner is None or context.function is None:
        return UNKNOWN
    parsed = context.module.parsed(context.function.definition)
    node = parsed.function if parsed is not None else None
    parameters = [*node.params.posonly_params, *node.params.params] if node is not None else []
    if not parameters:
        return UNKNOWN
    receiver = context.local(parameters[0].name.value)
    return join_all(Super(context.owner, member) for member in members(receiver)) if receiver is not None else UNKNOWN


def _call_one(made: Call, callee: Type) -> Type:
    arguments = made.arguments
    match callee:
        case Unknown():
            return stdlib.parsed_floats(made) or views.response_of(made, callee) or callee
        case Function():
            return call_function(made.context, callee, arguments)
        case Closure():
            return call_closure(made.context.frame, callee, arguments)
        case Partial():
            merged = Arguments(
                (*callee.positional, *arguments.positional), {**dict(callee.keywords), **arguments.keywords},
                arguments.star,
            )  # fmt: skip
            return _call_one(Call(made.context, made.node, merged), force(callee.function))
        case Transferred():
            return deferred.transferred_call(made, callee)
        case ModelClass(model=model):
            return ModelInstance(model)
        case Class():
            return instantiate(made, callee)
        case LocalClass(name=name):
            return LocalInstance(name)
        case BoundMethod():
            return _bound(made, callee)
        case ExternalSymbol(name=name):
            return _external(made, name)
        case CacheHandler():
            return UNKNOWN
        case Instance(ref=ref):
            method = made.context.member(ref, "__call__", callee)
            return _call_one(made, force(method)) if isinstance(method, Function) else UNKNOWN
    return UNKNOWN


def instantiate(made: Call, callee: Class) -> Type:
    """An instance of a class of the project."""
    context, ref = made.context, callee.ref
    interpreter = context.interpreter
    if interpreter.models.is_manager_class(ref):
        queryset = next((k.ref for k in map(force, made.arguments.positional) if isinstance(k, Class)), None)
        return Manager(None, ref, queryset)
    if interpreter.models.is_queryset_class(ref):
        model = made.arguments.typ(0, "model")
        if isinstance(model, ModelClass):
            return QuerySet(model.model, ModelInstance(model.model), ref)
        return QuerySet(None, UNKNOWN, ref)
    member = enum_member(context, ref, "")
    if member is not None:
        return member
    made_record = dataclass_instance(context, ref, made.arguments)
    if made_record is not None:
        return made_record
    if serializers.is_serializer(context, ref):
        return serializers.instance(context, ref, made.arguments)
    if is_backend(interpreter.classes, ref):
        return CacheObject(None)
    externals = interpreter.classes.externals(ref)
    builtin = _builtin_base(made, ref, externals)
    if builtin is not None:
        return builtin
    return interpreter.plain_instance(ref, constructed(context, ref, made.arguments))


def _builtin_base(made: Call, ref: ClassRef, externals: list[str]) -> Type | None:
    """Instances of the project's own subclasses of dict and the like, and of things with a known fate."""
    for name in externals:
        if name.startswith("django.forms") or "serializers" in name or name.endswith("View"):
            return None
    for name in externals:
        match name.removeprefix("builtins."):
            case "dict":
                return Dict(UNKNOWN, UNKNOWN)
            case "list" | "set" as kind:
                return List(_passed_items(made, ref)) if kind == "list" else Set(_passed_items(made, ref))
    return None


def _passed_items(made: Call, ref: ClassRef) -> Type:
    """What a container of a class of the project begins with; Unknown where the class has its own way of being made."""
    classes = made.context.interpreter.classes
    if any(classes.member(ref, name) is not None for name in ("__init__", "__new__", "__iter__")):
        return UNKNOWN
    return made.element() if made.arguments.positional else NEVER


def _external(made: Call, name: str) -> Type:
    if name.startswith("builtins."):
        function = builtins.CALLS.get(name.removeprefix("builtins."))
        return function(made) if function is not None else UNKNOWN
    if name in BACKEND_CLASSES:
        return CacheObject(None)
    for table in (stdlib.CALLS, django_calls.CALLS, deferred.CALLS):
        entry = table.get(name)
        if entry is not None:
            return entry(made) if callable(entry) else entry
    return returns(name) or django_calls.by_ending(made, name) or UNKNOWN


def _bound(made: Call, callee: BoundMethod) -> Type:
    context, arguments = made.context, made.arguments
    receiver, name = force(callee.receiver), callee.name
    match receiver:
        case CacheObject():
            return caches.call(context, receiver, name, arguments)
        case RawClient():
            return caches.raw_client_call(receiver, name, arguments)
        case Cached():
            return methods.of_cached(receiver, name)
        case QuerySet() | Manager():
            known = types.manager_result(receiver, name) if isinstance(receiver, Manager) else None
            result = orm.call(context.interpreter.models, receiver, name, arguments)
            return result if result is not None else known if known is not None else UNKNOWN
        case ModelInstance(model=model):
            return instances.method(model, name) or UNKNOWN
        case Class(ref=ref):
            view = views.call(context, ref, name, arguments)
            if view is not None:
                return view
            return _class_method(made, receiver, name)
    return methods.call(made, receiver, name)


def _class_method(made: Call, receiver: Class, name: str) -> Type:
    models = made.context.interpreter.models
    ref = receiver.ref
    if name == "as_manager":
        return Manager(None, None, ref)
    if name == "from_queryset":
        return Partial(receiver, made.arguments.positional)
    if name == "as_view":
        return UNKNOWN
    if models.is_manager_class(ref) and name == "__new__":
        return Manager(None, ref)
    return UNKNOWN


HANDLERS: Mapping[type[cst.CSTNode], Callable[[Context, Any], Type]] = {cst.Call: call}
