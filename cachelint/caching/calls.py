"""A site: one call of a method of a cache, with what is known of its key, value and timeout."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Place
from cachelint.infer.instance_attributes import OWN_STATE
from cachelint.infer.strings import matched_by
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Type, Unknown, force
from cachelint.types.code import ExternalSymbol
from cachelint.types.containers import Dict
from cachelint.types.join import join_all, members
from cachelint.types.strings import Str, Text, literal
from cachelint.types.walk import params_of

#: What the caller of a wrapper can decide.
ROLES = ("key", "value", "timeout")


def has_words(key: Type) -> bool:
    """Whether the fixed text of a key says something: a letter or digit."""
    return any(
        isinstance(part, Text) and any(c.isalnum() for c in part.text)
        for member in members(key)
        if isinstance(member, Str)
        for part in member.parts or ()
    )


def _handed_in(key: Type) -> bool:
    """Whether a parameter itself, not an attribute of one, decides a key."""
    return any(
        bool(member.params - {OWN_STATE}) and not (isinstance(member, Unknown) and member.is_attribute)
        for member in members(key)
        if isinstance(member, Str | Unknown)
    )


def made_elsewhere(key: Type) -> bool:
    """Whether a key is what an attribute or method of a parameter gives: who it is of is for the callers to tell."""
    found = members(key)
    return bool(found) and all(isinstance(m, Unknown) and m.is_attribute and m.params - {OWN_STATE} for m in found)


@dataclass(slots=True, eq=False)
class CacheCall:
    """A call of a cache, or of a wrapper around one.

    ``timeout`` and ``version`` are None where the call passes none. ``roles`` are those of key, value and timeout
    that are decided at this call: all of them, but at the call of a wrapper.
    """

    method: str
    alias: str | None
    parsed: ParsedDefinition
    node: cst.BaseExpression
    function: FunctionRef | None
    key: Type
    value: Type | None = None
    timeout: Type | None = None
    version: Type | None = None
    roles: frozenset[str] = frozenset(ROLES)
    #: At a call of a wrapper: the site inside it, what that stores whoever calls it, and what this call passes for
    #: the parameters that decide the key.
    inner: CacheCall | None = None
    common_value: Type | None = None
    given_keys: tuple[Type, ...] = ()
    #: At a call of a wrapper: what is left to defaults of the wrapper's parameters.
    defaulted: frozenset[str] = frozenset()
    #: Whether it is a call of third-party code that is declared, and whether in our own table alone.
    declared: bool = False
    by_table: bool = False
    #: At a decorator that caches what a function returns: the name of the function.
    decorates: str = ""
    #: Whether what is called may be a method of something else than Django's cache.
    mixed: bool = False
    #: Whether what is stored was read from the same cache, and is judged by what the other writes of its key store.
    stored_again: bool = False
    #: Where the call of the cache is made by another function, which is handed the method: what is called here.
    made_by: str = ""
    #: Whether what is passed for the value is called, and its result stored.
    called_value: bool = False
    #: Expressions of the call, by parameter name.
    nodes: dict[str, cst.BaseExpression] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The whole call."""
        return self.parsed.place(self.node)

    @property
    def writes(self) -> bool:
        """Whether this call stores something."""
        return METHODS[self.method].does in _WRITING

    @property
    def qualified_name(self) -> str:
        """The function that the call stands in (``Shelf.title``); empty outside of functions."""
        return self.function.definition.qualname if self.function is not None else ""

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """What the key evaluates to."""
        return (self.key,)

    @property
    def fix_blocked(self) -> str:
        """Why no fix can be made at this call, whatever the rule; empty where one may."""
        if self.made_by:
            return f"the cache is not called directly here, but through `{self.made_by}`"
        return f"`{self.called}` is third-party code, which is not analyzed" if self.declared else ""

    def decides(self, role: str) -> Type | None:
        """What the call passes for a role (key, value, timeout); None where it passes nothing, or another decides."""
        typ: Type | None = getattr(self, role)
        return typ if role in self.roles else None

    def at(self, *names: str) -> Place:
        """The expression that is passed for one of the parameters; the whole call where none is to be seen."""
        return self.parsed.place(self.node_of(*names))

    @property
    def called(self) -> str:
        """The source of what is called: ``cache.set``."""
        called = self.node.func if isinstance(self.node, cst.Call) else self.node
        return " ".join(self.parsed.code(called).split())

    @property
    def runs_elsewhere(self) -> bool:
        """Whether the cache is called by a thread, an executor or at the commit, in the place of the code here."""
        return bool(self.made_by) or (self.inner is not None and self.inner.runs_elsewhere)

    @property
    def innermost(self) -> CacheCall:
        """The call of the cache itself."""
        site = self
        while site.inner is not None:
            site = site.inner
        return site

    def node_of(self, *names: str) -> cst.BaseExpression:
        """The expression that is passed for one of the parameters; the whole call where none is to be seen."""
        for name in names:
            if name in self.nodes:
                return self.nodes[name]
        return self.node

    def undecided(self) -> frozenset[str]:
        """The roles that a parameter of the function around this site decides."""
        found = set()
        for role in self.roles:
            typ = getattr(self, role)
            if typ is not None and params_of(typ):
                found.add(role)
        # A template with words of its own is judged where it stands; only what is handed in whole is the caller's.
        if "key" in found and (has_words(self.key) or not (_handed_in(self.key) or made_elsewhere(self.key))):
            found.discard("key")
        return frozenset(found)


