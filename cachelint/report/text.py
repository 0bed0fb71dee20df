"""``--format text``: each finding with the code that it is about, and the places that it was learnt from."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.style import Style
from rich.text import Text

from cachelint.findings import Applicability, Finding, Place, Severity
from cachelint.printable import printable, printable_lines
from cachelint.project.source import Source, SourceError, read_source
from cachelint.report.doubts import Doubts
from cachelint.report.frame import Mark, column, expanded, row
from cachelint.report.pages import page_address
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome

#: Readable on black and on white.
_STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
#: Lines between two labelled places of one file that are shown rather than left out.
_NEAR = 6
#: What a message says of a place that a frame shows: "(from `Book.objects.get()`, line 13)".
_SHOWN = re.compile(r" \((?:from|declared as) `[^`]*`(?:, (?:line \d+|[^():]+:\d+))?\)")

Lines = Callable[[str, int], str]


def write(
    outcome: Outcome, console: Console, *, sort: str = "path", group: str | None = None, width: int | None = None
) -> None:
    """Print the report; rows of code are cropped to ``width``, None where lines may be as long as they are."""
    lines = _reader(outcome)
    doubts = Doubts(outcome.findings)
    heading = ""
    for finding in _sorted(outcome, sort, group):
        title = _title(outcome, finding, group)
        if title != heading:
            heading = title
            console.print(Text(printable(title), "bold underline"))
        console.print(_head(outcome, finding))
        for text in _frame(outcome, finding, lines, width):
            console.print(text, crop=False, soft_wrap=True)
        note = _fix_note(finding, doubts)
        if note is not None:
            console.print(_indented(note, width))
        console.print()
    for line in doubts.lines():
        console.print(_indented(Text(printable(line), "yellow", overflow="fold"), width))


def _sorted(outcome: Outcome, sort: str, group: str | None) -> list[Finding]:
    """The findings in order: the most severe first, then by path; what stands under one heading together."""
    found = sorted(outcome.findings, key=lambda finding: finding.sort_key)
    if sort == "severity":
        found.sort(key=lambda finding: -finding.severity.rank)
    if group is not None:
        first: dict[str, int] = {}
        for finding in found:
            first.setdefault(_title(outcome, finding, group), len(first))
        found.sort(key=lambda finding: first[_title(outcome, finding, group)])
    return found


def _title(outcome: Outcome, finding: Finding, group: str | None) -> str:
    match group:
        case "file":
            return shown_path(outcome.root, finding.place.path)
        case "rule":
            return f"{finding.code} {finding.name}"
        case "key":
            return finding.key or "(no key)"
    return ""


def _reader(outcome: Outcome) -> Lines:
    cache: dict[str, Source] = dict(outcome.unsaved)

    def line(path: str, number: int) -> str:
        if path not in cache:
            try:
                cache[path] = read_source(outcome.root / path, path)
            except (OSError, SourceError):
                cache[path] = Source(path, "")
        return cache[path].line_text(number)

    return line


def _head(outcome: Outcome, finding: Finding) -> Text:
    place = finding.place
    head = Text(overflow="fold")
    head.append(printable(f"{shown_path(outcome.root, place.path)}:{place.line}:{place.column}"), "bold")
    head.append(" ")
    head.append(finding.severity.value, _STYLES[finding.severity])
    head.append(" ")
    style = Style.parse(_STYLES[finding.severity])
    address = page_address(outcome, finding.code)
    head.append(finding.code, style + Style(link=address) if address else style)
    head.append(f" {finding.name} ", "dim")
    message = _SHOWN.sub("", finding.message) if finding.related else finding.message
    head.append(printable(message))
    return head


def _frame(outcome: Outcome, finding: Finding, lines: Lines, width: int | None) -> Iterator[Text]:
    """Stretches of code: the finding's own with its labels, then one for each place elsewhere."""
    labels: list[tuple[Place, str, bool]] = [(finding.place, "", True)]
    labels += [(place, "written here too", False) for place in finding.writes]
    labels += [(related.place, related.message, False) for related in finding.related]
    groups: list[list[tuple[Place, str, bool]]] = []
    for label in labels:
        for group in groups:
            if group[0][0].path == label[0].path and any(abs(g[0].line - label[0].line) <= _NEAR for g in group):
                group.append(label)
                break
        else:
            groups.append([label])
    gutter = max(len(str(label[0].line)) for label in labels) + 1
    for index, group in enumerate(groups):
        if index:
            first = group[0][0]
            where = printable(f"{shown_path(outcome.root, first.path)}:{first.line}")
            yield Text(f"{' ' * gutter}::: {where}", "dim", overflow="fold")
        yield from _stretch(group, lines, gutter, width)


def _stretch(group: list[tuple[Place, str, bool]], lines: Lines, gutter: int, width: int | None) -> Iterator[Text]:
    path = group[0][0].path
    numbers = range(min(label[0].line for label in group), max(label[0].line for label in group) + 1)
    for number in numbers:
        source = lines(path, number)
        marks = [_mark(place, message, primary, source) for place, message, primary in group if place.line == number]
        yield from row(number, expanded(source), marks, gutter, width)


def _mark(place: Place, message: str, primary: bool, source: str) -> Mark:
    end = place.end_column - 1 if place.end_line == place.line else len(source.rstrip())
    start = place.column - 1
    return Mark(column(source, start), max(column(source, end), column(source, start) + 1), message, primary)


def _indented(text: Text, width: int | None) -> Text:
    """A note whose lines go on below their own beginning, where they are wider than the terminal."""
    if width is None:
        return text
    lines: list[str] = []
    for line in text.plain.split("\n"):
        begin = len(line) - len(line.lstrip())
        lines += textwrap.wrap(
            line, width, subsequent_indent=" " * (begin + 2), break_long_words=False, break_on_hyphens=False
        ) or [""]  # fmt: skip
    return Text("\n".join(lines), text.style, overflow="fold")


def _fix_note(finding: Finding, doubts: Doubts) -> Text | None:
    if finding.fix is not None:
        safe = finding.fix.applicability is Applicability.SAFE
        flag = "--fix" if safe else "--fix --unsafe-fixes"
        reasons = doubts.short(finding.fix.reasons)
        reason = f" (review it first: {reasons[0]})" if len(reasons) == 1 else ""
        if len(reasons) > 1:
            reason = "; review it first:" + "".join(f"\n    - {each}" for each in reasons)
        note = printable_lines(f"  = {flag}: {finding.fix.title}{reason}")
        return Text(note, "green" if safe else "yellow", overflow="fold")
    if finding.no_fix:
        return Text(printable(f"  = no fix: {finding.no_fix}"), "dim", overflow="fold")
    return None
