"""What a run prints, and the files that it writes its reports into."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from cachelint.config.selectors import ConfigError
from cachelint.findings import Severity
from cachelint.printable import printable_lines
from cachelint.project.files import SUFFIXES
from cachelint.report.formats import FORMATS, TEXT, plain_text, render
from cachelint.run.analysis import Outcome


def parse_outputs(words: Sequence[str]) -> list[tuple[str, Path]]:
    """The formats and files of ``--output``; raises ConfigError."""
    outputs = [_output(word) for word in words]
    places = [path.resolve() for _, path in outputs]
    for (name, path), place in zip(outputs, places, strict=True):
        if places.count(place) > 1:
            raise ConfigError(f"--output {name}={path}: two reports cannot be written to the same file")
    return outputs


def _output(word: str) -> tuple[str, Path]:
    name, _, path = word.partition("=")
    if path.endswith(SUFFIXES):
        raise ConfigError(f"--output {word}: would overwrite Python code")
    if name not in (TEXT, *FORMATS) or not path:
        known = ", ".join((TEXT, *FORMATS))
        raise ConfigError(f"--output {word}: expected FORMAT=FILE, where FORMAT is one of {known}")
    if path == "-":
        raise ConfigError(f"--output {word}: needs a file; use --format {name} to print the report")
    place = Path(path)
    if place.is_dir():
        raise ConfigError(f"--output {word}: this is a folder, not a file")
    if not place.parent.is_dir():
        raise ConfigError(f"--output {word}: no such folder: {place.parent}")
    return name, place


def write_output(outcome: Outcome, name: str, path: Path) -> None:
    """Write a report into a file; raises ConfigError."""
    text = plain_text(outcome) if name == TEXT else render(name, outcome)
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror or error}") from None


def print_report(outcome: Outcome, style: str, *, sort: str = "severity", group: str | None = None) -> None:
    """Print the findings in one of the formats; nothing for a style that is none."""
    if style in FORMATS:
        sys.stdout.write(render(style, outcome))
    elif style == TEXT and outcome.findings:
        from rich.console import Console

        from cachelint.report import text

        terminal = sys.stdout.isatty()
        # Without colours there are no escape codes at all: no bold text and no links either.
        plain = {"color_system": None} if os.environ.get("NO_COLOR") else {}
        console = Console(highlight=False, soft_wrap=not terminal, markup=False, emoji=False, **plain)  # type: ignore[arg-type]
        text.write(outcome, console, sort=sort, group=group, width=console.width if terminal else None)


def print_diff(text: str) -> None:
    """Print a diff or a list of fixes: into a file as it is, on a terminal with nothing in it that works there."""
    if not text:
        return
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in printable_lines(text).splitlines():
        style = "bold" if line.startswith(("+++", "---")) else styles.get(line[:1], "")
        console.print(Text(line, "" if os.environ.get("NO_COLOR") else style))


def print_summary(
    outcome: Outcome, fixed: str, codes: frozenset[str], hidden: Sequence[tuple[str, int]] = (), place: str = ""
) -> None:
    """The last lines of a run: how much was found, what is fixable, and what is ``hidden``, by the reason.

    ``place`` is the one line that was asked about, if it was one.
    """
    from cachelint.findings import Applicability

    if fixed:
        print(printable_lines(fixed))
    found = len(outcome.findings)
    if outcome.files and codes:
        _print_projects(outcome)
    if not codes:
        print("No rules are enabled, so nothing was checked. `cachelint config` shows the settings.")
        return
    if not outcome.files:
        print(f"No Python files in {outcome.root}: run cachelint in a Django project, or pass files or folders.")
        return
    if not outcome.uses_cache and not found:
        print(
            f"{count(outcome.files, 'file')} read: nothing here imports Django's cache, so there is nothing to check."
        )
        return
    if not found:
        where = f" at {place}; `cachelint reveal {place}` shows what is known there" if place else ""
        _say(f"{count(outcome.files, 'file')} read, nothing found{where}.")
        _print_hidden(hidden)
        return
    files = len({finding.place.path for finding in outcome.findings})
    grades = ", ".join(
        f"{number} {severity.value}"
        for severity in reversed(Severity)
        if (number := sum(1 for finding in outcome.findings if finding.severity is severity))
    )
    parts = [f"Found {count(found, 'problem')} in {count(files, 'file')}: {grades}."]
    safe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.SAFE)
    unsafe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.UNSAFE)
    if safe:
        more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
        parts.append(f"{safe} fixable with --fix{more}.")
    elif unsafe:
        parts.append(f"{unsafe} fixable with --fix --unsafe-fixes.")
    _say(" ".join([*parts, "`cachelint rule CODE` explains a rule."]))
    rules = Counter((finding.code, finding.name) for finding in outcome.findings)
    if len(rules) > 1:
        print(_wrapped(f"{code} {name} {number}" for (code, name), number in rules.most_common()))
    _print_hidden(hidden)


def _say(text: str) -> None:
    """A sentence on lines that end between words, where there is a terminal to be wide."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
    print(text)


def _print_projects(outcome: Outcome) -> None:
    if len(outcome.parts) > 1:
        print(f"{len(outcome.parts)} projects, each by itself (`cachelint config` lists them).")


def _wrapped(words: Iterable[str]) -> str:
    """Words on lines of 80 columns, two spaces in."""
    lines = ["  "]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > 80 and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append("  ")
        lines[-1] += f"{word}, "
    return "\n".join(lines).rstrip(", ")


def _print_hidden(hidden: Sequence[tuple[str, int]]) -> None:
    told = [f"{number} {why}" for why, number in hidden if number]
    if told:
        _say(f"Not shown: {', '.join(told)}.")


def count(number: int, noun: str, several: str = "") -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"
