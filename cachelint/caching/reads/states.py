"""The states that a value from a cache, and a key, can be in on a path through a function; and what was done there.

The vocabulary is that of typestate analysis: a read gives a value that may be a miss; a test splits the paths into one
on which it is a hit and one on which it is a miss; a use meets the value in the state of its path.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.fact import AboutAnother, Fact
from cachelint.findings import Place


class State(enum.Enum):
    """What a variable holds of what a read gave."""

    #: What ``get`` gave, untested: the entry, or None.
    MAYBE = "maybe a miss"
    HIT = "the entry"
    MISS = "None, for a miss"
    #: The default that stands in for a missing entry.
    DEFAULT = "the default"
    #: Tested together with something else: nothing is known for certain.
    DOUBT = "tested somehow"
    #: A part of the entry.
    ITEM = "a part of the entry"
    #: The entry, or a part of it, changed since.
    CHANGED = "changed"
    #: Something that holds the entry.
    CONTAINS = "holds the entry"
    #: The dict that ``get_many`` gives.
    MANY = "the entries that are there"


#: States in which something of the stored entry is left.
OF_ENTRY = frozenset({State.MAYBE, State.HIT, State.DOUBT, State.ITEM, State.CHANGED, State.CONTAINS})
#: Those in which it can be the None of a miss.
OF_NONE = frozenset({State.MAYBE, State.DOUBT})


class KeyState(enum.Enum):
    """What a path knows of whether there is an entry under a key."""

    UNKNOWN = "not asked for"
    TESTED = "seen to be there"
    ABSENT = "seen to be missing"
    WRITTEN = "written"
    DELETED = "deleted"


class UseKind(enum.Enum):
    """What is done with a value."""

    # These raise where it is None.
    ATTRIBUTE = "attribute"
    ITEM = "item"
    ITERATED = "iterated over"
    UNPACKED = "unpacked"
    ARITHMETIC = "computed with"
    ORDERED = "compared by order"
    CALLED = "called"
    CONTAINS = "asked what it contains"
    CONVERTED = "converted"
    # These don't, by themselves.
    PASSED = "passed on"
    RETURNED = "returned"
    STORED = "stored in something"
    RENDERED = "made into text"


FAILING = frozenset(
    {
        UseKind.ATTRIBUTE, UseKind.ITEM, UseKind.ITERATED, UseKind.UNPACKED, UseKind.ARITHMETIC, UseKind.ORDERED,
        UseKind.CALLED, UseKind.CONTAINS, UseKind.CONVERTED,
    }
)  # fmt: skip


class MissTest(enum.Enum):
    """How a miss is told."""

    NONE = "is None"
    SENTINEL = "is the default"
    TRUTH = "truth"
    OR = "or"
    EQUAL = "=="
    #: ``isinstance``, or a function that is asked.
    ASKED = "asked"


@dataclass(slots=True, eq=False)
class Use:
    """One use of what a read gave: ``state`` is that of its path, ``caught`` names the exceptions that are caught."""

    kind: UseKind
    node: cst.BaseExpression
    state: State
    caught: frozenset[str]
    #: The attribute, where it is one; and whether that is called.
    attribute: str = ""
    call: cst.Call | None = None


class Test(NamedTuple):
    """One test for a miss; ``works_out`` is the right side of an ``or``."""

    kind: MissTest
    node: cst.BaseExpression
    works_out: cst.BaseExpression | None = None


@dataclass(slots=True, eq=False)
class Touch(AboutAnother):
    """What is common to all that a function does with one key: a fact, whose place is that of the call."""

    call: CacheCall
    #: Which key of the function it is: calls with one number are calls of the same entry.
    key: int
    #: What the paths to the call knew of the key.
    before: frozenset[KeyState]
    #: The function or lambda around it: the function itself, or one inside it.
    scope: cst.CSTNode
    #: Where the entry stands in the order in which the function was walked.
    order: int
    caught: frozenset[str] = frozenset()
    #: The `with …lock…` blocks, and acquired flags, that are held.
    locked: bool = False
    #: The same as ``key`` on the path that is being followed: in each round of a loop a variable may stand for another.
    key_now: int = -1

    @property
    def about(self) -> Fact:
        """See AboutAnother."""
        return self.call


@dataclass(slots=True, eq=False)
class ReadUses(Touch):
    """A read, with all that becomes of what it gave.

    ``state`` is MAYBE where a miss gives None, HIT where it can't be missing; ``default`` what stands in for a miss.
    """

    state: State = State.MAYBE
    default: cst.BaseExpression | None = None
    uses: list[Use] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    #: An earlier test or read of the same key, after which this one is made.
    decided_by: list[Touch] = field(default_factory=list)
    #: The variable that it was first given to.
    variable: str = ""
    #: Whether something that isn't followed uses it: a local function, ``global``, an attribute.
    escapes: bool = False

    def tells_miss_by(self, *kinds: MissTest) -> bool:
        """Whether a miss is told in one of these ways."""
        return any(test.kind in kinds for test in self.tests)


@dataclass(slots=True, eq=False)
class KeyTest(Touch):
    """``key in cache`` or ``cache.has_key(key)``."""


@dataclass(slots=True, eq=False)
class WriteBack(Touch):
    """A write, with what its value is made of.

    ``sources`` are the reads that the value comes from and the state each was in; ``missed`` the reads of the same key
    that are known to have missed on the way here.
    """

    sources: frozenset[Source] = frozenset()
    missed: frozenset[ReadUses] = frozenset()
    #: The variable that is stored, where it is one.
    variable: str = ""
    truthy: bool = False
    in_handler: bool = False
    in_loop: bool = False
    returned: bool = False
    #: The tests of the ``if`` statements around it, each with the tests that variables in it stand for.
    conditions: tuple[tuple[cst.BaseExpression, ...], ...] = ()

    @property
    def at_value(self) -> Place:
        """What is stored; the whole call where that is not to be seen."""
        return self.call.at("value", "default", "data")


@dataclass(slots=True, eq=False)
class Count(Touch):
    """``incr``, ``decr`` and their kin."""


@dataclass(slots=True, eq=False)
class Removal(Touch):
    """A delete."""

    in_handler: bool = False
    #: Whether it stands in a ``finally``.
    in_finally: bool = False


@dataclass(slots=True, eq=False)
class EarlyReturn(Touch):
    """A ``return`` with a value, between a miss and the write of the same key: ``call`` is that write."""

    node: cst.Return | None = None
    missed: ReadUses | None = None

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.call.parsed.place(self.node) if self.node is not None else self.call.place


class Source(NamedTuple):
    """Where a value comes from: a read, in a state; without one ``state`` is HIT for anything, MISS for None."""

    state: State
    read: ReadUses | None


#: What a variable can hold: one source for each way in which it can have come to its value.
Value = frozenset[Source]

OTHER: Value = frozenset({Source(State.HIT, None)})
NONE_VALUE: Value = frozenset({Source(State.MISS, None)})


def changed(value: Value) -> Value:
    """What becomes of a value by a change of it."""
    found = {Source(State.CHANGED, s.read) for s in value if s.read is not None and s.state in OF_ENTRY}
    return frozenset(found) or OTHER


def held(value: Value) -> Value:
    """What something is that holds a value."""
    found: set[Source] = set()
    for source in value:
        # A part that is put into something new makes no change of the whole.
        if source.read is not None and source.state in OF_ENTRY - {State.ITEM}:
            state = State.CHANGED if source.state is State.CHANGED else State.CONTAINS
            found.add(Source(state, source.read))
    return frozenset(found) or OTHER


def part(value: Value) -> Value:
    """What a part of a value is."""
    found = {Source(State.ITEM, s.read) for s in value if s.read is not None and s.state in OF_ENTRY}
    return frozenset(found) or OTHER
