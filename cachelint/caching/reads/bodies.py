"""What each function of the project does with its caches: followed once a function, when it is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.follow import Follower
from cachelint.caching.reads.following import CallsByNode
from cachelint.caching.reads.states import ReadUses, State, Touch, Value
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef


class Body:
    """A function that was followed: all that it does with its caches, local functions included; what it returns."""

    def __init__(self, function: FunctionRef, parsed: ParsedDefinition) -> None:
        self.function = function
        self.parsed = parsed
        self.touches: list[Touch] = []
        self.returned: frozenset[Value] = frozenset()
        self.falls_through = False


class Bodies:
    """The functions of a project that call a cache, or a wrapper around one."""

    def __init__(self, calls: Sequence[CacheCall]) -> None:
        self._by_node: dict[int, list[CacheCall]] = {}
        self._functions: dict[FunctionRef, ParsedDefinition] = {}
        for call in calls:
            if call.function is None or call.parsed.function is None or call.decorates:
                continue
            self._by_node.setdefault(id(call.node), []).append(call)
            self._functions.setdefault(call.function, call.parsed)
        self._known: dict[FunctionRef, Body | None] = {}
        self._fresh = itertools.count(1)
        self._by_key: dict[int, list[Touch]] = {}
        self._by_call: dict[int, list[Touch]] = {}

    def of_key(self, touch: Touch) -> list[Touch]:
        """All that the function of a touch does with the same key, in order."""
        return self._by_key[touch.key]

    def of_call(self, call: CacheCall) -> list[Touch]:
        """What the function of a call makes of it; nothing outside of functions."""
        if call.function is None or self.of(call.function) is None:
            return []
        return self._by_call.get(id(call), [])

    def all(self) -> Iterator[Body]:
        """All functions, in the order of files and lines."""
        for function in self._functions:
            body = self.of(function)
            if body is not None:
                yield body

    def of(self, function: FunctionRef) -> Body | None:
        """A function, followed; None where it calls no cache, or is being followed."""
        if function not in self._known:
            self._known[function] = None
            parsed = self._functions.get(function)
            if parsed is not None:
                self._known[function] = self._follow(function, parsed)
        return self._known[function]

    def reads_at(self, node: cst.CSTNode) -> bool:
        """Whether a call is a read, or a call of a wrapper around one, by itself."""
        return any(call.innermost.method in ("get", "get_many") for call in self._by_node.get(id(node), ()))

    def with_call(self, function: FunctionRef, parsed: ParsedDefinition, call: CacheCall) -> Body:
        """A function, followed as if one more of its calls were a call of a cache; what is known stays as it is."""
        extra = dict(self._by_node)
        extra[id(call.node)] = [*extra.get(id(call.node), ()), call]
        body = Body(function, parsed)
        return self._run(body, extra, keep=False)

    def _follow(self, function: FunctionRef, parsed: ParsedDefinition) -> Body:
        return self._run(Body(function, parsed), self._by_node, keep=True)

    def _run(self, body: Body, calls: CallsByNode, *, keep: bool) -> Body:
        parsed = body.parsed
        assert parsed.function is not None
        waiting: list[cst.FunctionDef | cst.Lambda] = [parsed.function]
        seen: set[int] = set()
        while waiting:
            scope = waiting.pop(0)
            if id(scope) in seen:
                continue
            seen.add(id(scope))
            follower = Follower(parsed, scope, calls, self._fresh, self.returned_by)
            follower.run()
            body.touches += follower.touches
            for touch in follower.touches if keep else ():
                self._by_key.setdefault(touch.key, []).append(touch)
                self._by_call.setdefault(id(touch.call), []).append(touch)
            waiting += follower.inner
            if scope is parsed.function:
                body.returned, body.falls_through = frozenset(follower.returned), follower.falls_through
        return body

    def hands_on(self, read: ReadUses, body: Body) -> State | None:
        """What a function gives its callers of a read of its own; None where it gives nothing of it."""
        return _handed_on(read, body) if read.scope is body.parsed.function else None

    def returned_by(self, call: CacheCall) -> State | None:
        """What a call of a wrapper gives of the read inside it: an entry that may be missing, one that is there…"""
        inner = call.inner
        if inner is None or inner.function is None:
            return None
        body = self.of(inner.function)
        if body is None:
            return None
        read = next((t for t in body.touches if isinstance(t, ReadUses) and t.call.node is inner.node), None)
        if read is None:
            return State.MAYBE if not call.roles else None
        if read.scope is not body.parsed.function:
            return None
        if read.default is not None and _is_none_by_default(read.default, body.parsed.function, call):
            return State.MAYBE
        return _handed_on(read, body)


def _is_none_by_default(default: cst.BaseExpression, function: cst.FunctionDef | None, call: CacheCall) -> bool:
    """Whether the default of a read is a parameter that is None where a call does not pass it."""
    if function is None or not isinstance(default, cst.Name) or not isinstance(call.node, cst.Call):
        return False
    plain = [*function.params.posonly_params, *function.params.params]
    for index, parameter in enumerate([*plain, *function.params.kwonly_params]):
        if parameter.name.value != default.value:
            continue
        method = bool(plain) and plain[0].name.value in ("self", "cls")
        positional = sum(argument.keyword is None for argument in call.node.args)
        passed = positional > index - method if index < len(plain) else False
        named = any(a.keyword is not None and a.keyword.value == default.value for a in call.node.args)
        is_none = isinstance(parameter.default, cst.Name) and parameter.default.value == "None"
        return is_none and not passed and not named and not any(a.star for a in call.node.args)
    return False


def _handed_on(read: ReadUses, body: Body) -> State | None:
    states = {source.state for value in body.returned for source in value if source.read is read}
    if not states & {State.MAYBE, State.HIT, State.MISS, State.DOUBT, State.DEFAULT}:
        return None
    if State.MAYBE in states or State.MISS in states:
        return State.MAYBE
    gives_none = body.falls_through or any(
        source.read is None and source.state is State.MISS for value in body.returned for source in value
    )
    if gives_none and State.HIT in states and State.DEFAULT not in states:
        return State.MAYBE
    return State.HIT