@dataclass(slots=True, eq=False)
class Write(CacheCall):
    """A call that stores something: ``set``, ``add``, ``get_or_set``, ``set_many``."""


@dataclass(slots=True, eq=False)
class Read(CacheCall):
    """A call that gives what is stored, or says whether or for how long something is."""


@dataclass(slots=True, eq=False)
class Delete(CacheCall):
    """A call that deletes entries."""


@dataclass(slots=True, eq=False)
class Clear(CacheCall):
    """A call that deletes all entries of a cache."""


_WRITING = frozenset({Does.WRITES, Does.READS_AND_WRITES})
_SORTS: dict[Does, type[CacheCall]] = {
    Does.READS: Read,
    Does.TESTS: Read,
    Does.WRITES: Write,
    Does.READS_AND_WRITES: Write,
    Does.DELETES: Delete,
    Does.CLEARS: Clear,
}


def sort_of(method: str) -> type[CacheCall]:
    """Whether a method writes, reads, deletes, or does something else with a key."""
    return _SORTS.get(METHODS[method].does, CacheCall)


def read_call(
    method: str,
    alias: str | None,
    arguments: Arguments,
    parsed: ParsedDefinition,
    node: cst.Call,
    function: FunctionRef | None,
    value: Type | None,
) -> CacheCall:
    """The site of a call of ``method``; ``value`` is what it stores."""
    described = METHODS[method]
    names = described.parameters
    passed = {name: arguments.get(index, name) for index, name in enumerate(names)}
    key = passed.get("key") or UNKNOWN
    if described.many and "keys" in passed:
        keys = force(passed.get("keys") or UNKNOWN)
        key = getattr(keys, "element", UNKNOWN)
    if described.by_pattern:
        key = matched_by(passed.get("pattern") or passed.get("search") or UNKNOWN)
    if method == "set_many":
        data = force(passed.get("data") or UNKNOWN)
        if isinstance(data, Dict):
            key = join_all([*(literal(k) for k, _ in data.entries if isinstance(k, str)), data.key])
            value = join_all(data.all_values)
        else:
            key, value = UNKNOWN, UNKNOWN
    timeout = passed.get("timeout")
    if timeout is None and arguments.star:
        timeout = arguments.rest
    if timeout is not None and isinstance(force(timeout), ExternalSymbol):
        timeout = UNKNOWN
    site = sort_of(method)(method, alias, parsed, node, function, key, value, timeout, passed.get("version"))
    if site.version is None and arguments.star:
        site.version = arguments.rest
    site.nodes = _nodes(node, names)
    return site


def _nodes(node: cst.Call, names: tuple[str, ...]) -> dict[str, cst.BaseExpression]:
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(node.args):
        if argument.star:
            break
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
        elif index < len(names):
            found[names[index]] = argument.value
    for argument in node.args:
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
    return found
