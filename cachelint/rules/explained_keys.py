"""Whether a key is known so well that nothing else in the project can be a call of it: what CL306 and CL307 rest on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import origins
from cachelint.caching.keys.pattern import pattern
from cachelint.fixes.key_version.elsewhere import written_elsewhere
from cachelint.fixes.key_version.text import SEPARATORS
from cachelint.project.files import is_test
from cachelint.types.base import NONE, Origin
from cachelint.types.join import members
from cachelint.types.strings import Str, Text
from cachelint.types.template import joined, templates

#: A word that says something: three letters or more.
_WORD = re.compile(r"[A-Za-z]{3,}")
#: What is hardly said for something else.
_TELLING = re.compile(r"\w[_.-]\w|\w{10,}")
#: What Django and its packages write themselves.
_OF_DJANGO = ("views.decorators.cache.", "template.cache.", "django.contrib.", "django.", "session")

Wanted = Callable[[CacheCall], bool]


def in_production(call: CacheCall) -> bool:
    """Whether a call is one of the project's own, outside of tests and migrations."""
    path = call.parsed.path
    return not is_test(path) and "/migrations/" not in f"/{path}" and not call.declared


def says(text: Str) -> bool:
    """Whether a text of a key has a word."""
    return any(isinstance(part, Text) and _WORD.search(part.text) for part in joined(text))


def calls_with_words(call: CacheCall, facts: Facts, wanted: Wanted) -> Iterator[tuple[CacheCall, Str]]:
    """The calls of one sort that may be of the same cache and the same key, with each of their texts that has words.

    Those that begin with other words are left out: a project may have thousands of keys.
    """
    graph = facts.keys
    numbers = {
        number
        for text in templates(call.key)
        for near in graph.index.near(pattern(text))
        for number in graph.index.of(near)
    }
    for site, _ in (graph.keyed[number] for number in sorted(numbers)):
        if is_test(site.parsed.path) or not wanted(site):
            continue
        if site.alias is not None and call.alias is not None and site.alias != call.alias:
            continue
        for text in templates(site.key):
            if any(isinstance(part, Text) and any(c.isalnum() for c in part.text) for part in joined(text)):
                yield site, text


def is_explained(texts: list[Str], facts: Facts, wanted: Wanted) -> bool:
    """Whether no call of one sort whose key is not known can be of a key, as nothing else has the words of it."""
    if not all(says(text) for text in texts) or _is_of_others(texts, facts):
        return False
    constant = any(text.literal is not None for text in texts)
    if constant and _any_is_open(facts, wanted):
        # It may come from a row, a request or the settings.
        return False
    words = [part.text for text in texts for part in joined(text) if isinstance(part, Text) and _WORD.search(part.text)]
    if any("/" in word or " " in word for word in words):
        return False
    # A part alone may be put into a key as well: `name = "votes_total"`, `f"{model}:{name}"`.
    parts = [part for part in (word.strip(SEPARATORS) for word in words) if _TELLING.search(part)]
    longest = sorted(words, key=len)[-1:]
    return not written_elsewhere(facts, (*longest, *parts), any_word=True) and not _is_made_elsewhere(texts, facts)


def _is_of_others(texts: list[Str], facts: Facts) -> bool:
    """Whether Django or another package may use the key itself: it begins like the name of one that is imported."""
    for text in texts:
        first = joined(text)[0]
        words = first.text if isinstance(first, Text) else ""
        if words.startswith(_OF_DJANGO):
            return True
        name = re.match(r"[A-Za-z]+", words)
        if name is not None and _is_package(name.group().lower(), facts):
            return True
    return False


def _is_package(name: str, facts: Facts) -> bool:
    """Whether a name is that of a package that is imported, and not of the project."""
    return facts.memo.ask(("package", name), lambda: _imports(name, facts), False)


def _imports(name: str, facts: Facts) -> bool:
    if any(f"/{name}/" in f"/{path}" or f"/{name}s/" in f"/{path}" for path in facts.codebase.modules):
        return False
    imported = re.compile(
        rb"^[ \t]*(?:from|import)[ \t]+(?:django_?)?" + re.escape(name.encode()) + rb"s?\b", re.MULTILINE
    )
    return bool(facts.codebase.search(imported, name))


def _any_is_open(facts: Facts, wanted: Wanted) -> bool:
    """Whether some call of a sort may be of any key."""
    return facts.memo.ask(
        ("open calls", wanted), lambda: any(wanted(site) and _is_open(site) for site, _ in facts.keys.keyed), False
    )


def _is_open(site: CacheCall) -> bool:
    """Whether a call may be of any key: one that has no words of its own."""
    if is_test(site.parsed.path):
        return False
    found = [member for member in members(site.key) if member != NONE]
    return any(not (isinstance(m, Str) and (m.digest or (m.parts is not None and says(m)))) for m in found)


def _is_made_elsewhere(texts: list[Str], facts: Facts) -> bool:
    """Whether what the words of a key are written in, a helper or constant, is named where no known call uses it."""
    for origin in (origin for text in texts for origin in origins(text) if _WORD.search(_code(origin))):
        module = facts.codebase.modules.get(origin.parsed.path)
        using = {site.function for site in facts.keys.written.get(id(origin.node), ())}
        definition = origin.parsed.definition
        if module is None or not definition.name or any(f is not None and f.definition is definition for f in using):
            continue
        for reference in facts.references.of(module, definition):
            if not is_test(reference.module.path) and (reference.parsed is None or reference.function not in using):
                return True
    return False


def _code(origin: Origin) -> str:
    return origin.parsed.code(origin.node)
