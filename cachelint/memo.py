"""Answers that are worked out once, and which of them may be remembered.

A value can need itself: constants of a module that name one another, an attribute that a method makes of itself.
Where such a cycle closes, what is still being worked out counts as unknown: a **cut**. All that was worked out between
the two ends of the cycle rests on the cut: it is **provisional**, and forgotten when the cycle is left.

The answer of the question that the cycle was entered at is right for whoever enters there; within the cycle it would be
another. So it is **guarded**: remembered with the questions that stand in the cycle, its guards, and used only where
none of them is being worked out. Whatever is made of it has the same guards. So what an expression evaluates to never
depends on who asked first, and each question of a cycle is worked out once as the one that it was entered at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

#: The level of a cut that nothing rests on: an answer of that level is there for good.
NO_CUT = sys.maxsize

#: The level of an answer that is not there.
_NONE = -1

#: What :meth:`Progress.recall` gives where nothing is remembered that may be used.
NOTHING: Any = object()


class Cell:
    """Holds an answer.

    ``level`` is the level of the cut that it rests on; while it is being worked out it is that of its question, and
    ``answer`` is what stands for it meanwhile. ``guarded`` is an answer that is used where none of its guards is being
    worked out, and those guards. ``bit`` tells it from others, once it stands in a cycle.
    """

    __slots__ = ("answer", "bit", "guarded", "guards", "level")

    def __init__(self) -> None:
        self.level = _NONE
        self.answer: Any = None
        self.bit = 0
        self.guards = 0
        self.guarded: tuple[Any, int] | None = None

    def __bool__(self) -> bool:
        """Whether an answer, or what stands for it, is there without asking for its guards."""
        return self.level != _NONE


class Progress:
    """What is being worked out right now, each within the one before: ``level`` counts them.

    ``lowest`` is the lowest level that what was worked out since rests on, by a cut; ``asked`` that of the question
    itself, which may be cut short. ``guards`` are those of what was used since, a bit each.
    """

    __slots__ = ("_bits", "_entered", "_outer", "_pending", "_provisional", "asked", "guards", "level", "lowest")

    def __init__(self) -> None:
        self.level = 0
        self.lowest = NO_CUT
        self.guards = 0
        self.asked = 0
        #: By level: the cell of what is worked out there, and what was known around it.
        self._entered: list[Cell | None] = [None]
        self._outer: list[tuple[int, int]] = [(NO_CUT, 0)]
        #: How many bits were given away, and those of what is being worked out.
        self._bits = 0
        self._pending = 0
        #: The cells whose answers rest on a cut, by its level.
        self._provisional: dict[int, list[Cell]] = {}

    def cut(self, level: int) -> None:
        """An answer of that level was asked for before it was there: all from there on stand in a cycle."""
        self.lowest = min(self.lowest, level)
        if self._entered[level] is None:
            # A question that is cut short: no cycle.
            return
        guards = 0
        for cell in self._entered[level:]:
            if cell is not None:
                if not cell.bit:
                    cell.bit = 1 << self._bits
                    self._bits += 1
                guards |= cell.bit
        self._pending |= guards
        self.guards |= guards

    def cut_short(self) -> None:
        """The question takes too many steps: what is worked out from now on rests on that."""
        self.lowest = min(self.lowest, self.asked)

    def enter(self, cell: Cell | None) -> int:
        """Begin to work out what a cell will hold: its level."""
        self._outer.append((self.lowest, self.guards))
        self._entered.append(cell)
        self.lowest = NO_CUT
        self.guards = 0
        if cell is not None:
            self._pending |= cell.bit
        self.level += 1
        return self.level

    def leave(self) -> tuple[int, int]:
        """End it: the lowest level that it rests on, its own included, and its guards."""
        level = self.level
        cell = self._entered.pop()
        lowest, guards = self.lowest, self.guards
        outer_lowest, outer_guards = self._outer.pop()
        own = cell.bit if cell is not None else 0
        if own and cell not in self._entered:
            self._pending &= ~own
        if guards == own and lowest >= level:
            # It needs itself alone: there is no other point to enter the cycle at.
            guards = 0
        if lowest >= level:
            self.release(level)
        elif level in self._provisional:
            # A cycle within another one, which is not left yet.
            within = self._provisional.pop(level)
            for each in within:
                each.level = lowest
            self._provisional.setdefault(lowest, []).extend(within)
        self.level = level - 1
        self.lowest = min(outer_lowest, lowest) if lowest < level else outer_lowest
        self.guards = outer_guards | guards
        return lowest, guards

    def peek(self, cell: Cell) -> Any:
        """The answer of a cell that may be used here; :data:`NOTHING` where it must be worked out."""
        if cell.level != _NONE:
            return cell.answer
        guarded = cell.guarded
        return NOTHING if guarded is None or guarded[1] & self._pending else guarded[0]

    def recall(self, cell: Cell) -> Any:
        """Like :meth:`peek`; what asks for it rests on what it rests on."""
        level = cell.level
        if level == NO_CUT:
            return cell.answer
        if level != _NONE:
            self.cut(level)
            self.guards |= cell.guards
            return cell.answer
        if cell.guarded is None or cell.guarded[1] & self._pending:
            return NOTHING
        answer, guards = cell.guarded
        self.guards |= guards
        return answer

    def keep(self, cell: Cell, answer: object, level: int, lowest: int, guards: int) -> None:
        """Put what was worked out at a level into its cell: for good, guarded, or for a while."""
        if lowest < level:
            cell.level, cell.answer, cell.guards = lowest, answer, guards
            self._provisional.setdefault(lowest, []).append(cell)
            return
        if guards:
            cell.level, cell.answer, cell.guarded = _NONE, None, (answer, guards)
        else:
            cell.level, cell.answer = NO_CUT, answer

    def release(self, level: int) -> None:
        """What is worked out at a level is there: forget what rests on its not being there."""
        for cell in self._provisional.pop(level, ()):
            cell.level, cell.answer = _NONE, None

    def work_out(self, cell: Cell, thunk: Callable[[], T], meanwhile: Any) -> T:
        """The answer of a cell that nothing is remembered for."""
        cell.level = self.enter(cell)
        cell.answer, cell.guards = meanwhile, 0
        done = False
        try:
            found = thunk()
            done = True
        finally:
            level = self.level
            lowest, guards = self.leave()
            if not done:
                cell.level, cell.answer = _NONE, None
        self.keep(cell, found, level, lowest, guards)
        return found

    def begin(self) -> int:
        """Begin a question: answers that rest on its being cut short are kept until its end."""
        before = self.asked
        self.asked = self.enter(None)
        return before

    def end(self, before: int) -> None:
        """End a question; ``before`` is what :meth:`begin` gave."""
        self.release(self.asked)
        self.leave()
        self.asked = before

    def give_up(self) -> None:
        """Begin anew, after an error in the midst of something."""
        for level in list(self._provisional):
            self.release(level)
        del self._entered[1:], self._outer[1:]
        self.level, self.lowest, self.asked = 0, NO_CUT, 0
        self.guards = self._pending = 0


#: One for the process: a lazy type knows nothing of the run that it belongs to.
PROGRESS = Progress()


class Memo:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self._cells: dict[Hashable, Cell] = {}

    def ask(self, question: Hashable, work_out: Callable[[], T], meanwhile: Any) -> T:
        """The answer; ``meanwhile`` is what ``work_out`` itself gets when it comes back to the same question."""
        cell = self._cells.get(question)
        if cell is None:
            cell = self._cells[question] = Cell()
        known: T = PROGRESS.recall(cell)
        return PROGRESS.work_out(cell, work_out, meanwhile) if known is NOTHING else known

    def until_then(self, question: Hashable, meanwhile: Any) -> None:
        """More is known of what is being worked out: this stands for it from now on."""
        self._cells[question].answer = meanwhile
