"""Types: what inference can know of a value.

A type is immutable. ``origin`` is where the value was made; it takes no part in comparisons. Python's own values
are in ``strings``, ``containers`` and ``code``; Django's in ``django`` and ``cache``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import Any, TypeVar

import libcst as cst

from cachelint.findings import Place
from cachelint.frozen import dataclass
from cachelint.memo import NO_CUT, NOTHING, PROGRESS, Cell
from cachelint.project.parsed import ParsedDefinition


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """An expression in the code."""

    parsed: ParsedDefinition
    node: cst.CSTNode

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.parsed.place(self.node)

    @property
    def code(self) -> str:
        """Its source on one line, shortened in the middle where it is long."""
        text = " ".join(self.parsed.code(self.node).split())
        return text if len(text) <= 60 else f"{text[:40]} … {text[-15:]}"


# Without eq: a type that asks for identity (Lazy, Closure) must not inherit a comparison of no fields.
@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """The base of all types."""

    origin: Origin | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unknown(Type):
    """Nothing is known. ``params`` are those parameters of the function under analysis that decide it.

    ``is_attribute`` is true where it is not what was passed, but an attribute of that. ``annotated`` is what the
    annotation of the parameter says, for what is made of it here.
    """

    params: frozenset[str] = frozenset()
    is_attribute: bool = False
    annotated: Type | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Never(Type):
    """No value at all: the element of an empty list, the result of a function that always raises."""


class NoValue:
    """The absence of a known value, apart from None."""

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE = NoValue()


@dataclass(frozen=True, slots=True)
class Scalar(Type):
    """A value of a type that has no parts worth knowing, by the type's dotted name (``int``, ``datetime.date``).

    ``value`` is the value itself where it is a constant of the code.
    """

    type: str
    value: Any = NO_VALUE


@dataclass(frozen=True, slots=True)
class Union(Type):
    """One of several types; made by :func:`cachelint.types.join.join` only."""

    members: tuple[Type, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lazy(Type):
    """A type that is worked out when it is asked for."""

    thunk: Callable[[], Type]
    cell: Cell = field(default_factory=Cell)


UNKNOWN = Unknown()
NEVER = Never()
NONE = Scalar("None", None)
INT = Scalar("int")
FLOAT = Scalar("float")
BOOL = Scalar("bool")
BYTES = Scalar("bytes")


def force(typ: Type) -> Type:
    """The type itself, worked out if it is lazy.

    A value that needs itself (a loop) is unknown while it is being worked out; see :mod:`cachelint.memo`.
    """
    while isinstance(typ, Lazy):
        cell = typ.cell
        found = cell.answer if cell.level == NO_CUT else PROGRESS.recall(cell)
        typ = PROGRESS.work_out(cell, typ.thunk, UNKNOWN) if found is NOTHING else found
    return typ


K = TypeVar("K", bound=Type)


def at(typ: K, origin: Origin | None) -> K:
    """``typ`` with an origin, if it has none yet."""
    if origin is None or typ.origin is not None or isinstance(typ, Lazy):
        return typ
    if isinstance(typ, Union):
        return replace(typ, members=tuple(at(member, origin) for member in typ.members), origin=origin)
    return replace(typ, origin=origin)
