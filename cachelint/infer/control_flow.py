"""Branches, loops, ``try``, ``with`` and ``match``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import libcst as cst

from cachelint.infer import events, loops
from cachelint.infer.context import Context
from cachelint.infer.environment import Env
from cachelint.infer.narrowing import narrow, narrow_match
from cachelint.project.syntax import children
from cachelint.types.base import UNKNOWN, Lazy, Scalar, Type, force
from cachelint.types.containers import Generator
from cachelint.types.join import join_all

if TYPE_CHECKING:
    from cachelint.infer.context import Run


# -- branches ----------------------------------------------------------------------------------------------


def _if(context: Context, node: cst.If, run: Run | None) -> bool:
    events.expression(context, node.test)
    after: list[Env] = []
    yes = context.branch()
    if narrow(yes, node.test, True) and yes.run((node.body,), run):
        after.append(yes.env)
    no = context.branch()
    if narrow(no, node.test, False):
        if isinstance(node.orelse, cst.If):
            alive = no.run((node.orelse,), run)
        elif node.orelse is not None:
            alive = no.run((node.orelse.body,), run)
        else:
            alive = True
        if alive:
            after.append(no.env)
    context.env.join(after)
    return bool(after)


#: Loops inside loops whose bodies are run twice: each more would double the work.
_DEEPEST_TWICE = 4


def _rounds(context: Context) -> int:
    """How often the body of a loop is run."""
    return 2 if context.loop_depth < _DEEPEST_TWICE else 1


def _for(context: Context, node: cst.For, run: Run | None) -> bool:
    events.expression(context, node.iter)
    if loops.is_unrolled(context, node):
        return _unrolled(context, node, run)
    before = context.env.copy()
    iterable = context.lazy(node.iter)
    # Twice: what the first round leaves behind is what the second may find.
    for _ in range(_rounds(context)):
        body = context.branch()
        body.loop_depth += 1
        snapshot = context.snapshot()
        element = Lazy(lambda snapshot=snapshot: snapshot.iterate(force(iterable)))  # type: ignore[misc]
        body.bind(node.target, element, node.iter)
        body.run((node.body,), run)
        context.env.join([before, body.env])
    loops.change_rows(context, body, node)
    return _after_loop(context, node, run)


def _after_loop(context: Context, node: cst.For | cst.While, run: Run | None) -> bool:
    """The `else` of a loop, which a `break` leaves out."""
    if node.orelse is None:
        return True
    broken = context.env.copy() if _has_break(node.body) else None
    alive = context.run((node.orelse.body,), run)
    if broken is None:
        return alive
    context.env.join([broken, context.env.copy()] if alive else [broken])
    return True


def _unrolled(context: Context, node: cst.For, run: Run | None) -> bool:
    """A loop over a few constants that stand there: what it does to each is done for certain.

    Whoever watches is shown the body once, with all that its variables can be: a call in it is one call, whatever the
    constant is.
    """
    assert isinstance(node.iter, cst.Tuple | cst.List)
    before = context.env.copy()
    values = [context.lazy(element.value) for element in node.iter.elements]
    observer, context.observer = context.observer, None
    alive = True
    for element, value in zip(node.iter.elements, values, strict=True):
        context.bind(node.target, value, element.value)
        alive = context.run((node.body,), run)
        if not alive:
            break
    context.observer = observer
    if observer is not None:
        shown = context.branch()
        shown.env.join([before, context.env.copy()])
        shown.bind(node.target, join_all(values), node.iter)
        shown.run((node.body,))
    if not alive or node.orelse is None:
        return alive
    return context.run((node.orelse.body,), run)


def _while(context: Context, node: cst.While, run: Run | None) -> bool:
    events.expression(context, node.test)
    before = context.env.copy()
    for _ in range(_rounds(context)):
        body = context.branch()
        body.loop_depth += 1
        narrow(body, node.test, True)
        body.run((node.body,), run)
        context.env.join([before, body.env])
    narrow(context, node.test, False)
    if isinstance(node.test, cst.Name) and node.test.value == "True":
        return _has_break(node.body)
    return _after_loop(context, node, run)


def _has_break(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Break):
        return True
    if isinstance(node, cst.For | cst.While | cst.FunctionDef):
        return False
    return any(_has_break(child) for child in children(node))


def _try(context: Context, node: cst.Try | cst.TryStar, run: Run | None) -> bool:
    before = context.env.copy()
    body = context.branch()
    alive = body.run((node.body,), run)
    interrupted = Env()
    interrupted.join([before, body.env])
    after: list[Env] = []
    if alive:
        if node.orelse is not None:
            alive = body.run((node.orelse.body,), run)
        if alive:
            after.append(body.env)
    for handler in node.handlers:
        caught = context.branch()
        caught.env.replace(interrupted)
        if handler.name is not None and isinstance(handler.name.name, cst.Name):
            origin = context.origin(handler.type or handler.name.name)
            caught.env.set(handler.name.name.value, Scalar("exception", origin=origin))
        if caught.run((handler.body,), run):
            after.append(caught.env)
    if after:
        context.env.join(after)
    else:
        context.env.replace(interrupted)
    if node.finalbody is not None and not context.run((node.finalbody.body,), run):
        return False
    return bool(after)


def _with(context: Context, node: cst.With, run: Run | None) -> bool:
    for item in node.items:
        events.expression(context, item.item)
        if item.asname is not None:
            entered = context.lazy(item.item)
            context.bind(item.asname.name, Lazy(lambda typ=entered: _entered(force(typ))), item.item)  # type: ignore[misc]
    alive = context.run((node.body,), run)
    if not alive and any("suppress" in context.parsed.code(item.item) for item in node.items):
        return True
    return alive


def _entered(typ: Type) -> Type:
    """What ``with … as name`` binds."""
    if isinstance(typ, Generator):
        return typ.element
    if isinstance(typ, Scalar):
        return typ
    return UNKNOWN


def _match(context: Context, node: cst.Match, run: Run | None) -> bool:
    events.expression(context, node.subject)
    after: list[Env] = []
    exhaustive = False
    remaining = context.branch()
    for case in node.cases:
        branch = remaining.branch()
        reachable = True
        if isinstance(case.pattern, cst.MatchClass | cst.MatchOr | cst.MatchSingleton):
            reachable = narrow_match(branch, node.subject, case.pattern, True)
            if case.guard is None and not narrow_match(remaining, node.subject, case.pattern, False):
                exhaustive = True
        if not reachable:
            continue
        for name in _captured(case.pattern):
            branch.env.set(name, UNKNOWN)
        if isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None and case.guard is None:
            exhaustive = True
        if branch.run((case.body,), run):
            after.append(branch.env)
    if not exhaustive:
        after.append(remaining.env)
    context.env.join(after)
    return bool(after)


def _captured(pattern: cst.CSTNode) -> Iterable[str]:
    if isinstance(pattern, cst.MatchAs | cst.MatchStar) and pattern.name is not None:
        yield pattern.name.value
    if isinstance(pattern, cst.MatchMapping) and pattern.rest is not None:
        yield pattern.rest.value
    for child in children(pattern) if not isinstance(pattern, cst.MatchValue) else ():
        yield from _captured(child)


#: By the class of a statement, who runs it.
HANDLERS: Mapping[type, Callable[[Context, Any, Run | None], bool]] = {
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.Match: _match,
}
