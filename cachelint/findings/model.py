"""The data that every other part of the program passes on or prints."""

from __future__ import annotations

import enum
from typing import NamedTuple


class _Level(enum.Enum):
    """Something with degrees, written down from the least to the highest."""

    @property
    def rank(self) -> int:
        """Its place among them, from 0."""
        return list(type(self)).index(self)

    def reaches(self, least: _Level) -> bool:
        """Whether it is as high as another, or higher."""
        return self.rank >= least.rank


class Severity(_Level):
    """How much a finding can hurt, whoever is right about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Confidence(_Level):
    """How much of the reasoning behind a finding was seen in the code."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Applicability(enum.Enum):
    """Who may apply a fix: ``--fix`` (safe) or only ``--unsafe-fixes`` (unsafe)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Place(NamedTuple):
    """A stretch of source. Lines and columns count from 1, columns in characters; the end is exclusive.

    ``path`` is relative to the project's root, with ``/``.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A place from which something was learnt, and what."""

    place: Place
    message: str


class Edit(NamedTuple):
    """Replace the text at ``place`` by ``text``; an empty place inserts."""

    place: Place
    text: str


class Fix(NamedTuple):
    """Edits that belong together: all of them are applied, or none."""

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability
    #: Why a person should read it first: each doubt. Empty where it is safe.
    reasons: tuple[str, ...] = ()
    #: Codes of lesser findings that may be left in the place of the one that goes.
    leaves: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The doubts in one line."""
        return "; ".join(self.reasons)


class Finding(NamedTuple):
    """One thing that is wrong, at one call."""

    code: str
    name: str
    message: str
    #: The offending expression.
    place: Place
    #: First line of the call that it is about; suppression comments are read from ``call_line`` to ``call_end``.
    call_line: int
    call_end: int
    severity: Severity
    confidence: Confidence = Confidence.HIGH
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    #: What stands in the way of a fix, where there is none.
    no_fix: str = ""
    #: The function that the call stands in (``Shelf.title``), and the key's template: they stay where lines move.
    function: str = ""
    key: str = ""
    #: The other calls that the finding stands for: the writes of one key, of which it is at the first.
    writes: tuple[Place, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of the report: by file, line, column, code."""
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)
