"""The arguments of a call, as types."""

from __future__ import annotations

from dataclasses import field

from cachelint.frozen import dataclass
from cachelint.types.base import UNKNOWN, Type, force
from cachelint.types.strings import Str, Text, constant


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call passes. ``star`` is true where ``*args`` or ``**kwargs`` pass more than is known."""

    positional: tuple[Type, ...] = ()
    keywords: dict[str, Type] = field(default_factory=dict)
    star: bool = False
    #: What a ``**kwargs`` of unknown keys passes for any name.
    rest: Type = UNKNOWN

    def get(self, index: int, name: str = "") -> Type | None:
        """The argument at a position or of a name; None where it is not passed (or not seen)."""
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name) if name else None

    def typ(self, index: int, name: str = "") -> Type:
        """The same, worked out; Unknown where it is not passed."""
        found = self.get(index, name)
        return UNKNOWN if found is None else force(found)

    def constant(self, index: int, name: str = "") -> object:
        """The constant value of an argument; None where it is none."""
        found = self.get(index, name)
        if found is None:
            return None
        value = constant(found)
        return value if isinstance(value, str | int | float | bool | bytes) else None

    def key(self) -> tuple[object, ...]:
        """Something hashable that is equal for equal arguments made at the same places."""
        positional = tuple((typ, _made_at(typ)) for typ in self.positional)
        keywords = tuple((name, typ, _made_at(typ)) for name, typ in sorted(self.keywords.items(), key=_first))
        return (positional, keywords, self.star)


def _made_at(typ: Type) -> object:
    made = typ.origin.node if typ.origin is not None else None
    if not isinstance(typ, Str) or typ.parts is None:
        return made
    return (made, *(part.origin.node for part in typ.parts if isinstance(part, Text) and part.origin is not None))


def _first(item: tuple[str, Type]) -> str:
    return item[0]
