"""What objects hold: what the methods of a class store in ``self``, and what is done to it there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.infer.call_effects import filling
from cachelint.infer.constructing import caches_passed
from cachelint.infer.context import Context
from cachelint.infer.definitions import body_of, function_node, owner_of, parameters_of, positional_parameters
from cachelint.infer.environment import Env
from cachelint.infer.parameters import REQUEST, bind, receiver_type
from cachelint.infer.typehints import annotation_type, parameter_type
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Lazy, Origin, Type, Unknown, at, force
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, List, Set
from cachelint.types.join import join, join_all, members

#: The name under which what an object was made of counts as a parameter of its methods.
OWN_STATE = "self"

#: Classes that derive from one whose methods are looked at with its own.
_MAX_SUBCLASSES = 8


def stored_attribute(context: Context, ref: ClassRef, name: str) -> Type | None:
    """What the methods of a class (and of its bases) make of ``self.name``; None where none stores anything there."""
    memo, question = context.interpreter.memo, ("stored", ref, name)
    alone = _alone(context)

    def work_out() -> Type | None:
        typ = _assigned(alone, ref, name)
        if typ is None:
            return None
        memo.until_then(question, typ)
        return _filled(alone, ref, name, typ)

    return memo.ask(question, work_out, None)


def stored_later(context: Context, ref: ClassRef, name: str, made: Type) -> Type:
    """Like :func:`stored_attribute`, beginning with what ``__init__`` assigned; other methods may still change it."""
    later = context.interpreter.memo.ask(
        ("stored later", ref, name), lambda: _assigned(_alone(context), ref, name, besides="__init__"), None
    )
    return _filled(context, ref, name, made if later is None else join(made, later))


def _alone(context: Context) -> Context:
    """The same place with no calls around it: what a class stores does not depend on who asks."""
    return Context(context.interpreter, context.module, context.parsed)


def _assigned(context: Context, ref: ClassRef, name: str, besides: str = "") -> Type | None:
    """What is assigned to ``self.name``, in methods other than ``besides``."""
    word = re.escape(name.encode())
    in_dict = rb"__dict__\[['\"]" + word + rb"['\"]\]\s*"
    pattern = re.compile(rb"\b(?:self|cls)\.(?:" + word + rb"\b[^=\n()\[]*|" + in_dict + rb")=(?!=)")
    found: list[Type] = []
    for method in _methods(ref, context, pattern, name):
        if method.definition.name != besides:
            stores, last = _run_method(context, method, ref, name, None)
            found += [*stores, *last]
    return join_all(found) if found else None


def _filled(context: Context, ref: ClassRef, name: str, made: Type) -> Type:
    """A container that ``self.name`` holds, after what the methods put into it."""
    if not any(isinstance(member, Dict | List | Set) for member in members(made)):
        return made
    pattern = filling(rb"\b(?:self|cls)\." + re.escape(name.encode()) + rb"\b")
    filling_methods = list(_methods(ref, context, pattern, name))
    setters = [m for m in filling_methods if _has_parameters(context, m)]
    if setters:
        # What they put in is decided by those who call them.
        words = b"|".join(re.escape(m.definition.name.encode()) for m in setters)
        callers = _methods(ref, context, re.compile(rb"\b(?:self|cls|super\(\))\.(?:" + words + rb")\s*\("))
        filling_methods += [m for m in callers if m not in filling_methods]
    typ = made
    for method in filling_methods:
        _, last = _run_method(context, method, ref, name, made)
        typ = join_all([typ, *last])
    return typ


def _has_parameters(context: Context, method: FunctionRef) -> bool:
    node = function_node(context.interpreter, method)
    return node is not None and len(node.params.posonly_params) + len(node.params.params) > 1


def _methods(ref: ClassRef, context: Context, pattern: re.Pattern[bytes], word: str = "") -> Iterator[FunctionRef]:
    """The methods of a class, of its bases and of what derives from it whose text a pattern matches.

    ``word`` stands in each match.
    """
    classes = context.interpreter.classes
    for base in (*classes.order(ref), *classes.subclasses(ref)[:_MAX_SUBCLASSES]):
        if not isinstance(base, ClassRef) or base.definition.scope is None:
            continue
        for definitions in base.definition.scope.definitions.values():
            for definition in definitions:
                if definition.form == "function" and base.module.matches(definition, pattern, word):
                    yield FunctionRef(base.module, definition)


def _run_method(
    context: Context, method: FunctionRef, ref: ClassRef, name: str, before: Type | None
) -> tuple[list[Type], list[Type]]:
    """All that a method assigns to ``self.name``, and what it holds at the end; ``before`` is what it held."""
    node = function_node(context.interpreter, method)
    names = positional_parameters(node) if node is not None else []
    return _run(context, method, ref, f"{names[0] if names else 'self'}.{name}", before)


def _run(
    context: Context, function: FunctionRef, ref: ClassRef | None, path: str, before: Type | None = None
) -> tuple[list[Type], list[Type]]:
    interpreter = context.interpreter
    parsed = function.module.parsed(function.definition)
    node = parsed.function if parsed is not None else None
    frame = interpreter.calls.enter(context.frame, function) if node is not None else None
    if parsed is None or node is None or frame is None:
        return [], []
    stores: dict[str, list[Type]] = {}
    try:
        inner = Context(
            interpreter, function.module, parsed, Env(), function=function, owner=owner_of(function), stores=stores,
            frame=frame,
        )  # fmt: skip
        making = function.definition.name == "__init__"
        for index, parameter in enumerate(parameters_of(node.params)):
            if index == 0 and ref is not None:
                typ = receiver_type(interpreter, ref, parameter.name.value == "cls")
            else:
                typ = _parameter(inner, parameter, node if making else None)
            inner.env.set(parameter.name.value, typ)
        if before is not None:
            inner.env.set(path, before)
        inner.run(body_of(node))
    finally:
        interpreter.calls.leave(frame)
    last = inner.env.get(path)
    return stores.get(path, []), [last] if last is not None and last is not before else []


def _parameter(context: Context, parameter: cst.Param, init: cst.FunctionDef | None) -> Type:
    making = init is not None
    if parameter.annotation is not None:
        annotation = parameter.annotation.annotation
        annotated = parameter_type(context, annotation, OWN_STATE) if making else annotation_type(context, annotation)
        if annotated is not None:
            return at(annotated, Origin(context.parsed, parameter.name))
    if parameter.name.value == "request":
        return REQUEST
    # What an object is made of is decided where it is made.
    if init is not None and context.owner is not None:
        passed = caches_passed(context, context.owner, init, parameter.name.value)
        if passed is not None:
            return Lazy(lambda: join(Unknown(frozenset({OWN_STATE})), force(passed)))
    return Unknown(frozenset({OWN_STATE})) if making else UNKNOWN


def request_attribute(context: Context, name: str) -> Type:
    """What the project itself (a middleware, say) stores in ``request.name``."""
    return context.interpreter.memo.ask(
        ("request attribute", name), lambda: _request_attribute(_alone(context), name), UNKNOWN
    )


def _request_attribute(context: Context, name: str) -> Type:
    codebase = context.interpreter.codebase
    pattern = re.compile(rb"\brequest\." + re.escape(name.encode()) + rb"\s*=(?!=)")
    found: list[Type] = []
    for module in codebase.containing(f"request.{name}", pattern):
        for function in codebase.functions(module):
            if module.matches(function.definition, pattern):
                stores, last = _run(context, function, owner_of(function), f"request.{name}")
                found += [*stores, *last]
    return join_all(found) if found else UNKNOWN


def constructed(context: Context, ref: ClassRef, arguments: Arguments) -> tuple[tuple[str, Type], ...]:
    """What ``__init__`` stores in a new instance, for the arguments of this call."""
    interpreter = context.interpreter
    found = interpreter.classes.member(ref, "__init__")
    if found is None:
        return ()
    owner, definitions = found
    function = FunctionRef(owner.module, definitions[-1])
    parsed = owner.module.parsed(definitions[-1])
    node = parsed.function if parsed is not None else None
    frame = interpreter.calls.enter(context.frame, function) if node is not None else None
    if parsed is None or node is None or frame is None:
        return ()
    stores: dict[str, list[Type]] = {}
    try:
        inner = Context(
            interpreter, owner.module, parsed, Env(), function=function, owner=owner, stores=stores,
            observer=context.observer, frame=frame,
        )  # fmt: skip
        bind(inner, node.params, arguments, Instance(ref))
        inner.run(body_of(node))
    finally:
        interpreter.calls.leave(frame)
    names = positional_parameters(node)
    prefix = f"{names[0] if names else 'self'}."
    return tuple(
        (path[len(prefix) :], join(*types) if len(types) > 1 else types[0])
        for path, types in stores.items()
        if path.startswith(prefix) and "." not in path[len(prefix) :]
    )
