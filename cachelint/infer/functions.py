"""Running functions: how parameters get their types, and what a call of a function of the project returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from cachelint.infer import typehints
from cachelint.infer.context import Context, Env, Observer
from cachelint.infer.interpreter import Run
from cachelint.project.classes import dotted
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.source import Source
from cachelint.project.symbols import ClassRef, External, FunctionRef
from cachelint.project.syntax import YIELDS, descendants
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, UNKNOWN, Lazy, Origin, Scalar, Type, Unknown, at, force
from cachelint.types.cache import CacheObject
from cachelint.types.code import Class, Closure, Function, Partial
from cachelint.types.containers import Coroutine, Dict, Generator, List, Set, Tuple
from cachelint.types.django import ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join, join_all, members, refine
from cachelint.types.strings import STR, Str

if TYPE_CHECKING:
    from cachelint.infer.interpreter import Interpreter

REQUEST = Scalar("django.http.HttpRequest")

#: Methods of a middleware that Django hands a response.
_GIVEN_RESPONSES = frozenset({"process_response", "process_template_response"})

#: Decorators that leave what a function returns as it is, by the last part of their name.
_TRANSPARENT = frozenset(
    {
        "abstractmethod", "action", "atomic", "cache", "cached_property", "cache_control", "cache_page", "classmethod",
        "classproperty", "condition", "contextmanager", "asynccontextmanager", "csrf_exempt", "csrf_protect",
        "deprecated", "display", "ensure_csrf_cookie", "etag", "filter", "final", "getter", "last_modified",
        "login_required", "lru_cache", "never_cache", "non_atomic_requests", "override", "overload",
        "permission_required", "property", "receiver", "register", "require_GET", "require_POST", "require_http_methods",
        "require_safe", "sensitive_post_parameters", "sensitive_variables", "setter", "simple_tag", "staticmethod",
        "user_passes_test", "vary_on_cookie", "vary_on_headers", "wraps", "api_view", "permission_classes", "shared_task",
        "task", "extend_schema", "inclusion_tag", "method_decorator",
    }
)  # fmt: skip
_PROPERTIES = frozenset(
    {"property", "cached_property", "classproperty", "class_property", "getter", "abstractproperty"}
)


def decorator_names(node: cst.FunctionDef) -> list[str]:
    """The last part of each decorator's name; empty for one that has none."""
    names: list[str] = []
    for decorator in node.decorators:
        expression = decorator.decorator
        if isinstance(expression, cst.Call):
            expression = expression.func
        names.append((dotted(expression) or "").rpartition(".")[2])
    return names


def is_property(names: list[str]) -> bool:
    """Whether a function so decorated is read without being called."""
    return any(name in _PROPERTIES or name.endswith(("cached_property", "classproperty")) for name in names)


def function_node(interpreter: Interpreter, ref: FunctionRef) -> cst.FunctionDef | None:
    """The tree of a function."""
    parsed = ref.module.parsed(ref.definition)
    return parsed.function if parsed is not None else None


def owner_of(ref: FunctionRef) -> ClassRef | None:
    """The class that a method is defined in."""
    parent = ref.definition.parent
    return ClassRef(ref.module, parent) if parent is not None else None


# -- entry: nothing is known of the caller -----------------------------------------------------------------


def run_entry(
    interpreter: Interpreter, function: Function, *, entry: bool = True, observer: Observer | None = None
) -> Run:
    """Run a function of which no call is known: parameters are what annotations, names and conventions say."""
    ref = function.ref
    parsed = ref.module.parsed(ref.definition)
    owner = owner_of(ref)
    node = parsed.function if parsed is not None else None
    if parsed is None or node is None:
        return _empty_run(interpreter, ref)
    context = Context(interpreter, ref.module, parsed, Env(), function=ref, owner=owner, observer=observer)
    names = decorator_names(node)
    static = "staticmethod" in names
    for index, parameter in enumerate(_parameters(node.params)):
        typ = _entry_type(context, parameter, index, owner if not static else None, names, node)
        context.env.set(parameter.name.value, typ)
    _bind_rest(context, node.params)
    run = Run(context)
    context.run(node.body.body if isinstance(node.body, cst.IndentedBlock) else [node.body], run)
    return run


def _empty_run(interpreter: Interpreter, ref: FunctionRef) -> Run:
    """The run of a function whose text is no Python, which was reported."""
    nothing = ParsedDefinition(Source(ref.module.path, "pass\n"), Definition("", "statement", 0, 4, 1))
    return Run(Context(interpreter, ref.module, nothing))


def _parameters(parameters: cst.Parameters) -> Iterator[cst.Param]:
    yield from parameters.posonly_params
    yield from parameters.params
    yield from parameters.kwonly_params


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
    if name == "instance" and "receiver" in decorators:
        return _sender(context, node) or unknown
    return unknown


