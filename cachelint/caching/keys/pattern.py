"""What two keys may have in common, by their patterns: fixed text, and placeholders for what is made at run time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from cachelint.types.strings import Str, Text
from cachelint.types.template import joined

#: The parts of a key: fixed text, or None for what is made at run time.
KeyPattern = tuple[str | None, ...]


def pattern(template: Str) -> KeyPattern:
    """A template without the names of its placeholders."""
    return tuple(part.text if isinstance(part, Text) else None for part in joined(template))


def may_be_equal(a: KeyPattern, b: KeyPattern) -> bool:
    """Whether two keys of these patterns can be the same text."""
    if a == b:
        return True
    if not _ends_may_be_equal(a, b):
        return False
    for first, second in ((a, b), (b, a)):
        if None not in second:
            return fits(first, "".join(p for p in second if p is not None), 0)
    return True


def _ends_may_be_equal(a: KeyPattern, b: KeyPattern) -> bool:
    """Whether two keys of these patterns can begin and end alike."""
    if not a or not b:
        return a == b
    head, other = a[0] or "", b[0] or ""
    if not (head.startswith(other) or other.startswith(head)):
        return False
    tail, other = a[-1] or "", b[-1] or ""
    return tail.endswith(other) or other.endswith(tail)


def overlap(one: KeyPattern, other: KeyPattern) -> bool:
    """Whether of two different keys one is certainly a case of the other: its words fit, and they say something."""
    return one != other and (is_case(one, other) or is_case(other, one))


def is_case(key: KeyPattern, template: KeyPattern) -> bool:
    """Whether a key is certainly one of those that a template with words stands for."""
    if not _ends_may_be_equal(key, template) or not any(part and says(part) for part in template):
        return False
    return fits(template, "".join("\0" if part is None else part for part in key), 1)


def fits(template: KeyPattern, text: str, least: int) -> bool:
    """Whether a text is a case of a template, each of whose open parts takes ``least`` characters or more.

    Two fixed parts never stand side by side. Each is looked for where it stands first: for a project with thousands of
    keys a regular expression for each costs too much.
    """
    position = 0
    room: int | None = None
    for index, part in enumerate(template):
        if part is None:
            room = least if room is None else room + least
            continue
        if index == len(template) - 1 and room is not None:
            return text.endswith(part) and len(text) - len(part) >= position + room
        found = position if room is None and text.startswith(part, position) else -1
        if room is not None:
            found = text.find(part, position + room)
        if found < 0:
            return False
        position, room = found + len(part), None
    return position == len(text) if room is None else len(text) >= position + room


def says(text: str) -> bool:
    """Whether a fixed text is more than punctuation."""
    return any(c.isalnum() for c in text)


class Index:
    """Who has which patterns, found without looking at all: a project may have thousands of keys.

    What has patterns is known by its number.
    """

    def __init__(self, having: Iterable[Iterable[KeyPattern]]) -> None:
        self._numbers: dict[KeyPattern, list[int]] = {}
        #: Those that have none.
        self.without: list[int] = []
        for number, found in enumerate(having):
            known = False
            for each in found:
                self._numbers.setdefault(each, []).append(number)
                known = True
            if not known:
                self.without.append(number)
        self._by_head: dict[str, list[KeyPattern]] = {}
        for each in self._numbers:
            self._by_head.setdefault(_head(each), []).append(each)
        self._heads = sorted(self._by_head)

    def of(self, wanted: KeyPattern) -> list[int]:
        """Those that have a pattern, ascending."""
        return self._numbers.get(wanted, [])

    def near(self, wanted: KeyPattern) -> Iterator[KeyPattern]:
        """The patterns that can begin like one, itself included: of no others can a key be the same text."""
        head = _head(wanted)
        for length in range(len(head)):
            yield from self._by_head.get(head[:length], ())
        index = bisect_left(self._heads, head)
        while index < len(self._heads) and self._heads[index].startswith(head):
            yield from self._by_head[self._heads[index]]
            index += 1


def _head(of: KeyPattern) -> str:
    return (of[0] or "") if of else ""
