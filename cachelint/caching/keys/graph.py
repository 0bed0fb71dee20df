"""Keys: all cache calls of the same entries, by the pattern of their keys."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from cachelint.caching.aliases import store_of
from cachelint.caching.calls import CacheCall, Clear
from cachelint.caching.keys.pattern import Index, KeyPattern, may_be_equal, pattern
from cachelint.caching.references import References
from cachelint.django.cache_api import METHODS
from cachelint.findings import Place
from cachelint.frozen import dataclass
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef
from cachelint.types.base import NO_VALUE, NONE, Origin, Type
from cachelint.types.join import members
from cachelint.types.strings import Str, Text, constant
from cachelint.types.template import templates

if TYPE_CHECKING:
    from cachelint.project.module import Module

#: A method of a cache that is handed on without being called, and other ways to a key that no call shows; by a word
#: that each begins with, so that most of a file is passed over at the speed of memory.
_LOOSE = {
    "cache": re.compile(
        rb"cache(?:\w*(?:\[[^\]\n]*\])?\."
        rb"a?(?:get|set|add|touch|delete|get_or_set|get_many|set_many|delete_many|incr|decr|has_key)\b(?!\s*\()"
        rb"|(?<=\bcache)s\.all\(|(?<=\bcache)\._\w+)"
    ),
    "getattr(": re.compile(rb"getattr\(\s*\w*cache"),
    ".make_key(": re.compile(rb"\.make_key\("),
    ".make_and_validate_key(": re.compile(rb"\.make_and_validate_key\("),
    "get_redis_connection(": re.compile(rb"get_redis_connection\("),
}

#: A test that puts something else in the place of a cache, and one that asks how it was called.
#: `clear_cache` and `clear_user_cache` are functions; `get_cache` is one that gives the object.
_NAMED = (
    rb"(?<!\w)(?!(?:clear|set|delete|drop|flush|invalidate|purge|refresh|remove|reset|update|use|warm)_)"
    rb"_?(?:[a-z]+_){0,2}caches?(?:\.\w+)?"
)
_PUT = (
    rb"|^[ \t]*(?!self\.)\w+(?:\.\w+)*\.(?:default_)?caches?[ \t]*=(?!=)\s*"
    rb"(?!caches?\b|None|['\"\[{(\d]|(?:\w+\.)*get_cache\()"
)
_MOCKED = re.compile(
    rb"(?<![\w.])(?:(?:unittest\.)?mock\.|mocker\.)?patch(?:\.object|\.multiple)?\([^)]*?" + _NAMED + rb"['\"]"
    rb"|\bsetattr\([^)]*?" + _NAMED + rb"['\"]" + _PUT,
    re.MULTILINE,
)
#: One that puts an object of its own there, and not one that takes any call.
_REPLACED = re.compile(
    rb"\bpatch(?:\.object)?\([^)]*?" + _NAMED + rb"['\"]\s*,(?!\s*\w+\s*=)(?!\s*(?:mock\.)?(?:Magic)?Mock\()"
    rb"|\bsetattr\([^)]*?" + _NAMED + rb"['\"]"
    rb"|\bpatch\.multiple\([^)]*?\bcaches?\s*=|\bpatch\.dict\([^)]*?['\"]caches?['\"]"
    rb"|\bpatch\.object\(\s*[\w.]*[cC]ache\w*\s*,\s*['\"](?:set|add|get_or_set|set_many)['\"]"
    rb"|[cC]ache\.\w+\s*=\s*lambda\b|\[['\"]cache['\"]\]\s*=(?!=)" + _PUT,
    re.MULTILINE,
)
#: What asks for the arguments of a call, and not only whether or how often there was one.
_ASKED = re.compile(
    rb"\.assert_(?:(?:called|awaited)_(?:once_)?with|any_(?:call|await)|has_(?:calls|awaits))"
    rb"|\.(?:call|await)_args|\.(?:mock|method)_calls"
)


#: What the classes of cache backends derive from.
_BACKENDS = ("django.core.cache.backends.", "django_redis.cache.", "django_valkey.")


def patterns(site: CacheCall) -> frozenset[KeyPattern]:
    """The patterns that the key of a site can have."""
    return frozenset(pattern(template) for template in templates(site.key))


def origins(template: Str) -> list[Origin]:
    """The expressions that the words of a key are written in."""
    return [part.origin for part in template.parts or () if isinstance(part, Text) and part.origin is not None]


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The sites of one key: ``sites`` call the cache itself, ``calls`` a function that hands their key on to it.

    A site whose key is one of several texts joins their keys: ``patterns`` are all of them. ``maybe_calls`` are sites
    whose key is not known well enough to rule out that they are of this key; empty where the key is closed.
    """

    patterns: frozenset[KeyPattern]
    sites: tuple[CacheCall, ...]
    calls: tuple[CacheCall, ...]
    maybe_calls: tuple[CacheCall, ...]

    @property
    def all_sites(self) -> tuple[CacheCall, ...]:
        """Sites and calls."""
        return (*self.sites, *self.calls)

    @property
    def first(self) -> CacheCall:
        """The call that stands for the key: its first write, or its first call where nothing writes it."""
        return next((call for call in self.all_sites if call.writes), self.all_sites[0])

    @property
    def place(self) -> Place:
        """See Fact: that of the first call."""
        return self.first.place

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.first.qualified_name

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """See Fact."""
        return tuple(call.key for call in self.all_sites)

    @property
    def stored_again(self) -> bool:
        """See Fact: a key is mended at all of its calls."""
        return False

    @property
    def by_table(self) -> bool:
        """See Fact."""
        return self.first.by_table

    @property
    def fix_blocked(self) -> str:
        """See Fact."""
        return next((call.fix_blocked for call in self.all_sites if call.fix_blocked), "")