def _is_middleware(interpreter: Interpreter, owner: ClassRef | None, method: cst.FunctionDef) -> bool:
    """Whether a method is what Django calls of a middleware, by the name of the class or a base and what it takes."""
    names = [owner.definition.name, *interpreter.classes.externals(owner)] if owner is not None else []
    taken = [p.name.value for p in _parameters(method.params)]
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


def receiver_type(interpreter: Interpreter, owner: ClassRef, of_class: bool) -> Type:
    """``self`` or ``cls`` in a method of a class."""
    if not of_class:
        return interpreter.instance_of(owner)
    model = interpreter.models.model(owner)
    return ModelClass(model) if model is not None else Class(owner)


# -- calls with known arguments ----------------------------------------------------------------------------


def call_function(
    interpreter: Interpreter, function: Function, arguments: Arguments, observer: Observer | None = None
) -> Type:
    """What a call of a function of the project returns."""
    ref = function.ref
    if not interpreter.may_call(ref):
        return UNKNOWN
    key = (ref, function.receiver, function.bare, arguments.key())
    if observer is None:
        known = interpreter.remembered(key)
        if known is not None:
            return known
    parsed = ref.module.parsed(ref.definition)
    node = parsed.function if parsed is not None else None
    if parsed is None or node is None:
        return UNKNOWN
    names = decorator_names(node)
    if not function.bare:
        changing = [d for d, n in zip(node.decorators, names, strict=True) if not _keeps_result(interpreter, ref, d, n)]
        if changing:
            return _decorated_result(interpreter, function, parsed, changing, arguments)
    interpreter.active.append(ref)
    try:
        context = Context(interpreter, ref.module, parsed, Env(), function=ref, owner=owner_of(ref), observer=observer)
        receiver = _receiver(interpreter, function, names)
        bind(context, node.params, arguments, receiver)
        _own_receiver(context, node, names)
        result = run_callable(context, node, names)
        typ = _as_annotated(context, node, force(result))
    finally:
        interpreter.active.pop()
    if _raises_only(node) and not isinstance(typ, Generator | Coroutine):
        typ = NEVER
    if observer is None:
        interpreter.remember(key, typ)
    return typ


def _own_receiver(context: Context, node: cst.FunctionDef, names: list[str]) -> None:
    """A method that is called with an unknown ``self`` (by a decorator, say) is called with one of its class."""
    parameters = [*node.params.posonly_params, *node.params.params]
    if context.owner is None or not parameters or "staticmethod" in names:
        return
    first = parameters[0].name.value
    if isinstance(force(context.env.get(first) or UNKNOWN), Unknown):
        context.env.set(first, receiver_type(context.interpreter, context.owner, "classmethod" in names))


def _decorated_result(
    interpreter: Interpreter,
    function: Function,
    parsed: ParsedDefinition,
    decorators: list[cst.Decorator],
    arguments: Arguments,
) -> Type:
    """What a function returns that a decorator of the project puts another in the place of."""
    ref = function.ref
    if not interpreter.may_call(ref):
        return UNKNOWN
    given = arguments
    if function.receiver is not None:
        given = Arguments((function.receiver, *arguments.positional), arguments.keywords, arguments.star)
    interpreter.active.append(ref)
    try:
        made: Type = Function(ref, bare=True)
        for decorator in reversed(decorators):
            made = force(
                decorator_context(interpreter, ref, parsed).call(
                    decorator_type(interpreter, ref, parsed, decorator), Arguments((made,))
                )
            )
            if not isinstance(made, Closure | Function | Partial):
                return UNKNOWN
        return force(decorator_context(interpreter, ref, parsed).call(made, given))
    finally:
        interpreter.active.pop()


def decorator_context(interpreter: Interpreter, ref: FunctionRef, parsed: ParsedDefinition) -> Context:
    """Where the decorators of a function are evaluated."""
    owner = owner_of(ref)
    return Context(interpreter, ref.module, parsed, owner=owner, class_scope=owner is not None)


def decorator_type(
    interpreter: Interpreter, ref: FunctionRef, parsed: ParsedDefinition, decorator: cst.Decorator
) -> Type:
    """What a decorator expression evaluates to."""
    return force(decorator_context(interpreter, ref, parsed).evaluate(decorator.decorator))


def _as_annotated(context: Context, node: cst.FunctionDef, typ: Type) -> Type:
    """What the annotation says of the result, where the code leaves it open."""
    if node.returns is None or not _has_unknown(typ):
        return typ
    annotated = typehints.annotation_type(context, node.returns.annotation)
    if annotated is None:
        return typ
    origin = Origin(context.parsed, node.returns.annotation)
    if isinstance(typ, Coroutine):
        return Coroutine(refine(typ.result, at(annotated, origin)))
    return refine(typ, at(annotated, origin)) if not isinstance(typ, Generator) else typ


