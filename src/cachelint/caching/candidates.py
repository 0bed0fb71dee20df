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
    rb"\b(?:from|import)\s+django\.core\.cache\b|\bfrom\s+django\.core\s+import\s[^\n]*\bcache\b|\bdjango_redis\b|\bdjango_valkey\b"
)
_LOADING = re.compile(
    rb"\b(?:c?[pP]ickle|dill|cloudpickle|joblib|marshal|shelve|jsonpickle|yaml)\b|\b(?:eval|exec)\s*\("
)
_LOAD_CALL = re.compile(rb"\b(?:loads?|Unpickler|unpickle|decode|unsafe_load|full_load|eval|exec|open)\s*\(")
_METHOD = re.compile(rb"\.\s*(?:" + "|".join(sorted(METHOD_NAMES)).encode() + rb")\s*\(|\bin\b")
_ANNOTATED = re.compile(rb"\b(\w+)\s*:\s*['\"]?(?:\w+\.)*(?:BaseCache|RedisCache)\b")
_MAX_ROUNDS = 5

#: Something handed on as it is: a name, a name subscripted, a name called.
_VALUE = rb"(?:[\w.]+\.)?(\w+)(?:(\[)[^\]\n]*\]|(\()[^()\n]*\))?\s*(?:$|#|\bif\b|\bor\b|\))"
_MADE_LATER = rb"SimpleLazyObject\(\s*(?:lambda\s*:\s*)?(?:[\w.]+\.)?(\w+)()(\[)?"
_LATER = re.compile(rb"=\s*(?:\w+\.)*" + _MADE_LATER)
_STORED = re.compile(rb"\b(?:self|cls)\.(\w+)\s*(?::[^=\n]+)?=\s*" + _VALUE, re.M)
_ASSIGNED = re.compile(rb"=\s*(?:\(\s*)?" + _VALUE, re.M)
_RETURNED = re.compile(rb"\breturn\s+" + _VALUE, re.M)
_RENAMED = re.compile(rb"^[ \t]*(?:from\s+\S+\s+)?import\s[^\n#]*?\b(\w+)\s+as\s+(\w+)", re.M)


def uses_cache(codebase: Codebase) -> bool:
    """Whether anything in the project imports Django's cache."""
    return bool(codebase.search(_IMPORT))


def _alternation(words: Iterable[str]) -> bytes:
    return rb"(?:" + b"|".join(re.escape(w.encode()) for w in sorted(words)) + rb")"


def mention(words: Iterable[str]) -> re.Pattern[bytes]:
    """A pattern for any of some names."""
    return re.compile(rb"\b" + _alternation(words) + rb"\b")


class Carriers:
    """The names by which cache objects, and instances of wrapper classes, travel through the project.

    A form is a name that is a carrier as it stands (``cache``), when subscripted (``caches[]``) or when called
    (``get_cache()``).
    """

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._edges: dict[str, list[tuple[str, str]]] = {}
        self.words = names_of(self.travelling(set(self._seeds())))

    def _seeds(self) -> Iterator[str]:
        for module in self.codebase.search(_IMPORT):
            yield from ("cache", "caches[]", "get_cache()")
            for match in _RENAMED.finditer(module.source.data):
                name, bound = match.group(1).decode(), match.group(2).decode()
                if name == "cache":
                    yield bound
                elif name == "caches":
                    yield f"{bound}[]"
            for match in _ANNOTATED.finditer(module.source.data):
                yield match.group(1).decode()

    def travelling(self, forms: set[str]) -> set[str]:
        """Forms, and all those that what they name is handed on to."""
        known = set(forms)
        fresh = set(forms)
        for _ in range(_MAX_ROUNDS):
            fresh = set(self._handed_on(fresh)) - known
            if not fresh:
                break
            known |= fresh
        return known

    def _handed_on(self, forms: set[str]) -> Iterator[str]:
        for module in _containing(self.codebase, names_of(forms)):
            for source, target in self._hands(module):
                if source in forms:
                    yield target

    def _hands(self, module: Module) -> list[tuple[str, str]]:
        """From each form in a file that is handed on as it is, to the form that it is handed on to."""
        known = self._edges.get(module.path)
        if known is not None:
            return known
        edges: list[tuple[str, str]] = []
        data = module.source.data
        for match in _STORED.finditer(data):
            edges.append((_form(*match.groups()[1:4]), match.group(1).decode()))
        for match in _RENAMED.finditer(data):
            old, new = match.group(1).decode(), match.group(2).decode()
            edges += [(old, new), (f"{old}[]", f"{new}[]"), (f"{old}()", f"{new}()")]
        for definition in module.outline.walk():
            if definition.form == "assignment":
                text = module.text_of(definition)
                for match in _ASSIGNED.finditer(text):
                    edges.append((_form(*match.groups()[:3]), definition.name))
                for match in _LATER.finditer(text):
                    name = match.group(1).decode()
                    edges.append((f"{name}[]" if match.group(3) else f"{name}()", definition.name))
            elif definition.form == "function":
                for match in _RETURNED.finditer(module.text_of(definition)):
                    form = _form(*match.groups()[:3])
                    edges += [(form, definition.name), (form, f"{definition.name}()")]
        self._edges[module.path] = edges
        return edges


def _form(name: bytes, subscripted: bytes | None, called: bytes | None) -> str:
    return name.decode() + ("[]" if subscripted else "()" if called else "")


def names_of(forms: Iterable[str]) -> set[str]:
    """The names in some forms."""
    return {form.removesuffix("[]").removesuffix("()") for form in forms}


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
    words = _alternation(names)
    return re.compile(rb"\b" + words + rb"\s*\(|@\s*(?:\w+\.)*" + words + rb"\b")