class KeyGraph:
    """The keys of a project, each worked out when it is asked for."""

    def __init__(self, interpreter: Interpreter, calls: Sequence[CacheCall], references: References) -> None:
        self._interpreter = interpreter
        self._codebase = interpreter.codebase
        handed_on = _calls_by_inner(calls)
        #: The sites whose own key is known or open, with its patterns.
        self.keyed: list[tuple[CacheCall, frozenset[KeyPattern]]] = []
        #: Those whose key is a digest, which is none of the keys with other words than hexadecimal digits.
        self.digests: list[CacheCall] = []
        for site in calls:
            if isinstance(site, Clear) or (site.inner is not None and "key" not in site.roles):
                continue
            found = patterns(site)
            types = members(site.key)
            if types and all(member == NONE for member in types):
                continue  # No key at all: a parameter that was left out.
            if types and all(isinstance(member, Str) and member.digest for member in types):
                self.digests.append(site)
                continue
            # What it is handed is seen at each call of the function around it.
            if found or not _explained(site, references, handed_on.get(id(site.node), frozenset())):
                self.keyed.append((site, found))
        self.index = Index(found for _, found in self.keyed)
        self._known: dict[int, Key] = {}
        self._known_lines: dict[str, Counter[bytes]] = {}

    @cached_property
    def written(self) -> dict[int, list[CacheCall]]:
        """By the id of an expression's node, the sites whose keys have words that are written in it."""
        found: dict[int, list[CacheCall]] = {}
        for site, _ in self.keyed:
            for template in templates(site.key):
                for origin in origins(template):
                    found.setdefault(id(origin.node), []).append(site)
        return found

    @cached_property
    def literals(self) -> dict[str, list[Place]]:
        """By path, where the words of known keys are written."""
        found: dict[str, set[Place]] = {}
        for site, _ in self.keyed:
            for template in templates(site.key):
                for origin in origins(template):
                    found.setdefault(origin.parsed.path, set()).add(origin.place)
        return {path: sorted(places) for path, places in found.items()}

    def known_lines(self, module: Module) -> Counter[bytes]:
        """The lines of a file that words of known keys are written on, with how often each stands there."""
        if module.path not in self._known_lines:
            places = self.literals.get(module.path, ())
            numbers = {number for place in places for number in range(place.line, place.end_line + 1)}
            self._known_lines[module.path] = Counter(module.line(number).encode() for number in sorted(numbers))
        return self._known_lines[module.path]

    @cached_property
    def mocked(self) -> str:
        """A file that puts something else in the place of a cache; empty if none does."""
        return next((m.path for m in self._tests_with(_MOCKED)), "")

    @cached_property
    def asked(self) -> str:
        """What a file does so and asks how it was called, or takes not any call; empty if none does."""
        replaced = self._tests_with(_REPLACED)
        if replaced:
            return f"{replaced[0].path} replaces the cache with an object that may not accept `timeout`"
        asking = self._codebase.search(_ASKED, ".assert_", "_args", "_calls")
        mocked = next((m.path for m in self._tests_with(_MOCKED) if m in asking), "")
        return f"{mocked} checks the arguments of cache calls" if mocked else ""

    def _tests_with(self, pattern: re.Pattern[bytes]) -> list[Module]:
        """The test files in which a pattern is found; only they are asked, as such patterns are slow."""
        # A part of `cache` and of `LocMemCache`.
        tests = (module for module in self._codebase.containing("ache") if is_test(module.path))
        return [module for module in tests if module.findall(pattern)]

    @cached_property
    def unseen_use(self) -> str:
        """A place where a key may be used without a call that shows it, or a file that can't be read; empty if none."""
        codebase = self._codebase
        for word, expression in _LOOSE.items() if self.keyed else ():
            for module in codebase.search(expression, word):
                _ = module.source
                # What docstrings and comments say of a cache is no use of it.
                match = expression.search(module.reading.code)
                if match is not None and not is_test(module.path) and not self._is_backend(module):
                    line = module.reading.code.count(b"\n", 0, match.start()) + 1
                    return f"{module.path}:{line} uses a cache, but not by a call whose key can be seen"
        broken = min(codebase.problems, default=None)
        return f"{broken} could not be read completely and may use the key" if broken else ""

    def _is_backend(self, module: Module) -> bool:
        """Whether a module is a cache backend of the project: what that does with keys is no use of them."""
        classes = self._interpreter.classes
        return any(
            base.startswith(_BACKENDS)
            for definition in module.outline.walk()
            if definition.form == "class"
            for base in classes.externals(ClassRef(module, definition))
        )

    def of(self, site: CacheCall) -> Key | None:
        """The key that a site belongs to; None where its own key is not known."""
        if id(site) not in self._known:
            if not patterns(site) or has_more(site):
                return None
            key = self._find(site)
            for member in key.all_sites:
                self._known[id(member)] = key
            self._known[id(site)] = key
        return self._known[id(site)]

    def all(self) -> list[Key]:
        """All keys that are known, in the order of their first calls."""
        found = (self.of(site) for site, patterns_of_site in self.keyed if patterns_of_site)
        return list(dict.fromkeys(key for key in found if key is not None))

    def _find(self, site: CacheCall) -> Key:
        wanted: set[KeyPattern] = set()
        fresh = set(patterns(site))
        while fresh:
            wanted |= fresh
            mates = {number for each in fresh for number in self._like(site, each)}
            fresh = {s for n in mates if not METHODS[self.keyed[n][0].method].many for s in self.keyed[n][1]} - wanted
        all_like = {number for each in wanted for number in self._like(site, each)}
        mine = sorted(number for number in all_like if not self.keyed[number][0].declared)
        members = [self.keyed[number][0] for number in mine]
        return Key(
            frozenset(wanted),
            tuple(member for member in members if member.inner is None),
            tuple(member for member in members if member.inner is not None),
            self._maybe_calls(site, wanted, frozenset(mine)),
        )

    def _like(self, site: CacheCall, wanted: KeyPattern) -> Iterator[int]:
        """The sites whose key can have a pattern, of the cache and the version of a site."""
        return (number for number in self.index.of(wanted) if self._same_cache(site, self.keyed[number][0]))

    def _same_cache(self, a: CacheCall, b: CacheCall) -> bool:
        """Whether two sites may be calls of one cache with one version."""
        if a.alias is not None and b.alias is not None and a.alias != b.alias:
            stores = [store_of(self._interpreter, alias) for alias in (a.alias, b.alias)]
            if stores[0] is None or stores[0] != stores[1]:
                return False
        return _same_version(a, b)

    def _may_share(self, a: CacheCall, b: CacheCall) -> bool:
        """Whether nothing shows that the aliases of two calls lead to different stores."""
        if a.alias is None or b.alias is None or not _same_version(a, b):
            return False
        return any(store_of(self._interpreter, alias) is None for alias in (a.alias, b.alias))

    def _maybe_calls(self, site: CacheCall, wanted: set[KeyPattern], mine: frozenset[int]) -> tuple[CacheCall, ...]:
        """The sites that may be of the key, or whose key may be something else as well."""
        maybe_calls = {number for number in mine if has_more(self.keyed[number][0])}
        unknown = (n for n in self.index.without if self._same_cache(site, self.keyed[n][0]))
        maybe_calls.update(itertools.islice(unknown, 1))
        # Two aliases whose servers the settings don't tell may lead to one.
        maybe_calls.update(
            number
            for each in wanted
            for number in self.index.of(each)
            if number not in mine and self._may_share(site, self.keyed[number][0])
        )
        meeting = {other for each in wanted for other in self.index.near(each) if may_be_equal(each, other)}
        maybe_calls.update(number for other in meeting for number in self._like(site, other) if number not in mine)
        found = tuple(self.keyed[number][0] for number in sorted(maybe_calls))
        may_be_digests = any(all(_is_hexadecimal(part or "") for part in each) for each in wanted)
        return found + tuple(s for s in self.digests if may_be_digests and self._same_cache(site, s))


