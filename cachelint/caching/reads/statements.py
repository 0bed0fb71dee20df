"""The pass over a function: its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import libcst as cst

from cachelint.caching.reads.expressions import bind, change, escape
from cachelint.caching.reads.following import Following, Jumps
from cachelint.caching.reads.paths import Paths, joined
from cachelint.caching.reads.states import (
    NONE_VALUE,
    OTHER,
    KeyState,
    MissTest,
    Source,
    State,
    UseKind,
    WriteBack,
    changed,
)
from cachelint.project.classes import dotted
from cachelint.project.syntax import children, descendants

#: Loops inside loops whose bodies are followed twice.
_DEEPEST_TWICE = 3


class Statements(Following):
    """Follows the paths through statements: branches, loops, ``try``, ``with`` and ``match``."""

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
        # Loops inside loops inside loops are gone through once: each more would double the work.
        for _ in range(2 if len(self.loops) < _DEEPEST_TWICE else 1):
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
_STATEMENTS: dict[type, Callable[[Statements, Any, Paths], bool]] = {
    cst.SimpleStatementLine: Statements._line,
    cst.SimpleStatementSuite: Statements._line,
    cst.Expr: Statements._expression,
    cst.Assign: Statements._assign,
    cst.AnnAssign: Statements._annotated,
    cst.AugAssign: Statements._augmented,
    cst.Return: Statements._return,
    cst.Raise: Statements._raise,
    cst.Del: Statements._delete,
    cst.Assert: Statements._assert,
    cst.Break: Statements._break,
    cst.Continue: Statements._continue,
    cst.Global: Statements._global,
    cst.Nonlocal: Statements._global,
    cst.If: Statements._if,
    cst.For: Statements._for,
    cst.While: Statements._while,
    cst.Try: Statements._try,
    cst.TryStar: Statements._try,
    cst.With: Statements._with,
    cst.Match: Statements._match,
    cst.FunctionDef: Statements._function,
    cst.ClassDef: Statements._class,
}
