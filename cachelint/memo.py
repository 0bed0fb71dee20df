"""Answers that are worked out once, and which of them may be remembered.

A value can need itself: constants of a module that name one another, an attribute that a method makes of itself.
Where such a cycle closes, what is still being worked out counts as unknown: a **cut**. All that was worked out between
the two ends of the cycle rests on the cut. It is right for whoever asked, and no answer for anybody else, who may enter
the cycle at another point: so it is **provisional**, kept until the cycle is left, and what an expression evaluates to
never depends on who asked first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

#: The level of a cut that nothing rests on.
NO_CUT = sys.maxsize

#: What holds an answer, and is empty where there is none.
Cell = list[Any]


class Progress:
    """What is being worked out right now, each within the one before: ``level`` counts them.

    ``lowest`` is the lowest level that what was worked out since rests on, by a cut; ``asked`` that of the question
    itself, which may be cut short. A cell holds an answer, and the level that it rests on where it is provisional.
    """

    __slots__ = ("_provisional", "asked", "level", "lowest")

    def __init__(self) -> None:
        self.level = 0
        self.lowest = NO_CUT
        self.asked = 0
        #: The cells whose answers rest on a cut, by its level.
        self._provisional: dict[int, list[Cell]] = {}

    def cut(self, level: int) -> None:
        """An answer of that level was asked for before it was there."""
        self.lowest = min(self.lowest, level)

    def keep(self, cell: Cell, answer: object, lowest: int, level: int) -> None:
        """Put the answer of a level into a cell: for good, or while what it rests on is worked out."""
        if lowest > level:
            cell[:] = [answer]
            return
        if lowest == level:
            # One end of the cycle: all within is done with. For who enters elsewhere the answer is another.
            self.release(level)
            lowest = self.asked
        # Who reads it rests on the cut as well.
        cell[:] = [answer, lowest]
        self._provisional.setdefault(lowest, []).append(cell)

    def release(self, level: int) -> None:
        """What is worked out at a level is there: forget what rests on its not being there."""
        for cell in self._provisional.pop(level, ()):
            cell.clear()

    def begin(self) -> tuple[int, int]:
        """Begin a question: answers that rest on a cut are kept until its end. What :meth:`end` must be given."""
        before = self.lowest, self.asked
        self.lowest = NO_CUT
        self.level += 1
        self.asked = self.level
        return before

    def end(self, before: tuple[int, int]) -> None:
        """End a question. That it was cut short is nothing that the one around it rests on."""
        mine = self.asked
        self.release(mine)
        lowest, self.asked = before
        self.level = mine - 1
        self.lowest = min(lowest, self.lowest if self.lowest < mine else NO_CUT)

    def give_up(self) -> None:
        """Begin anew, after an error in the midst of something."""
        for level in list(self._provisional):
            self.release(level)
        self.level, self.lowest, self.asked = 0, NO_CUT, 0


#: One for the process: a lazy type knows nothing of the run that it belongs to.
PROGRESS = Progress()


class Memo:
    """Answers by what was asked."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, Cell] = {}
        #: What is being worked out: its level, and what stands for it meanwhile.
        self._pending: dict[Hashable, tuple[int, Any]] = {}
        #: The levels of cycles that other questions than the one of that level stand in.
        self._shared: set[int] = set()

    def ask(self, question: Hashable, work_out: Callable[[], T], meanwhile: Any) -> T:
        """The answer; ``meanwhile`` is what ``work_out`` itself gets when it comes back to the same question."""
        known: T
        cell = self._answers.get(question)
        if cell:
            known = cell[0]
            if len(cell) > 1:
                PROGRESS.cut(cell[1])
            return known
        if question in self._pending:
            level, known = self._pending[question]
            PROGRESS.cut(level)
            return known
        progress = PROGRESS
        outer = progress.lowest
        progress.lowest = NO_CUT
        level = progress.level = progress.level + 1
        self._pending[question] = (level, meanwhile)
        # Of whatever else stood at this level before: a call, or a question.
        self._shared.discard(level)
        try:
            known = work_out()
        finally:
            del self._pending[question]
            progress.level = level - 1
            lowest = progress.lowest
            progress.lowest = min(outer, lowest) if lowest < level else outer
        cell = self._answers.setdefault(question, [])
        if lowest < level:
            self._shared.add(lowest)
        elif lowest == level and level not in self._shared:
            # A cycle of one: there is no other point to enter it at.
            progress.release(level)
            lowest = NO_CUT
        progress.keep(cell, known, lowest, level)
        return known

    def until_then(self, question: Hashable, meanwhile: Any) -> None:
        """More is known of what is being worked out: this stands for it from now on."""
        level, _ = self._pending[question]
        self._pending[question] = (level, meanwhile)
