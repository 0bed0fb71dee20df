"""What a template says: which names it uses where, what it extends and includes, its blocks and cached fragments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cachelint.django.templates.lexer import Kind, Token, tokens

_STRING = re.compile(r"""_?\(?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)?""")
_NAME = re.compile(r"(?<![\w.|:])([A-Za-z_]\w*(?:\.\w+)*)(?!\s*=[^=]|\w)")
_WORDS = frozenset(
    {"and", "or", "not", "in", "is", "as", "with", "only", "by", "on", "off", "True", "False", "None", "using"}
)
#: Syntax that Django's templates do not have: it is one of Jinja's.
_JINJA = re.compile(r"{%-|-%}|{{-|{%\s*(?:set|macro|from|import|call)\s")


class Name(NamedTuple):
    """A use of a variable (``request.user.name``), where it stands, and the blocks and fragments around it."""

    name: str
    line: int
    blocks: tuple[str, ...]
    fragments: tuple[int, ...]


class Include(NamedTuple):
    """``{% include %}``; ``template`` is empty where it is computed."""

    template: str
    line: int
    blocks: tuple[str, ...]
    fragments: tuple[int, ...]
    only: bool


class Fragment(NamedTuple):
    """``{% cache timeout name arguments %}``, by where its tag stands; ``number`` is its place in the file."""

    number: int
    line: int
    column: int
    end_column: int
    words: tuple[str, ...]
    blocks: tuple[str, ...]
    #: The conditions of the `{% if %}` around it.
    conditions: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the fragment varies on: the words after its name, without ``using=``."""
        return tuple(word for word in self.words[3:] if not word.startswith("using="))


class TemplateFacts(NamedTuple):
    """What one file says. ``extends`` is None where it extends nothing, and empty where that is computed."""

    names: tuple[Name, ...]
    includes: tuple[Include, ...]
    fragments: tuple[Fragment, ...]
    extends: str | None
    blocks: frozenset[str]
    #: Blocks that show what they override as well.
    keeping: frozenset[str]
    #: Names that the template itself gives a value: by `for`, `with`, `as`.
    bound: frozenset[str]
    loads: frozenset[str]


def is_jinja(path: str, text: str) -> bool:
    """Whether a template is one of Jinja's, which we don't read."""
    return "jinja" in path or _JINJA.search(text) is not None


def facts_of(text: str) -> TemplateFacts:
    """What a template of Django's says."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[Name] = []
        self.includes: list[Include] = []
        self.fragments: list[Fragment] = []
        self.extends: str | None = None
        self.blocks: list[str] = []
        self.all_blocks: set[str] = set()
        self.keeping: set[str] = set()
        self.open_fragments: list[int] = []
        self.bound: set[str] = set()
        self.loads: set[str] = set()
        self.conditions: list[str] = []

    def read(self) -> TemplateFacts:
        """Go through all tokens."""
        hidden = False
        for token in tokens(self.text):
            if token.kind is Kind.TAG:
                words = token.words
                if not words:
                    continue
                if hidden:
                    hidden = words[0] != "endcomment"
                elif words[0] == "comment":
                    hidden = True
                else:
                    self._tag(token, words)
            elif token.kind is Kind.VARIABLE and not hidden:
                if token.content.startswith("block.super") and self.blocks:
                    self.keeping.add(self.blocks[-1])
                self._use(token, token.content)
        return TemplateFacts(
            tuple(self.names), tuple(self.includes), tuple(self.fragments), self.extends, frozenset(self.all_blocks),
            frozenset(self.keeping), frozenset(self.bound), frozenset(self.loads),
        )  # fmt: skip

    def _line(self, token: Token) -> int:
        return self.text.count("\n", 0, token.start) + 1

    def _tag(self, token: Token, words: list[str]) -> None:
        name = words[0]
        if name == "block" and len(words) > 1:
            self.blocks.append(words[1])
            self.all_blocks.add(words[1])
        elif name == "endblock" and self.blocks:
            self.blocks.pop()
        elif name == "extends" and len(words) > 1:
            self.extends = _constant(words[1])
        elif name == "include" and len(words) > 1:
            self.includes.append(
                Include(
                    _constant(words[1]),
                    self._line(token),
                    tuple(self.blocks),
                    tuple(self.open_fragments),
                    "only" in words,
                )
            )
            self._bind(words)
            self._use(token, " ".join(words[2:]))
        elif name == "cache":
            self._open_fragment(token, words)
        elif name == "endcache" and self.open_fragments:
            self.open_fragments.pop()
        elif name == "load":
            self.loads.update(words[1:])
        elif name in ("if", "ifchanged"):
            self.conditions.append(" ".join(words[1:]))
            self._use(token, " ".join(words[1:]))
        elif name in ("endif", "endifchanged") and self.conditions:
            self.conditions.pop()
        elif name == "csrf_token":
            self._add(token, "csrf_token")
        elif name == "for" and "in" in words:
            middle = words.index("in")
            self.bound.update(word.strip(",") for word in words[1:middle])
            self._use(token, " ".join(words[middle + 1 :]))
        else:
            self._bind(words)
            self._use(token, " ".join(words[1:]))

    def _open_fragment(self, token: Token, words: list[str]) -> None:
        line = self._line(token)
        column = token.start - (self.text.rfind("\n", 0, token.start) + 1) + 1
        fragment = Fragment(
            len(self.fragments), line, column, column + token.end - token.start, tuple(words), tuple(self.blocks),
            tuple(self.conditions),
        )  # fmt: skip
        self.fragments.append(fragment)
        self.open_fragments.append(fragment.number)

    def _bind(self, words: list[str]) -> None:
        """Names that a tag gives a value to: ``with a=b``, ``… as name``."""
        self.bound.update(word.partition("=")[0] for word in words[1:] if re.match(r"[A-Za-z_]\w*=", word))
        for index, word in enumerate(words[:-1]):
            if word == "as":
                self.bound.add(words[index + 1])

    def _use(self, token: Token, expression: str) -> None:
        for name in _names(expression):
            self._add(token, name)

    def _add(self, token: Token, name: str) -> None:
        self.names.append(Name(name, self._line(token), tuple(self.blocks), tuple(self.open_fragments)))


def _constant(word: str) -> str:
    """The text of a string; empty for what is computed."""
    return word[1:-1] if len(word) > 1 and word[0] in "'\"" and word[-1] == word[0] else ""


def _names(expression: str) -> Iterator[str]:
    """The variables in an expression of a tag: no strings, filters, keywords or numbers."""
    for match in _NAME.finditer(_STRING.sub(" ", expression)):
        if match.group(1) not in _WORDS:
            yield match.group(1)
