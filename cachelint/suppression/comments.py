"""Comments that silence a finding: ``# cachelint: ignore CL101 -- reason`` and ``# noqa: CL101``."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cachelint.findings import Confidence, Finding, Place, Severity
from cachelint.project.codebase import Codebase
from cachelint.project.files import SUFFIXES
from cachelint.project.module import Module
from cachelint.project.source import Source, SourceError, read_source
from cachelint.rules.registry import NAMES, PREVIEW, UNUSED_IGNORE, matching

UNUSED_NAME = "unused-ignore"

_COMMENT = re.compile(
    r"#\s*cachelint:\s*ignore\b\s*[:=]?\s*[\[(]?(?P<codes>[\w\-, ]*?)[\])]?\s*(?:--.*|#.*|$)", re.IGNORECASE | re.DOTALL
)
#: A comment that is meant for us, whether it can be followed or not.
_MEANT = re.compile(r"^#\s*cachelint:|\bcachelint:\s*(?:ignore|disable|skip|noqa|off)\b", re.IGNORECASE)
#: A comment of a Django template on one line, or one that ends its line.
_OTHER_COMMENT = re.compile(r"\{#(?P<template>.*?)#\}|(?<!\{)#(?P<line>[^#}]*)$")
_NOQA = re.compile(r"#\s*noqa(?P<codes>:\s*[A-Z][0-9A-Z]*\d(?:[\s,]+[A-Z][0-9A-Z]*\d)*)?", re.IGNORECASE)


@dataclass
class Ignore:
    """One comment. No codes: everything. ``above`` is the line below it and comments like it; 0 beside code."""

    place: Place
    codes: tuple[str, ...]
    above: int
    used: set[str] = field(default_factory=set)
    unknown: tuple[str, ...] = ()
    #: Whether it names families of rules, of which one that is broken is enough.
    family: bool = False
    #: False where it is meant for us, and not written as we read it.
    understood: bool = True

    def covers(self, finding: Finding) -> bool:
        """Whether the comment stands where it counts for a finding, and names its rule."""
        line = self.place.line
        near = finding.call_line <= line <= finding.call_end or finding.place.line <= line <= finding.place.end_line
        return (near or self.above == finding.call_line) and (not self.codes or finding.code in self.codes)


class _Comment(NamedTuple):
    """A comment as Python would write it (``# …``), where it begins and ends, and whether nothing stands before it."""

    text: str
    line: int
    column: int
    end_column: int
    alone: bool


def read_ignores(source: Source) -> list[Ignore]:
    """The ``cachelint: ignore`` comments of a file."""
    if "cachelint:" not in source.text:
        return []
    found: list[Ignore] = []
    comments = _comments(source)
    alone = {comment.line for comment in comments if comment.alone}
    for comment in comments:
        if not _MEANT.search(comment.text):
            continue
        match = _COMMENT.search(comment.text)
        words = [word for word in re.split(r"[\s,]+", match.group("codes")) if word] if match else []
        codes = tuple(code for word in words for code in matching(word))
        unknown = tuple(word for word in words if not matching(word))
        line = comment.line
        place = Place(source.path, line, comment.column, line, comment.end_column)
        if match is None or (unknown and not codes):
            codes = ("?",)
        found.append(
            Ignore(
                place,
                codes,
                _first_after(line, alone) if line in alone else 0,
                unknown=unknown,
                family=any(len(matching(word)) > 1 for word in words),
                understood=match is not None,
            )
        )
    return found


def _comments(source: Source) -> list[_Comment]:
    """The comments of a Python file, a template (``{# … #}``) or another text file (``# …``)."""
    name = source.path.rpartition("/")[2]
    if name.endswith(SUFFIXES) or "." not in name:
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(source.text).readline))
        except (tokenize.TokenError, SyntaxError, IndentationError):
            return []
        return [
            _Comment(
                token.string, token.start[0], token.start[1] + 1, token.end[1] + 1,
                not token.line[: token.start[1]].strip(),
            )
            for token in tokens
            if token.type == tokenize.COMMENT
        ]  # fmt: skip
    found: list[_Comment] = []
    for number, line in enumerate(source.text.splitlines(), 1):
        for match in _OTHER_COMMENT.finditer(line):
            text = f"# {match.group('template') or match.group('line') or ''}".rstrip()
            alone = not line[: match.start()].strip()
            found.append(_Comment(text, number, match.start() + 1, match.end() + 1, alone))
    return found


