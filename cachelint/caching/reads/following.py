"""One pass over the body of one function: what its parts share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.paths import Paths
from cachelint.caching.reads.states import MissTest, ReadUses, State, Test, Touch, Use, UseKind, Value
from cachelint.project.parsed import ParsedDefinition

#: The cache calls that an expression is, by the id of its node.
CallsByNode = Mapping[int, Sequence[CacheCall]]


class Jumps:
    """Where the paths are that leave a loop, or a round of it, early."""

    __slots__ = ("left", "next_round")

    def __init__(self) -> None:
        self.left: list[Paths] = []
        self.next_round: list[Paths] = []


class Following(ABC):
    """The pass over one function, or over one that is defined inside it.

    Paths are followed forward, through branches, loops (twice) and ``try``; what is done with the cache, and with what
    comes out of it, is written down in ``touches``.
    """

    def __init__(self, parsed: ParsedDefinition, scope: cst.CSTNode, calls: CallsByNode, fresh: Iterator[int]) -> None:
        self.parsed = parsed
        self.scope = scope
        self.calls = calls
        self.touches: list[Touch] = []
        #: What each ``return`` gives.
        self.returned: set[Value] = set()
        self.falls_through = False
        #: Local functions and lambdas, each a body of its own.
        self.inner: list[cst.FunctionDef | cst.Lambda] = []
        self.loops: list[Jumps] = []
        #: The returns with a value, with the keys that are known to be missing there.
        self.leaving: list[tuple[cst.Return, frozenset[int]]] = []
        self.catching: list[frozenset[str]] = []
        self.conditions: list[tuple[cst.BaseExpression, ...]] = []
        self.locks = 0
        self.handlers = 0
        self.finals = 0
        #: Numbers that nothing else has, in no function: of keys and of assignments.
        self.fresh = fresh
        #: By the id of a node, what it was worked out to be last.
        self.known: dict[int, Value] = {}
        self.known_touches: dict[tuple[int, int], Touch] = {}
        self._keys: dict[object, int] = {}
        self._uses: set[tuple[int, int, State]] = set()
        self._tests: set[tuple[int, int, MissTest]] = set()

    @abstractmethod
    def value(self, node: cst.CSTNode, paths: Paths) -> Value:
        """What an expression gives; what is done in it is written down."""

    @abstractmethod
    def test(self, node: cst.BaseExpression, paths: Paths) -> None:
        """Work out an expression that decides a branch."""

    @abstractmethod
    def narrow(self, node: cst.BaseExpression, truth: bool, paths: Paths) -> bool:
        """Change paths to those on which a test came out so; whether there are any."""

    @property
    def caught(self) -> frozenset[str]:
        """The names of the exceptions that are caught here."""
        return frozenset().union(*self.catching)

    def use(self, value: Value, kind: UseKind, node: cst.BaseExpression, attribute: str = "") -> None:
        """Write down that something is done with a value."""
        for state, read in value:
            if read is None or (id(node), id(read), state) in self._uses:
                continue
            self._uses.add((id(node), id(read), state))
            read.uses.append(Use(kind, node, state, self.caught, attribute))

    def tested(
        self, value: Value, kind: MissTest, node: cst.BaseExpression, works_out: cst.BaseExpression | None = None
    ) -> None:
        """Write down that something is tested for a miss."""
        for state, read in value:
            if read is None or state in (State.ITEM, State.CONTAINS, State.MANY):
                continue
            if (id(node), id(read), kind) not in self._tests:
                self._tests.add((id(node), id(read), kind))
                read.tests.append(Test(kind, node, works_out))

    def same_key(self, identities: Sequence[object]) -> int:
        """The number of the key that goes by any of some identities."""
        number = next((self._keys[each] for each in identities if each in self._keys), None)
        if number is None:
            number = next(self.fresh)
        for each in identities:
            self._keys.setdefault(each, number)
        return number

    def reads_of(self, key: int) -> frozenset[ReadUses]:
        """The reads of a key so far."""
        return frozenset(t for t in self.touches if isinstance(t, ReadUses) and t.key == key)
