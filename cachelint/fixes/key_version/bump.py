"""Moving a key to a new version: at every site of its flow, by changing the literal that its words are written in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import field

import libcst as cst

from cachelint.caching.calls import Site
from cachelint.caching.collect import Facts
from cachelint.caching.keys.graph import MANY, Flow, has_more, origins
from cachelint.caching.keys.pattern import Shape, overlap, says, shape
from cachelint.caching.keys.template import VERSION_MARKER, is_versioned, templates
from cachelint.findings import Edit, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.defuse import is_none
from cachelint.frozen import dataclass
from cachelint.infer.events import called_name
from cachelint.project.codebase import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import Lift
from cachelint.types.model import Hole, Origin, Str, Text

_SEPARATORS = ":_-./#|"
#: Letters and digits of a key by which it is told from other texts.
_MIN_WORDS = 4


class NoKey(Exception):
    """The key can't be moved; the message says why."""


@dataclass(frozen=True)
class Moved:
    """The edits that move ``count`` calls to a new key.

    ``elsewhere`` is a literal among them that a function writes whom others may ask as well, ``open_at`` a call that
    may use the same key without our knowing.
    """

    edits: tuple[Edit, ...]
    count: int
    elsewhere: Place | None = None
    open_at: Site | None = None
    loose_end: str = ""
    #: Looks all of the project through for its words: where else they stand, empty if nowhere.
    written: Callable[[], str] = field(default=lambda: "", compare=False)

    @property
    def open_end(self) -> str:
        """A call or a place where the key may be used without anything to show it; empty if there is none."""
        if self.open_at is not None:
            return f"the call at {self.open_at.place.path}:{self.open_at.place.line} may use the same key"
        return self.loose_end

    @property
    def doubt(self) -> str:
        """Why the key may be used where nobody sees it; empty where its flow is closed."""
        return self.written() or self.open_end


def move(flow: Flow, facts: Facts, first: int) -> Moved:
    """Move the key of a flow to its next version (``first`` where it has none). Raises NoKey."""
    about = ("move", flow, first)
    if about not in facts.shared:
        try:
            facts.shared[about] = _moved(flow, facts, first)
        except NoKey as refused:
            facts.shared[about] = refused
    result: Moved | NoKey = facts.shared[about]
    if isinstance(result, NoKey):
        raise NoKey(*result.args)
    return result


