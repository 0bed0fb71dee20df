"""Calls inside calls: how deep they are followed, and whose results may be remembered.

Neither depends on who asks. A call that is not followed, because the calls around it are too many, or too many of the
same function, is a cut. The result of a call that a cut decided is remembered only where the calls *within* it explain
the cut; and a remembered result is used only where working it out once more, inside the calls that are around it now,
would meet no other cut. So the memory saves time, and never changes an answer.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator
from typing import NamedTuple

from cachelint.memo import NO_CUT, NOTHING, PROGRESS, Cell
from cachelint.types.base import Type

#: Calls inside calls that are followed, and how often the same function may stand among them.
MAX_DEPTH = 24
MAX_RECURSION = 2


class Frame:
    """A call of ``ref`` that is being followed, inside that of ``caller``.

    ``bit`` tells its function from others. ``provisional`` holds the results that rest on a cut which this call
    explains: they are forgotten with it. ``settled`` is true where the rest of a remembered result is worked out:
    nothing there that rests on a cut is remembered, and nothing stands alone once more, or a result that never ends
    would be unrolled for ever.
    """

    __slots__ = ("bit", "caller", "provisional", "ref", "settled")

    def __init__(self, ref: Hashable, caller: Frame | None, bit: int) -> None:
        self.ref = ref
        self.caller = caller
        self.bit = bit
        self.provisional: dict[Hashable, _Result] | None = None
        self.settled: bool = caller is not None and caller.settled

    @property
    def depth(self) -> int:
        """How many calls there are: those around it and itself."""
        return sum(1 for _ in self.chain())

    @property
    def functions(self) -> int:
        """The bits of the functions among the calls."""
        return functools.reduce(lambda bits, frame: bits | frame.bit, self.chain(), 0)

    @property
    def repeated(self) -> int:
        """The bits of the functions that may not be called once more."""
        once = twice = 0
        for frame in self.chain():
            twice |= once & frame.bit
            once |= frame.bit
        return twice

    def count(self, ref: Hashable) -> int:
        """How often a function stands among the calls."""
        return sum(frame.ref == ref for frame in self.chain())

    def chain(self) -> Iterator[Frame]:
        """The call and those around it, from the inside."""
        frame = self
        while frame.caller is not None:
            yield frame
            frame = frame.caller

    def detach(self) -> None:
        """Stand alone: what is left to be worked out of a remembered result does not know who asked first."""
        self.caller = ROOT
        self.settled = True


#: Around all calls: nothing is known of who runs the code.
ROOT = Frame(None, None, 0)


class _Extent:
    """What a call came to use: the depth that it reached, the functions in it, and the outermost call of a cut."""

    __slots__ = ("cut_at", "functions", "has_cut", "reached")

    def __init__(self) -> None:
        self.reached = 0
        self.functions = 0
        self.has_cut = False
        self.cut_at = NO_CUT


class _Result(NamedTuple):
    """The result of a call, with the depth that working it out takes and the functions that stand in it.

    ``cut_at`` is the depth of the call that explains a cut which it rests on.
    """

    typ: Type
    height: int
    functions: int
    has_cut: bool
    cut_at: int


class Calls:
    """The calls that are being followed, and the results of those that were."""

    def __init__(self) -> None:
        self._results: dict[Hashable, Cell] = {}
        self._bits: dict[Hashable, int] = {}
        #: One for each call that is being followed, and one that takes what nobody asks for.
        self._extents = [_Extent()]
        #: Of this question: results that rest on how deep they were asked for, by call and depth.
        self._by_depth: dict[Hashable, _Result] = {}
        self._provisional = 0
        #: The calls that are being followed, by what is called with what: their level, and their frame.
        self.following: dict[Hashable, tuple[int, Frame]] = {}

    def enter(
        self, caller: Frame, ref: Hashable, key: Hashable = None, *, deepest: int = MAX_DEPTH, most: int = MAX_RECURSION
    ) -> Frame | None:
        """The frame of a call, which :meth:`leave` must end; None where the call is not followed.

        ``key`` is what its result will be remembered under.
        """
        bit = self._bit(ref)
        count = 0
        if caller.functions & bit or caller.depth >= deepest:
            depth, outermost = 0, 0
            for frame in caller.chain():
                depth += 1
                if frame.ref == ref:
                    count, outermost = count + 1, depth
            if depth >= deepest or count >= most:
                self._cut(0 if depth >= deepest else depth - outermost + 1)
                return None
        self._extents.append(_Extent())
        PROGRESS.enter(self._cell(key) if key is not None else None)
        return Frame(ref, caller, bit)

    def _cut(self, at: int) -> None:
        extent = self._extents[-1]
        extent.has_cut = True
        extent.cut_at = min(extent.cut_at, at)

    def leave(self, frame: Frame, key: Hashable = None, typ: Type | None = None) -> None:
        """End a call; its result ``typ`` is remembered under ``key``, for as long as it may be."""
        inner = self._extents.pop()
        outer = self._extents[-1]
        bit = self._bit(frame.ref)
        inner.functions |= bit
        inner.reached = max(inner.reached, frame.depth)
        level = PROGRESS.level
        lowest, guards = PROGRESS.leave()
        outer.reached = max(outer.reached, inner.reached)
        outer.functions |= inner.functions
        outer.has_cut = outer.has_cut or inner.has_cut
        explained = inner.cut_at >= frame.depth
        if not explained:
            outer.cut_at = min(outer.cut_at, inner.cut_at)
        if frame.provisional is not None:
            self._provisional -= 1
            # Lazy types hold on to the frame: who comes to one of them later must not find these.
            frame.provisional = None
        if typ is None:
            return
        height = inner.reached - frame.depth + 1
        result = _Result(typ, height, inner.functions, inner.has_cut, NO_CUT if explained else inner.cut_at)
        if explained:
            if not frame.settled or not (inner.has_cut or lowest <= level):
                PROGRESS.keep(self._cell(key), result, level, lowest, guards)
            if not frame.settled and lowest > level:
                frame.detach()
        elif lowest <= level or guards:
            return
        elif inner.cut_at == 0:
            self._by_depth[key, frame.depth] = result
        else:
            self._keep_while_called(frame, key, result)

    def _keep_while_called(self, frame: Frame, key: Hashable, result: _Result) -> None:
        head = next((f for f in frame.chain() if f.depth == result.cut_at), None)
        if head is not None and not head.settled:
            if head.provisional is None:
                head.provisional = {}
                self._provisional += 1
            head.provisional[key] = result

    def known(self, key: Hashable, caller: Frame) -> Type | None:
        """The result of a call that was followed before, where following it again would come to the same."""
        cell = self._results.get(key)
        remembered = PROGRESS.peek(cell) if cell is not None else NOTHING
        found: _Result | None = None if remembered is NOTHING else remembered
        if found is not None and (
            caller.depth + found.height > MAX_DEPTH
            or found.functions & caller.repeated
            or (found.has_cut and found.functions & caller.functions)
        ):
            found = None
        if found is None and self._provisional:
            kept = (frame.provisional for frame in caller.chain() if frame.provisional is not None)
            found = next((results[key] for results in kept if key in results), None)
        if found is not None and cell is not None and found is remembered:
            PROGRESS.recall(cell)
        if found is None and self._by_depth:
            found = self._by_depth.get((key, caller.depth + 1))
        if found is None:
            return None
        extent = self._extents[-1]
        extent.reached = max(extent.reached, caller.depth + found.height)
        extent.functions |= found.functions
        extent.has_cut = extent.has_cut or found.has_cut
        if found.cut_at <= caller.depth:
            extent.cut_at = min(extent.cut_at, found.cut_at)
        return found.typ

    def begin(self) -> dict[Hashable, _Result]:
        """Begin a question: results that rest on the depth at which they were asked for are kept until its end."""
        before, self._by_depth = self._by_depth, {}
        return before

    def end(self, before: dict[Hashable, _Result]) -> None:
        """End a question; ``before`` is what :meth:`begin` gave."""
        self._by_depth = before

    def give_up(self) -> None:
        """Forget the calls that are being followed, after an error in the midst of them."""
        del self._extents[1:]
        self._by_depth.clear()
        self.following.clear()
        self._provisional = 0

    def _cell(self, key: Hashable) -> Cell:
        cell = self._results.get(key)
        if cell is None:
            cell = self._results[key] = Cell()
        return cell

    def _bit(self, ref: Hashable) -> int:
        bit = self._bits.get(ref)
        if bit is None:
            bit = self._bits[ref] = 1 << len(self._bits)
        return bit
