"""Which definitions can have to do with a cache at all: found by their text, before anything is parsed.

A cache object travels by names: the import, an alias, an attribute that it was stored in, a function that returns it.
Those **carrier** names are collected to a fixed point over the text of the project; a definition that mentions none of
them, or calls no method of a cache, is never looked into. Names only choose what is looked at, never what is reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from cachelint.django.cache_api import BACKEND_NAMES, METHOD_NAMES
from cachelint.library.picklers import DESERIALIZER_NAMES, DESERIALIZER_WORDS
from cachelint.library.third_party import HOLDER_MODULES
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition

_IMPORT = re.compile(
    rb"\b(?:from|import)\s+django\.core\.cache\b|\bfrom\s+django\.core import\s[^\n]*\bcache\b"
    rb"|\bdjango_redis\b|\bdjango_valkey\b|"
    + b"|".join(rb"\b" + re.escape(m.encode()) + rb"\b" for m in HOLDER_MODULES)
)
_LOAD_CALL = re.compile(rb"\b(?:" + b"|".join(name.encode() for name in sorted(DESERIALIZER_NAMES)) + rb")\s*\(")
_METHODS = "|".join(sorted(METHOD_NAMES)).encode()
#: A method of a cache that is called, or handed to what calls it.
_METHOD = re.compile(rb"\.\s*(?:" + _METHODS + rb")\s*[(,)]|\bin\b")
_DERIVED_BEFORE = re.compile(rb"\bclass\s+(\w+)\s*\([^()\n]*\Z")
#: The name before an annotation with such a class.
_ANNOTATED_BEFORE = re.compile(rb"\b(\w+)\s*:\s*['\"]?(?:\w+\.)*\Z")
_MAX_ROUNDS = 5

#: What stands before and after a name that is handed on as it is, subscripted or called.
_BOUND_BEFORE = re.compile(rb"=\s*(?:\(\s*)?(?:[\w.]+\.)?\Z")
_VARIABLE_BEFORE = re.compile(rb"(?:^|[\s;(])(\w+)\s*(?::[^=\n]+)?=\s*(?:\(\s*)?(?:[\w.]+\.)?\Z")
_NAMED_BEFORE = re.compile(rb"(?:\A|[\n;])[ \t]*(\w+)[ \t]+=\s*(?:(?:\w+\.)?partial\(\s*|getattr\(\s*)?(?:[\w.]+\.)?\Z")
_METHOD_AFTER = re.compile(rb"(?:\(\))?(?:\.|\s*,\s*['\"])(\w+)['\"]?\s*(?:$|#|,|\))", re.M)
_RETURNED_BEFORE = re.compile(rb"\breturn\s+(?:[\w.]+\.)?\Z")
_STORED_BEFORE = re.compile(
    rb"\b(?:self|cls)\.(?:(\w+)\s*(?::[^=\n]+)?|__dict__\[['\"](\w+)['\"]\]\s*)=\s*(?:\w+\s+or\s+)?(?:[\w.]+\.)?\Z"
)
#: An argument of what makes an instance of a class, and what `__init__` keeps of its own.
_MADE_BEFORE = re.compile(rb"\b(cls|[A-Z]\w*)\((?:[^()]*,)?\s*(?:\w+\s*=\s*)?(?:[\w.]+\s+or\s+)?(?:\w+\.)*\Z")
_PASSED_AFTER = re.compile(rb"(?:\[[^\]\n]*\]|\([^()\n]*\))?\s*(?:[,)]|or\b|if\b)")
_KEEPING = re.compile(
    rb"\bself\.(?:(\w+)\s*(?::[^=\n]+)?|__dict__\[['\"](\w+)['\"]\]\s*)=\s*(?:[A-Z]\w*\()?\w+\s*(?:\)|$|#|or\b|if\b)",
    re.M,
)
_LATER_BEFORE = re.compile(rb"=\s*(?:\w+\.)*SimpleLazyObject\(\s*(?:lambda\s*:\s*)?(?:[\w.]+\.)?\Z")
_IMPORT_BEFORE = re.compile(rb"^[ \t]*(?:from\s+\S+\s+)?import\s[^\n#]*\Z", re.M)
_VALUE_AFTER = re.compile(rb"(?:(\[)[^\]\n]*\]|(\()[^()\n]*\))?\s*(?:$|#|\bif\b|\bor\b|\))", re.M)
_RENAMED_AFTER = re.compile(rb"\s+as\s+(\w+)")


def uses_cache(codebase: Codebase) -> bool:
    """Whether anything in the project imports Django's cache."""
    return bool(_importing(codebase))