def _moved(flow: Flow, facts: Facts, first: int) -> Moved:
    shared: dict[int, str] = {}
    while True:
        try:
            return _Move(flow, facts, first, shared).moved()
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

    def __init__(self, flow: Flow, facts: Facts, first: int, shared: dict[int, str]) -> None:
        self.facts = facts
        self.shared = shared
        self.first = first
        self.flows = [flow]
        #: The functions that the words of the keys stand in.
        self.helpers: set[str] = set()
        self.group: dict[int, Site] = {id(site): site for site in flow.all_sites}
        #: The literals that are changed, by the id of their node.
        self.changed: dict[int, _Change] = {}
        #: Literals → the sites whose keys are written in them.
        self.users = facts.flows.written

    def moved(self) -> Moved:
        """The edits; raises NoKey."""
        self._choose()
        index = self.facts.flows.index
        after: dict[Shape, tuple[Shape, Site]] = {}
        for site in self.group.values():
            if site.version is not None:
                raise NoKey(f"{_line(site)} passes version=, which has to be changed by hand")
            for template in self._templates(site):
                old, new = shape(template), self._after(template, site)
                known, other = after.setdefault(old, (new, site))
                if known != new:
                    raise NoKey(
                        f"{_line(other)} and {_line(site)} write the key in different ways: no one marker fits both"
                    )
        other_way = self._staying(near for old in after for near in index.near(old) if overlap(near, old))
        if other_way is not None:
            raise NoKey(
                f"the key at {_line(other_way)} can be the same, and is written in another way: move it by hand"
            )
        for new, site in after.values():
            if self._staying([new]) is not None:
                raise NoKey(f"the key of {_line(site)} with a marker is one that is used already")
        self.helpers = {
            origin.lift.definition.name
            for site in self.group.values()
            for template in templates(site.key)
            for origin in origins(template)
            if origin.lift.definition.form == "function"
        }
        changes: list[Edit] = []
        elsewhere: Place | None = None
        for change in self.changed.values():
            origin = change.origin
            source = origin.lift.bare_code(origin.node)
            if source.count(change.old) != 1:
                raise NoKey(f"the words of the key in `{source}` can't be told from the rest of it")
            place = origin.lift.place(origin.node, bare=True)
            changes.append(edits.replace(place, source.replace(change.old, change.new)))
            elsewhere = self._check_name(origin) or elsewhere
        self._check_once_more()
        # What may be of one flow and moves along with another is no doubt.
        open_at = next((s for flow in self.flows for s in flow.doubtful if has_more(s) or not self._is_mine(s)), None)
        calls = {(site.lift.path, site.place) for site in self.group.values()}
        loose_end = self.facts.flows.loose_end
        return Moved(tuple(changes), len(calls), elsewhere, open_at, loose_end, self._written_elsewhere)

    # -- choosing --------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        """Choose a literal of each key until all that is written in one of them belongs to the group."""
        while True:
            for site in list(self.group.values()):
                for template in self._templates(site):
                    if not any(id(origin.node) in self.changed for origin in origins(template)):
                        change = self._best(template, site)
                        self.changed[id(change.origin.node)] = change
            pulled = [site for key in self.changed for site in self.users.get(key, ()) if not self._is_mine(site)]
            if not pulled:
                return
            for site in pulled:
                flow = self.facts.flows.of(site)
                if flow is None:
                    raise NoKey(f"{_line(site)} makes its key of the same words, and of more that is not known")
                self.flows.append(flow)
                self.group.update((id(member), member) for member in flow.all_sites)
                self.group[id(site)] = site
            if len(self.group) > _MAX_SITES:
                raise NoKey(f"the words of the key stand in more than {_MAX_SITES} calls")

    def _is_mine(self, site: Site) -> bool:
        """Whether a site is of the group, or lies behind one of its calls: its words are theirs."""
        return id(site) in self.group or any(
            call.inner is not None and call.innermost.node is site.node for call in self.group.values()
        )

    def _templates(self, site: Site) -> list[Str]:
        """The texts that the key of a site can be; of many keys at once those that are of these flows."""
        found = templates(site.key)
        if site.innermost.method not in MANY:
            return found
        shapes = frozenset[Shape]().union(*(flow.shapes for flow in self.flows))
        return [template for template in found if shape(template) in shapes]

    def _best(self, template: Str, site: Site) -> _Change:
        """The change of the literal with the fewest other users, of these one with a marker, or that says most."""
        words: dict[int, int] = {}
        marked: set[int] = set()
        literals: dict[int, Origin] = {}
        for part in template.parts or ():
            if isinstance(part, Text) and part.origin is not None:
                if isinstance(part.origin.node, cst.SimpleString | cst.FormattedString):
                    key = id(part.origin.node)
                    literals[key] = part.origin
                    words[key] = words.get(key, 0) + sum(c.isalnum() for c in part.text)
                    if VERSION_MARKER.search(part.text):
                        marked.add(key)
        said = [key for key in words if words[key] and key not in self.shared]
        if not said:
            where = next((self.shared[key] for key in words if key in self.shared), "")
            if where:
                raise NoKey(f"the words of the key at {_line(site)} are used at {where} as well")
            raise NoKey(f"the key at {_line(site)} has no words of its own that a marker could stand beside")
        best = min(said, key=lambda key: (key not in marked, self._others(key), -words[key]))
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
            raise NoKey(f"`{template.template}` has a version that is made at run time: raise that by hand")
        before_hole = index + 1 < len(parts) and isinstance(parts[index + 1], Hole)
        rest = "".join(part.text for part in (*parts[index + 1 :], *parts[:index][::-1]) if isinstance(part, Text))
        return _Change(origin, target.text, _next_text(target.text, before_hole, self.first, rest))

    def _others(self, key: int) -> int:
        return sum(1 for user in self.users.get(key, ()) if not self._is_mine(user))

    # -- what comes of it ------------------------------------------------------------------------------------

    def _after(self, template: Str, site: Site) -> Shape:
        """The shape of a key once its literals are changed. Raises NoKey where one is not written as elsewhere."""
        parts = list(template.parts or ())
        written: dict[int, list[int]] = {}
        for index, part in enumerate(parts):
            if isinstance(part, Text) and part.origin is not None and id(part.origin.node) in self.changed:
                written.setdefault(id(part.origin.node), []).append(index)
        for key, mine in written.items():
            change = self.changed[key]
            same = [index for index in mine if getattr(parts[index], "text", "") == change.old]
            if len(same) != 1:
                raise NoKey(f"the words of the key at {_line(site)} are not written as a whole")
            parts[same[0]] = Text(change.new, change.origin)
        return shape(Str(tuple(parts)))

    def _staying(self, shapes: Iterable[Shape]) -> Site | None:
        """The first site whose key has one of some shapes and that does not move along."""
        flows = self.facts.flows
        numbers = {number for each in shapes for number in flows.index.of(each)}
        others = (flows.keyed[number][0] for number in sorted(numbers))
        return next((site for site in others if id(site) not in self.group), None)

    def _check_once_more(self) -> None:
        """The same words once more in a function with a call: what `get_many` gave is asked by them, say."""
        words = {_words_of(change.origin.lift, change.origin.node) for change in self.changed.values()}
        for lift in {id(site.lift): site.lift for site in self.group.values()}.values():
            for node in lift.gathered.literals:
                if id(node) not in self.changed and _words_of(lift, node) in words:
                    raise NoKey(f"{lift.path}:{lift.place(node).line} writes the key once more, for something else")

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
                if self._has_more(module, pattern):
                    # From here on any change of the file matters.
                    lines = module.source.data.split(b"\n")
                    strange = (n for n, text in enumerate(lines, 1) if self._is_strange(module, n, pattern, text))
                    # In another encoding than UTF-8 a known line may have looked like none.
                    line = next(strange, 0)
                    if line:
                        return f"{module.path}:{line} has the words of the key, in no call that is known to use it"
        return ""

    def _has_more(self, module: Module, pattern: re.Pattern[bytes]) -> bool:
        """Whether a file has lines with some words in a string that no known key is written in."""
        places = self.facts.flows.literals.get(module.path, ())
        numbers = {number for place in places for number in range(place.line, place.end_line + 1)}
        known = Counter(match for n in numbers for match in pattern.findall(module.line(n).encode()))
        found = Counter(groups for groups in module.findall(pattern) if _in_string(groups[0]))
        return bool(found - known)

    def _is_strange(self, module: Module, number: int, pattern: re.Pattern[bytes], text: bytes) -> bool:
        match = pattern.search(text)
        places = self.facts.flows.literals.get(module.path, ())
        known = any(place.line <= number <= place.end_line for place in places)
        return match is not None and _in_string(match.group(1)) and not known

    def _check_name(self, origin: Origin) -> Place | None:
        """What else a changed literal is used for.

        Raises _Shared where it is a constant that is used for more than these keys; the place of the literal where it
        stands in a function that is.
        """
        definition, module = origin.lift.definition, self.facts.codebase.modules[origin.lift.path]
        if definition.form == "assignment":
            where = self._used_for_more(module, definition, 0)
            if where is not None:
                raise _Shared(origin, where)
        elif self._other_use(origin) is not None:
            raise NoKey(f"{self._other_use(origin)} uses the key for more than the cache")
        if definition.form == "function" and not any(site.lift is origin.lift for site in self.group.values()):
            if self._used_for_more(module, definition, 0) is not None:
                return origin.lift.place(origin.node)
        return None

    def _other_use(self, origin: Origin) -> str | None:
        """Where a key, or what it is made of, is used for more than calls of the group; None if nowhere."""
        if origin.lift.function is None:
            return None
        tree = origin.lift.gathered
        above = tree.above
        mine: set[cst.CSTNode] = {site.node for site in self.group.values()}
        wanted: list[cst.CSTNode] = [origin.node]
        seen: set[str] = set()
        while wanted:
            node = wanted.pop()
            name = self._kept_in(node, above, mine)
            if name is None:
                return f"{origin.lift.path}:{origin.lift.place(node).line}"
            if name and name not in seen:
                seen.add(name)
                wanted += [named for named in reversed(tree.named(name)) if _is_read(named, above)]
        return None

    def _kept_in(self, node: cst.CSTNode, above: dict[cst.CSTNode, cst.CSTNode], mine: set[cst.CSTNode]) -> str | None:
        """The variable that a key goes into; empty where it is only handed to the cache, None where it is not."""
        current = node
        while current in above:
            if current in mine:
                return ""
            parent = above[current]
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
                    return None if any(above.get(call) is not None for call in mine) else ""
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
        inside = sum(len(word.findall(site.lift.code(site.node).encode())) for site in calls.values())
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
        around = {(site.lift.path, site.lift.definition.start) for site in self.group.values()}
        found = self.facts.mentions.of(module, named)
        if not found and depth:
            return f"`{named.name}`"
        for mention in found:
            inner = mention.definition
            if mention.node is not None and (mention.module.path, inner.start) in around:
                continue
            if mention.node is not None and depth < _MAX_HELPERS and _only_makes(mention.module, inner):
                deeper = self._used_for_more(mention.module, inner, depth + 1)
                if deeper is None:
                    continue
                return deeper
            return mention.where
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


