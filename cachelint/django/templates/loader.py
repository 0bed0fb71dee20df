"""The templates of a project by their names, and what a rendered one shows of itself, its parents and includes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from cachelint.django.templates.facts import Include, Name, TemplateFacts, facts_of, is_jinja
from cachelint.project.codebase import Codebase

#: Templates that stand in one another.
_MAX_DEPTH = 8
_FOLDER = "templates/"


class Shown(NamedTuple):
    """A variable that is shown, and the file that shows it."""

    name: str
    path: str
    line: int


class Templates:
    """The templates of a project, each read once."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._facts: dict[str, TemplateFacts | None] = {}

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The paths of the templates of each name, as loaders find them: below folders called ``templates``."""
        found: dict[str, list[str]] = {}
        for path in self.codebase.other_texts:
            position = (
                path.rfind(f"/{_FOLDER}") + 1 if f"/{_FOLDER}" in path else (0 if path.startswith(_FOLDER) else -1)
            )
            if position >= 0:
                found.setdefault(path[position + len(_FOLDER) :], []).append(path)
        return found

    def find(self, name: str, near: str = "") -> str:
        """The path of a template, of several the one that is nearest to a file; empty where there is none."""
        paths = self.by_name.get(name, [])
        return max(paths, key=lambda path: (_common(path, near), path), default="")

    def facts(self, path: str) -> TemplateFacts | None:
        """What a template says; None for one of Jinja's."""
        if path not in self._facts:
            text = self.codebase.other_texts[path].decode("utf-8", "replace")
            self._facts[path] = None if is_jinja(path, text) else facts_of(text)
        return self._facts[path]

    def shown(self, path: str) -> Iterator[Shown]:
        """The variables that rendering a template uses, in itself, its parents, and what they include."""
        yield from self._shown(path, frozenset(), frozenset(), 0)

    def in_fragment(self, path: str, number: int) -> Iterator[Shown]:
        """Those that are used inside a cached fragment of it."""
        facts = self.facts(path)
        if facts is None:
            return
        for each in facts.names:
            if number in each.fragments and each.name.split(".")[0] not in facts.bound:
                yield Shown(each.name, path, each.line)
        for include in facts.includes:
            if number in include.fragments and not include.only and include.template:
                inner = self.find(include.template, path)
                if inner:
                    yield from self._shown(inner, frozenset(), facts.bound, 1)

    def _shown(self, path: str, overridden: frozenset[str], bound: frozenset[str], depth: int) -> Iterator[Shown]:
        facts = self.facts(path)
        if facts is None or depth > _MAX_DEPTH:
            return
        bound = bound | facts.bound
        extends = facts.extends is not None
        for each in facts.names:
            if self._is_live(each, overridden, extends=extends) and each.name.split(".")[0] not in bound:
                yield Shown(each.name, path, each.line)
        for include in facts.includes:
            live = self._is_live(include, overridden, extends=extends)
            inner = self.find(include.template, path) if live and include.template and not include.only else ""
            if inner:
                yield from self._shown(inner, frozenset(), bound, depth + 1)
        if facts.extends:
            parent = self.find(facts.extends, path)
            if parent and parent != path:
                yield from self._shown(parent, overridden | (facts.blocks - facts.keeping), frozenset(), depth + 1)

    @staticmethod
    def _is_live(each: Name | Include, overridden: frozenset[str], *, extends: bool) -> bool:
        """Whether something is rendered: in no block that a child overrides, and in a block where the file extends."""
        if extends and not each.blocks:
            return False
        return not any(block in overridden for block in each.blocks)


def _common(one: str, other: str) -> int:
    """How many folders two paths begin with alike."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
