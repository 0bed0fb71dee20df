"""What a call returns, by what is called."""

from __future__ import annotations

import libcst as cst

from cachelint.django import instances, orm
from cachelint.infer.attributes import constructed, enum_member
from cachelint.infer.context import Context
from cachelint.infer.functions import call_closure, call_function
from cachelint.infer.known import builtins, caches, django_calls, methods, stdlib, types, views
from cachelint.infer.known.call import Call
from cachelint.kinds.arguments import Arguments
from cachelint.kinds.join import join_all, members
from cachelint.kinds.model import (
    STR,
    UNKNOWN,
    Bound,
    Cached,
    CacheHandler,
    CacheObject,
    Class,
    Closure,
    Dict,
    ExternalKind,
    ForeignCache,
    Function,
    Instance,
    Kind,
    List,
    LocalClass,
    LocalInstance,
    Manager,
    ModelClass,
    ModelInstance,
    Partial,
    QuerySet,
    Super,
    Tuple,
    Unknown,
    at,
    force,
)

_MAX_CALLEES = 8


def arguments_of(context: Context, node: cst.Call) -> Arguments:
    """The arguments of a call, each worked out when it is asked for; ``*`` and ``**`` of known things are spread."""
    positional: list[Kind] = []
    keywords: dict[str, Kind] = {}
    star = False
    element: Kind | None = None
    for argument in node.args:
        if argument.star == "*":
            inner = force(context.evaluate(argument.value))
            if isinstance(inner, List | Tuple) and inner.items is not None:
                positional.extend(inner.items)
            else:
                star, element = True, context.iterate(inner)
        elif argument.star == "**":
            inner = force(context.evaluate(argument.value))
            if isinstance(inner, Dict):
                keywords.update({k: v for k, v in inner.entries if isinstance(k, str)})
                star = star or bool(members(inner.value))
            else:
                star = True
        elif argument.keyword is not None:
            keywords[argument.keyword.value] = context.lazy(argument.value)
        else:
            positional.append(context.lazy(argument.value))
    return Arguments(tuple(positional), keywords, star, element)


def call(context: Context, node: cst.Call) -> Kind:
    """The kind of a call expression."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and context.local("super") is None:
        return _super(context)
    callee = force(context.evaluate(node.func))
    arguments = arguments_of(context, node)
    made = Call(context, node, arguments)
    results = [_call_one(made, member) for member in members(callee)[:_MAX_CALLEES]]
    return at(join_all(results), context.origin(node))


def call_kind(context: Context, callee: Kind, arguments: Arguments) -> Kind:
    """What calling a value gives where no call expression stands in the code (a callback)."""
    made = Call(context, None, arguments)
    return join_all(_call_one(made, member) for member in members(callee)[:_MAX_CALLEES])


def _super(context: Context) -> Kind:
    if context.owner is None or context.function is None:
        return UNKNOWN
    lift = context.module.lift(context.function.definition)
    node = lift.function if lift is not None else None
    parameters = [*node.params.posonly_params, *node.params.params] if node is not None else []
    if not parameters:
        return UNKNOWN
    receiver = context.local(parameters[0].name.value)
    return join_all(Super(context.owner, member) for member in members(receiver)) if receiver is not None else UNKNOWN


def _call_one(made: Call, callee: Kind) -> Kind:
    interpreter = made.context.interpreter
    arguments = made.arguments
    match callee:
        case Unknown():
            return callee
        case Function():
            return call_function(interpreter, callee, arguments)
        case Closure():
            return call_closure(callee, arguments)
        case Partial():
            merged = Arguments(
                (*callee.positional, *arguments.positional), {**dict(callee.keywords), **arguments.keywords},
                arguments.star,
            )  # fmt: skip
            return _call_one(Call(made.context, made.node, merged), force(callee.function))
        case ModelClass(model=model):
            return ModelInstance(model)
        case Class():
            return instantiate(made, callee)
        case LocalClass(name=name):
            return LocalInstance(name)
        case Bound():
            return _bound(made, callee)
        case ExternalKind(name=name):
            return _external(made, name)
        case CacheHandler():
            return UNKNOWN
        case Instance(ref=ref):
            method = made.context.member(ref, "__call__", callee)
            return _call_one(made, force(method)) if isinstance(method, Function) else UNKNOWN
    return UNKNOWN


def instantiate(made: Call, callee: Class) -> Kind:
    """An instance of a class of the project."""
    context, ref = made.context, callee.ref
    interpreter = context.interpreter
    if interpreter.models.is_manager_class(ref):
        queryset = next((k.ref for k in map(force, made.arguments.positional) if isinstance(k, Class)), None)
        return Manager(None, ref, queryset)
    if interpreter.models.is_queryset_class(ref):
        model = made.arguments.kind(0, "model")
        if isinstance(model, ModelClass):
            return QuerySet(model.model, ModelInstance(model.model), ref)
        return QuerySet(None, UNKNOWN, ref)
    member = enum_member(context, ref, "")
    if member is not None:
        return member
    externals = interpreter.classes.externals(ref)
    if any(name.endswith(".TypedDict") for name in externals):
        return Dict(STR, UNKNOWN, tuple(made.arguments.keywords.items()))
    if "typing.NamedTuple" in externals:
        fields = _fields(made, callee)
        return Tuple(join_all(k for _, k in fields), tuple(k for _, k in fields) or None, ref.definition.name)
    if is_dataclass(callee):
        return Instance(ref, _fields(made, callee))
    builtin = _builtin_base(made, externals)
    if builtin is not None:
        return builtin
    return Instance(ref, (), constructed(context, ref, made.arguments))


def _builtin_base(made: Call, externals: list[str]) -> Kind | None:
    """Instances of the project's own subclasses of dict and the like, and of things with a known fate."""
    for name in externals:
        if name.startswith("django.forms") or "serializers" in name or name.endswith("View"):
            return None
    known = {"builtins.dict": Dict(UNKNOWN, UNKNOWN), "dict": Dict(UNKNOWN, UNKNOWN)}
    return next((known[name] for name in externals if name in known), None)


