"""A template as tokens, just as Django's own lexer takes it apart.

A tag that is broken over two lines is text; nothing inside ``{% verbatim %}`` is a tag; ``{% comment %}`` is left to
whoever reads the tokens, as in Django.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

_TAG = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#})")
_SPLIT = re.compile(
    r"""((?:[^\s'"]*(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^\s'"]*)+)|\S+)"""  # Words, strings as one of them.
)


class Kind(enum.Enum):
    """What a token is."""

    TEXT = enum.auto()
    VARIABLE = enum.auto()
    TAG = enum.auto()
    COMMENT = enum.auto()


class Token(NamedTuple):
    """A token: its content without the braces, and where it begins and ends in the text."""

    kind: Kind
    content: str
    start: int
    end: int

    @property
    def words(self) -> list[str]:
        """The words of a tag; a string is one word, a translated one with what is around it."""
        return words(self.content)


def words(content: str) -> list[str]:
    """A text split at spaces that stand in no string."""
    found: list[str] = []
    sentinel = ""
    for word in _SPLIT.findall(content):
        if sentinel:
            found[-1] += f" {word}"
            sentinel = "" if word.endswith(sentinel) else sentinel
            continue
        if word.startswith(("_('", '_("')):
            quote = word[2]
            sentinel = "" if word.endswith(f"{quote})") else f"{quote})"
        found.append(word)
    return found


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a template, without empty texts."""
    verbatim = ""
    position = 0
    for index, piece in enumerate(_TAG.split(text)):
        start, position = position, position + len(piece)
        if not piece:
            continue
        if index % 2 and piece.startswith("{%"):
            content = piece[2:-2].strip()
            if verbatim and content != verbatim:
                yield Token(Kind.TEXT, piece, start, position)
                continue
            if verbatim:
                verbatim = ""
            elif content[:9] in ("verbatim", "verbatim "):
                verbatim = f"end{content}"
            yield Token(Kind.TAG, content, start, position)
        elif index % 2 and not verbatim:
            kind = Kind.VARIABLE if piece.startswith("{{") else Kind.COMMENT
            yield Token(kind, piece[2:-2].strip(), start, position)
        else:
            yield Token(Kind.TEXT, piece, start, position)
