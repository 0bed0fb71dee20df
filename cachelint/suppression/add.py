"""``--add-ignores``: a comment at each call that has a finding, for a team that begins with an old codebase."""

from __future__ import annotations

import io
import tokenize
from collections import defaultdict
from collections.abc import Sequence

from cachelint.findings import Edit, Finding, Place
from cachelint.fixes.apply.edits import apply
from cachelint.project.files import SUFFIXES
from cachelint.project.source import Source


def with_ignores(source: Source, findings: Sequence[Finding], reason: str) -> Source:
    """A file with a comment for each of its findings; one comment where a call has several."""
    by_call: dict[tuple[int, int], set[str]] = defaultdict(set)
    for finding in findings:
        by_call[finding.call_line, finding.call_end].add(finding.code)
    commented, inside = _lines(source)
    edits: list[Edit] = []
    for (first, last), codes in sorted(by_call.items()):
        comment = f"# cachelint: ignore {', '.join(sorted(codes))}" + (f" -- {reason}" if reason else "")
        if not source.path.endswith(SUFFIXES) and "." in source.path.rpartition("/")[2]:
            # A template: on the line of its tag, where it shows nothing.
            end = len(source.line_text(first)) + 1
            edits.append(Edit(Place(source.path, first, end, first, end), f"{{{comment} #}}"))
            continue
        free = next((n for n in range(first, last + 1) if n not in commented and n not in inside), None)
        if free is not None:
            end = len(source.line_text(free)) + 1
            edits.append(Edit(Place(source.path, free, end, free, end), f"  {comment}"))
        else:
            text = source.line_text(first)
            lead = text[: len(text) - len(text.lstrip())]
            edits.append(Edit(Place(source.path, first, 1, first, 1), f"{lead}{comment}\n"))
    return Source(source.path, apply(source, edits), source.encoding, source.bom)


def _lines(source: Source) -> tuple[set[int], set[int]]:
    """The lines with a comment already, and those whose end lies in a string or behind a backslash."""
    commented: set[int] = set()
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            if token.type == tokenize.COMMENT:
                commented.add(token.start[0])
            elif token.start[0] != token.end[0] and token.type not in (tokenize.NEWLINE, tokenize.NL):
                inside.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    for number in range(1, len(source.line_starts) + 1):
        if source.line_text(number).endswith("\\"):
            inside.add(number)
    return commented, inside
