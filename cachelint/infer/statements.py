"""Running the statements of a body in order: bindings, branches, loops, mutation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from cachelint.infer import call_effects, control_flow, events, mutation
from cachelint.infer.context import Context
from cachelint.infer.narrowing import narrow
from cachelint.infer.operators import binary
from cachelint.infer.typehints import annotation_type
from cachelint.project.classes import dotted
from cachelint.project.outline import ImportBinding
from cachelint.types.base import NONE, Lazy, Type, Unknown, at, force
from cachelint.types.code import Closure, LocalClass
from cachelint.types.containers import Dict, List, Set
from cachelint.types.join import declared

if TYPE_CHECKING:
    from cachelint.infer.context import Run


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
        run.returned.append(context.lazy(node.value) if node.value is not None else NONE)
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
            run.yielded.append(NONE)


def _annotated(context: Context, node: cst.AnnAssign, run: Run | None) -> bool:
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
    events.expression(context, node.value)
    snapshot = context.snapshot()
    operator = type(node.operator).__name__.removesuffix("Assign")
    target, value = node.target, node.value

    def result() -> Type:
        return binary(snapshot, operator, snapshot.evaluate(target), snapshot.evaluate(value), node)

    context.bind(target, Lazy(result), value)
    return True


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
        return interpreter.symbol(interpreter.codebase.follow(module, binding))

    context.env.set(binding.bound, Lazy(found))


#: By the class of a statement, who runs it (`isinstance` of libcst's abstract classes is slow).
_STATEMENTS: dict[type, Callable[[Context, Any, Any], bool]] = {
    **control_flow.HANDLERS,
    cst.SimpleStatementLine: _line,
    cst.SimpleStatementSuite: _line,
    cst.IndentedBlock: _block,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
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