def is_dataclass(callee: Class) -> bool:
    """Whether a class is decorated as a dataclass (or an attrs class)."""
    lift = callee.ref.module.lift(callee.ref.definition, header_only=True)
    node = lift.class_def if lift is not None else None
    if lift is None or node is None:
        return False
    code = [lift.code(d.decorator).partition("(")[0] for d in node.decorators]
    return any(name.rpartition(".")[2] in ("dataclass", "define", "frozen", "s", "attrs") for name in code)


def _fields(made: Call, callee: Class) -> tuple[tuple[str, Kind], ...]:
    """The fields of a dataclass or named tuple, from the arguments, or else from their annotations."""
    names: list[str] = []
    ref = callee.ref
    scope = ref.definition.scope
    for name, definitions in (scope.definitions if scope else {}).items():
        definition = definitions[-1]
        if definition.form == "assignment":
            names.append(name)
    found: list[tuple[str, Kind]] = []
    for index, name in enumerate(names):
        passed = made.arguments.get(index, name)
        found.append((name, passed if passed is not None else UNKNOWN))
    return tuple(found)


def _external(made: Call, name: str) -> Kind:
    if name.startswith("builtins."):
        function = builtins.CALLS.get(name.removeprefix("builtins."))
        return function(made) if function is not None else UNKNOWN
    for table in (stdlib.CALLS, django_calls.CALLS):
        entry = table.get(name)
        if entry is not None:
            return entry(made) if callable(entry) else entry
    fallback = django_calls.by_ending(made, name)
    return fallback if fallback is not None else UNKNOWN


def _bound(made: Call, callee: Bound) -> Kind:
    context, arguments = made.context, made.arguments
    receiver, name = force(callee.receiver), callee.name
    match receiver:
        case CacheObject():
            return caches.call(context, receiver, name, arguments)
        case ForeignCache():
            return caches.foreign_call(receiver, name, arguments)
        case Cached():
            return methods.of_cached(receiver, name)
        case QuerySet() | Manager():
            known = types.manager_result(receiver, name) if isinstance(receiver, Manager) else None
            result = orm.call(context.interpreter.models, receiver, name, arguments)
            return result if result is not None else known if known is not None else UNKNOWN
        case ModelInstance(model=model):
            return instances.method(model, name) or UNKNOWN
        case Class(ref=ref):
            view = views.call(context, ref, name)
            if view is not None:
                return view
            return _class_method(made, receiver, name)
    return methods.call(made, receiver, name)


def _class_method(made: Call, receiver: Class, name: str) -> Kind:
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
