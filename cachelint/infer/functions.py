"""Running functions: how parameters get their types, and what a call of a function of the project returns."""

from __future__ import annotations

import libcst as cst

from cachelint.infer import typehints
from cachelint.infer.context import Context, Inference, Observer, Run
from cachelint.infer.decorators import (
    changing_decorators,
    decorator_context,
    decorator_names,
)
from cachelint.infer.definitions import body_of, owner_of, parameters_of
from cachelint.infer.environment import Env
from cachelint.infer.parameters import _bind_rest, _entry_type, bind, receiver_type
from cachelint.infer.recursion import Frame
from cachelint.memo import PROGRESS
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.source import Source
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import YIELDS
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, NONE, UNKNOWN, Lazy, Origin, Type, Unknown, at, force
from cachelint.types.code import Closure, Function, Partial
from cachelint.types.containers import Coroutine, Dict, Generator, List, Set
from cachelint.types.join import join_all, members, refine

# -- entry: nothing is known of the caller -----------------------------------------------------------------


def run_entry(interpreter: Inference, function: Function, *, observer: Observer | None = None) -> Run:
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
    for index, parameter in enumerate(parameters_of(node.params)):
        typ = _entry_type(context, parameter, index, owner if not static else None, names, node)
        context.env.set(parameter.name.value, typ)
    _bind_rest(context, node.params)
    run = Run(context)
    context.run(body_of(node), run)
    return run


def _empty_run(interpreter: Inference, ref: FunctionRef) -> Run:
    """The run of a function whose text is no Python, which was reported."""
    nothing = ParsedDefinition(Source(ref.module.path, "pass\n"), Definition("", "statement", 0, 4, 1))
    return Run(Context(interpreter, ref.module, nothing))


# -- calls with known arguments ----------------------------------------------------------------------------


def call_function(context: Context, function: Function, arguments: Arguments, observer: Observer | None = None) -> Type:
    """What a call of a function of the project returns, that stands in ``context``."""
    interpreter, ref = context.interpreter, function.ref
    key = (ref, function.receiver, function.bare, arguments.key())
    if observer is None:
        known = interpreter.calls.known(key, context.frame)
        if known is not None:
            return known
    parsed = ref.module.parsed(ref.definition)
    node = parsed.function if parsed is not None else None
    if parsed is None or node is None:
        return UNKNOWN
    frame = interpreter.calls.enter(context.frame, ref, key)
    if frame is None:
        return UNKNOWN
    following = interpreter.calls.following
    around = following.get(key)
    if around is None:
        following[key] = (PROGRESS.level, frame)
    elif observer is None and all(other is not around[1] for other in context.frame.chain()):
        # The same call is being followed outside these frames: it is in a cycle through a constant or an attribute.
        PROGRESS.cut(around[0])
    result: Type | None = None
    try:
        changing = [] if function.bare else changing_decorators(interpreter, ref, node)
        if changing:
            return _decorated_result(interpreter, frame, function, parsed, changing, arguments)
        result = _called(interpreter, frame, function, parsed, node, arguments, observer)
    finally:
        if around is None:
            del following[key]
        interpreter.calls.leave(frame, key, result if observer is None else None)
    return result


def _called(
    interpreter: Inference, frame: Frame, function: Function, parsed: ParsedDefinition, node: cst.FunctionDef,
    arguments: Arguments, observer: Observer | None,
) -> Type:  # fmt: skip
    """What the body of a function returns."""
    ref = function.ref
    inner = Context(
        interpreter, ref.module, parsed, Env(), function=ref, owner=owner_of(ref), observer=observer, frame=frame
    )
    names = decorator_names(node)
    bind(inner, node.params, arguments, _receiver(interpreter, function, names))
    _own_receiver(inner, node, names)
    typ = _as_annotated(inner, node, force(run_callable(inner, node)))
    return NEVER if _raises_only(node) and not isinstance(typ, Generator | Coroutine) else typ


def _own_receiver(context: Context, node: cst.FunctionDef, names: list[str]) -> None:
    """A method that is called with an unknown ``self`` (by a decorator, say) is called with one of its class."""
    parameters = [*node.params.posonly_params, *node.params.params]
    if context.owner is None or not parameters or "staticmethod" in names:
        return
    first = parameters[0].name.value
    if isinstance(force(context.env.get(first) or UNKNOWN), Unknown):
        context.env.set(first, receiver_type(context.interpreter, context.owner, "classmethod" in names))


def _decorated_result(
    interpreter: Inference, frame: Frame, function: Function, parsed: ParsedDefinition, decorators: list[cst.Decorator],
    arguments: Arguments,
) -> Type:  # fmt: skip
    """What a function returns that a decorator of the project puts another in the place of."""
    given = arguments
    if function.receiver is not None:
        given = Arguments((function.receiver, *arguments.positional), arguments.keywords, arguments.star)
    context = decorator_context(interpreter, function.ref, parsed, frame)
    made: Type = Function(function.ref, bare=True)
    for decorator in reversed(decorators):
        made = force(context.call(force(context.evaluate(decorator.decorator)), Arguments((made,))))
        if not isinstance(made, Closure | Function | Partial):
            return UNKNOWN
    return force(context.call(made, given))


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


def _receiver(interpreter: Inference, function: Function, names: list[str]) -> Type | None:
    owner = owner_of(function.ref)
    if "staticmethod" in names:
        return None
    receiver = function.receiver
    if receiver is None and owner is not None and "classmethod" in names:
        return receiver_type(interpreter, owner, True)
    return receiver


def run_callable(context: Context, node: cst.FunctionDef) -> Type:
    """Run the body of a function whose parameters are bound, and say what calling it gives."""
    run = Run(context)
    falls_through = context.run(body_of(node), run)
    is_async = node.asynchronous is not None
    if run.yielded or YIELDS in context.parsed.called.under(node.body):
        yielded = list(run.yielded)
        return Generator(Lazy(lambda: join_all(yielded)), "generator", is_async)
    returned = [*run.returned, *([NONE] if falls_through else [])]
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


# -- closures ----------------------------------------------------------------------------------------------


#: Closures inside closures, and inside calls of functions, that are followed.
_DEEPEST_CLOSURE = 60
_MOST_CLOSURES = 4


def call_closure(caller: Frame, closure: Closure, arguments: Arguments, observer: Observer | None = None) -> Type:
    """What a call of a lambda or local function returns."""
    outer: Context = closure.env
    calls = outer.interpreter.calls
    frame = calls.enter(caller, closure.node, deepest=_DEEPEST_CLOSURE, most=_MOST_CLOSURES)
    if frame is None:
        return UNKNOWN
    try:
        context = outer.nested(closure.parsed, observer, closure.node, frame)
        bind(context, closure.node.params, arguments, None)
        if isinstance(closure.node, cst.Lambda):
            return context.evaluate(closure.node.body)
        return force(run_callable(context, closure.node))
    finally:
        calls.leave(frame)
