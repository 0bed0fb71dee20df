"""What an expression does with values from a cache, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from cachelint.caching.reads.following import Following
from cachelint.caching.reads.identity import path_of
from cachelint.caching.reads.paths import Paths, joined
from cachelint.caching.reads.states import (
    NONE_VALUE,
    OF_ENTRY,
    OTHER,
    MissTest,
    Source,
    State,
    UseKind,
    Value,
    changed,
    held,
    part,
)
from cachelint.caching.reads.vocabulary import ASKING, CONVERTING, KEEPING, MUTATING
from cachelint.project.syntax import children


def evaluate(following: Following, node: cst.CSTNode, paths: Paths) -> Value:
    """What an expression gives; what is done in it is written down."""
    handler = _HANDLERS.get(type(node))
    value = handler(following, node, paths) if handler is not None else _others(following, node, paths)
    following.known[id(node)] = value
    return value


def _others(following: Following, node: cst.CSTNode, paths: Paths) -> Value:
    for child in children(node):
        following.value(child, paths)
    return OTHER


def _name(following: Following, node: cst.Name, paths: Paths) -> Value:
    return NONE_VALUE if node.value == "None" else paths.values.get(node.value, OTHER)


def _attribute(following: Following, node: cst.Attribute, paths: Paths) -> Value:
    path = path_of(node)
    if path is not None and path in paths.values:
        return paths.values[path]
    base = following.value(node.value, paths)
    following.use(base, UseKind.ATTRIBUTE, node, node.attr.value)
    return part(base)


def _subscript(following: Following, node: cst.Subscript, paths: Paths) -> Value:
    base = following.value(node.value, paths)
    following.use(base, UseKind.ITEM, node)
    whole = False
    for element in node.slice:
        for child in children(element.slice):
            following.value(child, paths)
        whole = isinstance(element.slice, cst.Slice)
    if any(source.state is State.MANY for source in base):
        return OTHER
    # A slice of a list is the list, as far as losing updates goes.
    return part(base) if not whole else frozenset(s for s in base if s.read is not None) or OTHER


def _await(following: Following, node: cst.Await, paths: Paths) -> Value:
    return following.value(node.expression, paths)


def _binary(following: Following, node: cst.BinaryOperation, paths: Paths) -> Value:
    left, right = following.value(node.left, paths), following.value(node.right, paths)
    text = isinstance(node.operator, cst.Modulo) and isinstance(
        node.left, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString
    )
    for value in (left, right):
        following.use(value, UseKind.RENDERED if text else UseKind.ARITHMETIC, node)
    return OTHER if text else changed(left | right)


def _boolean(following: Following, node: cst.BooleanOperation, paths: Paths) -> Value:
    is_or = isinstance(node.operator, cst.Or)
    following.test(node.left, paths)
    left = following.known.get(id(node.left), OTHER)
    if is_or:
        following.tested(left, MissTest.OR, node, node.right)
    on = paths.copy()
    right: Value = frozenset()
    after: list[Paths] = []
    if following.narrow(node.left, not is_or, on):
        right = following.value(node.right, on)
        after.append(on)
    # Where the right side is not worked out, all is as it was.
    met = joined([paths.copy(), *after], following.fresh)
    if met is not None:
        paths.replace(met)
    # On the left stays what was true for `or`, what was not for `and`.
    kept = frozenset(_hit(source) for source in left if source.state is not State.MISS) if is_or else left
    return kept | right


def _hit(source: Source) -> Source:
    return Source(State.HIT, source.read) if source.state is State.MAYBE else source


def _unary(following: Following, node: cst.UnaryOperation, paths: Paths) -> Value:
    if isinstance(node.operator, cst.Not):
        following.test(node.expression, paths)
        return OTHER
    value = following.value(node.expression, paths)
    following.use(value, UseKind.ARITHMETIC, node)
    return changed(value)


def _comparison(following: Following, node: cst.Comparison, paths: Paths) -> Value:
    left = following.value(node.left, paths)
    for target in node.comparisons:
        right = following.value(target.comparator, paths)
        match target.operator:
            case cst.Is() | cst.IsNot():
                kind = MissTest.NONE if _is_none(node.left) or _is_none(target.comparator) else MissTest.SENTINEL
                following.tested(left | right, kind, node)
            case cst.Equal() | cst.NotEqual():
                kind = MissTest.NONE if _is_none(node.left) or _is_none(target.comparator) else MissTest.EQUAL
                following.tested(left | right, kind, node)
            case cst.In() | cst.NotIn():
                following.use(right, UseKind.CONTAINS, node)
                following.tested(left, MissTest.NONE if _is_none(node.left) else MissTest.EQUAL, node)
                if _is_none(node.left) and isinstance(target.comparator, cst.Tuple | cst.List | cst.Set):
                    for element in target.comparator.elements:
                        following.tested(following.known.get(id(element.value), OTHER), MissTest.NONE, node)
            case _:
                following.use(left | right, UseKind.ORDERED, node)
        left = right
    return OTHER


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _if_expression(following: Following, node: cst.IfExp, paths: Paths) -> Value:
    following.test(node.test, paths)
    found: Value = frozenset()
    after: list[Paths] = []
    for branch, truth in ((node.body, True), (node.orelse, False)):
        inside = paths.copy()
        if following.narrow(node.test, truth, inside):
            found |= following.value(branch, inside)
            after.append(inside)
    met = joined(after, following.fresh)
    if met is not None:
        paths.replace(met)
    return found or OTHER


def _walrus(following: Following, node: cst.NamedExpr, paths: Paths) -> Value:
    value = following.value(node.value, paths)
    if isinstance(node.target, cst.Name):
        bind(following, node.target, value, paths)
    return value


def _lambda(following: Following, node: cst.Lambda, paths: Paths) -> Value:
    following.inner.append(node)
    _escape(following, node, paths)
    return OTHER


def _escape(following: Following, node: cst.CSTNode, paths: Paths) -> None:
    """What a function inside this one uses is not followed there."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, cst.Name) and inner.value in paths.values:
            for source in paths.values[inner.value]:
                if source.read is not None:
                    source.read.escapes = True
        stack += children(inner)