def _has_unknown(typ: Type) -> bool:
    for member in members(typ):
        if isinstance(member, Coroutine) and _has_unknown(member.result):
            return True
        if isinstance(member, Unknown | List | Set | Dict):
            return True
    return False


def _keeps_result(interpreter: Interpreter, ref: FunctionRef, decorator: cst.Decorator, name: str) -> bool:
    if name in _TRANSPARENT or name.endswith(("cached_property", "classproperty")):
        return True
    expression = decorator.decorator
    if isinstance(expression, cst.Call):
        expression = expression.func
    full = dotted(expression)
    symbol = interpreter.classes.resolve_dotted(ref.module, full) if full else None
    # A decorator of the project that keeps the name of what it wraps is taken to keep its result, unless it shows
    # that it makes something else of it.
    if isinstance(symbol, FunctionRef):
        if b"wraps" not in symbol.module.text_of(symbol.definition):
            return False
        tree = function_node(interpreter, symbol)
        return tree is None or hands_back(tree)
    # One from elsewhere that says it remembers results gives them back.
    return isinstance(symbol, External) and "memoize" in name


def hands_back(decorator: cst.FunctionDef) -> bool:
    """Whether the function that a decorator puts in the place of another may give back what that gives.

    False where it is seen to make something else of it: ``return list(function(…))``.
    """
    inside = list(descendants(decorator.body))
    functions = [decorator, *(node for node in inside if isinstance(node, cst.FunctionDef))]
    given = {p.name.value for function in functions for p in _parameters(function.params)}
    returned = [node.value for node in inside if isinstance(node, cst.Return) and node.value is not None]
    if any(_calls(value, given) for value in returned):
        return True
    return not any(_calls(n, given) for value in returned for n in descendants(value) if isinstance(n, cst.Call))


def _calls(node: cst.BaseExpression, names: set[str]) -> bool:
    """Whether an expression is a call of one of some functions."""
    inner = node.expression if isinstance(node, cst.Await) else node
    return isinstance(inner, cst.Call) and isinstance(inner.func, cst.Name) and inner.func.value in names


def _receiver(interpreter: Interpreter, function: Function, names: list[str]) -> Type | None:
    owner = owner_of(function.ref)
    if "staticmethod" in names:
        return None
    receiver = function.receiver
    if receiver is None and owner is not None and "classmethod" in names:
        return receiver_type(interpreter, owner, True)
    return receiver


def run_callable(context: Context, node: cst.FunctionDef, names: list[str]) -> Type:
    """Run the body of a function whose parameters are bound, and say what calling it gives."""
    run = Run(context)
    body: list[cst.CSTNode] = list(node.body.body) if isinstance(node.body, cst.IndentedBlock) else [node.body]
    falls_through = context.run(body, run)
    is_async = node.asynchronous is not None
    if run.yielded or YIELDS in context.parsed.called.under(node.body):
        yielded = list(run.yielded)
        return Generator(Lazy(lambda: join_all(yielded)), "generator", is_async)
    returned = [*run.returned, *([Scalar("None", None)] if falls_through else [])]
    result: Type = Lazy(lambda: join_all(returned))
    return Coroutine(result) if is_async else result


def _raises_only(node: cst.FunctionDef) -> bool:
    """Whether a body is no more than a docstring and ``raise``: an abstract method."""
    if not isinstance(node.body, cst.IndentedBlock):
        return False
    for statement in node.body.body:
        if not isinstance(statement, cst.SimpleStatementLine):
            return False
        for inner in statement.body:
            if isinstance(inner, cst.Raise):
                return True
            if not (isinstance(inner, cst.Expr) and isinstance(inner.value, cst.SimpleString | cst.Ellipsis)):
                return False
    return False


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


# -- closures ----------------------------------------------------------------------------------------------


def call_closure(closure: Closure, arguments: Arguments, observer: Observer | None = None) -> Type:
    """What a call of a lambda or local function returns."""
    outer: Context = closure.env
    context = outer.nested(closure.parsed, observer, closure.node)
    bind(context, closure.node.params, arguments, None)
    interpreter = outer.interpreter
    if len(interpreter.active) >= 60:
        return UNKNOWN
    if isinstance(closure.node, cst.Lambda):
        return context.evaluate(closure.node.body)
    marker = FunctionRef(outer.module, closure.parsed.definition)
    if interpreter.active.count(marker) > 3:
        return UNKNOWN
    interpreter.active.append(marker)
    try:
        return force(run_callable(context, closure.node, decorator_names(closure.node)))
    finally:
        interpreter.active.pop()
