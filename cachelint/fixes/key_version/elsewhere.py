"""Where the text of a key is written in other strings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from cachelint.caching.facts import Facts
from cachelint.fixes.key_version.text import SEPARATORS
from cachelint.project.module import Module

#: Letters and digits of a key by which it is told from other texts.
_MIN_WORDS = 4


def written_elsewhere(facts: Facts, texts: Iterable[str], *, any_word: bool = False) -> str:
    """A place where the words of the key stand in another string; empty if there is none.

    Words without anything that separates them, which may be said of many things, are looked for with ``any_word`` only.
    """
    codebase = facts.codebase
    for fixed in texts:
        is_common = not any_word and not any(c in SEPARATORS for c in fixed)
        if sum(c.isalnum() for c in fixed) < _MIN_WORDS or is_common:
            continue  # A word like any other.
        for module in codebase.containing(fixed):
            if _has_more(facts, module, fixed):
                pattern = _pattern(fixed)
                # From here on any change of the file matters.
                lines = module.source.data.split(b"\n")
                strange = (n for n, text in enumerate(lines, 1) if _is_strange(facts, module, n, pattern, text))
                # In another encoding than UTF-8 a known line may have looked like none.
                line = next(strange, 0)
                if line:
                    return f"{module.path}:{line} contains the text of the key outside the calls known to use it"
        for path, text in codebase.other_texts.items():
            match = _pattern(fixed).search(text) if fixed.encode() in text else None
            if match is not None:
                line = text.count(b"\n", 0, match.start()) + 1
                return f"{path}:{line} contains the text of the key, and would go on with the old one"
    return ""


def _pattern(words: str) -> re.Pattern[bytes]:
    """A line with some words, not as a part of others."""
    text = words.encode()
    end = rb"\b" if text[-1:].isalnum() else b""
    return re.compile(rb"^([^\n]*?)(?<![A-Za-z0-9_])" + re.escape(text) + end + rb"([^\n]*)$", re.MULTILINE)


def _has_more(facts: Facts, module: Module, words: str) -> bool:
    """Whether a file has lines with some words in a string that no known key is written in."""
    known = facts.keys.known_lines(module)
    there = Counter(module.lines_with(words))
    if all(number <= known[line] for line, number in there.items()):
        # Nearly always: no pattern is made for each of a thousand keys.
        return False
    pattern = _pattern(words)
    found = Counter(
        line for line in there.elements() if (match := pattern.search(line)) is not None and _in_string(match.group(1))
    )
    return any(number > known[line] for line, number in found.items())


def _is_strange(facts: Facts, module: Module, number: int, pattern: re.Pattern[bytes], text: bytes) -> bool:
    match = pattern.search(text)
    places = facts.keys.literals.get(module.path, ())
    known = any(place.line <= number <= place.end_line for place in places)
    return match is not None and _in_string(match.group(1)) and not known


def _in_string(before: bytes) -> bool:
    """Whether what follows on a line can stand in a string: one that began on it, or on a line before."""
    if before.lstrip().startswith(b"#"):
        return False
    return b"'" in before or b'"' in before or not before.strip()
