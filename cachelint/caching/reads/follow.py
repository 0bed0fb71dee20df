"""The pass over a function: its calls of caches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.expressions import arguments, called, evaluate
from cachelint.caching.reads.following import CallsByNode
from cachelint.caching.reads.identity import identities
from cachelint.caching.reads.narrowing import narrow
from cachelint.caching.reads.paths import Paths
from cachelint.caching.reads.statements import Statements
from cachelint.caching.reads.states import (
    OTHER,
    Count,
    EarlyReturn,
    KeyState,
    KeyTest,
    MissTest,
    ReadUses,
    Removal,
    Source,
    State,
    Touch,
    UseKind,
    Value,
    WriteBack,
)
from cachelint.django.cache_api import METHODS, Does
from cachelint.project.classes import dotted
from cachelint.project.parsed import ParsedDefinition

#: What a call of a wrapper gives of a read inside it; None where nothing is known.
ReturnedBy = Callable[[CacheCall], "State | None"]


class Follower(Statements):
    """Follows one function, or a local one in it; ``returned_by`` says what wrappers hand on of what they read."""

    def __init__(
        self, parsed: ParsedDefinition, scope: cst.FunctionDef | cst.Lambda, calls: CallsByNode, fresh: Iterator[int],
        returned_by: ReturnedBy,
    ) -> None:  # fmt: skip
        super().__init__(parsed, scope, calls, fresh)
        self.returned_by = returned_by
        self.everywhere_locked = _is_locked(parsed, scope)

    def run(self) -> None:
        """Follow the whole body."""
        scope = self.scope
        paths = Paths()
        if isinstance(scope, cst.Lambda):
            self.returned.add(self.value(scope.body, paths))
            return
        assert isinstance(scope, cst.FunctionDef)
        self.falls_through = self.block(scope.body, paths)
        self._note_early_returns()

    def _note_early_returns(self) -> None:
        """The returns that pass by a write, now that all writes are known."""
        for node, keys in self.leaving:
            for write in [t for t in self.touches if isinstance(t, WriteBack) and t.key in keys]:
                missed = next((t for t in self.touches if isinstance(t, ReadUses) and t.key == write.key), None)
                if missed is None or self.parsed.place(node) > write.place or write.call.innermost.method != "set":
                    continue
                early = EarlyReturn(write.call, write.key, write.before, self.scope, len(self.touches))
                early.node, early.missed = node, missed
                self.touches.append(early)
                break

    # -- expressions -----------------------------------------------------------------------------------------

    def value(self, node: cst.CSTNode, paths: Paths) -> Value:
        """See Following."""
        calls = self.calls.get(id(node))
        if calls:
            found = self._cache_call(node, calls, paths)
        elif isinstance(node, cst.Call):
            found = called(self, node, paths)
        else:
            return evaluate(self, node, paths)
        self.known[id(node)] = found
        return found

    def test(self, node: cst.BaseExpression, paths: Paths) -> None:
        """See Following."""
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            self.test(node.expression, paths)
            return
        value = self.value(node, paths)
        inner = node.expression if isinstance(node, cst.Await) else node
        if isinstance(inner, cst.Name | cst.Attribute | cst.NamedExpr | cst.Call):
            flag = paths.flags.get(dotted(inner) or "") if not isinstance(inner, cst.Call) else None
            if flag is None:
                self.tested(value, MissTest.TRUTH, node)

    def narrow(self, node: cst.BaseExpression, truth: bool, paths: Paths) -> bool:
        """See Following."""
        return narrow(self, node, truth, paths)

    # -- calls of caches -------------------------------------------------------------------------------------

    def _cache_call(self, node: cst.CSTNode, calls: Iterable[CacheCall], paths: Paths) -> Value:
        passed: list[Value] = []
        given: dict[int, Value] = {}
        if isinstance(node, cst.Call):
            if isinstance(node.func, cst.Attribute):
                self.value(node.func.value, paths)
            passed = arguments(self, node, paths)
            given = {id(argument.value): value for argument, value in zip(node.args, passed, strict=True)}
        elif isinstance(node, cst.Comparison):
            self.value(node.left, paths)
        found: Value = frozenset()
        touches: list[Touch] = []
        for call in calls:
            touch, value = self._touch(call, given, paths)
            if touch is not None:
                touches.append(touch)
            found |= value
        for touch in touches:
            self._after(touch, paths)
        for value in passed:
            if not any(isinstance(touch, WriteBack) for touch in touches):
                self.use(value, UseKind.PASSED, node)  # type: ignore[arg-type]
        return found or OTHER

    def _touch(self, call: CacheCall, given: dict[int, Value], paths: Paths) -> tuple[Touch | None, Value]:
        number = (id(call.node), id(call.innermost.node))
        key = self.same_key(identities(call, self.parsed, paths))
        known = self.known_touches.get(number)
        before = paths.of(key)
        method = METHODS[call.innermost.method]
        if known is None:
            made = self._made(call, method.does, key, before)
            if made is None:
                return None, OTHER
            known = self.known_touches[number] = made
            self.touches.append(made)
        else:
            known.before |= before
        known.key_now = key
        known.locked = known.locked or paths.locked or self.locks > 0 or self.everywhere_locked
        if isinstance(known, ReadUses):
            known.decided_by += [t for t in paths.decided(key) if t is not known and t not in known.decided_by]
            return known, self._given(known, call, paths)
        if isinstance(known, WriteBack):
            return known, self._written(known, call, given, paths)
        return known, OTHER

    def _made(self, call: CacheCall, does: Does, key: int, before: frozenset[KeyState]) -> Touch | None:
        plain = (call, key, before, self.scope, len(self.touches), self.caught)
        match does:
            case Does.READS:
                state = self._state(call)
                return ReadUses(*plain, state=state) if state is not None else None
            case Does.TESTS:
                return KeyTest(*plain)
            case Does.WRITES | Does.READS_AND_WRITES:
                made = WriteBack(*plain)
                made.in_handler, made.in_loop = self.handlers > 0, bool(self.loops)
                made.conditions = tuple(self.conditions)
                return made
            case Does.COUNTS | Does.MOVES:
                return Count(*plain)
            case Does.DELETES:
                return Removal(*plain, in_handler=self.handlers > 0, in_finally=self.finals > 0)
        return None

    def _state(self, call: CacheCall) -> State | None:
        if call.inner is not None:
            return self.returned_by(call)
        if call.method == "get_many":
            return State.MANY
        return State.MAYBE

    def _given(self, read: ReadUses, call: CacheCall, paths: Paths) -> Value:
        """What a read gives on a path."""
        if read.state is State.MANY:
            return frozenset({Source(State.MANY, read)})
        default = call.nodes.get("default") if call.inner is None else None
        if default is not None and not (isinstance(default, cst.Name) and default.value == "None"):
            read.default = default
            return frozenset({Source(State.HIT, read), Source(State.DEFAULT, read)})
        if read.state is State.MAYBE:
            if paths.of(read.key_now) == {KeyState.WRITTEN}:
                return frozenset({Source(State.HIT, read)})
            return frozenset({Source(State.MAYBE, read)})
        return frozenset({Source(read.state, read)})

    def _written(self, write: WriteBack, call: CacheCall, given: dict[int, Value], paths: Paths) -> Value:
        stored = call.nodes.get("value") or call.nodes.get("data")
        value = given.get(id(stored), OTHER) if stored is not None else OTHER
        write.sources |= frozenset(source for source in value if source.read is not None)
        if paths.of(write.key_now) == {KeyState.ABSENT}:
            write.missed |= self.reads_of(write.key)
        name = dotted(stored) if stored is not None else None
        if name is not None:
            write.variable = name
            write.truthy = write.truthy or name in paths.truthy
        return OTHER

    def _after(self, touch: Touch, paths: Paths) -> None:
        """What a call makes of what is known of its key."""
        match touch:
            case WriteBack():
                method = touch.call.innermost.method
                paths.keys[touch.key_now] = frozenset({KeyState.WRITTEN})
                if method != "add":
                    paths.deciders.pop(touch.key_now, None)
            case Removal():
                paths.keys[touch.key_now] = frozenset({KeyState.DELETED})
                paths.deciders.pop(touch.key_now, None)


#: What holds a lock on rows, or one that is let go elsewhere; and decorators that hold one around the function.
_LOCKS = re.compile(r"\bselect_for_update\(|\.acquire\(")
_LOCKING = re.compile(r"lock|single|exclusive|serialized|synchronized|mutex|once", re.IGNORECASE)


def _is_locked(parsed: ParsedDefinition, scope: cst.FunctionDef | cst.Lambda) -> bool:
    """Whether a lock is held wherever a function is, as far as can be told."""
    if isinstance(scope, cst.Lambda):
        return False
    if any(_LOCKING.search(parsed.code(decorator)) for decorator in scope.decorators):
        return True
    return _LOCKS.search(parsed.code(scope.body)) is not None
