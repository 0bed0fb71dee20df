"""Which definitions can have to do with a cache at all: found by their text, before anything is parsed.

A cache object travels by names: the import, an alias, an attribute that it was stored in, a function that returns it.
Those **carrier** names are collected to a fixed point over the text of the project; a definition that mentions none of
them, or calls no method of a cache, is never looked into. Names only choose what is looked at, never what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cachelint.caching.sites import METHOD_NAMES
from cachelint.project import Codebase, Definition, Module

_IMPORT = re.compile(
    rb"\bdjango\.core\.cache\b|\bfrom\s+django\.core\s+import\s[^\n]*\bcache\b|\bdjango_redis\b|\bdjango_valkey\b"
)
_LOADING = re.compile(
    rb"\b(?:c?[pP]ickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle|yaml)\b|\b(?:eval|exec)\s*\("
)
_LOAD_CALL = re.compile(rb"\b(?:loads?|Unpickler|unpickle|decode|unsafe_load|full_load|eval|exec|open)\s*\(")
_METHOD = re.compile(rb"\.\s*(?:" + "|".join(sorted(METHOD_NAMES)).encode() + rb")\s*\(|\bin\b")
_MAX_ROUNDS = 5

_VALUE = rb"(?:[\w.]+\.)?(\w+)(?:\[[^\]\n]*\]|\([^()\n]*\))?\s*(?:$|#|\bif\b|\bor\b|\))"
_STORED = re.compile(rb"\b(?:self|cls)\.(\w+)\s*(?::[^=\n]+)?=\s*" + _VALUE, re.M)
_ASSIGNED = re.compile(rb"=\s*(?:\(\s*)?" + _VALUE, re.M)
_RETURNED = re.compile(rb"\breturn\s+" + _VALUE, re.M)
_RENAMED = re.compile(rb"\b(\w+)\s+as\s+(\w+)")


def uses_cache(codebase: Codebase) -> bool:
    """Whether anything in the project imports Django's cache."""
    return bool(codebase.search(_IMPORT))


def _alternation(words: Iterable[str]) -> bytes:
    return rb"(?:" + b"|".join(re.escape(w.encode()) for w in sorted(words)) + rb")"


def mention(words: Iterable[str]) -> re.Pattern[bytes]:
    """A pattern for any of some names."""
    return re.compile(rb"\b" + _alternation(words) + rb"\b")


class Carriers:
    """The names by which cache objects, and instances of wrapper classes, travel through the project."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self.words: set[str] = set()
        self._edges: dict[str, list[tuple[str, str]]] = {}
        self._seed()
        self._close(set(self.words))

    def add(self, words: set[str]) -> set[str]:
        """Add names and what follows from them; the names that are new."""
        before = set(self.words)
        fresh = words - before
        if fresh:
            self.words |= fresh
            self._close(fresh)
        return self.words - before

    def _seed(self) -> None:
        for module in self.codebase.search(_IMPORT):
            self.words |= {"cache", "caches"}
            scope = module.outline.scope
            for bindings in scope.imports.values():
                for binding in bindings:
                    if (
                        binding.module == "django.core.cache"
                        or f"{binding.module}.{binding.name}" == "django.core.cache"
                    ):
                        self.words.add(binding.bound)
            for match in re.finditer(rb"\b(?:caches?|get_cache)\s+as\s+(\w+)", module.source.data):
                self.words.add(match.group(1).decode())
            for match in re.finditer(rb"\b(\w+)\s*:\s*['\"]?(?:\w+\.)*(?:BaseCache|RedisCache)\b", module.source.data):
                self.words.add(match.group(1).decode())

    def _close(self, fresh: set[str]) -> None:
        """Follow assignments and returns of carriers until no name is new."""
        self.words |= self.travelling(fresh)

    def _handed_on(self, words: set[str]) -> Iterator[str]:
        for module in _containing(self.codebase, words):
            for source, target in self._hands(module):
                if source in words:
                    yield target

    def _hands(self, module: Module) -> list[tuple[str, str]]:
        """From each name in a file that is handed on as it is (or called, or subscripted) to the name that it gets."""
        known = self._edges.get(module.path)
        if known is not None:
            return known
        edges: list[tuple[str, str]] = []
        data = module.source.data
        for match in _STORED.finditer(data):
            edges.append((match.group(2).decode(), match.group(1).decode()))
        for match in _RENAMED.finditer(data):
            edges.append((match.group(1).decode(), match.group(2).decode()))
        for definition in module.outline.walk():
            pattern = {"function": _RETURNED, "assignment": _ASSIGNED}.get(definition.form)
            if pattern is not None:
                for match in pattern.finditer(module.text_of(definition)):
                    edges.append((match.group(1).decode(), definition.name))
        self._edges[module.path] = edges
        return edges

    def travelling(self, names: set[str]) -> set[str]:
        """Names, and all those that what they name is handed on to."""
        words = set(names)
        fresh = set(names)
        for _ in range(_MAX_ROUNDS):
            fresh = set(self._handed_on(fresh)) - words
            if not fresh:
                break
            words |= fresh
        return words


def _containing(codebase: Codebase, words: Iterable[str]) -> list[Module]:
    found = {module.path: module for word in words for module in codebase.containing(word)}
    return [found[path] for path in sorted(found)]


def candidates(
    codebase: Codebase, words: set[str], calls: re.Pattern[bytes] = _METHOD
) -> Iterator[tuple[Module, Definition]]:
    """The definitions that mention one of ``words`` and call something that ``calls`` matches."""
    if not words:
        return
    pattern = mention(words)
    for module in _containing(codebase, words):
        if not pattern.search(module.source.data):
            continue
        for definition in module.outline.walk():
            if definition.form == "class":
                continue
            text = module.text_of(definition)
            if pattern.search(text) and calls.search(text):
                yield module, definition


def loaders(codebase: Codebase) -> Iterator[tuple[Module, Definition]]:
    """The functions that may deserialise something."""
    for module in codebase.search(_LOADING):
        for definition in module.outline.walk():
            if definition.form != "class" and _LOAD_CALL.search(module.text_of(definition)):
                yield module, definition


def calls_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """A pattern for calls of functions or methods of some names, decorators included."""
    return re.compile(rb"\b" + _alternation(names) + rb"\s*\(")
