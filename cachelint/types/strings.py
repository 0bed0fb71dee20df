"""Strings, with what is known of their text, and constants."""

from __future__ import annotations

import datetime
from dataclasses import field
from typing import Any

from cachelint.frozen import dataclass
from cachelint.project.symbols import FunctionRef
from cachelint.types.base import NO_VALUE, Origin, Scalar, Type, force


@dataclass(frozen=True, slots=True)
class Text:
    """A fixed part of a string, with the literal that it was written in, where that is known."""

    text: str
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A part of a string that is made at run time, called by its source."""

    name: str
    #: The parameters that decide it, as in :class:`Unknown`.
    params: frozenset[str] = frozenset()
    #: The function in whose words it is named.
    scope: FunctionRef | None = field(default=None, compare=False)
    #: What its text is made of.
    content: Type | None = field(default=None, compare=False, repr=False)


#: The part of a key that a pattern (``shelf:*``) leaves open: such a key is asked for, and not made.
WILDCARD = Placeholder("*")


@dataclass(frozen=True, slots=True)
class Str(Type):
    """A string. ``parts`` is what is known of its text, None where nothing is.

    ``markup`` is true for a SafeString; ``versions`` are the names in its making that say version; ``digest`` is true
    where it is all hexadecimal digits.
    """

    parts: tuple[Text | Placeholder, ...] | None = None
    markup: bool = False
    versions: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    digest: bool = False

    @property
    def literal(self) -> str | None:
        """The whole text, where it is constant."""
        if self.parts is None or any(isinstance(part, Placeholder) for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def template(self) -> str:
        """The text with ``{…}`` for the parts made at run time."""
        parts = self.parts or (Placeholder("…"),)
        return "".join(part.text if isinstance(part, Text) else f"{{{part.name}}}" for part in parts)


STR = Str()
DIGEST = Str(digest=True)


def literal(value: object, origin: Origin | None = None) -> Type:
    """The type of a constant; a text remembers the literal that it was written as."""
    if isinstance(value, str):
        return Str((Text(value, origin),))
    if isinstance(value, datetime.timedelta):
        return Scalar("datetime.timedelta", value)
    return Scalar(type(value).__name__ if value is not None else "None", value)


def constant(typ: Type) -> Any:
    """The constant value of a type, NO_VALUE where it is none."""
    typ = force(typ)
    if isinstance(typ, Scalar):
        return typ.value
    if isinstance(typ, Str):
        text = typ.literal
        return NO_VALUE if text is None else text
    return NO_VALUE
