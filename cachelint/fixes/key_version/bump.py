"""Moving a key to a new version: at every site of its key, by changing the literal that its words are written in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field

import libcst as cst

from cachelint.caching.calls import CacheCall, Delete
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key, has_more, origins
from cachelint.caching.keys.pattern import KeyPattern, overlap, pattern, says
from cachelint.django.cache_api import METHODS
from cachelint.findings import Edit, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.key_version.elsewhere import written_elsewhere
from cachelint.fixes.key_version.text import next_text
from cachelint.fixes.key_version.usage import SharedLiteral, Usage
from cachelint.fixes.obligations import KEY_IS_CLOSED, KEY_TEXT_IS_ITS_OWN, Proof
from cachelint.frozen import dataclass
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.base import Origin
from cachelint.types.strings import Placeholder, Str, Text
from cachelint.types.template import VERSION_MARKER, is_versioned, templates

#: Doubtful calls that a reason names.
_MAX_SHOWN = 3


@dataclass(frozen=True)
class Moved:
    """The edits that move ``count`` calls to a new key.

    ``elsewhere`` is a literal among them that a function writes whom others may ask as well, ``doubtful`` are the calls
    that may use the same key without our knowing, those that delete first: a missed one serves what is out of date.
    """

    edits: tuple[Edit, ...]
    count: int
    elsewhere: Place | None = None
    doubtful: tuple[CacheCall, ...] = ()
    unseen_use: str = ""
    #: What makes another key of each key, and may read what stands in it; empty if nothing does.
    read_by: str = ""
    #: Looks all of the project through for its words: where else they stand, empty if nowhere.
    written: Callable[[], str] = field(default=lambda: "", compare=False)

    @property
    def possible_use(self) -> str:
        """A call or a place where the key may be used without anything to show it; empty if there is none."""
        places = list(dict.fromkeys(f"{call.place.path}:{call.place.line}" for call in self.doubtful))
        if len(places) == 1:
            return f"the call at {places[0]} may use the same key"
        if places:
            shown, more = places[:_MAX_SHOWN], len(places) - _MAX_SHOWN
            last = f"{more} more" if more > 0 else shown.pop()
            return f"the calls at {', '.join(shown)} and {last} may use the same key"
        return self.unseen_use

    #: What must be shown of a key that moves.
    obligations = (KEY_IS_CLOSED, KEY_TEXT_IS_ITS_OWN)

    def account(self, proof: Proof) -> None:
        """What is not shown of the key: that it is used nowhere else."""
        proof.doubt(KEY_IS_CLOSED, self.possible_use)
        proof.doubt(KEY_IS_CLOSED, self.read_by)
        proof.doubt(KEY_TEXT_IS_ITS_OWN, self.written())


def key_of(site: CacheCall | None, facts: Facts) -> Key:
    """The key of a call. Raises FixBlocked where it is not known, or the call is not."""
    key = facts.keys.of(site) if site is not None else None
    if key is None:
        raise FixBlocked("part of this cache key could not be determined")
    return key


def move(key: Key, facts: Facts, first: int) -> Moved:
    """Move a key to its next version (``first`` where it has none). Raises FixBlocked."""
    result: Moved | FixBlocked = facts.memo.ask(
        ("move", key, first), lambda: _moved_or_blocked(key, facts, first), None
    )
    if isinstance(result, FixBlocked):
        raise result
    return result


def _moved_or_blocked(key: Key, facts: Facts, first: int) -> Moved | FixBlocked:
    try:
        return _moved(key, facts, first)
    except FixBlocked as reason:
        return reason


def _moved(key: Key, facts: Facts, first: int) -> Moved:
    shared: dict[int, str] = {}
    while True:
        try:
            return _Move(key, facts, first, shared).moved()
        except SharedLiteral as found:
            # Another literal of the key may be its own.
            shared[id(found.literal.node)] = found.where


@dataclass(frozen=True)
class _Change:
    """What becomes of one stretch of fixed text in a literal."""

    origin: Origin
    old: str
    new: str


class _Move:
    """Chooses the literals to be changed; what else is written in them moves as well."""

    def __init__(self, key: Key, facts: Facts, first: int, shared: dict[int, str]) -> None:
        self.facts = facts
        self.shared = shared
        self.first = first
        self.keys = [key]
        self.group: dict[int, CacheCall] = {id(site): site for site in key.all_sites}
        #: The literals that are changed, by the id of their node.
        self.changed: dict[int, _Change] = {}
        #: Literals → the sites whose keys are written in them.
        self.users = facts.keys.written

    def moved(self) -> Moved:
        """The edits; raises FixBlocked."""
        self._choose()
        index = self.facts.keys.index
        after: dict[KeyPattern, tuple[KeyPattern, CacheCall]] = {}
        for site in self.group.values():
            if site.version is not None:
                raise FixBlocked(f"{_line(site)} passes `version=`: change that by hand")
            for template in self._templates(site):
                old, new = pattern(template), self._after(template, site)
                known, other = after.setdefault(old, (new, site))
                if known != new:
                    raise FixBlocked(
                        f"{_line(other)} and {_line(site)} build this key differently, so no single marker fits both"
                    )
        other_way = self._staying(near for old in after for near in index.near(old) if overlap(near, old))
        if other_way is not None:
            raise FixBlocked(
                f"{_line(other_way)} may produce the same key but builds it differently: update it by hand"
            )
        for new, site in after.values():
            if self._staying(near for near in index.near(new) if overlap(near, new)) is not None:
                raise FixBlocked(f"adding a version to the key at {_line(site)} would collide with an existing key")
        helpers = {
            origin.parsed.definition.name
            for site in self.group.values()
            for template in templates(site.key)
            for origin in origins(template)
            if origin.parsed.definition.form == "function"
        }
        usage = Usage(self.facts, self.group.values(), helpers)
        changes: list[Edit] = []
        elsewhere: Place | None = None
        for change in self.changed.values():
            origin = change.origin
            source = origin.parsed.bare_code(origin.node)
            if source.count(change.old) != 1:
                raise FixBlocked(f"the text of the key could not be located in `{source}`")
            place = origin.parsed.place(origin.node, bare=True)
            changes.append(edits.replace(place, source.replace(change.old, change.new)))
            elsewhere = usage.check(origin) or elsewhere
        self._check_once_more()
        # What may be of one key and moves along with another is no doubt.
        doubtful = [s for key in self.keys for s in key.maybe_calls if has_more(s) or not self._is_mine(s)]
        calls = {(site.parsed.path, site.place) for site in self.group.values()}
        unseen_use = self.facts.keys.unseen_use
        return Moved(
            tuple(changes),
            len(calls),
            elsewhere,
            tuple(sorted(doubtful, key=lambda call: not isinstance(call, Delete))),
            unseen_use,
            _key_function(self.facts),
            lambda: written_elsewhere(self.facts, [change.old for change in self.changed.values()]),
        )

    # -- choosing --------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        """Choose a literal of each key until all that is written in one of them belongs to the group."""
        while True:
            for site in list(self.group.values()):
                for template in self._templates(site):
                    if not any(id(origin.node) in self.changed for origin in origins(template)):
                        change = self._best(template, site)
                        self.changed[id(change.origin.node)] = change
            pulled = [
                site for literal in self.changed for site in self.users.get(literal, ()) if not self._is_mine(site)
            ]
            if not pulled:
                return
            for site in pulled:
                key = self.facts.keys.of(site)
                if key is None:
                    raise FixBlocked(f"{_line(site)} uses the same text in a key that could not be fully determined")
                self.keys.append(key)
                self.group.update((id(member), member) for member in key.all_sites)
                self.group[id(site)] = site
            if len(self.group) > _MAX_SITES:
                raise FixBlocked(f"the text of the key is used in more than {_MAX_SITES} calls")

    def _is_mine(self, site: CacheCall) -> bool:
        """Whether a site is of the group, or lies behind one of its calls: its words are theirs."""
        return id(site) in self.group or any(
            call.inner is not None and call.innermost.node is site.node for call in self.group.values()
        )

    def _templates(self, site: CacheCall) -> list[Str]:
        """The texts that the key of a site can be; of many keys at once those that are of these keys."""
        found = templates(site.key)
        if not METHODS[site.innermost.method].many:
            return found
        patterns = frozenset[KeyPattern]().union(*(key.patterns for key in self.keys))
        return [template for template in found if pattern(template) in patterns]

    def _best(self, template: Str, site: CacheCall) -> _Change:
        """The change of the literal with the fewest other users, of these one with a marker, or that says most."""
        words: dict[int, int] = {}
        marked: set[int] = set()
        literals: dict[int, Origin] = {}
        for part in template.parts or ():
            if isinstance(part, Text) and part.origin is not None:
                if isinstance(part.origin.node, cst.SimpleString | cst.FormattedString):
                    literal = id(part.origin.node)
                    literals[literal] = part.origin
                    words[literal] = words.get(literal, 0) + sum(c.isalnum() for c in part.text)
                    if VERSION_MARKER.search(part.text):
                        marked.add(literal)
        candidates = [literal for literal in words if words[literal] and literal not in self.shared]
        if not candidates:
            where = next((self.shared[literal] for literal in words if literal in self.shared), "")
            if where:
                raise FixBlocked(f"the text of the key at {_line(site)} is also used at {where}")
            raise FixBlocked(f"the key at {_line(site)} contains no literal text to add a version to")
        best = min(candidates, key=lambda literal: (literal not in marked, self._others(literal), -words[literal]))
        return self._change(template, literals[best])

    def _change(self, template: Str, origin: Origin) -> _Change:
        """The new text of the part of a literal that a marker goes into."""
        parts = list(template.parts or ())
        mine = [
            (index, part)
            for index, part in enumerate(parts)
            if isinstance(part, Text) and part.origin is not None and part.origin.node is origin.node
        ]
        marked = [(index, part) for index, part in mine if VERSION_MARKER.search(part.text)]
        index, target = next(iter(marked), None) or next((i, p) for i, p in mine if says(p.text))
        if not marked and is_versioned(template):
            raise FixBlocked(f"`{template.template}` has a version that is computed at run time: increase it by hand")
        before_placeholder = index + 1 < len(parts) and isinstance(parts[index + 1], Placeholder)
        rest = "".join(part.text for part in (*parts[index + 1 :], *parts[:index][::-1]) if isinstance(part, Text))
        return _Change(origin, target.text, next_text(target.text, before_placeholder, self.first, rest))

    def _others(self, literal: int) -> int:
        return sum(1 for user in self.users.get(literal, ()) if not self._is_mine(user))

    # -- what comes of it ------------------------------------------------------------------------------------

    def _after(self, template: Str, site: CacheCall) -> KeyPattern:
        """A key's pattern once its literals are changed. Raises FixBlocked where one is not written as elsewhere."""
        parts = list(template.parts or ())
        written: dict[int, list[int]] = {}
        for index, part in enumerate(parts):
            if isinstance(part, Text) and part.origin is not None and id(part.origin.node) in self.changed:
                written.setdefault(id(part.origin.node), []).append(index)
        for literal, mine in written.items():
            change = self.changed[literal]
            same = [index for index in mine if getattr(parts[index], "text", "") == change.old]
            if len(same) != 1:
                raise FixBlocked(f"the key at {_line(site)} does not contain the literal text in one piece")
            parts[same[0]] = Text(change.new, change.origin)
        return pattern(Str(tuple(parts)))

    def _staying(self, patterns: Iterable[KeyPattern]) -> CacheCall | None:
        """The first site whose key has one of some patterns and that does not move along."""
        graph = self.facts.keys
        numbers = {number for each in patterns for number in graph.index.of(each)}
        others = (graph.keyed[number][0] for number in sorted(numbers))
        return next((site for site in others if id(site) not in self.group), None)

    def _check_once_more(self) -> None:
        """The same words once more in a function with a call: what `get_many` gave is asked by them, say."""
        words = {_words_of(change.origin.parsed, change.origin.node) for change in self.changed.values()}
        for parsed in {id(site.parsed): site.parsed for site in self.group.values()}.values():
            for node in parsed.gathered.literals:
                if id(node) not in self.changed and _words_of(parsed, node) in words:
                    raise FixBlocked(
                        f"{parsed.path}:{parsed.place(node).line} repeats the text of the key for something else"
                    )


#: Calls that one marker may move; functions that hand a key on to one another.
_MAX_SITES = 60


def _key_function(facts: Facts) -> str:
    """A function of the project that is given each key, by the settings."""
    found = [m for m in facts.codebase.containing("KEY_FUNCTION") if m in facts.interpreter.settings_modules]
    return f"the `KEY_FUNCTION` in {found[0].path} may read what stands in the key" if found else ""


def _words_of(parsed: ParsedDefinition, node: cst.CSTNode) -> tuple[str, ...]:
    """The fixed texts of a literal, whatever stands between them."""
    if isinstance(node, cst.FormattedString):
        return tuple(part.value if isinstance(part, cst.FormattedStringText) else "" for part in node.parts)
    if isinstance(node, cst.SimpleString):
        return (str(node.evaluated_value),)
    return (parsed.code(node),)


def _line(site: CacheCall) -> str:
    return f"{site.parsed.path}:{site.place.line}"
