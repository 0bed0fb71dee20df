"""Fragments of templates that are cached, as facts: ``{% cache timeout name arguments %}``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cachelint.caching.fact import Fact
from cachelint.django.templates.facts import Fragment, TemplateFacts
from cachelint.django.templates.loader import Shown, Templates
from cachelint.findings import Place
from cachelint.project.files import is_test

#: The library of tags that Django's own `cache` comes from; another one may have a `cache` that does something else.
_LIBRARY = "cache"


@dataclass(frozen=True, eq=False)
class CachedFragment(Fact):
    """A fragment, with the template that it stands in and the variables that are used inside."""

    path: str
    fragment: Fragment
    facts: TemplateFacts
    shown: tuple[Shown, ...]

    @property
    def place(self) -> Place:
        """See Fact: its tag."""
        line = self.fragment.line
        return Place(self.path, line, self.fragment.column, line, self.fragment.end_column)

    @property
    def qualified_name(self) -> str:
        """See Fact: what a baseline knows it by."""
        return f"fragment:{self.name}"

    @property
    def name(self) -> str:
        """Its name, as it is written."""
        return self.fragment.words[2] if len(self.fragment.words) > 2 else ""

    @property
    def is_run(self) -> bool:
        """Whether the tag is ever run: in a template that extends another, only what stands in a block is."""
        return self.facts.extends is None or bool(self.fragment.blocks)


def cached_fragments(templates: Templates) -> Iterator[CachedFragment]:
    """All of a project, in the order of files and lines."""
    for paths in sorted(templates.by_name.values()):
        for path in paths:
            if b"{% cache " not in templates.codebase.other_texts[path] or is_test(path):
                continue
            facts = templates.facts(path)
            if (
                facts is None
                or _LIBRARY not in facts.loads
                or any("cache" in name and name != _LIBRARY for name in facts.loads)
            ):
                continue
            for fragment in facts.fragments:
                if len(fragment.words) > 2:
                    shown = tuple(templates.in_fragment(path, fragment.number))
                    yield CachedFragment(path, fragment, facts, shown)
