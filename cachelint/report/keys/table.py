"""``cachelint keys``: the keys of a project as a table on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from cachelint.caching.keys.inventory import Inventory, KeyRecord
from cachelint.caching.keys.shape import ANYTHING, shown
from cachelint.findings import Finding
from cachelint.printable import printable
from cachelint.report.keys.wording import timeouts_of

_GAP = "  "
#: From this width on each key has one line.
_WIDE = 110
_COUNTED = (("W", "write"), ("R", "read"), ("D", "delete"))
_MORE = (("touch", "touch"), ("count", "count"), ("lock", "lock"))


def write(
    found: Inventory, findings: Mapping[str, Sequence[Finding]], console: Console, width: int | None = None
) -> None:
    """Print the keys by application, and last the calls whose keys are values of the project.

    ``width`` is that of the terminal; None where lines may be as long as they are.
    """
    for app, keys in groupby(found.keys, key=lambda key: key.app):
        console.print(Text(printable(app or "."), "bold"))
        for text in _lines(list(keys), findings, width):
            console.print(text, soft_wrap=True, crop=False)
        console.print()
    if found.opaque:
        console.print(Text("entries under a value of the project", "bold"))
        for each in found.opaque:
            calls = f"{len(each.uses)} call{'s' if len(each.uses) > 1 else ''}"
            first = each.uses[0]
            line = f"  {each.written}  ({each.alias or 'unknown cache'}, {calls}, {first.path}:{first.line})"
            console.print(Text(printable(_cropped(line, width))), soft_wrap=True, crop=False)
        console.print()
    if found.pages:
        console.print(Text("pages and fragments", "bold"))
        for page in found.pages:
            varies = f", varies on {', '.join(page.varies)}" if page.varies else ""
            line = f"  {page.kind} {page.name}  ({page.alias}, {page.timeout} s{varies}, {page.path}:{page.line})"
            console.print(Text(printable(_cropped(line, width))), soft_wrap=True, crop=False)
        console.print()
    console.print(Text(summary(found, findings)))


def summary(found: Inventory, findings: Mapping[str, Sequence[Finding]]) -> str:
    """The last line: ``63 keys, 148 calls, 3 findings``."""
    calls = sum(len(key.uses) for key in found.keys) + sum(len(each.uses) for each in found.opaque)
    number = len({f.sort_key for each in findings.values() for f in each})
    counted = [(len(found.keys), "key"), (calls, "call"), (number, "finding")]
    return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted) + "."


def _lines(keys: Sequence[KeyRecord], findings: Mapping[str, Sequence[Finding]], width: int | None) -> Iterable[Text]:
    if width is not None and width < _WIDE:
        for key in keys:
            yield from _two_lines(key, findings.get(key.id, ()), width)
        return
    rows = [_row(key, findings.get(key.id, ())) for key in keys]
    widths = [max(cell_len(cell.plain) for cell in column) for column in zip(*rows, strict=True)]
    if width is not None:
        # What is left is shared by the key and what is stored.
        fixed = sum(widths[1:4]) + min(widths[5], 24) + len(_GAP) * 6
        room = max(width - fixed, 40)
        widths[0] = min(widths[0], max(room - widths[4], room * 3 // 5))
        widths[4] = max(min(widths[4], room - widths[0]), 8)
    for cells in rows:
        line = Text(_GAP)
        for cell, size in zip(cells, widths, strict=True):
            line.append_text(_sized(cell, size))
            line.append(_GAP)
        line.rstrip()
        yield line


def _row(key: KeyRecord, findings: Sequence[Finding]) -> list[Text]:
    stored = "" if key.shape == ANYTHING else shown(key.shape)
    return [
        _template(key), Text(printable(key.alias or "unknown")), Text(_counts(key)), Text(printable(timeouts_of(key))),
        Text(printable(stored)), _marks(key, findings),
    ]  # fmt: skip


def _two_lines(key: KeyRecord, findings: Sequence[Finding], width: int) -> Iterable[Text]:
    marks = _marks(key, findings)
    room = width - len(_GAP) - (cell_len(marks.plain) + 2 if marks.plain else 0)
    first = Text(_GAP)
    first.append_text(_sized(_template(key), room) if marks.plain else _cropped_text(_template(key), room))
    if marks.plain:
        first.append(_GAP).append_text(marks)
    yield first
    stored = "" if key.shape == ANYTHING else shown(key.shape)
    parts = [key.alias or "unknown cache", _in_words(key), timeouts_of(key), stored]
    yield Text(_cropped(f"    {' · '.join(printable(part) for part in parts if part)}", width), "dim")


def _template(key: KeyRecord) -> Text:
    """The text that says most; what is made at run time stands out."""
    text = Text()
    for part in key.templates[0]:
        text.append(
            printable(part.text) if part.is_fixed else f"{{{printable(part.text)}}}", "" if part.is_fixed else "green"
        )
    if key.version:
        text.append(f" version={printable(key.version)}", "dim")
    if len(key.templates) > 1:
        text.append(f" +{len(key.templates) - 1}", "dim")
    return text


def _counts(key: KeyRecord) -> str:
    shown = [f"{letter}{key.count(role)}" if key.count(role) else "· " for letter, role in _COUNTED]
    return " ".join(f"{each:3}" for each in shown).rstrip() or "·"


def _in_words(key: KeyRecord) -> str:
    counted = [(role, key.count(role)) for _, role in (*_COUNTED, *_MORE)]
    return ", ".join(f"{number} {role}{'s' if number > 1 else ''}" for role, number in counted if number).replace(
        "touchs", "touches"
    )


def _marks(key: KeyRecord, findings: Sequence[Finding]) -> Text:
    """What stands out: the codes of findings, a key without a writer or reader."""
    codes = dict.fromkeys(finding.code for finding in findings)
    text = Text(" ".join(codes), "yellow")
    named = [word for role, word in (("lock", "lock"), ("count", "counter")) if key.count(role)]
    if named:
        text.append(f"{' ' if codes else ''}{', '.join(named)}", "dim")
    if not key.count("write") and not key.count("count") and not key.count("lock"):
        text.append(f"{' ' if codes else ''}never written", "dim")
    elif not key.count("read") and not key.count("count") and not key.count("lock"):
        text.append(f"{' ' if codes else ''}never read", "dim")
    return text


def _sized(text: Text, size: int) -> Text:
    """A text of just so many cells."""
    short = _cropped_text(text, size)
    short.append(" " * (size - cell_len(short.plain)))
    return short


def _cropped_text(text: Text, size: int) -> Text:
    copy = text.copy()
    copy.truncate(size, overflow="ellipsis")
    return copy


def _cropped(line: str, width: int | None) -> str:
    if width is None or cell_len(line) <= width:
        return line
    return set_cell_size(line, width - 1).rstrip() + "…"
