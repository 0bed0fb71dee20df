"""What a call does to the containers that it can reach: a helper fills a list, a method fills ``self.rows``."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.infer.context import Context
from cachelint.infer.definitions import body_of, owner_of, positional_parameters
from cachelint.infer.environment import Env
from cachelint.infer.parameters import bind
from cachelint.project.classes import dotted
from cachelint.types.base import Lazy, Type, force
from cachelint.types.code import Function
from cachelint.types.containers import Dict, List, Set
from cachelint.types.join import join_all, members

#: Methods that put something into a container.
FILLING = rb"append|appendleft|add|insert|extend|update|setdefault"


def filling(path: bytes) -> re.Pattern[bytes]:
    """A pattern for whatever puts something into what ``path`` (a pattern itself) holds."""
    item = rb"(?:\[[^\n]*\]\s*)"
    text = path + rb"\s*(?:" + item + rb"[+|-]?=(?!=)|" + item + rb"?\.\s*(?:" + FILLING + rb")\s*\()"
    return re.compile(text)


def note(context: Context, node: cst.BaseExpression) -> None:
    """Note what a call may do to the containers that variables and attributes hold; worked out when asked for."""
    if not isinstance(node, cst.Call):
        return
    affected = [*_handed(context, node), *_attributes(context, node)]
    if not affected:
        return
    snapshot = context.snapshot()
    for path, where in affected:
        before = context.env.get(path)
        if isinstance(before, Lazy | List | Dict | Set):
            context.env.set(path, _later(snapshot, node, where, before))


def _later(context: Context, node: cst.Call, where: int | str, before: Type) -> Type:
    return Lazy(lambda: _after(context, node, where, before))


def _handed(context: Context, node: cst.Call) -> list[tuple[str, int | str]]:
    """The variables that a call passes, with the position or name that it passes them under."""
    found: list[tuple[str, int | str]] = []
    for index, argument in enumerate(node.args):
        if argument.star:
            break
        path = argument.value.value if isinstance(argument.value, cst.Name) else None
        if path is not None and context.env.get(path) is not None:
            found.append((path, argument.keyword.value if argument.keyword is not None else index))
    return found


def _attributes(context: Context, node: cst.Call) -> list[tuple[str, str]]:
    """The known attributes of what a method is called of, each as ``.name``."""
    base = dotted(node.func.value) if isinstance(node.func, cst.Attribute) else None
    if base is None:
        return []
    prefix = f"{base}."
    return [(path, path[len(base) :]) for path in context.env.names() if path.startswith(prefix)]


def _after(context: Context, node: cst.Call, where: int | str, before: Type) -> Type:
    known = force(before)
    if not any(isinstance(member, Dict | List | Set) for member in members(known)):
        return known
    found: list[Type] = []
    for callee in members(context.evaluate(node.func)):
        after = _run(context, node, callee, where, known) if isinstance(callee, Function) else None
        found.append(known if after is None else after)
    return join_all(found) if found else known


def _run(context: Context, node: cst.Call, function: Function, where: int | str, before: Type) -> Type | None:
    """What the container is after a function of the project has run; None where it leaves it alone."""
    interpreter, ref = context.interpreter, function.ref
    parsed = ref.module.parsed(ref.definition)
    tree = parsed.function if parsed is not None else None
    if parsed is None or tree is None:
        return None
    names = positional_parameters(tree)
    path = _path_inside(names, function.receiver is not None, where)
    if path is None or not _touches(ref.module.text_of(ref.definition), path, names[0]):
        return None
    frame = interpreter.calls.enter(context.frame, ref)
    if frame is None:
        return None
    try:
        inner = Context(interpreter, ref.module, parsed, Env(), function=ref, owner=owner_of(ref), frame=frame)
        bind(inner, tree.params, context.arguments(node), function.receiver)
        inner.env.set(path, before)
        inner.run(body_of(tree))
        after = inner.env.get(path)
        return force(after) if after is not None else None
    finally:
        interpreter.calls.leave(frame)


def _touches(text: bytes, path: str, first: str) -> bool:
    """Whether a function fills what it knows as ``path``, or calls a method of its own that may."""
    if filling(rb"\b" + re.escape(path.encode()) + rb"\b").search(text):
        return True
    return (
        path.startswith(f"{first}.") and re.search(rb"\b" + re.escape(first.encode()) + rb"\.\w+\(", text) is not None
    )


def _path_inside(names: list[str], is_bound: bool, where: int | str) -> str | None:
    """The name under which the function knows what it was handed."""
    if isinstance(where, str):
        if where.startswith("."):
            return f"{names[0]}{where}" if names and is_bound else None
        return where if where in names else None
    position = where + (1 if is_bound else 0)
    return names[position] if position < len(names) else None
