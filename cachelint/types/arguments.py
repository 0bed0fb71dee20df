"""The arguments of a call, as kinds."""

from __future__ import annotations

from dataclasses import field

from cachelint.frozen import dataclass
from cachelint.types.model import UNKNOWN, Kind, Str, Text, constant, force


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call passes. ``star`` is true where ``*args`` or ``**kwargs`` pass more than is known."""

    positional: tuple[Kind, ...] = ()
    keywords: dict[str, Kind] = field(default_factory=dict)
    star: bool = False
    #: The element of a ``*args`` whose items are not known one by one.
    star_element: Kind | None = None
    #: What a ``**kwargs`` of unknown keys passes for any name.
    rest: Kind = UNKNOWN

    def get(self, index: int, name: str = "") -> Kind | None:
        """The argument at a position or of a name; None where it is not passed (or not seen)."""
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return self.keywords.get(name) if name else None

    def kind(self, index: int, name: str = "") -> Kind:
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
        positional = tuple((kind, _made_at(kind)) for kind in self.positional)
        keywords = tuple((name, kind, _made_at(kind)) for name, kind in sorted(self.keywords.items(), key=_first))
        return (positional, keywords, self.star)


def _made_at(kind: Kind) -> object:
    made = kind.origin.node if kind.origin is not None else None
    if not isinstance(kind, Str) or kind.parts is None:
        return made
    return (made, *(part.origin.node for part in kind.parts if isinstance(part, Text) and part.origin is not None))


def _first(item: tuple[str, Kind]) -> str:
    return item[0]
