"""A row of code with marks under it, as wide as there is room: cropped, never wrapped."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from cachelint.frozen import dataclass

#: What stands for what was left out.
_MORE = "…"
#: Cells of code that stay before what is marked, where a row is cropped.
_LEAD = 12
_TAB = 4
_GUTTER = "dim"


@dataclass(frozen=True)
class Mark:
    """Something that is marked in a row: ``start`` and ``end`` count characters from 0, the end is exclusive."""

    start: int
    end: int
    message: str
    primary: bool


def row(number: int | None, source: str, marks: Sequence[Mark], gutter: int, width: int | None) -> list[Text]:
    """The lines that show a row of code: itself, and one for each mark. ``width`` None: as wide as it is."""
    room = None if width is None else max(width - gutter - 3, 10)
    begin, shown, cropped = _window(source, marks, room)
    lines = [_line(str(number) if number is not None else "", gutter)]
    lines[0].append(shown)
    for mark in marks:
        lines += _underline(mark, source, begin, cropped, gutter, room)
    return lines


def _line(number: str, gutter: int) -> Text:
    text = Text(no_wrap=True, overflow="ignore")
    text.append(f"{number:>{gutter}} | ", _GUTTER)
    return text


def expanded(source: str) -> str:
    """A row as it is shown: tabs as spaces, and no other control characters."""
    text = source.rstrip().replace("\t", " " * _TAB)
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    """A character that a terminal may take for a command, in one cell: as the pictures of Unicode show it."""
    code = ord(character)
    return chr(0x2400 + code) if code < 32 else "\u2421" if code == 127 else "\ufffd"


def column(source: str, index: int) -> int:
    """Where a character of a row stands once it is expanded."""
    return len(expanded(source[:index] + "|")) - 1


def _window(source: str, marks: Sequence[Mark], room: int | None) -> tuple[int, str, bool]:
    """The part of a row that is shown, where it begins, and whether something was left out before it."""
    if room is None or cell_len(source) <= room:
        return 0, source, False
    first = min((mark.start for mark in sorted(marks, key=lambda m: not m.primary)[:1]), default=0)
    last = max((mark.end for mark in sorted(marks, key=lambda m: not m.primary)[:1]), default=0)
    begin = 0
    if cell_len(source[:last]) > room - 1:
        begin = max(0, min(first, len(source)))
        lead = 0
        while begin > 0 and lead < _LEAD and cell_len(source[begin - 1 : last]) < room - 2:
            begin -= 1
            lead += 1
    shown = (_MORE if begin else "") + source[begin:]
    if cell_len(shown) > room:
        while cell_len(shown) > room - 1:
            shown = shown[:-1]
        shown += _MORE
    return begin, shown, begin > 0


def _underline(mark: Mark, source: str, begin: int, cropped: bool, gutter: int, room: int | None) -> list[Text]:
    style = "bold red" if mark.primary else "magenta"
    before = cell_len(source[begin : max(mark.start, begin)]) + (1 if cropped else 0)
    count = max(cell_len(source[max(mark.start, begin) : mark.end]), 1)
    if mark.end <= begin or (room is not None and before >= room):
        # What it marks was left out.
        return _labelled(mark.message, gutter, room) if mark.message else []
    if room is not None:
        count = max(min(count, room - before), 1)
    text = _line("", gutter)
    text.append(" " * before + ("^" if mark.primary else "-") * count, style)
    if not mark.message:
        return [text]
    if room is None or before + count + 1 + cell_len(mark.message) <= room:
        text.append(f" {mark.message}", style)
        return [text]
    return [text, *_labelled(mark.message, gutter, room)]


def _labelled(message: str, gutter: int, room: int | None) -> list[Text]:
    """A message below a row, in words."""
    lines: list[Text] = []
    line = ""
    for word in message.split():
        if room is not None and line and cell_len(line) + 1 + cell_len(word) > room - 2:
            lines.append(_line("", gutter).append(f"  {line}", "magenta"))
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(_line("", gutter).append(f"  {line}", "magenta"))
    return lines
