"""How the shape of what is stored under a key has changed, as far as that is certain.

What is not known matches anything, on either side: a part that became known or unknown is no change. Lists, tuples,
sets and frozensets are one sort to most readers, numbers another; None beside something else marks its absence.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any, NamedTuple

from cachelint.caching.keys.shape import ANYTHING, NOTHING, Shape, alternatives, as_text, shown

_SEQUENCES = ("list", "set", "tuple", "tuple of")
_NUMBERS = frozenset({"int", "float", "bool", "decimal.Decimal"})
_TEXTS = frozenset({"str", "SafeString", "lazy string"})


class How(enum.Enum):
    """What became of a part."""

    CAME = "came"
    WENT = "went"
    OTHER = "is something else"


class Change(NamedTuple):
    """A part that has changed.

    ``path`` leads to it (``[…].price``); ``name`` is the key of a dict that came or went.
    """

    how: How
    path: str
    name: str
    old: Shape
    new: Shape

    @property
    def text(self) -> str:
        """In words."""
        if self.how is How.CAME:
            return f"`{self.name}` ({shown(self.new)}) has come"
        if self.how is How.WENT:
            return f"`{self.name}` ({shown(self.old)}) is gone"
        where = f"`{self.path}` was" if self.path else "it was"
        old, new = shown(self.old), shown(self.new)
        if old == new:
            # The same name, of another module.
            old, new = _full_name(self.old), _full_name(self.new)
        return f"{where} `{old}` and is `{new}`"


def _full_name(shape: Shape) -> str:
    names = [
        shape[form] for form in ("model", "object", "enum", "queryset") if isinstance(shape, dict) and form in shape
    ]
    return str(names[0]) if names else as_text(shape)


def changes(old: Shape, new: Shape, path: str = "") -> Iterator[Change]:
    """The certain changes from one shape to another."""
    before, now = _told(old), _told(new)
    if not before or not now:
        return
    if len(before) == len(now) == 1:
        yield from _changes(before[0], now[0], path)
        return
    families = {family(shape) for shape in before}
    strangers = [shape for shape in now if family(shape) not in families]
    if strangers and families.isdisjoint(family(shape) for shape in now):
        yield Change(How.OTHER, path, "", old, new)


def _told(shape: Shape) -> list[Shape]:
    """What a shape can be apart from None; nothing where some of it is not known."""
    found = alternatives(shape)
    if any(each in (ANYTHING, NOTHING) for each in found):
        return []
    return [each for each in found if each != "null"]


def _changes(old: Shape, new: Shape, path: str) -> Iterator[Change]:
    if family(old) != family(new):
        yield Change(How.OTHER, path, "", old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        if "dict" in old:
            yield from _in_dict(old, new, path)
        elif "object" in old:
            yield from _in_fields(old, new, path)
        elif "queryset" in old:
            if old["rows"] != "instances" and new["rows"] != "instances":
                yield from changes(old["rows"], new["rows"], f"{path}[…]")
        elif "tuple" in old and "tuple" in new and len(old["tuple"]) != len(new["tuple"]):
            yield Change(How.OTHER, path, "", old, new)
        elif "tuple" in old and "tuple" in new:
            for index, (before, now) in enumerate(zip(old["tuple"], new["tuple"], strict=True)):
                yield from changes(before, now, f"{path}[{index}]")
        else:
            before, now = _element(old), _element(new)
            if before is not None and now is not None:
                yield from changes(before, now, f"{path}[…]")


def _in_dict(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Change]:
    before, now = old["dict"], new["dict"]
    optional = {*old.get("optional", ()), *new.get("optional", ())}
    for name in sorted(before.keys() | now.keys()):
        if name in before and name in now:
            yield from changes(before[name], now[name], f"{path}[{name!r}]")
        elif name in optional:
            continue
        elif name in now and "rest" not in old:
            yield Change(How.CAME, path, name, NOTHING, now[name])
        elif name in before and "rest" not in new:
            yield Change(How.WENT, path, name, before[name], NOTHING)


def _in_fields(old: dict[str, Any], new: dict[str, Any], path: str) -> Iterator[Change]:
    """An instance that was stored comes back with the attributes that it had."""
    before, now = old.get("fields"), new.get("fields")
    if not isinstance(before, dict) or not isinstance(now, dict) or not before or not now:
        return
    for name in sorted(before.keys() | now.keys()):
        if name in before and name in now:
            yield from changes(before[name], now[name], f"{path}.{name}")
        elif name in now:
            yield Change(How.CAME, path, name, NOTHING, now[name])
        else:
            yield Change(How.WENT, path, name, before[name], NOTHING)


def _element(shape: dict[str, Any]) -> Shape | None:
    return next((shape[form] for form in ("list", "set", "tuple of", "pickled") if form in shape), None)


def family(shape: Shape) -> str:
    """What a reader can treat alike."""
    if isinstance(shape, str):
        return "number" if shape in _NUMBERS else "text" if shape in _TEXTS else shape
    for form in _SEQUENCES:
        if form in shape:
            return "sequence"
    for form in ("model", "queryset", "manager", "enum"):
        if form in shape:
            return f"{form} {shape[form]}"
    if "object" in shape:
        return f"object {shape['object']}"
    return next(iter(shape), as_text(shape))
