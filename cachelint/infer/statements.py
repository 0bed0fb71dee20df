"""Running the statements of a body in order: bindings, branches, loops, mutation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from cachelint.infer import call_effects, events, loops, mutation
from cachelint.infer.context import Context, Env
from cachelint.infer.narrowing import narrow, narrow_match
from cachelint.project.classes import dotted
from cachelint.project.outline import ImportBinding
from cachelint.project.symbols import ModuleRef, Symbol
from cachelint.project.syntax import children
from cachelint.types.base import UNKNOWN, Lazy, Scalar, Type, Unknown, at, force
from cachelint.types.code import Closure, LocalClass
from cachelint.types.containers import Dict, Generator, List, Set
from cachelint.types.join import declared

if TYPE_CHECKING:
    from cachelint.infer.interpreter import Run


def run_block(context: Context, statements: Iterable[cst.CSTNode], run: Run | None = None) -> bool:
    """Run statements; whether control can reach what follows them."""
    return all(_run(context, statement, run) for statement in statements)


def _run(context: Context, node: cst.CSTNode, run: Run | None) -> bool:
    handler = _STATEMENTS.get(type(node))
    return handler(context, node, run) if handler is not None else True


def _line(context: Context, node: cst.SimpleStatementLine | cst.SimpleStatementSuite, run: Run | None) -> bool:
    return all(_small(context, small, run) for small in node.body)


def _block(context: Context, node: cst.IndentedBlock, run: Run | None) -> bool:
    return run_block(context, node.body, run)


def _function(context: Context, node: cst.FunctionDef, run: Run | None) -> bool:
    typ = Closure(context.parsed, node, context, node.name.value)
    events.closure(context, typ)
    context.env.set(node.name.value, typ)
    return True


def _class(context: Context, node: cst.ClassDef, run: Run | None) -> bool:
    context.env.set(node.name.value, LocalClass(node.name.value))
    return True


def _small(context: Context, node: cst.BaseSmallStatement, run: Run | None) -> bool:
    handler = _SMALL.get(type(node))
    return handler(context, node, run) if handler is not None else True


def _return(context: Context, node: cst.Return, run: Run | None) -> bool:
    if node.value is not None:
        events.expression(context, node.value)
    if run is not None:
        run.returned.append(context.lazy(node.value) if node.value is not None else evaluate_none())
    return False


def _raise(context: Context, node: cst.Raise, run: Run | None) -> bool:
    if node.exc is not None:
        events.expression(context, node.exc)
    return False


def _leave(context: Context, node: cst.Continue | cst.Break, run: Run | None) -> bool:
    return False


def _assign(context: Context, node: cst.Assign, run: Run | None) -> bool:
    events.expression(context, node.value)
    typ = context.lazy(node.value)
    mutation.take(context, node.value)
    call_effects.note(context, node.value)
    for target in node.targets:
        events.expression(context, target.target)
        context.bind(target.target, typ, node.value)
    _yielded(context, node.value, run)
    return True


def _expression(context: Context, node: cst.Expr, run: Run | None) -> bool:
    events.expression(context, node.value)
    mutation.apply(context, node.value)
    call_effects.note(context, node.value)
    _yielded(context, node.value, run)
    return True


def _delete(context: Context, node: cst.Del, run: Run | None) -> bool:
    elements = node.target.elements if isinstance(node.target, cst.Tuple) else ()
    for target in [element.value for element in elements] or [node.target]:
        name = dotted(target)
        if name is not None:
            context.env.drop(name)
        elif isinstance(target, cst.Subscript):
            mutation.delete_item(context, target)
    return True


def _assert(context: Context, node: cst.Assert, run: Run | None) -> bool:
    events.expression(context, node.test)
    return narrow(context, node.test, True)


def evaluate_none() -> Type:
    """The type of None."""
    from cachelint.types.base import NONE

    return NONE


def _yielded(context: Context, node: cst.BaseExpression, run: Run | None) -> None:
    if run is None:
        return
    if isinstance(node, cst.Yield):
        if isinstance(node.value, cst.From):
            inner = context.lazy(node.value.item)
            run.yielded.append(Lazy(lambda: context.iterate(force(inner))))
        elif node.value is not None:
            run.yielded.append(context.lazy(node.value))
        else:
            run.yielded.append(evaluate_none())


def _annotated(context: Context, node: cst.AnnAssign, run: Run | None) -> bool:
    from cachelint.infer.typehints import annotation_type

    if node.value is not None:
        events.expression(context, node.value)
        typ = context.lazy(node.value)
        annotation = node.annotation.annotation
        snapshot = context.snapshot()

        def narrowed() -> Type:
            known = force(typ)
            annotated = (
                annotation_type(snapshot, annotation) if isinstance(known, Unknown | List | Set | Dict) else None
            )
            return known if annotated is None else declared(known, at(annotated, snapshot.origin(annotation)))

        context.bind(node.target, Lazy(narrowed), node.value)
    else:
        annotated = annotation_type(context, node.annotation.annotation)
        if annotated is not None and isinstance(node.target, cst.Name):
            context.env.set(node.target.value, annotated)
    return True


def _augmented(context: Context, node: cst.AugAssign, run: Run | None) -> bool:
    from cachelint.infer.operators import binary

    events.expression(context, node.value)
    snapshot = context.snapshot()
    operator = type(node.operator).__name__.removesuffix("Assign")
    target, value = node.target, node.value

    def result() -> Type:
        return binary(snapshot, operator, snapshot.evaluate(target), snapshot.evaluate(value), node)

    context.bind(target, Lazy(result), value)
    return True


# -- branches ----------------------------------------------------------------------------------------------


def _if(context: Context, node: cst.If, run: Run | None) -> bool:
    events.expression(context, node.test)
    after: list[Env] = []
    yes = context.branch()
    if narrow(yes, node.test, True) and _run(yes, node.body, run):
        after.append(yes.env)
    no = context.branch()
    if narrow(no, node.test, False):
        if isinstance(node.orelse, cst.If):
            alive = _run(no, node.orelse, run)
        elif node.orelse is not None:
            alive = _run(no, node.orelse.body, run)
        else:
            alive = True
        if alive:
            after.append(no.env)
    context.env.join(after)
    return bool(after)


def _for(context: Context, node: cst.For, run: Run | None) -> bool:
    events.expression(context, node.iter)
    if loops.is_unrolled(context, node):
        return _unrolled(context, node, run)
    before = context.env.copy()
    iterable = context.lazy(node.iter)
    # Twice: what the first round leaves behind is what the second may find.
    for _ in range(2):
        body = context.branch()
        snapshot = context.snapshot()
        element = Lazy(lambda snapshot=snapshot: snapshot.iterate(force(iterable)))  # type: ignore[misc]
        body.bind(node.target, element, node.iter)
        _run(body, node.body, run)
        context.env.join([before, body.env])
    loops.change_rows(context, body, node)
    if node.orelse is not None:
        return _run(context, node.orelse.body, run)
    return True


def _unrolled(context: Context, node: cst.For, run: Run | None) -> bool:
    """A loop over a few constants that stand there: what it does to each is done for certain."""
    assert isinstance(node.iter, cst.Tuple | cst.List)
    for element in node.iter.elements:
        context.bind(node.target, context.lazy(element.value), element.value)
        if not _run(context, node.body, run):
            return False
    return _run(context, node.orelse.body, run) if node.orelse is not None else True


def _while(context: Context, node: cst.While, run: Run | None) -> bool:
    events.expression(context, node.test)
    before = context.env.copy()
    for _ in range(2):
        body = context.branch()
        narrow(body, node.test, True)
        _run(body, node.body, run)
        context.env.join([before, body.env])
    narrow(context, node.test, False)
    if isinstance(node.test, cst.Name) and node.test.value == "True":
        return _has_break(node.body)
    return True


def _has_break(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Break):
        return True
    if isinstance(node, cst.For | cst.While | cst.FunctionDef):
        return False
    return any(_has_break(child) for child in children(node))


def _try(context: Context, node: cst.Try | cst.TryStar, run: Run | None) -> bool:
    before = context.env.copy()
    body = context.branch()
    alive = _run(body, node.body, run)
    interrupted = Env()
    interrupted.join([before, body.env])
    after: list[Env] = []
    if alive:
        if node.orelse is not None:
            alive = _run(body, node.orelse.body, run)
        if alive:
            after.append(body.env)
    for handler in node.handlers:
        caught = context.branch()
        caught.env.replace(interrupted)
        if handler.name is not None and isinstance(handler.name.name, cst.Name):
            origin = context.origin(handler.type or handler.name.name)
            caught.env.set(handler.name.name.value, Scalar("exception", origin=origin))
        if _run(caught, handler.body, run):
            after.append(caught.env)
    if after:
        context.env.join(after)
    else:
        context.env.replace(interrupted)
    if node.finalbody is not None and not _run(context, node.finalbody.body, run):
        return False
    return bool(after)


def _with(context: Context, node: cst.With, run: Run | None) -> bool:
    for item in node.items:
        events.expression(context, item.item)
        if item.asname is not None:
            entered = context.lazy(item.item)
            context.bind(item.asname.name, Lazy(lambda typ=entered: _entered(force(typ))), item.item)  # type: ignore[misc]
    alive = _run(context, node.body, run)
    if not alive and any("suppress" in context.parsed.code(item.item) for item in node.items):
        return True
    return alive


def _entered(typ: Type) -> Type:
    """What ``with … as name`` binds."""
    from cachelint.types.base import Scalar

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
        if _run(branch, case.body, run):
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


# -- imports -----------------------------------------------------------------------------------------------


def _import(context: Context, node: cst.Import, run: Run | None) -> bool:
    for alias in node.names:
        name = dotted(alias.name)
        if name is None:
            continue
        bound = alias.evaluated_alias
        binding = ImportBinding(name, "", bound or name.partition(".")[0], whole=bound is None)
        _bind_symbol(context, binding)
    return True


def _import_from(context: Context, node: cst.ImportFrom, run: Run | None) -> bool:
    module = "." * len(node.relative) + (dotted(node.module) or "" if node.module is not None else "")
    if isinstance(node.names, Sequence):
        for alias in node.names:
            name = alias.evaluated_name
            _bind_symbol(context, ImportBinding(module, name, alias.evaluated_alias or name))
    return True


def _bind_symbol(context: Context, binding: ImportBinding) -> None:
    module, interpreter = context.module, context.interpreter

    def found() -> Type:
        symbol: Symbol | None = interpreter.codebase.follow(module, binding)
        if binding.whole and not isinstance(symbol, ModuleRef):
            symbol = interpreter.codebase.follow(module, binding)
        return interpreter.symbol(symbol)

    context.env.set(binding.bound, Lazy(found))


#: By the class of a statement, who runs it (`isinstance` of libcst's abstract classes is slow).
_STATEMENTS: dict[type, Callable[[Context, Any, Any], bool]] = {
    cst.SimpleStatementLine: _line,
    cst.SimpleStatementSuite: _line,
    cst.IndentedBlock: _block,
    cst.If: _if,
    cst.For: _for,
    cst.While: _while,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
    cst.Match: _match,
}
_SMALL: dict[type, Callable[[Context, Any, Any], bool]] = {
    cst.Return: _return,
    cst.Raise: _raise,
    cst.Continue: _leave,
    cst.Break: _leave,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Expr: _expression,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Del: _delete,
    cst.Assert: _assert,
}
