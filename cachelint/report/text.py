"""``--format text``: each finding with the code that it is about, and the places that it was learnt from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cachelint.findings import Applicability, Finding, Place, Severity
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome

_STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "bold yellow", Severity.LOW: "bold cyan"}
#: Lines between two labelled places of one file that are shown rather than left out.
_NEAR = 6

Lines = Callable[[str, int], str]


def write(outcome: Outcome, console: Console) -> None:
    """Print the report."""
    lines = _reader(outcome.root)
    for finding in outcome.findings:
        console.print(_head(outcome, finding))
        for text in _frame(outcome, finding, lines):
            console.print(text)
        note = _fix_note(finding)
        if note is not None:
            console.print(note)
        console.print()


def _reader(root: Path) -> Lines:
    cache: dict[str, list[str]] = {}

    def line(path: str, number: int) -> str:
        if path not in cache:
            from cachelint.project.source import SourceError, read_source

            try:
                cache[path] = read_source(root / path, path).text.splitlines()
            except (OSError, SourceError):
                cache[path] = []
        lines = cache[path]
        return lines[number - 1] if 1 <= number <= len(lines) else ""

    return line


def _head(outcome: Outcome, finding: Finding) -> Text:
    place = finding.place
    head = Text(overflow="fold")
    head.append(f"{shown_path(outcome.root, place.path)}:{place.line}:{place.column}", "bold")
    head.append(" ")
    head.append(finding.code, _STYLES[finding.severity])
    head.append(f" {finding.name} ", "dim")
    head.append(finding.message)
    return head


def _frame(outcome: Outcome, finding: Finding, lines: Lines) -> list[Text]:
    """Stretches of code: the finding's own with its labels, then one for each place elsewhere."""
    labels: list[tuple[Place, str, bool]] = [(finding.place, "", True)]
    labels += [(related.place, related.message, False) for related in finding.related]
    groups: list[list[tuple[Place, str, bool]]] = []
    for label in labels:
        for group in groups:
            if group[0][0].path == label[0].path and any(abs(g[0].line - label[0].line) <= _NEAR for g in group):
                group.append(label)
                break
        else:
            groups.append([label])
    width = max(len(str(label[0].line)) for label in labels) + 1
    texts: list[Text] = []
    for index, group in enumerate(groups):
        if index:
            first = group[0][0]
            texts.append(
                Text(f"{' ' * width}::: {shown_path(outcome.root, first.path)}:{first.line}", "blue", overflow="fold")
            )
        texts += _stretch(group, lines, width)
    return texts


def _stretch(group: list[tuple[Place, str, bool]], lines: Lines, width: int) -> list[Text]:
    first = min(label[0].line for label in group)
    last = max(label[0].line for label in group)
    path = group[0][0].path
    texts: list[Text] = []
    for number in range(first, last + 1):
        source = lines(path, number).replace("\t", " ")
        text = Text(overflow="fold")
        text.append(f"{number:>{width}} | ", "blue")
        text.append(source)
        texts.append(text)
        for place, message, primary in group:
            if place.line == number:
                texts.append(_underline(place, message, primary, source, width))
    return texts


def _underline(place: Place, message: str, primary: bool, source: str, width: int) -> Text:
    end = place.end_column if place.end_line == place.line else len(source.rstrip()) + 1
    count = max(end - place.column, 1)
    text = Text(overflow="fold")
    text.append(f"{' ' * width} | ", "blue")
    text.append(" " * (place.column - 1))
    text.append(("^" if primary else "-") * count, "bold red" if primary else "bold blue")
    if message:
        text.append(f" {message}", "blue")
    return text


def _fix_note(finding: Finding) -> Text | None:
    if finding.fix is not None:
        flag = "--fix" if finding.fix.applicability is Applicability.SAFE else "--fix --unsafe-fixes"
        reasons = finding.fix.reasons
        reason = f" (review it first: {reasons[0]})" if len(reasons) == 1 else ""
        if len(reasons) > 1:
            reason = "; review it first:" + "".join(f"\n    - {each}" for each in reasons)
        return Text(f"  = {flag}: {finding.fix.title}{reason}", "green", overflow="fold")
    if finding.no_fix:
        return Text(f"  = no fix: {finding.no_fix}", "dim", overflow="fold")
    return None