def escape(following: Following, node: cst.CSTNode, paths: Paths) -> None:
    """A local function: a body of its own, which sees the variables of this one."""
    if isinstance(node, cst.FunctionDef):
        following.inner.append(node)
    _escape(following, node, paths)


def _comprehension(
    following: Following, node: cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp, paths: Paths
) -> Value:
    inside = paths.copy()
    over: Value = frozenset()
    loop: cst.CompFor | None = node.for_in
    while loop is not None:
        iterated = following.value(loop.iter, inside)
        following.use(iterated, UseKind.ITERATED, loop.iter)
        over |= iterated
        bind(following, loop.target, part(iterated), inside)
        for condition in loop.ifs:
            following.test(condition.test, inside)
            if not following.narrow(condition.test, True, inside):
                return OTHER
        loop = loop.inner_for_in
    results = [node.key, node.value] if isinstance(node, cst.DictComp) else [node.elt]
    made: Value = frozenset()
    for result in results:
        made |= following.value(result, inside)
    return changed(over | made)


def _display(following: Following, node: cst.List | cst.Tuple | cst.Set, paths: Paths) -> Value:
    found: Value = frozenset()
    for element in node.elements:
        value = following.value(element.value, paths)
        if isinstance(element, cst.StarredElement):
            following.use(value, UseKind.ITERATED, element.value)
            found |= changed(value)
        else:
            following.use(value, UseKind.STORED, node)
            found |= held(value)
    return found or OTHER


def _dict(following: Following, node: cst.Dict, paths: Paths) -> Value:
    found: Value = frozenset()
    for element in node.elements:
        value = following.value(element.value, paths)
        if isinstance(element, cst.DictElement):
            following.value(element.key, paths)
            following.use(value, UseKind.STORED, node)
            found |= held(value)
        else:
            following.use(value, UseKind.ITERATED, element.value)
            alone = len(node.elements) == 1
            found |= (frozenset(s for s in value if s.read is not None) or OTHER) if alone else changed(value)
    return found or OTHER


def _formatted(following: Following, node: cst.FormattedString, paths: Paths) -> Value:
    for piece in node.parts:
        if isinstance(piece, cst.FormattedStringExpression):
            following.use(following.value(piece.expression, paths), UseKind.RENDERED, node)
    return OTHER


def _yield(following: Following, node: cst.Yield, paths: Paths) -> Value:
    for child in children(node):
        following.use(following.value(child, paths), UseKind.PASSED, node)
    return OTHER


