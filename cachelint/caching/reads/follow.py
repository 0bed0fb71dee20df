"""The pass over a function: its statements, and its calls of caches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.expressions import arguments, bind, called, change, escape, evaluate
from cachelint.caching.reads.following import CallsByNode, Following, Jumps
from cachelint.caching.reads.identity import identities
from cachelint.caching.reads.narrowing import narrow
from cachelint.caching.reads.paths import Paths, joined
from cachelint.caching.reads.states import (
    NONE_VALUE,
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
    changed,
)
from cachelint.django.cache_api import METHODS, Does
from cachelint.project.classes import dotted
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import children, descendants

#: What a call of a wrapper gives of a read inside it; None where nothing is known.
ReturnedBy = Callable[[CacheCall], "State | None"]


class Follower(Following):
    """Follows one function, or a local one in it; ``returned_by`` says what wrappers hand on of what they read."""

    def __init__(
        self, parsed: ParsedDefinition, scope: cst.FunctionDef | cst.Lambda, calls: CallsByNode, fresh: Iterator[int],
        returned_by: ReturnedBy,
    ) -> None:  # fmt: skip
        super().__init__(parsed, scope, calls, fresh)
        self.returned_by = returned_by
        self.everywhere_locked = _is_locked(parsed, scope)
        #: The returns with a value, with the keys that are known to be missing there.
        self.leaving: list[tuple[cst.Return, frozenset[int]]] = []

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
            if paths.of(read.key) == {KeyState.WRITTEN}:
                return frozenset({Source(State.HIT, read)})
            return frozenset({Source(State.MAYBE, read)})
        return frozenset({Source(read.state, read)})

    def _written(self, write: WriteBack, call: CacheCall, given: dict[int, Value], paths: Paths) -> Value:
        stored = call.nodes.get("value") or call.nodes.get("data")
        value = given.get(id(stored), OTHER) if stored is not None else OTHER
        write.sources |= frozenset(source for source in value if source.read is not None)
        if paths.of(write.key) == {KeyState.ABSENT}:
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
                paths.keys[touch.key] = frozenset({KeyState.WRITTEN})
                if method != "add":
                    paths.deciders.pop(touch.key, None)
            case Removal():
                paths.keys[touch.key] = frozenset({KeyState.DELETED})
                paths.deciders.pop(touch.key, None)

    # -- statements ------------------------------------------------------------------------------------------

    def block(self, node: cst.BaseSuite, paths: Paths) -> bool:
        """Run the statements of a block; whether anything gets behind it."""
        return self._statements(node.body, paths)

    def _statements(self, statements: Iterable[cst.CSTNode], paths: Paths, seen: list[Paths] | None = None) -> bool:
        for statement in statements:
            if not self._statement(statement, paths):
                return False
            if seen is not None:
                seen.append(paths.copy())
        return True

    def _statement(self, node: cst.CSTNode, paths: Paths) -> bool:
        handler = _STATEMENTS.get(type(node))
        if handler is not None:
            return handler(self, node, paths)
        for child in children(node):
            self.value(child, paths)
        return True

    def _line(self, node: cst.SimpleStatementLine | cst.SimpleStatementSuite, paths: Paths) -> bool:
        return self._statements(node.body, paths)

    def _expression(self, node: cst.Expr, paths: Paths) -> bool:
        self.value(node.value, paths)
        return not _never_returns(node.value)

    def _assign(self, node: cst.Assign, paths: Paths) -> bool:
        value = self.value(node.value, paths)
        parts = node.value.elements if isinstance(node.value, cst.Tuple | cst.List) else ()
        for target in node.targets:
            inner = target.target
            if isinstance(inner, cst.Tuple | cst.List) and len(inner.elements) == len(parts):
                for element, each in zip(inner.elements, parts, strict=True):
                    bind(self, element.value, self.known.get(id(each.value), OTHER), paths)
                continue
            bind(self, inner, value, paths)
            name = dotted(inner)
            if name is not None and self._is_flag(node.value):
                paths.flags[name] = node.value
        return True

    def _is_flag(self, node: cst.BaseExpression) -> bool:
        """Whether a variable that is given an expression is looked up again: a test, or the arguments of a call."""
        inner = node.expression if isinstance(node, cst.Await) else node
        if isinstance(inner, cst.Comparison | cst.Dict):
            return True
        if isinstance(inner, cst.UnaryOperation):
            return isinstance(inner.operator, cst.Not)
        return any(call.innermost.method in ("add", "has_key") for call in self.calls.get(id(inner), ()))

    def _annotated(self, node: cst.AnnAssign, paths: Paths) -> bool:
        if node.value is not None:
            bind(self, node.target, self.value(node.value, paths), paths)
        return True

    def _augmented(self, node: cst.AugAssign, paths: Paths) -> bool:
        old, added = self.value(node.target, paths), self.value(node.value, paths)
        self.use(old, UseKind.ARITHMETIC, node.target)
        self.use(added, UseKind.ARITHMETIC, node.value)
        result = changed(old | added)
        if isinstance(node.target, cst.Name):
            # `rows += more` changes the list in place.
            change(paths, old)
        bind(self, node.target, result, paths)
        return True

    def _return(self, node: cst.Return, paths: Paths) -> bool:
        value = self.value(node.value, paths) if node.value is not None else NONE_VALUE
        if node.value is not None:
            self.use(value, UseKind.RETURNED, node.value)
            name = dotted(node.value)
            for touch in self.touches:
                if isinstance(touch, WriteBack) and name is not None and touch.variable == name:
                    touch.returned = True
        if node.value is not None and not self.handlers:
            missing = frozenset(k for k, states in paths.keys.items() if states == {KeyState.ABSENT})
            if missing:
                self.leaving.append((node, missing))
        self.returned.add(value)
        return False

    def _raise(self, node: cst.Raise, paths: Paths) -> bool:
        if node.exc is not None:
            self.value(node.exc, paths)
        return False

    def _delete(self, node: cst.Del, paths: Paths) -> bool:
        targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
        for target in targets:
            if isinstance(target, cst.Subscript):
                base = self.value(target.value, paths)
                self.use(base, UseKind.ITEM, target)
                change(paths, base)
            else:
                name = dotted(target)
                if name is not None:
                    paths.bind(name, OTHER, next(self.fresh))
        return True

    def _assert(self, node: cst.Assert, paths: Paths) -> bool:
        self.test(node.test, paths)
        return self.narrow(node.test, True, paths)

    def _break(self, node: cst.Break, paths: Paths) -> bool:
        if self.loops:
            self.loops[-1].left.append(paths.copy())
        return False

    def _continue(self, node: cst.Continue, paths: Paths) -> bool:
        if self.loops:
            self.loops[-1].next_round.append(paths.copy())
        return False

    def _global(self, node: cst.Global | cst.Nonlocal, paths: Paths) -> bool:
        return True

    def _if(self, node: cst.If, paths: Paths) -> bool:
        self.test(node.test, paths)
        after: list[Paths] = []
        yes, no = paths.copy(), paths.copy()
        flags = [paths.flags[n.value] for n in _names(node.test) if n.value in paths.flags]
        self.conditions.append((node.test, *flags))
        if self.narrow(node.test, True, yes) and self.block(node.body, yes):
            after.append(yes)
        if self.narrow(node.test, False, no):
            if node.orelse is None:
                after.append(no)
            elif isinstance(node.orelse, cst.If):
                if self._if(node.orelse, no):
                    after.append(no)
            elif self.block(node.orelse.body, no):
                after.append(no)
        self.conditions.pop()
        return self._meet(after, paths)

    def _meet(self, after: list[Paths], paths: Paths) -> bool:
        met = joined(after, self.fresh)
        if met is None:
            return False
        paths.replace(met)
        return True

    def _for(self, node: cst.For, paths: Paths) -> bool:
        over = self.value(node.iter, paths)
        self.use(over, UseKind.ITERATED, node.iter)

        def enter(inside: Paths) -> bool:
            bind(self, node.target, frozenset(Source(State.ITEM, s.read) for s in over if s.read) or OTHER, inside)
            return True

        return self._loop(node, enter, lambda inside: True, paths)

    def _while(self, node: cst.While, paths: Paths) -> bool:
        def enter(inside: Paths) -> bool:
            self.test(node.test, inside)
            return self.narrow(node.test, True, inside)

        def leave(inside: Paths) -> bool:
            return self.narrow(node.test, False, inside)

        return self._loop(node, enter, leave, paths)

    def _loop(
        self, node: cst.For | cst.While, enter: Callable[[Paths], bool], leave: Callable[[Paths], bool], paths: Paths
    ) -> bool:
        """Twice around: what the first round leaves behind is what the second may find."""
        left: list[Paths] = []
        rounds = [paths.copy()]
        for _ in range(2):
            inside = joined(rounds, self.fresh)
            assert inside is not None
            inside = inside.copy()
            if not enter(inside):
                break
            jumps = Jumps()
            self.loops.append(jumps)
            if self.block(node.body, inside):
                rounds.append(inside)
            self.loops.pop()
            rounds += jumps.next_round
            left += jumps.left
        end = joined(rounds, self.fresh)
        after = list(left)
        if end is not None:
            end = end.copy()
            if leave(end) and (node.orelse is None or self.block(node.orelse.body, end)):
                after.append(end)
        return self._meet(after, paths)

    def _try(self, node: cst.Try | cst.TryStar, paths: Paths) -> bool:
        before = paths.copy()
        inside = paths.copy()
        seen = [before]
        self.catching.append(frozenset(name for handler in node.handlers for name in _names_of(handler)))
        alive = self._statements(node.body.body, inside, seen)
        self.catching.pop()
        seen.append(inside.copy())
        interrupted = joined(seen, self.fresh) or before
        after: list[Paths] = []
        if alive and node.orelse is not None:
            alive = self.block(node.orelse.body, inside)
        if alive:
            after.append(inside)
        self.handlers += 1
        for handler in node.handlers:
            caught = interrupted.copy()
            if self.block(handler.body, caught):
                after.append(caught)
        self.handlers -= 1
        reached = self._meet(after, paths)
        if node.finalbody is not None:
            if not reached:
                paths.replace(interrupted.copy())
            self.finals += 1
            ends = self.block(node.finalbody.body, paths)
            self.finals -= 1
            return reached and ends
        return reached

    def _with(self, node: cst.With, paths: Paths) -> bool:
        locked = suppressed = 0
        for item in node.items:
            value = self.value(item.item, paths)
            text = self.parsed.code(item.item)
            locked += "lock" in text.lower()
            if "suppress" in text and isinstance(item.item, cst.Call):
                names = frozenset((dotted(a.value) or "").rpartition(".")[2] for a in item.item.args)
                self.catching.append(names)
                suppressed += 1
            if item.asname is not None:
                bind(self, item.asname.name, value, paths)
        self.locks += locked
        before = paths.copy()
        alive = self.block(node.body, paths)
        self.locks -= locked
        for _ in range(suppressed):
            self.catching.pop()
        if suppressed:
            return self._meet([before, paths.copy()] if alive else [before], paths)
        return alive

    def _match(self, node: cst.Match, paths: Paths) -> bool:
        subject = self.value(node.subject, paths)
        self.tested(subject, MissTest.ASKED, node.subject)
        after: list[Paths] = []
        rest = paths.copy()
        for case in node.cases:
            inside = rest.copy()
            is_none = isinstance(case.pattern, cst.MatchSingleton) and case.pattern.value.value == "None"
            name = dotted(node.subject)
            if name is not None and name in inside.values:
                test = cst.Comparison(node.subject, [cst.ComparisonTarget(cst.Is(), cst.Name("None"))])
                self.known[id(node.subject)] = subject
                if not self.narrow(test, is_none, inside):
                    continue
                if is_none and case.guard is None:
                    self.narrow(test, False, rest)
            if self.block(case.body, inside):
                after.append(inside)
        after.append(rest)
        return self._meet(after, paths)

    def _function(self, node: cst.FunctionDef, paths: Paths) -> bool:
        escape(self, node, paths)
        paths.bind(node.name.value, OTHER, next(self.fresh))
        return True

    def _class(self, node: cst.ClassDef, paths: Paths) -> bool:
        escape(self, node, paths)
        return True


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


def _names(node: cst.CSTNode) -> list[cst.Name]:
    return [inner for inner in (node, *descendants(node)) if isinstance(inner, cst.Name)]


def _names_of(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterable[str]:
    """The last parts of the names that a handler catches."""
    if handler.type is None:
        yield "BaseException"
        return
    types = handler.type.elements if isinstance(handler.type, cst.Tuple) else (handler.type,)
    for each in types:
        node = each.value if isinstance(each, cst.Element) else each
        yield (dotted(node) or "").rpartition(".")[2]  # type: ignore[arg-type]


#: Functions that never return, by what they are called.
_EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "abort", "self.fail", "pytest.fail", "pytest.skip"})


def _never_returns(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and dotted(node.func) in _EXITS


#: By the class of a statement, who runs it.
_STATEMENTS: dict[type, Callable[[Follower, Any, Paths], bool]] = {
    cst.SimpleStatementLine: Follower._line,
    cst.SimpleStatementSuite: Follower._line,
    cst.Expr: Follower._expression,
    cst.Assign: Follower._assign,
    cst.AnnAssign: Follower._annotated,
    cst.AugAssign: Follower._augmented,
    cst.Return: Follower._return,
    cst.Raise: Follower._raise,
    cst.Del: Follower._delete,
    cst.Assert: Follower._assert,
    cst.Break: Follower._break,
    cst.Continue: Follower._continue,
    cst.Global: Follower._global,
    cst.Nonlocal: Follower._global,
    cst.If: Follower._if,
    cst.For: Follower._for,
    cst.While: Follower._while,
    cst.Try: Follower._try,
    cst.TryStar: Follower._try,
    cst.With: Follower._with,
    cst.Match: Follower._match,
    cst.FunctionDef: Follower._function,
    cst.ClassDef: Follower._class,
}
