"""What a project keeps in its caches: its keys with all their calls, as plain data without trees or types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cachelint.caching.aliases import alias, store_of
from cachelint.caching.calls import CacheCall
from cachelint.caching.keys.graph import KeyGraph, has_more
from cachelint.caching.keys.parts import Part, words_of
from cachelint.caching.keys.pattern import KeyPattern, is_case, says
from cachelint.caching.keys.readers import reading_of
from cachelint.caching.keys.shape import ANYTHING, Shape, models_in, one_of, shape_of
from cachelint.caching.reads.bodies import Bodies
from cachelint.django.apps import Apps
from cachelint.django.cache_api import METHODS, Does
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.types.base import NEVER as NEVER_TYPE
from cachelint.types.base import NO_VALUE, UNKNOWN, Type, force
from cachelint.types.containers import Dict
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.strings import Text, constant
from cachelint.types.template import joined as joined_parts
from cachelint.types.template import templates
from cachelint.types.walk import walk

#: What a call does with the entries of its key, by what its method does.
ROLES: dict[Does, tuple[str, ...]] = {
    Does.READS: ("read",),
    Does.WRITES: ("write",),
    Does.READS_AND_WRITES: ("read", "write"),
    Does.TESTS: ("read",),
    Does.DELETES: ("delete",),
    Does.MOVES: ("touch",),
    Does.COUNTS: ("count",),
    Does.LOCKS: ("lock",),
    Does.LISTS: ("read",),
}
#: Seconds in force that can't be told.
UNKNOWN_TIMEOUT = "?"
#: That an entry never expires.
NEVER = "never"

Timeout = int | float | str


class Use(NamedTuple):
    """One call. ``timeout`` are seconds, ``"never"``, or what can't be told as it is written; None where none applies.

    ``via`` is what is called, where that hands the key on to a cache; ``passes_timeout`` is false where the default
    of the alias is in force. ``items`` are the names by which a reader takes something out of the entry, ``hands_on``
    is true where it gives the entry to others.
    """

    roles: tuple[str, ...]
    method: str
    path: str
    line: int
    function: str
    via: str = ""
    timeout: Timeout | None = None
    passes_timeout: bool = False
    stores: Shape | None = None
    items: tuple[str, ...] = ()
    hands_on: bool = False


class KeyRecord(NamedTuple):
    """One key. ``templates`` are the texts that it can be, the one that says most first.

    ``id`` is the same wherever its calls stand. ``is_open`` is true where a call of it may use another key as well.
    ``json`` says what a JSON serializer does with what is stored: ``kept``, ``changed``, ``refused``, ``unknown`` or
    ``nothing`` where nothing is written; ``why`` how.
    """

    id: str
    app: str
    templates: tuple[tuple[Part, ...], ...]
    alias: str | None
    version: str
    uses: tuple[Use, ...]
    shape: Shape
    models: tuple[str, ...]
    json: str
    why: str
    is_open: bool = False

    @property
    def template(self) -> str:
        """The text that says most, with ``{…}`` for what is made at run time."""
        return shown(self.templates[0])

    def count(self, role: str) -> int:
        """How many calls do something."""
        return sum(role in use.roles for use in self.uses)

    @property
    def timeouts(self) -> tuple[Timeout, ...]:
        """The timeouts of its writes, each once, in the order of the calls."""
        return tuple(
            dict.fromkeys(use.timeout for use in self.uses if use.timeout is not None and "write" in use.roles)
        )


class OpaqueKey(NamedTuple):
    """Calls whose keys are values of the project, as they are written: ``service.url``."""

    alias: str | None
    written: str
    uses: tuple[Use, ...]


class Page(NamedTuple):
    """What Django caches under keys of its own: a page (``cache_page``) or a fragment of a template.

    ``varies`` is what a fragment varies on, or the decorators that say so of a page.
    """

    kind: str
    name: str
    alias: str
    path: str
    line: int
    timeout: str
    varies: tuple[str, ...] = ()


class AliasRecord(NamedTuple):
    """A cache with keys: what the settings say of it, ``"?"`` where that can't be told."""

    name: str
    timeout: Timeout
    has_settings: bool
    prefix: str | int = ""
    version: str | int = 1


