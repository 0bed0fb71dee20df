"""What a test that came out one way says of values from a cache, and of the keys that they were read under."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from cachelint.caching.reads.following import Following
from cachelint.caching.reads.identity import path_of
from cachelint.caching.reads.paths import Paths, joined
from cachelint.caching.reads.states import OTHER, KeyState, Source, State

#: From a source to what it is on the paths on which a test came out so; None where it can't be.
Change = Callable[[Source], "Source | None"]


def narrow(following: Following, node: cst.BaseExpression, truth: bool, paths: Paths) -> bool:
    """Change paths to those on which a test came out so; whether there are any."""
    match node:
        case cst.UnaryOperation(operator=cst.Not()):
            return narrow(following, node.expression, not truth, paths)
        case cst.BooleanOperation():
            return _both(following, node, truth, paths)
        case cst.Comparison():
            return _comparison(following, node, truth, paths)
        case cst.NamedExpr():
            return narrow(following, node.target, truth, paths)
        case cst.Await():
            return narrow(following, node.expression, truth, paths)
        case cst.Call():
            return _call(following, node, truth, paths)
        case cst.Name() if node.value in ("True", "False"):
            return (node.value == "True") == truth
        case cst.Name() | cst.Attribute():
            return _variable(following, node, truth, paths)
    return True


def _both(following: Following, node: cst.BooleanOperation, truth: bool, paths: Paths) -> bool:
    together = isinstance(node.operator, cst.And) == truth
    if together:
        return narrow(following, node.left, truth, paths) and narrow(following, node.right, truth, paths)
    if _terms(node) > _MOST_TERMS:
        # One of many is so: to follow each would be for nothing.
        _doubt(node, paths)
        return True
    # One of two is so: which of them, nobody knows.
    first, second = paths.copy(), paths.copy()
    after: list[Paths] = []
    if narrow(following, node.left, truth, first):
        after.append(first)
    if narrow(following, node.left, not truth, second) and narrow(following, node.right, truth, second):
        after.append(second)
    met = joined(after, following.fresh)
    if met is None:
        return False
    paths.replace(met)
    _doubt(node, paths)
    return True


#: Parts of a test by ``or`` (or by ``and``, where it failed) that are told apart.
_MOST_TERMS = 6


def _terms(node: cst.BaseExpression) -> int:
    """How many parts a chain of one operator has."""
    count = 1
    while isinstance(node, cst.BooleanOperation):
        count += 1
        node = node.left
    return count


def _doubt(node: cst.BooleanOperation, paths: Paths) -> None:
    for name in paths.values:
        if _stands_in(node, name):
            paths.values[name] = frozenset(_doubted(source) for source in paths.values[name])


def _doubted(source: Source) -> Source:
    return Source(State.DOUBT, source.read) if source.state is State.MAYBE else source


def _stands_in(node: cst.CSTNode, path: str) -> bool:
    if path_of(node) == path:
        return True
    return any(_stands_in(child, path) for child in node.children)


def _variable(following: Following, node: cst.Name | cst.Attribute, truth: bool, paths: Paths) -> bool:
    path = path_of(node)
    if path is not None and path in paths.flags:
        test = paths.flags[path]
        return narrow(following, test, truth, paths)
    if path is not None and truth:
        paths.truthy |= {path}
    return _split(following, node, paths, _if_true if truth else _if_false)


def _if_true(source: Source) -> Source | None:
    if source.state in (State.MAYBE, State.DOUBT):
        return Source(State.HIT, source.read)
    return None if source.state is State.MISS else source


def _if_false(source: Source) -> Source | None:
    if source.state in (State.MAYBE, State.HIT, State.DOUBT) and source.read is not None:
        return Source(State.MISS, source.read)
    return source


def _if_there(source: Source) -> Source | None:
    if source.state in (State.MAYBE, State.DOUBT):
        return Source(State.HIT, source.read)
    return None if source.state is State.MISS else source


def _if_none(source: Source) -> Source | None:
    if source.read is None or source.state is State.MISS:
        return source
    return Source(State.MISS, source.read) if source.state in (State.MAYBE, State.DOUBT, State.DEFAULT) else None


def _if_default(source: Source) -> Source | None:
    if source.read is None:
        return source
    return Source(State.MISS, source.read) if source.state in (State.DEFAULT, State.MAYBE) else None


def _if_not_default(source: Source) -> Source | None:
    return None if source.state is State.DEFAULT else source


def _if_asked(source: Source) -> Source | None:
    return Source(State.DOUBT, source.read) if source.state is State.MAYBE else source


def _split(following: Following, node: cst.CSTNode, paths: Paths, change: Change) -> bool:
    """Change what an expression can be; the keys that its reads were made with follow."""
    path = path_of(node)
    value = paths.values.get(path, OTHER) if path is not None else following.known.get(id(node), OTHER)
    if value == OTHER:
        return True
    kept: set[Source] = set()
    for source in value:
        narrowed = change(source)
        if narrowed is not None:
            kept.add(narrowed)
    if path is not None and kept:
        paths.values[path] = frozenset(kept)
    for read in {source.read for source in value if source.read is not None}:
        _note_key(read.key_now, {s.state for s in kept if s.read is read}, read, paths)
    return bool(kept)


def _note_key(key: int, states: set[State], read: object, paths: Paths) -> None:
    if states and states <= {State.MISS, State.DEFAULT}:
        paths.keys[key] = frozenset({KeyState.ABSENT})
        paths.deciders.pop(key, None)
    elif states == {State.HIT}:
        paths.keys[key] = frozenset({KeyState.TESTED})
        paths.deciders[key] = frozenset({read})  # type: ignore[arg-type]


def _comparison(following: Following, node: cst.Comparison, truth: bool, paths: Paths) -> bool:
    if len(node.comparisons) != 1:
        return True
    operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
    if isinstance(operator, cst.NotIn | cst.IsNot | cst.NotEqual):
        truth = not truth
    match operator:
        case cst.In() | cst.NotIn():
            return _membership(following, node, right, truth, paths)
        case cst.Is() | cst.IsNot() | cst.Equal() | cst.NotEqual():
            return _identity(following, node.left, right, truth, paths, exact=isinstance(operator, cst.Is | cst.IsNot))
    for side in (node.left, right):
        _split(following, side, paths, _if_asked)
    return True


def _identity(
    following: Following, left: cst.BaseExpression, right: cst.BaseExpression, truth: bool, paths: Paths, *, exact: bool
) -> bool:
    if _is(left, "None"):
        left, right = right, left
    if _is(right, "None"):
        return _split(following, left, paths, _if_none if truth else _if_there)
    if _is(right, "True") or _is(right, "False"):
        return _split(following, left, paths, _if_true if truth else _if_asked)
    for one, other in ((left, right), (right, left)):
        if not any(source.read is not None for source in following.known.get(id(one), OTHER)):
            continue
        default = next((s.read.default for s in following.known.get(id(one), OTHER) if s.read is not None), None)
        if default is not None and following.parsed.code(default).strip() == following.parsed.code(other).strip():
            return _split(following, one, paths, _if_default if truth else _if_not_default)
        # Equal to something that is there; of what is only equal to a variable nobody knows.
        constant = isinstance(other, cst.BaseString | cst.BaseNumber | cst.Dict | cst.List | cst.Tuple | cst.Set)
        _split(following, one, paths, _if_true if truth and constant and not exact else _if_asked)
    return True


def _membership(
    following: Following, node: cst.Comparison, container: cst.BaseExpression, truth: bool, paths: Paths
) -> bool:
    for touch in [t for (n, _), t in following.known_touches.items() if n == id(node)]:
        paths.keys[touch.key_now] = frozenset({KeyState.TESTED if truth else KeyState.ABSENT})
        if truth:
            paths.deciders[touch.key_now] = frozenset({touch})
        else:
            paths.deciders.pop(touch.key_now, None)
        return True
    if _is(node.left, "None") and isinstance(container, cst.Tuple | cst.List | cst.Set):
        for element in container.elements:
            _split(following, element.value, paths, _if_asked if truth else _if_there)
        return True
    _split(following, node.left, paths, _if_asked)
    return True


def _call(following: Following, node: cst.Call, truth: bool, paths: Paths) -> bool:
    name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
    touches = [t for (n, _), t in following.known_touches.items() if n == id(node)]
    for touch in touches:
        method = touch.call.innermost.method
        if method == "has_key":
            paths.keys[touch.key_now] = frozenset({KeyState.TESTED if truth else KeyState.ABSENT})
            if truth:
                paths.deciders[touch.key_now] = frozenset({touch})
            else:
                paths.deciders.pop(touch.key_now, None)
        elif method == "add" and truth:
            paths.locked = True
    if touches:
        return _split(following, node, paths, _if_true if truth else _if_false)
    arguments = [argument.value for argument in node.args]
    if name == "isinstance" and len(arguments) == 2:
        return _split(following, arguments[0], paths, _if_true if truth else _if_asked)
    if name in ("all", "any") and len(arguments) == 1 and isinstance(arguments[0], cst.List | cst.Tuple | cst.Set):
        certain = (name == "all") == truth
        for element in arguments[0].elements:
            change = (_if_true if truth else _if_false) if certain else _if_asked
            _split(following, element.value, paths, change)
        return True
    for argument in arguments:
        _split(following, argument, paths, _if_asked)
    if name == "acquire" and truth:
        paths.locked = True
    return True


def _is(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name
