"""Whether two keys can plausibly be the same text, by what their parts are made of.

:func:`cachelint.caching.keys.pattern.may_be_equal` lets a part be any text, so that ``{a}:{b}:name`` can be every key
that ends in ``:name``. That is right for a fix, which must not be wrong, and useless for silence: one such key would
silence all. Here a part is not empty, a number has digits, a digest hexadecimal digits, a part does not hold the
separator that it stands next to in its own template, and what a key begins with is not made at run time in one place
and written out in another. The last two are conventions, not proofs.
"""

from __future__ import annotations

import re
import string
from typing import NamedTuple

from cachelint.types.base import Scalar
from cachelint.types.join import members
from cachelint.types.strings import WILDCARD, Placeholder, Str, Text
from cachelint.types.template import joined

_DIGITS = frozenset("-0123456789")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_IDENTIFIER = frozenset(f"{string.ascii_letters}{string.digits}_<>")
_SEPARATORS = frozenset(":|/#&;,")
_WORD = re.compile(r"[A-Za-z_]*")
#: Letters that a key begins with so that they are a word of its own.
_LEAST_LETTERS = 4


#: The parts of a key, or of the rest of one.
_Parts = tuple[Text | Placeholder, ...]


class _Symbol(NamedTuple):
    """One character of a key: one of ``of``, or (``of`` None) any but those of ``without``; ``again`` any number."""

    of: frozenset[str] | None
    without: frozenset[str] = frozenset()
    again: bool = False


def may_meet(one: Str, other: Str) -> bool:
    """Whether two keys can plausibly be the same text."""
    first, second = _without_common_head(joined(one), joined(other))
    if (_begins_with_words(first) and _begins_open(second)) or (_begins_with_words(second) and _begins_open(first)):
        return False
    a, b = _symbols(first), _symbols(second)
    waiting = [(0, 0)]
    seen = {(0, 0)}
    while waiting:
        i, j = waiting.pop()
        if i == len(a) and j == len(b):
            return True
        reached: list[tuple[int, int]] = []
        if i < len(a) and a[i].again:
            reached.append((i + 1, j))
        if j < len(b) and b[j].again:
            reached.append((i, j + 1))
        if i < len(a) and j < len(b) and _shares(a[i], b[j]):
            reached.append((i if a[i].again else i + 1, j if b[j].again else j + 1))
        for each in reached:
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return False


def _without_common_head(one: _Parts, other: _Parts) -> tuple[_Parts, _Parts]:
    """Two keys without the parts that they begin with alike: one setting before both is the same in both."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b or not (isinstance(a, Text) or a.name.startswith("settings.")):
            break
        count += 1
    return one[count:], other[count:]


def _begins_with_words(parts: _Parts) -> bool:
    match = _WORD.match(parts[0].text) if parts and isinstance(parts[0], Text) else None
    return match is not None and len(match[0]) >= _LEAST_LETTERS


def _begins_open(parts: _Parts) -> bool:
    """Whether a key begins with what is made at run time, and goes on with words."""
    return (
        bool(parts)
        and isinstance(parts[0], Placeholder)
        and parts[0] != WILDCARD
        and any(isinstance(part, Text) for part in parts)
    )


def _shares(one: _Symbol, other: _Symbol) -> bool:
    """Whether a character can be both."""
    if one.of is not None and other.of is not None:
        return not one.of.isdisjoint(other.of)
    if one.of is not None:
        return bool(one.of - other.without)
    return other.of is None or bool(other.of - one.without)


def _symbols(parts: _Parts) -> list[_Symbol]:
    found: list[_Symbol] = []
    for index, part in enumerate(parts):
        if isinstance(part, Text):
            found += [_Symbol(frozenset(character)) for character in part.text]
            continue
        of = _alphabet(part)
        before = parts[index - 1] if index else None
        after = parts[index + 1] if index + 1 < len(parts) else None
        near = {_last(before)} | {_first(after)}
        without = frozenset(near & _SEPARATORS) if of is None and part != WILDCARD else frozenset()
        if part != WILDCARD:
            found.append(_Symbol(of, without))
        found.append(_Symbol(of, without, again=True))
    return found


def _last(part: Text | Placeholder | None) -> str:
    return part.text[-1:] if isinstance(part, Text) else ""


def _first(part: Text | Placeholder | None) -> str:
    return part.text[:1] if isinstance(part, Text) else ""


def _alphabet(part: Placeholder) -> frozenset[str] | None:
    """The characters of a part, where what it is made of tells them."""
    if part.name.endswith("__name__"):
        return _IDENTIFIER
    found = members(part.content) if part.content is not None else ()
    if not found:
        return None
    if all(isinstance(member, Scalar) and member.type == "int" for member in found):
        return _DIGITS
    if all(isinstance(member, Str) and member.digest for member in found):
        return _HEXADECIMAL
    if all(isinstance(member, Scalar) and member.type == "uuid.UUID" for member in found):
        return _HEXADECIMAL | {"-"}
    return None
