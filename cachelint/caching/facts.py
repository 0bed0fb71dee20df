"""The facts that rules judge: what a project keeps in its caches, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from cachelint.caching.alias_uses import AliasUse, alias_uses
from cachelint.caching.backend_classes import RedisBackend, redis_backends
from cachelint.caching.call_edges import CallEdges
from cachelint.caching.calls import CacheCall
from cachelint.caching.candidates import CacheNames
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facades import Facades
from cachelint.caching.fragments import CachedFragment, cached_fragments
from cachelint.caching.invalidations import Invalidation, invalidations
from cachelint.caching.keys.graph import Key, KeyGraph
from cachelint.caching.keys.inventory import Inventory, inventory
from cachelint.caching.keys.renewed import ChangedKey, changed_keys
from cachelint.caching.keys.snapshot import Snapshot
from cachelint.caching.listed_pages import fragments_of, pages_of
from cachelint.caching.pages import CachedPage, cached_pages
from cachelint.caching.project import Project
from cachelint.caching.reads.bodies import Bodies
from cachelint.caching.reads.returned import ReturnedRead, returned_reads
from cachelint.caching.reads.states import Count, EarlyReturn, KeyTest, ReadUses, Removal, Touch, WriteBack
from cachelint.caching.references import References
from cachelint.caching.regions import Regions
from cachelint.caching.session_values import SessionValue, session_values
from cachelint.caching.settings import CacheSettings, cache_settings
from cachelint.caching.shared import SharedCache, shared_caches
from cachelint.caching.visitor import Visitors
from cachelint.django.templates.loader import Templates
from cachelint.infer.interpreter import Interpreter
from cachelint.memo import Memo
from cachelint.project.codebase import Codebase
from cachelint.types.django import ModelInstance
from cachelint.types.join import members

F = TypeVar("F")
T = TypeVar("T", bound=Touch)


class Facts:
    """What is known of a project's use of the cache; ``fix_timeout`` is the timeout that the configuration asks for."""

    def __init__(
        self,
        interpreter: Interpreter,
        calls: Sequence[CacheCall],
        deserializations: Sequence[Deserialization],
        names: CacheNames,
        *,
        uses_cache: bool = True,
        fix_timeout: int | None = None,
    ) -> None:
        self.interpreter = interpreter
        self.calls = calls
        self.deserializations = deserializations
        self.names = names
        self.uses_cache = uses_cache
        self.fix_timeout = fix_timeout
        #: The keys as they were before, where there is something to compare with.
        self.before: Snapshot | None = None
        #: What was worked out for one finding and is the same for others, by what it is about.
        self.memo = Memo()

    @property
    def codebase(self) -> Codebase:
        """The code base that the facts are about."""
        return self.interpreter.codebase

    @cached_property
    def keys(self) -> KeyGraph:
        """The keys of the project."""
        return KeyGraph(self.interpreter, self.calls, self.references)

    @cached_property
    def inventory(self) -> Inventory:
        """The keys of the project as plain data, with all that is known of each."""
        made = inventory(self.interpreter, self.calls, self.keys, self.bodies)
        return made._replace(pages=(*pages_of(self.of(CachedPage)), *fragments_of(self.of(CachedFragment))))

    @cached_property
    def templates(self) -> Templates:
        """The templates of the project."""
        return Templates(self.codebase)

    @cached_property
    def visitors(self) -> Visitors:
        """What the views of the project depend on."""
        return Visitors(self.interpreter, self.templates)

    @cached_property
    def bodies(self) -> Bodies:
        """What the functions of the project do with what they read from caches."""
        return Bodies(self.calls)

    @cached_property
    def regions(self) -> Regions:
        """What places are inside of: transactions, receivers, methods of models."""
        return Regions(self.interpreter)

    @cached_property
    def call_edges(self) -> CallEdges:
        """Who calls the functions of the project."""
        return CallEdges(self.interpreter)

    @cached_property
    def facades(self) -> Facades:
        """The classes of the project that are caches themselves."""
        return Facades(self.interpreter, self.calls, self.names)

    @cached_property
    def facade_clears(self) -> list[CacheCall]:
        """The calls that empty one."""
        return list(self.facades.clears())

    def holds_instance(self, read: ReadUses) -> bool:
        """Whether what is stored under the key of a read is an instance of a model."""
        key = self.keys.of(read.call)
        own = [touch.call for touch in self.bodies.of_key(read)] if read.call.inner is None else []
        calls = [*own, *(key.all_sites if key is not None else ())]
        return any(
            isinstance(member, ModelInstance)
            for call in calls
            if call.writes and call.value is not None
            for member in members(call.value)
        )

    def touches(self, touch_type: type[T]) -> Iterable[T]:
        """What functions do with keys, of one sort."""
        return (touch for body in self.bodies.all() for touch in body.touches if isinstance(touch, touch_type))

    @cached_property
    def references(self) -> References:
        """Where things of the project are named."""
        return References(self.interpreter)

    def of(self, fact_type: type[F]) -> Iterable[F]:
        """All facts of a type, in the order of files and lines. A type that nobody asks for is never collected."""
        if issubclass(fact_type, CacheCall):
            return [call for call in self.calls if isinstance(call, fact_type)]
        collected: Iterable[F] = COLLECTORS[fact_type](self)
        return collected


#: What collects the facts of a type: the one place where a new type is made known.
COLLECTORS: dict[type, Callable[[Facts], Iterable[Any]]] = {
    Deserialization: lambda facts: facts.deserializations,
    Key: lambda facts: facts.keys.all(),
    ChangedKey: lambda facts: changed_keys(facts.before, facts.inventory, facts.calls) if facts.before else (),
    CacheSettings: lambda facts: cache_settings(facts.interpreter),
    AliasUse: lambda facts: alias_uses(facts.interpreter, facts.of(CachedPage)),
    CachedFragment: lambda facts: cached_fragments(facts.templates),
    CachedPage: lambda facts: cached_pages(facts.interpreter),
    Project: lambda facts: [Project(facts.codebase)],
    Invalidation: invalidations,
    ReturnedRead: lambda facts: returned_reads(facts.bodies, facts.call_edges, facts.holds_instance),
    RedisBackend: lambda facts: redis_backends(facts.interpreter),
    SessionValue: lambda facts: session_values(facts.interpreter),
    SharedCache: lambda facts: shared_caches(facts.interpreter),
    **{
        sort: partial(Facts.touches, touch_type=sort)
        for sort in (ReadUses, WriteBack, Count, Removal, KeyTest, EarlyReturn)
    },
}
