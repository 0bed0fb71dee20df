"""One file of a project, and the questions that may be asked of it, each with its answer on record."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Protocol

from cachelint.project.file_queries import FileQueries
from cachelint.project.outline import Definition, Outline
from cachelint.project.parsed import ParsedDefinition, ParseFailed
from cachelint.project.source import Source
from cachelint.project.store.dependencies import (
    Dependencies,
    FileDependencies,
    found_digest,
    line_digest,
    lines_digest,
    near_digest,
    text_digest,
)


class Files(Protocol):
    """What a module asks of the code base that it belongs to."""

    dependencies: Dependencies

    def source(self, path: str) -> Source:
        """The text of a file; any change of it matters from now on."""

    def read(self, path: str) -> Source:
        """The text of a file, for questions that are on record."""

    def count(self, what: str) -> None:
        """Count a piece of work."""

    def check_syntax(self, module: Module) -> None:
        """Keep a problem where the file is no Python."""

    def problem(self, path: str, message: str) -> None:
        """Keep one line about a file, the first that is said of it."""


class Module:
    """A file of the project, read when it is first needed."""

    def __init__(self, codebase: Files, path: str, name: str, root: str) -> None:
        self.codebase = codebase
        self.path = path
        self.name = name
        self.root = root
        self._outline: Outline | None = None
        self._parsed: dict[tuple[int, bool], ParsedDefinition | None] = {}

    def __repr__(self) -> str:
        return f"Module({self.name})"

    @property
    def source(self) -> Source:
        """The text; an empty one where the file can't be read (which was reported). Any change of it matters then."""
        return self.codebase.source(self.path)

    @cached_property
    def reading(self) -> FileQueries:
        """What the text says, as it is asked below; nobody else asks it, so that all questions are on record."""
        return FileQueries(self.codebase.read(self.path).data)

    @property
    def _asked(self) -> FileDependencies:
        return self.codebase.dependencies.of(self.path)

    @property
    def is_package(self) -> bool:
        """Whether this is an ``__init__.py``."""
        return self.path.endswith("__init__.py")

    @property
    def outline(self) -> Outline:
        """What the file defines."""
        if self._outline is None:
            self._outline = self.reading.outline
            self.codebase.count("outlined")
            self._asked.skeleton = self.reading.skeleton
            if self._outline.error_line is not None:
                self.codebase.check_syntax(self)
        return self._outline

    def parsed(self, definition: Definition, *, header_only: bool = False) -> ParsedDefinition | None:
        """Parse a definition, once. None where its text is no Python (which is reported)."""
        key = (definition.start, header_only)
        if key not in self._parsed:
            self._note_text(definition, header_only=header_only)
            try:
                self._parsed[key] = ParsedDefinition(self.codebase.read(self.path), definition, header_only=header_only)
                self.codebase.count("parsed")
            except ParseFailed as error:
                self._parsed[key] = None
                self.codebase.problem(self.path, str(error))
        return self._parsed[key]

    def text_of(self, definition: Definition) -> bytes:
        """The source of a definition; for a question about it, ``matches`` says less of what matters."""
        self._note_text(definition)
        return self.reading.data[definition.start : definition.end]

    def line_of(self, definition: Definition) -> int:
        """The line that a definition begins in, to be shown."""
        self._note_text(definition)
        return definition.line

    def _note_text(self, definition: Definition, *, header_only: bool = False) -> None:
        number = self.reading.numbers[id(definition)]
        number = ~number if header_only else number
        if number not in self._asked.texts:
            self._asked.texts[number] = text_digest(self.reading, number)

    def matches(self, definition: Definition, pattern: re.Pattern[bytes], word: str = "") -> bool:
        """Whether a pattern is found in the text of a definition; ``word`` stands in each match."""
        number = self.reading.numbers[id(definition)]
        found = self.reading.holds(number, word) and self.reading.matches(number, pattern)
        answers = self._asked.matches.setdefault(self.codebase.dependencies.number(pattern), set())
        answers.add(number if found else ~number)
        return found

    def findall(self, pattern: re.Pattern[bytes]) -> list[tuple[bytes, ...]]:
        """The groups of all matches of a pattern in the file; what matched, where it has none."""
        number = self.codebase.dependencies.number(pattern)
        found = self.reading.findall(pattern)
        if number not in self._asked.found:
            self._asked.found[number] = found_digest(found)
        return found

    def where(self, pattern: re.Pattern[bytes]) -> str:
        """``path:line`` of the first match of a pattern in the file, to be shown; the path alone where it has none."""
        data = self.source.data
        match = pattern.search(data)
        if match is None:
            return self.path
        before = data.count(b"\n", 0, match.start())
        return f"{self.path}:{before + 1}"

    def near(self, word: str) -> list[tuple[bytes, bytes]]:
        """For each place where a word stands in code, not as a part of another, what is before and after it."""
        if word not in self._asked.near:
            self._asked.near[word] = near_digest(self.reading, word)
        return self.reading.near(word)

    def lines_with(self, text: str) -> list[bytes]:
        """The lines that a text stands in, in code, comments and strings."""
        if text not in self._asked.lines_with:
            self._asked.lines_with[text] = lines_digest(self.reading, text)
        return self.reading.lines_with(text)

    def around(self, word: str, place: int) -> list[Definition]:
        """The definitions that the ``place``-th place of a word stands in."""
        return [self.reading.definitions[number] for number in self._standing(word)[place]]

    def naming(self, word: str) -> list[Definition]:
        """The definitions in whose code a word stands, not as a part of another."""
        numbers = {number for around in self._standing(word) for number in around}
        return [self.reading.definitions[number] for number in sorted(numbers)]

    def _standing(self, word: str) -> list[tuple[int, ...]]:
        if not self.reading.places(word):
            # That it stands nowhere is what is on record then.
            self.near(word)
            return []
        _ = self.outline
        found = self._asked.standing[word] = self.reading.standing(word)
        return found

    def line(self, number: int) -> str:
        """A line without its end, counted from 1; empty where there is none."""
        self._asked.lines[number] = line_digest(self.reading, number)
        return self.codebase.read(self.path).line_text(number)

    def absolute(self, module: str) -> str:
        """The full name of a module that an import of this file calls ``module``."""
        if not module.startswith("."):
            return module
        rest = module.lstrip(".")
        up = len(module) - len(rest) - (1 if self.is_package else 0)
        parts = self.name.split(".") if self.name else []
        base = parts[: len(parts) - up] if up else parts
        return ".".join([*base, rest] if rest else base)