def _first_after(line: int, alone: set[int]) -> int:
    """The first line after one that holds no comment alone."""
    while line in alone:
        line += 1
    return line


def apply(
    findings: Sequence[Finding], codebase: Codebase, enabled: Iterable[str], reports: Callable[[str], bool]
) -> tuple[list[Finding], list[Finding]]:
    """The findings that no comment silences, with one for each comment that silences nothing; and the silenced ones."""
    active = set(enabled)
    commented = [module.path for module in codebase.containing("cachelint:")]
    ignores: dict[str, list[Ignore]] = {}
    kept: list[Finding] = []
    silenced: list[Finding] = []
    for finding in findings:
        path = finding.place.path
        if path not in ignores:
            ignores[path] = _ignores_of(path, codebase, commented)
        silencing = [ignore for ignore in ignores[path] if ignore.covers(finding)]
        for ignore in silencing:
            ignore.used.add(finding.code)
        if not silencing and not (path in codebase.modules and _noqa(codebase.modules[path], finding)):
            kept.append(finding)
        else:
            silenced.append(finding)
    for path in filter(reports, commented if UNUSED_IGNORE in active else ()):
        if path not in ignores:
            ignores[path] = read_ignores(codebase.source(path))
        for ignore in ignores[path]:
            message = _unused(ignore, active)
            if message:
                line = ignore.place.line
                kept.append(
                    Finding(
                        UNUSED_IGNORE, UNUSED_NAME, message, ignore.place, line, line, Severity.MEDIUM, Confidence.HIGH
                    )
                )
    return kept, silenced


def _ignores_of(path: str, codebase: Codebase, commented: Collection[str]) -> list[Ignore]:
    """The comments of any file that a finding stands in; of Python files those that have one were found already."""
    if path in codebase.modules:
        return read_ignores(codebase.source(path)) if path in commented else []
    try:
        return read_ignores(read_source(codebase.root / path, path))
    except SourceError:
        return []


def _unused(ignore: Ignore, active: set[str]) -> str:
    if not ignore.understood:
        return "this comment has the wrong form and suppresses nothing; write `# cachelint: ignore CL201 -- reason`"
    if ignore.unknown:
        return f"this comment names an unknown rule: {', '.join(ignore.unknown)}; write a reason after ` -- `"
    if ignore.family and (ignore.used or not {*ignore.codes} - {UNUSED_IGNORE} <= active):
        return ""
    if not ignore.codes and not set(NAMES) - PREVIEW <= active:
        return ""  # A rule that is off may be what it is for.
    if ignore.family:
        return "this comment suppresses nothing: none of its rules reports anything here"
    idle = [code for code in ignore.codes if code not in ignore.used and code in active]
    if not ignore.codes and not ignore.used:
        return "this comment suppresses nothing: no rule reports anything here"
    if idle:
        return f"this comment suppresses nothing for {', '.join(idle)}: not reported here"
    return ""


def _noqa(module: Module, finding: Finding) -> bool:
    for line in {finding.call_line, finding.call_end, finding.place.line}:
        match = _NOQA.search(module.line(line))
        if match is None:
            continue
        codes = match.group("codes")
        if codes is None:
            return True
        named = re.split(r"[\s,]+", codes[1:].strip().upper())
        if any(finding.code.startswith(code) for code in named if code.startswith("CL")):
            return True
    return False
