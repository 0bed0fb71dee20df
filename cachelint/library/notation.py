"""Types as text, as the tables of this folder write them: ``str``, ``list[int]``, ``datetime.datetime | None``, ``?``.

A name that is none of those below is that of a value without parts worth knowing (:class:`cachelint.types.base.Scalar`).
"""

from __future__ import annotations

from functools import cache

from cachelint.types.base import BOOL, BYTES, FLOAT, INT, NONE, UNKNOWN, Scalar, Type
from cachelint.types.cache import RawClient
from cachelint.types.containers import Dict, DictView, Iterator, List, Set, Tuple
from cachelint.types.join import join_all
from cachelint.types.strings import DIGEST, STR, Str

_NAMES: dict[str, Type] = {
    "?": UNKNOWN,
    "str": STR,
    "digest": DIGEST,
    "SafeString": Str(None, markup=True),
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "bytes": BYTES,
    "None": NONE,
    "list": List(UNKNOWN),
    "dict": Dict(UNKNOWN, UNKNOWN),
    "redis client": RawClient("Redis"),
    "memcached client": RawClient("Memcached"),
}


@cache
def parse(text: str) -> Type:
    """The type that a text stands for. Raises ValueError for brackets after a name that takes none."""
    parts = _split(text, "|")
    if len(parts) > 1:
        return join_all(parse(part) for part in parts)
    head, bracket, rest = text.partition("[")
    if not bracket:
        return _NAMES.get(text) or Scalar(text)
    return _container(head, _split(rest.removesuffix("]"), ","))


def _container(head: str, parts: list[str]) -> Type:
    repeated = len(parts) == 2 and parts[1] == "..."
    items = [parse(part) for part in parts if part != "..."]
    match head:
        case "list":
            return List(items[0])
        case "set" | "frozenset":
            return Set(items[0], head == "frozenset")
        case "dict":
            return Dict(items[0], items[1])
        case "tuple":
            return Tuple(items[0]) if repeated else Tuple(join_all(items), tuple(items))
        case "iterator":
            return Iterator(items[0], "iterator")
        case "dict_keys" | "dict_values" | "dict_items":
            return DictView(head.removeprefix("dict_"), items[0])
    raise ValueError(f"{head}[…] is not a type that the tables know")


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == separator and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