def _importing(codebase: Codebase) -> list[Module]:
    codebase.look_ahead("cache")
    return codebase.search(_IMPORT, "core.cache", "core import", "django_redis", "django_valkey", *HOLDER_MODULES)


class CacheNames:
    """The names by which cache objects, and instances of wrapper classes, travel through the project.

    A form is a name that is a carrier as it stands (``cache``), when subscripted (``caches[]``) or when called
    (``get_cache()``).
    """

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        #: By a name, the forms that each of its forms is handed on to, anywhere in the project.
        self._handed: dict[str, dict[str, set[str]]] = {}
        self.words = names_of(self.travelling(set(self._seeds())))

    def methods(self) -> set[str]:
        """The names that methods of caches are given: ``put = cache.set``, ``put = partial(cache.set, …)``."""
        return {name for word in self.words for name in bound_to_method(self.codebase, word, METHOD_NAMES)}

    def _seeds(self) -> Iterator[str]:
        for module in _importing(self.codebase):
            yield from ("cache", "caches[]", "get_cache()")
            for name, form in (("cache", "{}"), ("caches", "{}[]")):
                yield from (form.format(bound) for bound in _renamed(module, name))
        for name in sorted(self._classes()):
            yield f"{name}()"
            for module in self.codebase.containing(name):
                for before, _ in module.near(name):
                    match = _ANNOTATED_BEFORE.search(before)
                    if match:
                        yield match.group(1).decode()

    def _classes(self) -> set[str]:
        """The names of classes of caches that the project names, its own among them."""
        known = {name for name in BACKEND_NAMES for module in self.codebase.containing(name) if module.near(name)}
        fresh = set(known)
        for _ in range(_MAX_ROUNDS):
            derived = {
                match.group(1).decode()
                for name in fresh
                for module in self.codebase.containing(name)
                for before, _ in module.near(name)
                if (match := _DERIVED_BEFORE.search(before))
            }
            fresh = derived - known
            if not fresh:
                break
            known |= fresh
        return known

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
        for word in sorted(names_of(forms)):
            for source, targets in self._hands(word).items():
                if source in forms:
                    yield from targets

    def _hands(self, word: str) -> dict[str, set[str]]:
        """From each form of a name that some file hands on as it is, to the forms that it is handed on to."""
        known = self._handed.get(word)
        if known is None:
            known = self._handed[word] = {}
            for module in self.codebase.containing(word):
                for source, target in _handing(module, word):
                    known.setdefault(source, set()).add(target)
        return known


def _handing(module: Module, word: str) -> Iterator[tuple[str, str]]:
    for bound in _renamed(module, word):
        yield from ((word, bound), (f"{word}[]", f"{bound}[]"), (f"{word}()", f"{bound}()"))
    for place, (before, rest) in enumerate(module.near(word)):
        after = _VALUE_AFTER.match(rest)
        form = word + ("[]" if after and after.group(1) else "()" if after and after.group(2) else "")
        stored = _STORED_BEFORE.search(before) if after else None
        if stored:
            yield form, (stored.group(1) or stored.group(2)).decode()
        if after and _BOUND_BEFORE.search(before):
            yield from ((form, d.name) for d in module.around(word, place) if d.form == "assignment")
            variable = _VARIABLE_BEFORE.search(before)
            if variable:
                functions = [d for d in module.around(word, place) if d.form == "function"]
                yield from ((form, left) for f in functions for left in _leaving(module, f, variable.group(1)))
        elif after and _RETURNED_BEFORE.search(before):
            for function in module.around(word, place):
                if function.form == "function":
                    yield from ((form, function.name), (form, f"{function.name}()"))
        elif _LATER_BEFORE.search(before):
            later = f"{word}[]" if rest.startswith(b"[") else f"{word}()"
            yield from ((later, d.name) for d in module.around(word, place) if d.form == "assignment")
        elif (made := _MADE_BEFORE.search(before)) and _PASSED_AFTER.match(rest):
            # Passed to what makes an instance: the attributes that its class keeps what it is passed in.
            yield from ((form, attribute) for attribute in _kept(module, made.group(1).decode(), word, place))