def bind(following: Following, target: cst.BaseExpression, value: Value, paths: Paths) -> None:
    """Assign a value to a target."""
    match target:
        case cst.Name() | cst.Attribute():
            path = path_of(target)
            if isinstance(target, cst.Attribute):
                base = following.value(target.value, paths)
                following.use(base, UseKind.ATTRIBUTE, target, target.attr.value)
                change(paths, base)
            if path is None:
                return
            paths.bind(path, value, next(following.fresh))
            for source in value:
                is_part = source.state in (State.ITEM, State.CONTAINS)
                if source.read is not None and not source.read.variable and not is_part:
                    source.read.variable = path
        case cst.Subscript():
            base = following.value(target.value, paths)
            following.use(base, UseKind.ITEM, target)
            following.use(value, UseKind.STORED, target)
            for element in target.slice:
                for child in children(element.slice):
                    following.value(child, paths)
            change(paths, base)
            path = path_of(target.value)
            # What is put into a dict is in it from then on.
            if path is not None and held(value) != OTHER:
                paths.values[path] = paths.values.get(path, OTHER) | held(value)
        case cst.Tuple() | cst.List():
            following.use(value, UseKind.UNPACKED, target)
            for inner in target.elements:
                bind(following, inner.value, part(value), paths)
        case cst.StarredElement():
            bind(following, target.value, value, paths)


def change(paths: Paths, base: Value) -> None:
    """Something that comes from an entry is changed in place: whatever holds that entry has changed."""
    reads = {source.read for source in base if source.read is not None and source.state in OF_ENTRY}
    if not reads:
        return
    for name, value in paths.values.items():
        if any(source.read in reads for source in value):
            paths.values[name] = frozenset(
                Source(State.CHANGED, s.read) if s.read in reads and s.state in OF_ENTRY else s for s in value
            )


def arguments(following: Following, node: cst.Call, paths: Paths) -> list[Value]:
    """What is passed by a call, worked out."""
    return [following.value(argument.value, paths) for argument in node.args]


def called(following: Following, node: cst.Call, paths: Paths) -> Value:
    """A call that is none of a cache."""
    name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
    base = OTHER
    if isinstance(node.func, cst.Attribute):
        path = path_of(node.func)
        if path is None or path not in paths.values:
            base = following.value(node.func.value, paths)
            following.use(base, UseKind.ATTRIBUTE, node.func, name)
            for source in base:
                if source.read is not None and source.read.uses and source.read.uses[-1].node is node.func:
                    source.read.uses[-1].call = node
    else:
        following.use(following.value(node.func, paths), UseKind.CALLED, node)
    passed = arguments(following, node, paths)
    owners = [argument.value for argument in node.args]
    owners += [node.func.value] if isinstance(node.func, cst.Attribute) else []
    paths.lose_hold(path for path in map(path_of, owners) if path is not None)
    if any(source.read is not None for source in base):
        if name in MUTATING:
            change(paths, base)
            return part(base)
        if name in ("copy", "items", "values", "keys", "union", "intersection", "difference", "symmetric_difference"):
            kept = frozenset(source for source in base if source.read is not None)
            return changed(base) if passed else kept
        return part(base) if name == "get" else OTHER
    first = passed[0] if passed else OTHER
    if name in CONVERTING and len(passed) >= 1:
        following.use(first, UseKind.CONVERTED, node)
        # What could be converted was there.
        kept = frozenset(_hit(source) for source in first if source.read is not None)
        return (changed(first) if len(passed) > 1 and name in ("dict", "OrderedDict") else kept) or OTHER
    if name in ASKING and isinstance(node.func, cst.Name):
        for value in passed:
            following.use(value, UseKind.ITERATED, node)
        return changed(frozenset().union(*passed)) if name in ("max", "min", "sum") else OTHER
    if name in KEEPING:
        following.use(first, UseKind.PASSED, node)
        return frozenset(source for source in first if source.read is not None) or OTHER
    if name in ("getattr", "hasattr", "isinstance", "callable", "bool", "str", "repr", "type", "id"):
        if name in ("isinstance", "hasattr", "callable", "bool"):
            following.tested(first, MissTest.ASKED, node)
        return OTHER
    for value in passed:
        following.use(value, UseKind.PASSED, node)
    return OTHER


#: By the class of an expression, who reads it.
_HANDLERS: dict[type, Callable[[Following, Any, Paths], Value]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Await: _await,
    cst.BinaryOperation: _binary,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.IfExp: _if_expression,
    cst.NamedExpr: _walrus,
    cst.Lambda: _lambda,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.List: _display,
    cst.Tuple: _display,
    cst.Set: _display,
    cst.Dict: _dict,
    cst.FormattedString: _formatted,
    cst.Yield: _yield,
}