class Inventory(NamedTuple):
    """All keys of a project."""

    keys: tuple[KeyRecord, ...]
    opaque: tuple[OpaqueKey, ...]
    aliases: tuple[AliasRecord, ...]
    pages: tuple[Page, ...] = ()


EMPTY = Inventory((), (), ())


def joined(one: Inventory, other: Inventory) -> Inventory:
    """The keys of two projects."""
    return Inventory(
        one.keys + other.keys, one.opaque + other.opaque, one.aliases + other.aliases, one.pages + other.pages
    )  # fmt: skip


def moved(found: Inventory, folder: str) -> Inventory:
    """The keys of a project as those of one in a folder."""
    if not folder:
        return found

    def inside(uses: tuple[Use, ...]) -> tuple[Use, ...]:
        return tuple(use._replace(path=f"{folder}/{use.path}") for use in uses)

    keys = tuple(
        key._replace(id=f"{folder} {key.id}", app=f"{folder}/{key.app}".rstrip("/"), uses=inside(key.uses))
        for key in found.keys
    )
    pages = tuple(page._replace(path=f"{folder}/{page.path}") for page in found.pages)
    return found._replace(
        keys=keys, pages=pages, opaque=tuple(each._replace(uses=inside(each.uses)) for each in found.opaque)
    )


def shown(template: Iterable[Part]) -> str:
    """A template as text."""
    return "".join(part.text if part.is_fixed else f"{{{part.text}}}" for part in template)


def inventory(interpreter: Interpreter, calls: Iterable[CacheCall], graph: KeyGraph, bodies: Bodies) -> Inventory:
    """What the project keeps in its caches, outside of tests and migrations."""
    taken = _Inventory(interpreter, calls, graph, bodies)
    keys = tuple(sorted(taken.records(), key=lambda record: (record.app, record.template, record.id)))
    names = sorted({record.alias for record in keys if record.alias is not None})
    return Inventory(keys, tuple(taken.opaque()), tuple(_alias(interpreter, name) for name in names))


def _alias(interpreter: Interpreter, name: str) -> AliasRecord:
    found = alias(interpreter, name)
    options = [
        option
        for configured in members(interpreter.setting("CACHES"))
        for option in (members(dict(configured.entries).get(name, NEVER_TYPE)) if isinstance(configured, Dict) else ())
    ]
    return AliasRecord(
        name, _seconds(found.timeout) if found.known else UNKNOWN_TIMEOUT, found.has_settings,
        _told(options, "KEY_PREFIX", ""), _told(options, "VERSION", 1),
    )  # fmt: skip


def _told(options: Iterable[Type], word: str, default: str | int) -> str | int:
    """What the settings say of a cache, where they all say the same in a constant."""
    found: set[str | int] = set()
    for option in options:
        given = dict(option.entries).get(word) if isinstance(option, Dict) else UNKNOWN
        value = default if given is None else constant(force(given))
        found.add(value if isinstance(value, str | int) else UNKNOWN_TIMEOUT)
    return found.pop() if len(found) == 1 else UNKNOWN_TIMEOUT if found else default


#: The cache and version of a key, and the texts that it can be.
_Identity = tuple[object, object, frozenset[KeyPattern]]