def _kept(module: Module, name: str, word: str, place: int) -> Iterator[str]:
    """The attributes in which instances of the classes of a name keep what they are made of."""
    codebase = module.codebase
    owners = [d for d in module.around(word, place) if d.form == "class"] if name == "cls" else []
    others = [module]
    if not owners and isinstance(codebase, Codebase):
        defined = re.compile(rb"\bclass\s+" + re.escape(name.encode()) + rb"\s*[(:]")
        # Only a class that keeps what it is made of, where `__init__` stands in the file.
        others = [m for m in codebase.search(defined, f"class {name}") if m.lines_with("def __init__")]
    for other in others:
        classes = owners or [d for d in other.outline.walk() if d.form == "class" and d.name == name]
        for made in classes:
            for init in made.scope.definitions.get("__init__", ()) if made.scope is not None else ():
                for groups in _KEEPING.finditer(other.text_of(init)):
                    yield (groups[1] or groups[2]).decode()


def _leaving(module: Module, function: Definition, variable: bytes) -> Iterator[str]:
    """The forms under which what a variable of a function holds leaves it: as its result, or as a global name."""
    if module.matches(function, re.compile(rb"\breturn\s+" + variable + rb"\b")):
        yield from (function.name, f"{function.name}()")
    if module.matches(function, re.compile(rb"\bglobal\s[^\n]*\b" + variable + rb"\b")):
        yield variable.decode()


def _renamed(module: Module, word: str) -> Iterator[str]:
    """The names that imports of a file give to what they import under a name."""
    for before, after in module.near(word):
        renamed = _RENAMED_AFTER.match(after)
        if renamed and _IMPORT_BEFORE.search(before):
            yield renamed.group(1).decode()


def bound_to_method(codebase: Codebase, word: str, methods: Collection[str]) -> Iterator[str]:
    """The names that are given a method of what a name stands for, as it is or within ``partial``."""
    for module in codebase.containing(word):
        for before, rest in module.near(word):
            match = _METHOD_AFTER.match(rest)
            named = _NAMED_BEFORE.search(before) if match and match.group(1).decode() in methods else None
            if named:
                yield named.group(1).decode()


def names_of(forms: Iterable[str]) -> set[str]:
    """The names in some forms."""
    return {form.removesuffix("[]").removesuffix("()") for form in forms}


def candidates(
    codebase: Codebase, words: set[str], called: Collection[str] = ()
) -> Iterator[tuple[Module, Definition]]:
    """The definitions that mention one of ``words`` and call one of ``called``, or else a method of caches."""
    calls = calls_of(called) if called else _METHOD
    # Few files that name a thing call it, and only those need to be outlined. All call something named like a method
    # of caches.
    calling = {module.path for module in codebase.search(calls, *called)} if called else codebase.modules.keys()
    named: dict[str, list[str]] = {}
    for word in sorted(words):
        for module in codebase.containing(word):
            if module.path in calling:
                named.setdefault(module.path, []).append(word)
    for path in sorted(named):
        module = codebase.modules[path]
        referenced = {id(definition) for word in named[path] for definition in module.naming(word)}
        for definition in module.outline.walk() if referenced else ():
            if definition.form != "class" and id(definition) in referenced and module.matches(definition, calls):
                yield module, definition


def loaders(codebase: Codebase) -> Iterator[tuple[Module, Definition]]:
    """The functions that may deserialise something."""
    codebase.look_ahead("ickle")
    named = {m.path for word in DESERIALIZER_WORDS for m in codebase.containing(word, _whole(word))}
    for path in sorted(named):
        module = codebase.modules[path]
        # Most files that name such a module only write, or load what is safe: they need not be outlined.
        for definition in module.outline.walk() if module.findall(_LOAD_CALL) else ():
            if definition.form != "class" and module.matches(definition, _LOAD_CALL):
                yield module, definition


def _whole(word: str) -> re.Pattern[bytes]:
    """A pattern for a word that is not a part of another; it begins with the word, which makes it fast."""
    text = re.escape(word.encode())
    return re.compile(text + rb"(?!\w)(?<!\w" + text + rb")")


def calls_of(names: Iterable[str], *, not_on: Iterable[str] = ()) -> re.Pattern[bytes]:
    """A pattern for calls of functions or methods of some names, decorators included; not those on some variables."""
    words = [re.escape(name.encode()) for name in sorted(names)]
    # Each alternative begins with the name, or with `@`, which makes the search fast: what stands before is looked at
    # behind it.
    before = [rb"\w", b"def ", *(re.escape(variable.encode()) + rb"\." for variable in not_on)]
    called = b"|".join(word + b"".join(b"(?<!" + b + word + b")" for b in before) + rb"\s*\(" for word in words)
    return re.compile(called + rb"|@\s*(?:\w+\.)*(?:" + b"|".join(words) + rb")\b")
