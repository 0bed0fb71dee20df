"""Lists, tuples, sets, dicts and what iterates, with the types of what they hold."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from cachelint.frozen import dataclass
from cachelint.types.base import Type


@dataclass(frozen=True, slots=True)
class List(Type):
    """A list. ``items`` are its items one by one, where they are known, else ``head`` those that it begins with."""

    element: Type
    items: tuple[Type, ...] | None = None
    head: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Tuple(Type):
    """A tuple. ``name`` is set for a named tuple, ``names`` are its fields where they are known."""

    element: Type
    items: tuple[Type, ...] | None = None
    name: str = ""
    names: tuple[str, ...] = ()
    head: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Type):
    """A set or frozenset."""

    element: Type
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Dict(Type):
    """A dict. ``entries`` are those with constant keys; ``key`` and ``value`` join all others.

    ``default`` is what a defaultdict makes for a missing key. ``type`` is the name of the dict class. ``optional`` are
    those of the constant keys that are not there on every path.
    """

    key: Type
    value: Type
    entries: tuple[tuple[Any, Type], ...] = ()
    default: Type | None = None
    type: str = "dict"
    optional: frozenset[Any] = field(default=frozenset(), compare=False)

    @property
    def all_values(self) -> tuple[Type, ...]:
        """The types of all values."""
        return (*(typ for _, typ in self.entries), self.value)


@dataclass(frozen=True, slots=True)
class DictView(Type):
    """What ``dict.keys()``, ``.values()`` and ``.items()`` return."""

    method: str
    element: Type


@dataclass(frozen=True, slots=True)
class Generator(Type):
    """A generator, which pickle refuses. ``maker`` says how it was made."""

    element: Type
    maker: str = "generator"
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Iterator(Type):
    """A built-in iterator such as ``map`` or ``zip``, which pickle takes and JSON refuses."""

    element: Type
    type: str


@dataclass(frozen=True, slots=True)
class Coroutine(Type):
    """The result of a call of an async function, not yet awaited."""

    result: Type