class _Inventory:
    def __init__(self, interpreter: Interpreter, calls: Iterable[CacheCall], graph: KeyGraph, bodies: Bodies) -> None:
        self.interpreter = interpreter
        self.graph = graph
        self.bodies = bodies
        self.apps = Apps(interpreter.codebase.modules)
        #: By the id of a call's node, the calls of functions that decide its value or timeout.
        self.deciding: dict[int, list[CacheCall]] = defaultdict(list)
        for call in calls:
            if call.inner is not None and "key" not in call.roles and _counts(call):
                self.deciding[id(call.innermost.node)].append(call)

    def records(self) -> Iterator[KeyRecord]:
        """The keys with words, in no order."""
        groups: dict[_Identity, list[CacheCall]] = defaultdict(list)
        asking: list[tuple[CacheCall, frozenset[KeyPattern]]] = []
        for call, found in self.graph.keyed:
            worded = frozenset(each for each in found if any(part and says(part) for part in each))
            if not worded or not _counts(call):
                continue
            if METHODS[call.method].by_pattern:
                asking.append((call, worded))
                continue
            for each in self._identities(call, worded):
                groups[each].append(call)
        for identity, calls in _contained(groups).items():
            yield self._record(identity, [*calls, *_matching(identity, asking)])

    def _identities(self, call: CacheCall, found: frozenset[KeyPattern]) -> Iterator[_Identity]:
        store = self._store(call)
        version = constant(call.version) if call.version is not None else None
        marked = "?" if version is NO_VALUE else version
        if METHODS[call.method].many:
            # Each of the keys that are passed is one by itself.
            yield from ((store, marked, frozenset({each})) for each in sorted(found, key=str))
        else:
            yield store, marked, found

    def _store(self, call: CacheCall) -> object:
        if call.alias is None:
            return "?"
        return store_of(self.interpreter, call.alias) or call.alias

    def _record(self, identity: _Identity, calls: list[CacheCall]) -> KeyRecord:
        everything = [*calls, *(outer for call in calls for outer in self.deciding.get(id(call.node), ()))]
        everything = list({(id(call.node), call.method): call for call in everything}.values())
        uses = sorted(
            (self._use(call) for call in everything), key=lambda use: (use.path, use.line, use.method, use.via)
        )
        written = [call for call in everything if call.writes and call.value is not None]
        shape = one_of(use.stores for use in uses if use.stores is not None)
        names = dict.fromkeys(call.alias for call in calls if call.alias is not None)
        json, why = _json(written)
        _, version, found = identity
        first = next((use for use in uses if "write" in use.roles), uses[0])
        name = next(iter(names), None)
        return KeyRecord(
            _id(name, version, found), self.apps(first.path), _spelled(calls, found), name,
            "" if version is None else str(version), tuple(uses), shape if written else ANYTHING,
            tuple(sorted(set(models_in(shape)))), json, why, any(has_more(call) for call in calls),
        )  # fmt: skip

    def _use(self, call: CacheCall) -> Use:
        stores: Shape | None = None
        if call.writes and call.value is not None:
            with self.interpreter.question():
                stores = shape_of(call.value, self.interpreter.models)
        place = call.place
        via = call.called if call.inner is not None else ""
        reading = reading_of(call, self.bodies)
        return Use(
            ROLES[METHODS[call.method].does], call.method, place.path, place.line, call.qualified_name, via,
            self._timeout(call), call.timeout is not None, stores, reading.items, reading.hands_on,
        )  # fmt: skip

    def _timeout(self, call: CacheCall) -> Timeout | None:
        """The seconds in force for what a call writes."""
        if not call.writes:
            return None
        if call.timeout is None:
            configured = alias(self.interpreter, call.alias)
            return _seconds(configured.timeout) if configured.known else UNKNOWN_TIMEOUT
        value = constant(force(call.timeout))
        if value is NO_VALUE or not (value is None or isinstance(value, int | float)):
            node = call.nodes.get("timeout")
            return " ".join(call.parsed.code(node).split()) if node is not None else UNKNOWN_TIMEOUT
        return _seconds(value)

    def opaque(self) -> Iterator[OpaqueKey]:
        """The calls whose keys have no words, by cache and by what is passed."""
        found: dict[tuple[str | None, str], list[Use]] = defaultdict(list)
        keyed = [(call, known) for call, known in self.graph.keyed if not METHODS[call.method].by_pattern]
        for call, known in (*keyed, *((call, frozenset[KeyPattern]()) for call in self.graph.digests)):
            if _counts(call) and not any(part and says(part) for each in known for part in each):
                node = next((call.nodes[name] for name in ("key", "keys", "data") if name in call.nodes), None)
                written = " ".join(call.parsed.code(node).split()) if node is not None else "…"
                found[call.alias, written].append(self._use(call))
        for (name, written), uses in sorted(found.items(), key=lambda item: (item[0][0] or "", item[0][1])):
            yield OpaqueKey(name, written, tuple(sorted(uses, key=lambda use: (use.path, use.line))))


