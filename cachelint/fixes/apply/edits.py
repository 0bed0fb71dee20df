"""Edits at places of a file, and their effect on its text."""

from __future__ import annotations

from collections.abc import Iterable

from cachelint.findings import Edit, Place
from cachelint.project.source import Source


class Conflict(Exception):
    """Two edits touch the same text."""


def before(place: Place, text: str) -> Edit:
    """Insert ``text`` where ``place`` begins."""
    return Edit(Place(place.path, place.line, place.column, place.line, place.column), text)


def after(place: Place, text: str) -> Edit:
    """Insert ``text`` where ``place`` ends."""
    return Edit(Place(place.path, place.end_line, place.end_column, place.end_line, place.end_column), text)


def replace(place: Place, text: str) -> Edit:
    """Put ``text`` in the place of what stands there."""
    return Edit(place, text)


def between(first: Place, whole: Place) -> Place:
    """What of ``whole`` follows its beginning ``first``."""
    return Place(whole.path, first.end_line, first.end_column, whole.end_line, whole.end_column)


def apply(source: Source, edits: Iterable[Edit]) -> str:
    """The text of a file after some edits, the same edit counting once; raises Conflict where two overlap."""
    spans = sorted(
        {
            (source.offset(e.place.line, e.place.column), source.offset(e.place.end_line, e.place.end_column), e.text)
            for e in edits
        }
    )
    newline = "\r\n" if "\r\n" in source.text else "\n" if "\n" in source.text or "\r" not in source.text else "\r"
    parts: list[str] = []
    position = 0
    for start, end, text in spans:
        if start < position:
            raise Conflict
        parts.append(source.text[position:start])
        parts.append(text.replace("\n", newline))
        position = end
    parts.append(source.text[position:])
    return "".join(parts)
