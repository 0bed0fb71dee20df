"""What can be asked of the text of one file without parsing its inside: pure functions of its bytes."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cachelint.project.masking import mask_comments_and_strings

if TYPE_CHECKING:
    from cachelint.project.outline import Definition, Outline

#: How much of the text on either side of a word is near it at most, in bytes.
NEAR = 240


class FileQueries:
    """The bytes of a file and what they say."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._places: dict[str, list[int]] = {}
        self._near: dict[str, list[tuple[bytes, bytes]]] = {}
        self._standing: dict[str, list[tuple[int, ...]]] = {}

    @cached_property
    def outline(self) -> Outline:
        """What the file defines."""
        from cachelint.project.outline import outline

        return outline(self.data)

    @cached_property
    def code(self) -> bytes:
        """The text without what is said to people in it."""
        return mask_comments_and_strings(self.data)

    @cached_property
    def definitions(self) -> list[Definition]:
        """All that the file defines, in one order; a definition is known by its number in it."""
        return list(self.outline.walk())

    @cached_property
    def numbers(self) -> dict[int, int]:
        """By the identity of a definition, its number."""
        return {id(definition): number for number, definition in enumerate(self.definitions)}

    def places(self, word: str) -> list[int]:
        """Where a word stands in code, not as a part of another: bytes from the start, ascending."""
        found = self._places.get(word)
        if found is None:
            data = word.encode()
            found = self._places[word] = list(_places(self.code, data)) if data in self.data else []
        return found

    def near(self, word: str) -> list[tuple[bytes, bytes]]:
        """For each place of a word, what stands before it on its line and the one above, and after it on its line."""
        if word not in self._near:
            self._near[word] = [self._around(start, start + len(word.encode())) for start in self.places(word)]
        return self._near[word]

    def _around(self, start: int, end: int) -> tuple[bytes, bytes]:
        line = self.data.rfind(b"\n", max(0, start - NEAR), start)
        above = self.data.rfind(b"\n", max(0, start - NEAR), max(0, line))
        below = self.data.find(b"\n", end, end + NEAR)
        before = self.data[max(above + 1, start - NEAR, 0) : start]
        return before, self.data[end : below if below >= 0 else end + NEAR]

    def standing(self, word: str) -> list[tuple[int, ...]]:
        """For each place of a word, the numbers of the definitions that it stands in."""
        found = self._standing.get(word)
        if found is None:
            places = self.places(word)
            around: list[list[int]] = [[] for _ in places]
            for number, definition in enumerate(self.definitions if places else ()):
                index = bisect_left(places, definition.start)
                while index < len(places) and places[index] < definition.end:
                    around[index].append(number)
                    index += 1
            found = self._standing[word] = [tuple(numbers) for numbers in around]
        return found

    def findall(self, pattern: re.Pattern[bytes]) -> list[tuple[bytes, ...]]:
        """The groups of all matches of a pattern; what matched, where it has none."""
        return [match.groups(b"") or (match.group(),) for match in pattern.finditer(self.data)]

    def lines_with(self, text: str) -> list[bytes]:
        """The lines that a text stands in, wherever it is: one for each such line, in order."""
        data, found = text.encode(), []
        start = self.data.find(data)
        while start >= 0:
            end = self.data.find(b"\n", start)
            end = end if end >= 0 else len(self.data)
            found.append(self.data[self.data.rfind(b"\n", 0, start) + 1 : end])
            start = self.data.find(data, end)
        return found

    def holds(self, number: int, word: str) -> bool:
        """Whether a word stands in the text of a definition, also as a part of another."""
        definition = self.definitions[number]
        return self.data.find(word.encode(), definition.start, definition.end) >= 0

    def matches(self, number: int, pattern: re.Pattern[bytes]) -> bool:
        """Whether a pattern is found in the text of a definition."""
        definition = self.definitions[number]
        return pattern.search(self.data, definition.start, definition.end) is not None

    def text(self, number: int, *, header_only: bool = False) -> bytes:
        """The text of a definition with its line and what stands before it there: all that parsing it depends on."""
        definition = self.definitions[number]
        end = definition.body if header_only and definition.body else definition.end
        start = max(self.data.rfind(b"\n", 0, definition.start), self.data.rfind(b"\r", 0, definition.start)) + 1
        return b"%d:%d:%s" % (definition.line, definition.body_column, self.data[start:end])

    @cached_property
    def lines(self) -> list[bytes]:
        """The lines of the file, without their ends."""
        return re.split(rb"\r\n|\r|\n", self.data)

    @cached_property
    def skeleton(self) -> str:
        """A digest of what the file defines and imports, whatever the text of it is."""
        outline = self.outline
        scopes = [outline.scope, *(d.scope for d in self.definitions if d.scope is not None)]
        skeleton = (
            [(d.name, d.form, d.conditional, d.is_async, self.numbers.get(id(d.parent))) for d in self.definitions],
            [(scope.imports, scope.stars) for scope in scopes],
            outline.error_line,
        )
        return digest(repr(skeleton).encode())


def digest(data: bytes) -> str:
    """A short hash."""
    return hashlib.blake2b(data, digest_size=9).hexdigest()


def _places(data: bytes, word: bytes) -> Iterator[int]:
    start = data.find(word)
    while start >= 0:
        end = start + len(word)
        if not _is_word(data[start - 1 : start] if start else b"") and not _is_word(data[end : end + 1]):
            yield start
        start = data.find(word, end)


def _is_word(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"