def _is_read(node: cst.CSTNode, above: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    parent = above.get(node)
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


def _words_of(lift: Lift, node: cst.CSTNode) -> tuple[str, ...]:
    """The fixed texts of a literal, whatever stands between them."""
    if isinstance(node, cst.FormattedString):
        return tuple(part.value if isinstance(part, cst.FormattedStringText) else "" for part in node.parts)
    if isinstance(node, cst.SimpleString):
        return (str(node.evaluated_value),)
    return (lift.code(node),)


def _only_makes(module: Module, definition: Definition) -> bool:
    """Whether a definition is a constant, or a function that does nothing but to return something."""
    if definition.form == "assignment":
        return True
    lift = module.lift(definition)
    tree = lift.function if lift is not None else None
    if tree is None or not isinstance(tree.body, cst.IndentedBlock):
        return False
    last = tree.body.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)


def _line(site: Site) -> str:
    return f"{site.lift.path}:{site.place.line}"


# -- markers -----------------------------------------------------------------------------------------------


#: A word that says what follows: ``token[``, ``id=``, with what stands before it.
_OPENED = re.compile(r"\w*[\[({=]+$")


def _next_text(text: str, before_hole: bool, first: int, rest: str = "") -> str:
    """A fixed text with its marker counted up, or with one put in: before the hole that follows, or at its end.

    What separates the words of the text separates the marker as well; where nothing does, what does in the ``rest`` of
    the key.
    """
    marked = VERSION_MARKER.search(text)
    if marked is not None:
        return f"{text[: marked.start(1)]}{int(marked.group(1)) + 1}{text[marked.end(1) :]}"
    usual = next((c for c in (*text[::-1], *rest) if c in _SEPARATORS), ":")
    if not before_hole:
        return f"{text}v{first}{text[-1]}" if text[-1:] and text[-1] in _SEPARATORS else f"{text}{usual}v{first}"
    opened = _OPENED.search(text)
    if opened is not None:
        # What stands in brackets, or after `=`, is a value that has a name: the marker goes before that.
        before = text[: opened.start()]
        return f"{before}{usual if before[-1:].isalnum() else ''}v{first}{usual}{opened.group()}"
    separator = text[-1] if text[-1] in _SEPARATORS else usual
    lead = "" if text[-1] in _SEPARATORS else separator
    return f"{text}{lead}v{first}{separator}"
