"""What a run has asked of each file, so that a later one can tell whether a change of a file matters to it.

All that a run knows of a file comes from questions: whether a word or a pattern stands in it, where, what the file
defines, what the text of a definition is. They are kept with a digest of each answer. A file that has changed, and
answers all of them as before, leads to the same results: they need not be worked out again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cachelint.project.file_queries import FileQueries, digest
from cachelint.project.source import SourceError, read_source

#: A pattern as text, its flags, and the words of which one stands in each match.
Question = tuple[str, int, tuple[str, ...]]


@dataclass(slots=True)
class FileDependencies:
    """What was asked of one file alone; by the number of a pattern or a definition, or by a word."""

    #: Its whole text was read: any change matters.
    whole: bool = False
    skeleton: str = ""
    lines: dict[int, str] = field(default_factory=dict)
    #: The answers of `FileQueries.findall`, `near`, `lines_with`, `standing`, `matches` (the number, or its complement)
    #: and `text`.
    found: dict[int, str] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    lines_with: dict[str, str] = field(default_factory=dict)
    standing: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    matches: dict[int, set[int]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


class Dependencies:
    """The questions of a run. ``searched`` says for each that was asked of all files which of them answered yes."""

    def __init__(self) -> None:
        self.questions: dict[Question, int] = {}
        self.searched: dict[int, frozenset[str]] = {}
        self.files: dict[str, FileDependencies] = {}
        #: Files that are no Python and were looked for, by name: those found, with size and time.
        self.others: dict[str, dict[str, list[int]]] = {}

    def number(self, pattern: re.Pattern[bytes] | None, words: tuple[str, ...] = ()) -> int:
        """The number of a question."""
        text = pattern.pattern.decode("latin-1") if pattern is not None else ""
        key = (text, pattern.flags if pattern is not None else 0, words)
        return self.questions.setdefault(key, len(self.questions))

    def of(self, path: str) -> FileDependencies:
        """What is asked of a file."""
        found = self.files.get(path)
        if found is None:
            found = self.files[path] = FileDependencies()
        return found

    def search(self, pattern: re.Pattern[bytes] | None, words: tuple[str, ...], paths: Iterable[str]) -> None:
        """All files were asked; those of ``paths`` answered yes."""
        self.searched[self.number(pattern, words)] = frozenset(paths)

    def encode(self) -> dict[str, Any]:
        """The trace as plain data."""
        return {
            "questions": [[text, flags, list(words)] for text, flags, words in self.questions],
            "searched": [[number, sorted(paths)] for number, paths in self.searched.items()],
            "files": {path: _encoded(asked) for path, asked in self.files.items()},
        }


def _encoded(asked: FileDependencies) -> dict[str, Any]:
    if asked.whole:
        return {"whole": True}
    values = asdict(asked)
    values["matches"] = {number: sorted(answers) for number, answers in asked.matches.items()}
    return values


def holds(kept: Mapping[str, Any], root: Path, changed: Iterable[str]) -> bool:
    """Whether all that a run asked has the same answers in files that have changed since.

    ``kept`` is what `Dependencies.encode` gave, through JSON; raises KeyError, TypeError, ValueError or IndexError
    where it is not.
    """
    questions = [(_compiled(text, flags), tuple(words)) for text, flags, words in kept["questions"]]
    searched = [(int(number), frozenset(paths)) for number, paths in kept["searched"]]
    for path in changed:
        try:
            reading = FileQueries(read_source(root / path, path).data)
        except (SourceError, OSError):
            return False
        for number, paths in searched:
            if _answers(reading, *questions[number]) != (path in paths):
                return False
        asked = kept["files"].get(path)
        if asked is not None and not _same(reading, asked, questions):
            return False
    return True


def _compiled(text: str, flags: int) -> re.Pattern[bytes] | None:
    return re.compile(text.encode("latin-1"), flags) if text else None


def _answers(reading: FileQueries, pattern: re.Pattern[bytes] | None, words: tuple[str, ...]) -> bool:
    if words and not any(word.encode() in reading.data for word in words):
        return False
    return pattern is None or pattern.search(reading.data) is not None


def _same(
    reading: FileQueries, asked: Mapping[str, Any], questions: list[tuple[re.Pattern[bytes] | None, tuple[str, ...]]]
) -> bool:
    if asked["whole"]:
        return False
    if any(line_digest(reading, int(line)) != said for line, said in asked["lines"].items()):
        return False
    if any(near_digest(reading, word) != said for word, said in asked["near"].items()):
        return False
    if any(lines_digest(reading, text) != said for text, said in asked["lines_with"].items()):
        return False
    for number, said in asked["found"].items():
        pattern = questions[int(number)][0]
        if pattern is None or found_digest(reading.findall(pattern)) != said:
            return False
    if not asked["skeleton"]:
        return True
    if reading.skeleton != asked["skeleton"]:
        return False
    for word, places in asked["standing"].items():
        if [list(numbers) for numbers in reading.standing(word)] != places:
            return False
    for number, answers in asked["matches"].items():
        pattern = questions[int(number)][0]
        for answer in answers:
            if pattern is None or reading.matches(max(answer, ~answer), pattern) != (answer >= 0):
                return False
    return all(text_digest(reading, int(number)) == said for number, said in asked["texts"].items())


def line_digest(reading: FileQueries, line: int) -> str:
    """A line, counted from 1; one that is not there is empty."""
    return digest(reading.lines[line - 1]) if 1 <= line <= len(reading.lines) else ""


def near_digest(reading: FileQueries, word: str) -> str:
    """What stands near the places of a word."""
    return digest(repr(reading.near(word)).encode())


def lines_digest(reading: FileQueries, text: str) -> str:
    """The lines that a text stands in."""
    return digest(repr(reading.lines_with(text)).encode())


def found_digest(found: list[tuple[bytes, ...]]) -> str:
    """What a pattern finds."""
    return digest(repr(found).encode())


def text_digest(reading: FileQueries, number: int) -> str:
    """The text of a definition by its number; by the complement of it, its header."""
    return digest(reading.text(max(number, ~number), header_only=number < 0))
