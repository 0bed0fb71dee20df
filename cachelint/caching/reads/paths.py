"""What is known on a path through a function: of its variables, and of the keys that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import libcst as cst

from cachelint.caching.reads.states import OTHER, KeyState, Source, State, Touch, Value

_UNKNOWN = frozenset({KeyState.UNKNOWN})
_NOBODY: frozenset[Touch] = frozenset()


class Paths:
    """The state of one path, or of several that have met.

    ``values`` are those of variables and dotted paths that come from a cache, ``flags`` the tests that were given to a
    variable (``hit = value is not None``), ``numbers`` tell assignments of one name apart.
    """

    __slots__ = ("deciders", "flags", "keys", "locked", "numbers", "truthy", "values")

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.keys: dict[int, frozenset[KeyState]] = {}
        #: By key, the tests and reads of it that the path has passed and found it there.
        self.deciders: dict[int, frozenset[Touch]] = {}
        self.flags: dict[str, cst.BaseExpression] = {}
        self.numbers: dict[str, int] = {}
        self.truthy: frozenset[str] = frozenset()
        self.locked = False

    def copy(self) -> Paths:
        """The same, to be changed on its own."""
        made = Paths()
        made.values = dict(self.values)
        made.keys = dict(self.keys)
        made.deciders = dict(self.deciders)
        made.flags = dict(self.flags)
        made.numbers = dict(self.numbers)
        made.truthy = self.truthy
        made.locked = self.locked
        return made

    def replace(self, other: Paths) -> None:
        """Become what another is."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    def of(self, key: int) -> frozenset[KeyState]:
        """What is known of a key."""
        return self.keys.get(key, _UNKNOWN)

    def decided(self, key: int) -> frozenset[Touch]:
        """The tests and reads that have found a key there."""
        return self.deciders.get(key, _NOBODY)

    def lose_hold(self, owners: Iterable[str]) -> None:
        """Objects whose methods are called, or that are passed on, may have filled their attributes after a miss."""
        within = tuple(f"{owner}." for owner in owners)
        for name, value in self.values.items():
            if name.startswith(within):
                self.values[name] = frozenset(
                    Source(State.DOUBT, source.read) if source.state is State.MAYBE else source for source in value
                )

    def bind(self, name: str, value: Value, number: int) -> None:
        """Give a variable or dotted path a value; what hangs on it is forgotten."""
        self.values.pop(name, None)
        prefix = f"{name}."
        for path in [p for p in self.values if "." in p and p.startswith(prefix)]:
            del self.values[path]
        for flag in [f for f, test in self.flags.items() if f == name or _names(test, name)]:
            del self.flags[flag]
        if value != OTHER:
            self.values[name] = value
        self.numbers[name] = number
        self.truthy -= {name}


def _names(node: cst.CSTNode, name: str) -> bool:
    head = name.partition(".")[0]
    stack: list[cst.CSTNode] = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, cst.Name) and inner.value == head:
            return True
        stack += inner.children
    return False


def joined(paths: Iterable[Paths], fresh: Iterator[int]) -> Paths | None:
    """Where several paths meet; None where none of them gets there."""
    found = list(paths)
    if len(found) < 2:
        return found[0] if found else None
    first = found[0]
    made = first.copy()
    # Most is the same on all of them: what differs is found at the speed of dicts.
    for name in _differing(found, "values"):
        made.values[name] = frozenset().union(*(path.values.get(name, OTHER) for path in found))
    for key in _differing(found, "keys"):
        made.keys[key] = frozenset().union(*(path.of(key) for path in found))
    for key in _differing(found, "deciders"):
        made.deciders[key] = frozenset().union(*(path.decided(key) for path in found))
    made.flags = {n: test for n, test in first.flags.items() if all(path.flags.get(n) is test for path in found)}
    for name in _differing(found, "numbers"):
        made.numbers[name] = next(fresh)
    made.truthy = frozenset.intersection(*(path.truthy for path in found))
    made.locked = all(path.locked for path in found)
    return made


def _differing(paths: list[Paths], table: str) -> set[Any]:
    """The names or keys that some paths know different things of."""
    first = getattr(paths[0], table).items()
    return {name for path in paths[1:] for name, _ in first ^ getattr(path, table).items()}
