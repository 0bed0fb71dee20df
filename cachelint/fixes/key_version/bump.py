"""Moving a key to a new version: at every site of its key, by changing the literal that its words are written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import field

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key, has_more, origins
from cachelint.caching.keys.pattern import KeyPattern, overlap, pattern, says
from cachelint.caching.keys.template import VERSION_MARKER, is_versioned, templates
from cachelint.django.cache_api import METHODS
from cachelint.findings import Edit, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import is_none
from cachelint.frozen import dataclass
from cachelint.infer.events import called_name
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.base import Origin
from cachelint.types.strings import Placeholder, Str, Text

_SEPARATORS = ":_-./#|"
#: Letters and digits of a key by which it is told from other texts.
_MIN_WORDS = 4


@dataclass(frozen=True)
class Moved:
    """The edits that move ``count`` calls to a new key.

    ``elsewhere`` is a literal among them that a function writes whom others may ask as well, ``open_at`` a call that
    may use the same key without our knowing.
    """

    edits: tuple[Edit, ...]
    count: int
    elsewhere: Place | None = None
    open_at: CacheCall | None = None
    unseen_use: str = ""
    #: Looks all of the project through for its words: where else they stand, empty if nowhere.
    written: Callable[[], str] = field(default=lambda: "", compare=False)

    @property
    def possible_use(self) -> str:
        """A call or a place where the key may be used without anything to show it; empty if there is none."""
        if self.open_at is not None:
            return f"the call at {self.open_at.place.path}:{self.open_at.place.line} may use the same key"
        return self.unseen_use

    @property
    def unsafe_reason(self) -> str:
        """Why the key may be used where nobody sees it; empty where its key is closed."""
        return self.written() or self.possible_use


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
        except _Shared as found:
            # Another literal of the key may be its own.
            shared[id(found.literal.node)] = found.where


class _Shared(Exception):
    """A constant that is used for more than these keys, and where."""

    def __init__(self, literal: Origin, where: str) -> None:
        self.literal = literal
        self.where = where


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
        #: The functions that the words of the keys stand in.
        self.helpers: set[str] = set()
        self.group: dict[int, CacheCall] = {id(site): site for site in key.all_sites}
        #: The literals that are changed, by the id of their node.
        self.changed: dict[int, _Change] = {}
        #: Literals → the sites whose keys are written in them.
        self.users = facts.keys.written

    def moved(self) -> Moved:
        """The edits; raises NoKey."""
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
            if self._staying([new]) is not None:
                raise FixBlocked(f"adding a version to the key at {_line(site)} would collide with an existing key")
        self.helpers = {
            origin.parsed.definition.name
            for site in self.group.values()
            for template in templates(site.key)
            for origin in origins(template)
            if origin.parsed.definition.form == "function"
        }
        changes: list[Edit] = []
        elsewhere: Place | None = None
        for change in self.changed.values():
            origin = change.origin
            source = origin.parsed.bare_code(origin.node)
            if source.count(change.old) != 1:
                raise FixBlocked(f"the text of the key could not be located in `{source}`")
            place = origin.parsed.place(origin.node, bare=True)
            changes.append(edits.replace(place, source.replace(change.old, change.new)))
            elsewhere = self._check_name(origin) or elsewhere
        self._check_once_more()
        # What may be of one key and moves along with another is no doubt.
        open_at = next((s for key in self.keys for s in key.maybe_calls if has_more(s) or not self._is_mine(s)), None)
        calls = {(site.parsed.path, site.place) for site in self.group.values()}
        unseen_use = self.facts.keys.unseen_use
        return Moved(tuple(changes), len(calls), elsewhere, open_at, unseen_use, self._written_elsewhere)

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
        return _Change(origin, target.text, _next_text(target.text, before_placeholder, self.first, rest))

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

    def _written_elsewhere(self) -> str:
        """A place where the words of the key stand in another string; empty if there is none."""
        codebase = self.facts.codebase
        for change in self.changed.values():
            words = change.old.encode()
            if sum(c.isalnum() for c in change.old) < _MIN_WORDS or not any(c in _SEPARATORS for c in change.old):
                continue  # A word like any other.
            end = rb"\b" if words[-1:].isalnum() else rb"(?=['\"{%*?])"
            pattern = re.compile(rb"^([^\n]*?)(?<![A-Za-z0-9_])" + re.escape(words) + end + rb"([^\n]*)$", re.MULTILINE)
            for module in codebase.containing(change.old):
                if self._has_more(module, change.old, pattern):
                    # From here on any change of the file matters.
                    lines = module.source.data.split(b"\n")
                    strange = (n for n, text in enumerate(lines, 1) if self._is_strange(module, n, pattern, text))
                    # In another encoding than UTF-8 a known line may have looked like none.
                    line = next(strange, 0)
                    if line:
                        return f"{module.path}:{line} contains the text of the key outside the calls known to use it"
        return ""

    def _has_more(self, module: Module, words: str, pattern: re.Pattern[bytes]) -> bool:
        """Whether a file has lines with some words in a string that no known key is written in."""
        known = self.facts.keys.known_lines(module)
        found = Counter(
            line
            for line in module.lines_with(words)
            if (match := pattern.search(line)) is not None and _in_string(match.group(1))
        )
        return any(number > known[line] for line, number in found.items())

    def _is_strange(self, module: Module, number: int, pattern: re.Pattern[bytes], text: bytes) -> bool:
        match = pattern.search(text)
        places = self.facts.keys.literals.get(module.path, ())
        known = any(place.line <= number <= place.end_line for place in places)
        return match is not None and _in_string(match.group(1)) and not known

    def _check_name(self, origin: Origin) -> Place | None:
        """What else a changed literal is used for.

        Raises _Shared where it is a constant that is used for more than these keys; the place of the literal where it
        stands in a function that is.
        """
        definition, module = origin.parsed.definition, self.facts.codebase.modules[origin.parsed.path]
        if definition.form == "assignment":
            where = self._used_for_more(module, definition, 0)
            if where is not None:
                raise _Shared(origin, where)
        elif self._other_use(origin) is not None:
            raise FixBlocked(f"{self._other_use(origin)} uses the key for something other than the cache")
        if definition.form == "function" and not any(site.parsed is origin.parsed for site in self.group.values()):
            if self._used_for_more(module, definition, 0) is not None:
                return origin.parsed.place(origin.node)
        return None

    def _other_use(self, origin: Origin) -> str | None:
        """Where a key, or what it is made of, is used for more than calls of the group; None if nowhere."""
        if origin.parsed.function is None:
            return None
        tree = origin.parsed.gathered
        parents = tree.parents
        mine: set[cst.CSTNode] = {site.node for site in self.group.values()}
        wanted: list[cst.CSTNode] = [origin.node]
        seen: set[str] = set()
        while wanted:
            node = wanted.pop()
            name = self._kept_in(node, parents, mine)
            if name is None:
                return f"{origin.parsed.path}:{origin.parsed.place(node).line}"
            if name and name not in seen:
                seen.add(name)
                wanted += [named for named in reversed(tree.named(name)) if _is_read(named, parents)]
        return None

    def _kept_in(
        self, node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode], mine: set[cst.CSTNode]
    ) -> str | None:
        """The variable that a key goes into; empty where it is only handed to the cache, None where it is not."""
        current = node
        while current in parents:
            if current in mine:
                return ""
            parent = parents[current]
            match parent:
                case cst.Assign():
                    target = parent.targets[0].target
                    if len(parent.targets) == 1 and isinstance(target, cst.Name):
                        return target.value
                    return "" if isinstance(target, cst.Attribute) and self._only_asked(target) else None
                case cst.NamedExpr() if isinstance(parent.target, cst.Name):
                    return parent.target.value
                case cst.AnnAssign() | cst.AugAssign() if isinstance(parent.target, cst.Name):
                    return parent.target.value
                case cst.If() | cst.While():
                    return ""
                case cst.Comparison():
                    return "" if parent in mine or is_none(parent.comparisons[0].comparator) else None
                case cst.Attribute() if parent.value is current and parent.attr.value not in _TEXT:
                    return None
                case cst.Return() | cst.Yield():
                    # Whoever asks a function that makes keys is looked at elsewhere.
                    return None if any(parents.get(call) is not None for call in mine) else ""
                case cst.Call() if parent is not node and current is not parent.func and not self._makes_text(parent):
                    if parent in mine or self._calls_group(parent) or _logs(parent):
                        return ""
                    return None
                case cst.Param() | cst.Lambda() | cst.Decorator():
                    return ""
                case cst.Subscript() | cst.Dict() | cst.Set() | cst.Expr():
                    return None if not isinstance(parent, cst.Expr) else ""
            current = parent
        return ""

    def _only_asked(self, target: cst.Attribute) -> bool:
        """Whether an attribute that a key is kept in stands nowhere but in calls of the group."""
        name = target.attr.value.encode()
        word = re.compile(rb"\." + re.escape(name) + rb"\b")
        everywhere = sum(len(m.findall(word)) for m in self.facts.codebase.containing(name.decode()))
        calls = {id(site.node): site for site in self.group.values()}
        inside = sum(len(word.findall(site.parsed.code(site.node).encode())) for site in calls.values())
        return everywhere == inside + 1

    def _makes_text(self, call: cst.Call) -> bool:
        """Whether a call only makes a text of what it is given: a method of texts, or what helps to make these keys."""
        return called_name(call) in _TEXT | self.helpers

    def _calls_group(self, call: cst.Call) -> bool:
        """Whether a function is called that calls the cache with the key."""
        names = {site.function.definition.name for site in self.group.values() if site.function is not None}
        return called_name(call) in names

    def _used_for_more(self, module: Module, named: Definition, depth: int) -> str | None:
        """A place where something is named and no call of the group is near; None where all are accounted for."""
        around = {(site.parsed.path, site.parsed.definition.start) for site in self.group.values()}
        found = self.facts.references.of(module, named)
        if not found and depth:
            return f"`{named.name}`"
        for reference in found:
            inner = reference.definition
            if reference.node is not None and (reference.module.path, inner.start) in around:
                continue
            if reference.node is not None and depth < _MAX_HELPERS and _only_makes(reference.module, inner):
                deeper = self._used_for_more(reference.module, inner, depth + 1)
                if deeper is None:
                    continue
                return deeper
            return reference.where
        return None


#: What makes a text of a text.
_TEXT = frozenset(
    {
        "join", "format", "str", "lower", "upper", "replace", "encode", "strip", "hexdigest", "md5", "sha1", "sha256",
        "quote", "slugify", "force_str", "smart_str", "list", "tuple", "set", "sorted",
    }
)  # fmt: skip
_LOG = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})


def _in_string(before: bytes) -> bool:
    """Whether what follows on a line can stand in a string."""
    return not before.lstrip().startswith(b"#") and (b"'" in before or b'"' in before)


def _logs(call: cst.Call) -> bool:
    return called_name(call) in _LOG


def _is_read(node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    parent = parents.get(node)
    if isinstance(parent, cst.Arg):
        return parent.value is node
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.NamedExpr):
        return parent.target is not node
    return not isinstance(parent, cst.AssignTarget | cst.Param)


#: Calls that one marker may move; functions that hand a key on to one another.
_MAX_SITES = 60
_MAX_HELPERS = 3


def _words_of(parsed: ParsedDefinition, node: cst.CSTNode) -> tuple[str, ...]:
    """The fixed texts of a literal, whatever stands between them."""
    if isinstance(node, cst.FormattedString):
        return tuple(part.value if isinstance(part, cst.FormattedStringText) else "" for part in node.parts)
    if isinstance(node, cst.SimpleString):
        return (str(node.evaluated_value),)
    return (parsed.code(node),)


def _only_makes(module: Module, definition: Definition) -> bool:
    """Whether a definition is a constant, or a function that does nothing but to return something."""
    if definition.form == "assignment":
        return True
    parsed = module.parsed(definition)
    tree = parsed.function if parsed is not None else None
    if tree is None or not isinstance(tree.body, cst.IndentedBlock):
        return False
    last = tree.body.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)


def _line(site: CacheCall) -> str:
    return f"{site.parsed.path}:{site.place.line}"


# -- markers -----------------------------------------------------------------------------------------------


#: A word that says what follows: ``token[``, ``id=``, with what stands before it.
_OPENED = re.compile(r"\w*[\[({=]+$")


def _next_text(text: str, before_placeholder: bool, first: int, rest: str = "") -> str:
    """A fixed text with its marker counted up, or with one put in: before the placeholder that follows, or at its end.

    What separates the words of the text separates the marker as well; where nothing does, what does in the ``rest`` of
    the key.
    """
    marked = VERSION_MARKER.search(text)
    if marked is not None:
        return f"{text[: marked.start(1)]}{int(marked.group(1)) + 1}{text[marked.end(1) :]}"
    usual = next((c for c in (*text[::-1], *rest) if c in _SEPARATORS), ":")
    if not before_placeholder:
        return f"{text}v{first}{text[-1]}" if text[-1:] and text[-1] in _SEPARATORS else f"{text}{usual}v{first}"
    opened = _OPENED.search(text)
    if opened is not None:
        # What stands in brackets, or after `=`, is a value that has a name: the marker goes before that.
        before = text[: opened.start()]
        return f"{before}{usual if before[-1:].isalnum() else ''}v{first}{usual}{opened.group()}"
    separator = text[-1] if text[-1] in _SEPARATORS else usual
    lead = "" if text[-1] in _SEPARATORS else separator
    return f"{text}{lead}v{first}{separator}"