def _is_hexadecimal(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in text)


def has_more(site: CacheCall) -> bool:
    """Whether a key may be something else than the texts that are known."""
    return len(templates(site.key)) < sum(1 for member in members(site.key) if member != NONE)


def is_known(site: CacheCall) -> bool:
    """Whether a key is one of the texts that are known, or a digest of them: a long one is often hashed."""
    found = [member for member in members(site.key) if member != NONE]
    digests = sum(1 for member in found if isinstance(member, Str) and member.parts is None and member.digest)
    return bool(templates(site.key)) and len(templates(site.key)) + digests == len(found)


def _calls_by_inner(calls: Sequence[CacheCall]) -> dict[int, frozenset[cst.CSTNode]]:
    """By the id of a call's node, the calls of functions that hand their key on to it."""
    found: dict[int, set[cst.CSTNode]] = {}
    for site in calls:
        if site.inner is not None and "key" in site.roles:
            found.setdefault(id(site.inner.node), set()).add(site.node)
    return {node: frozenset(calls) for node, calls in found.items()}


def _explained(site: CacheCall, references: References, calls: frozenset[cst.CSTNode]) -> bool:
    """Whether the key of a site is a parameter, and every mention of the function around it one of the calls seen."""
    function = site.function
    if function is None:
        return False
    return bool(calls) and all(
        reference.call in calls for reference in references.of(function.module, function.definition)
    )


def _same_version(a: CacheCall, b: CacheCall) -> bool:
    """Whether two sites may use one version, as far as it is passed."""
    versions = [constant(site.version) for site in (a, b) if site.version is not None]
    known = [version for version in versions if version is not NO_VALUE and version is not None]
    return len(known) < 2 or known[0] == known[1]