def _counts(call: CacheCall) -> bool:
    """Whether a call is one of production: tests are none, and migrations only delete."""
    path = call.parsed.path
    if is_test(path):
        return False
    return "/migrations/" not in f"/{path}" or METHODS[call.method].does is Does.DELETES


def _contained(groups: dict[_Identity, list[CacheCall]]) -> dict[_Identity, list[CacheCall]]:
    """The same, with each whose texts are some of another's taken into that one."""
    by_pattern: dict[tuple[object, object, KeyPattern], list[_Identity]] = defaultdict(list)
    for identity in groups:
        store, version, found = identity
        for each in found:
            by_pattern[store, version, each].append(identity)
    whole: dict[_Identity, list[CacheCall]] = {}
    for identity, calls in groups.items():
        store, version, found = identity
        sharing = by_pattern[store, version, next(iter(found))]
        larger = [other for other in sharing if found < other[2]]
        largest = [other for other in larger if not any(other[2] < third[2] for third in larger)]
        for home in largest or [identity]:
            whole.setdefault(home, []).extend(calls)
    return whole


def _matching(identity: _Identity, asking: list[tuple[CacheCall, frozenset[KeyPattern]]]) -> Iterator[CacheCall]:
    """The calls with a pattern of keys that match a key."""
    for call, found in asking:
        if any(one == each or is_case(each, one) for one in found for each in identity[2]):
            yield call


def _spelled(calls: list[CacheCall], found: frozenset[KeyPattern]) -> tuple[tuple[Part, ...], ...]:
    """The texts that a key can be, in the words of its first write, the one with most fixed text first."""
    spelled: dict[KeyPattern, tuple[Part, ...]] = {}
    for call in sorted(calls, key=lambda call: (not call.writes, call.place)):
        for template in templates(call.key):
            pattern = tuple(part.text if isinstance(part, Text) else None for part in joined_parts(template))
            if pattern in found and pattern not in spelled:
                spelled[pattern] = words_of(template)
    return tuple(
        sorted(spelled.values(), key=lambda parts: (-sum(len(p.text) for p in parts if p.is_fixed), shown(parts)))
    )


def _id(name: str | None, version: object, found: frozenset[KeyPattern]) -> str:
    """What a key is known by: its cache, version and texts, without the names of their parts."""
    texts = sorted("".join("{}" if part is None else part for part in each) for each in found)
    marked = "" if version is None else f"[{version}]"
    return f"{name or '?'}{marked}:{' | '.join(texts)}"


def _seconds(timeout: object) -> Timeout:
    return NEVER if timeout is None else timeout if isinstance(timeout, int | float) else UNKNOWN_TIMEOUT


_ORDER = {Json.REFUSES: 3, Json.UNKNOWN: 2, Json.CHANGES: 1, Json.KEEPS: 0}
_WORDS = {Json.REFUSES: "refused", Json.UNKNOWN: "unknown", Json.CHANGES: "changed", Json.KEEPS: "kept"}


def _json(writes: list[CacheCall]) -> tuple[str, str]:
    """What a JSON serializer does with what some calls store, and how."""
    worst, why = Json.KEEPS, ""
    for call in writes:
        for _, typ in walk(call.value) if call.value is not None else ():
            verdict = json_verdict(typ)
            if _ORDER[verdict.json] > _ORDER[worst]:
                worst, why = verdict.json, verdict.what
    return (_WORDS[worst], why) if writes else ("nothing", "")
