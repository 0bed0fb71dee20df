"""Where entries are dropped or overwritten because rows change, and whether that change is committed by then."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import libcst as cst

from cachelint.caching.call_edges import CallEdges
from cachelint.caching.calls import CacheCall, Clear, Delete, Write
from cachelint.caching.facades import Facades
from cachelint.caching.fact import AboutAnother, Fact
from cachelint.caching.keys.graph import KeyGraph, patterns
from cachelint.caching.keys.pattern import may_be_equal
from cachelint.caching.reads.bodies import Bodies
from cachelint.caching.reads.states import Count, ReadUses, WriteBack
from cachelint.caching.regions import Receiver, Regions
from cachelint.caching.row_writes import RowWrites, following, writes_below
from cachelint.django.writes import RowWrite
from cachelint.findings import Confidence, Place
from cachelint.infer.definitions import owner_of
from cachelint.infer.interpreter import Interpreter
from cachelint.memo import Memo
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import descendants
from cachelint.types.base import NO_VALUE, Scalar
from cachelint.types.join import members
from cachelint.types.strings import constant

#: Calls of functions that lead to an invalidation, one inside the other, that are followed.
_MAX_DEPTH = 2


class Known(Protocol):
    """What is asked of the facts of a project."""

    calls: Sequence[CacheCall]
    interpreter: Interpreter
    memo: Memo

    @property
    def regions(self) -> Regions:
        """What places are inside of."""

    @property
    def call_edges(self) -> CallEdges:
        """Who calls the functions of the project."""

    @property
    def keys(self) -> KeyGraph:
        """The keys of the project."""

    @property
    def bodies(self) -> Bodies:
        """What functions do with what they read."""

    @property
    def facades(self) -> Facades:
        """The classes that are caches themselves."""

    @property
    def facade_clears(self) -> list[CacheCall]:
        """The calls that empty one."""


class Why(enum.Enum):
    """What shows that a change is not committed yet."""

    BLOCK = "atomic block"
    DECORATOR = "atomic function"
    ASSERTED = "only called in a transaction"
    SIGNAL = "signal"
    METHOD = "method of a model"
    QUERYSET = "method of a QuerySet"
    FORM = "form that a transaction saves"
    BEFORE = "before the change"


@dataclass(frozen=True)
class Reason:
    """Why the change of rows is not committed where an entry is dropped; ``place`` is what shows it.

    ``way`` are the calls that lead there, from the outside.
    """

    why: Why
    name: str
    place: Place
    confidence: Confidence
    way: tuple[Place, ...] = ()
    #: The change that comes after the call, where that is what is wrong.
    change: RowWrite | None = None


class _Committed(Exception):
    """A path on which the change is committed: nothing is wrong there."""


@dataclass(eq=False)
class Invalidation(AboutAnother):
    """A call that drops or overwrites an entry for a change that is not committed yet: a fact."""

    call: CacheCall
    reason: Reason

    @property
    def about(self) -> Fact:
        """See AboutAnother."""
        return self.call


def invalidations(facts: Known) -> Iterator[Invalidation]:
    """All that come too early, in the order of files and lines."""
    finder = _Finder(facts)
    # What another function calls may run in another thread, or at the commit.
    for call in [c for c in (*facts.calls, *facts.facade_clears) if not c.runs_elsewhere]:
        # What a migration does happens while the site stands still.
        if is_test(call.parsed.path) or "/migrations/" in f"/{call.parsed.path}":
            continue
        if call.function is None or call.declared or call.parsed.function is None:
            continue
        if finder.invalidates(call):
            reason = finder.reason(call)
            if reason is not None:
                yield Invalidation(call, reason)


class _Finder:
    def __init__(self, facts: Known) -> None:
        self.facts = facts
        self.interpreter = facts.interpreter
        self.regions: Regions = facts.regions
        self.edges: CallEdges = facts.call_edges
        self.writes = RowWrites(facts.interpreter)
        self._written = [(call, patterns(call)) for call in facts.calls if call.writes and call.inner is None]

    # -- which calls count -----------------------------------------------------------------------------------

    def invalidates(self, call: CacheCall) -> bool:
        """Whether a call drops or overwrites what was worked out from rows."""
        if self.facts.facades.holds(call.function):
            return False
        if isinstance(call, Clear):
            return call.inner is None
        if isinstance(call, Delete):
            if call.inner is not None and not self.facts.facades.holds(call.innermost.function):
                # The delete itself is what is reported; its callers lead to the reason.
                return False
            return self._is_written(call) and not self._releases_lock(call)
        return isinstance(call, Write) and call.method in ("set", "set_many") and self._is_write_through(call)

    def _is_written(self, call: CacheCall) -> bool:
        """Whether anything writes such a key: what nothing writes can't go stale."""
        wanted = patterns(call)
        if not wanted:
            return True
        for write, found in self._written:
            if write.alias is not None and call.alias is not None and write.alias != call.alias:
                continue
            if any(each == mine or may_be_equal(each, mine) for each in found for mine in wanted):
                return True
            if not found and "key" not in write.undecided():
                # A key that nobody knows may be this one.
                return True
        # Wrappers decide their keys where they are called.
        wrapped = (call for call in self.facts.calls if call.writes and call.inner is not None)
        return any(may_be_equal(a, b) for other in wrapped for a in patterns(other) for b in wanted)

    def _releases_lock(self, call: CacheCall) -> bool:
        """Whether what is deleted is a lock or a flag: that belongs to no rows."""
        key = self.facts.keys.of(call)
        source = call.parsed.code(call.nodes["key"]) if "key" in call.nodes else ""
        writes = [c for c in key.all_sites if c.writes] if key is not None else []
        if not writes and source:
            # A key that nobody can read: the writes that are written the same.
            writes = [
                c for c in self.facts.calls if c.writes and "key" in c.nodes and c.parsed.code(c.nodes["key"]) == source
            ]
        return bool(writes) and all(c.method == "add" or _is_flag(c) for c in writes)

    def _is_write_through(self, call: CacheCall) -> bool:
        """Whether a write puts new rows in the place of old ones, and is no fill after a miss."""
        if call.inner is not None and not self.facts.facades.holds(call.innermost.function):
            return False
        if call.value is None or "value" in call.undecided() or self._is_state(call):
            return False
        touches = [t for t in self.facts.bodies.of_call(call) if isinstance(t, WriteBack)]
        if not touches or any(t.returned or t.sources for t in touches):
            return False
        others = self.facts.bodies.of_key(touches[0])
        return not any(isinstance(other, ReadUses | Count) for other in others)

    def _is_state(self, call: CacheCall) -> bool:
        """Whether an entry holds a flag, a moment or a token, whoever writes it: nothing that rows say."""
        key = self.facts.keys.of(call)
        writes = [c for c in key.all_sites if c.writes] if key is not None else [call]
        return all(_is_flag(c) or _is_token(c) for c in writes)

    # -- reasons ---------------------------------------------------------------------------------------------

    def reason(self, call: CacheCall) -> Reason | None:
        """Why the change is not committed where a call stands; None where nothing shows that."""
        assert call.function is not None
        try:
            return self._reason(call.node, call.parsed, call.function, call, 0, wrote=False, seen=frozenset())
        except _Committed:
            return None

    def _reason(
        self, node: cst.CSTNode, parsed: ParsedDefinition, function: FunctionRef, call: CacheCall, depth: int, *,
        wrote: bool, seen: frozenset[FunctionRef],
    ) -> Reason | None:  # fmt: skip
        regions = self.regions
        if regions.runs_at_commit(node, parsed):
            raise _Committed
        nested = regions.nested_in(node, parsed)
        if isinstance(nested, cst.FunctionDef):
            received = regions.receiver(function, parsed, nested)
            return self._by_signal(received, parsed.place(nested.name)) if received else None
        if nested is not None:
            return None
        writes = self.writes.of(function, parsed)
        wrote = wrote or bool(writes)
        block = regions.atomic_block(node, parsed, function.module)
        if block is not None and (wrote or writes_below(block, writes)):
            return Reason(Why.BLOCK, "transaction.atomic()", parsed.place(block), Confidence.HIGH)
        decorator = regions.atomic_decorator(function, parsed)
        if decorator is not None and wrote:
            return Reason(Why.DECORATOR, "transaction.atomic", parsed.place(decorator), Confidence.HIGH)
        received = regions.receiver(function, parsed)
        if received:
            return self._by_signal(received, parsed.place(_header(parsed)))
        overridden = regions.model_method(function)
        if overridden:
            return self._by_method(overridden, node, parsed, function, writes, call)
        if b"in_atomic_block" in function.module.text_of(function.definition):
            return Reason(Why.ASSERTED, "in_atomic_block", parsed.place(_header(parsed)), Confidence.HIGH)
        if depth <= 1 and not isinstance(call, Write):
            change = following(node, parsed, writes, call)
            if change is not None:
                return Reason(Why.BEFORE, change.verb, parsed.place(change.node), Confidence.MEDIUM, change=change)
        form = self._saved_form(function)
        if form is not None:
            return form
        return self._by_callers(function, call, depth, wrote=wrote, seen=seen | {function})

    def _by_callers(
        self, function: FunctionRef, call: CacheCall, depth: int, *, wrote: bool, seen: frozenset[FunctionRef]
    ) -> Reason | None:
        if depth >= _MAX_DEPTH:
            return None
        for edge in self.edges.of(function):
            if edge.caller in seen or is_test(edge.parsed.path):
                continue
            if self.regions.hands_to_commit(function.definition.name, edge.parsed):
                # It runs at the commit where there is one to wait for.
                continue
            if isinstance(call, Write) and not edge.value_dropped:
                continue
            try:
                found = self._reason(edge.node, edge.parsed, edge.caller, call, depth + 1, wrote=wrote, seen=seen)
            except _Committed:
                continue
            if found is not None:
                way = (edge.parsed.place(edge.node), *found.way)
                return Reason(found.why, found.name, found.place, found.confidence, way, found.change)
        return None

    def _by_signal(self, received: list[Receiver], place: Place) -> Reason:
        certain = next((r for r in received if r.signal != "post_save"), None)
        if certain is not None:
            return Reason(Why.SIGNAL, certain.signal, place, Confidence.HIGH)
        first = received[0]
        proven = bool(self.regions.atomic_requests) or any(
            not r.senders or set(r.senders) & self.regions.in_admin for r in received
        ) or self._saved_in_transactions(frozenset(s for r in received for s in r.senders))  # fmt: skip
        return Reason(Why.SIGNAL, first.signal, place, Confidence.HIGH if proven else Confidence.LOW)

    def _by_method(
        self, name: str, node: cst.CSTNode, parsed: ParsedDefinition, function: FunctionRef, writes: list[RowWrite],
        call: CacheCall,
    ) -> Reason:  # fmt: skip
        place = parsed.place(_header(parsed))
        why = Why.METHOD if name in ("save", "asave", "delete", "adelete", "save_base") else Why.QUERYSET
        before = following(node, parsed, writes, call, anyway=True) is not None
        names = self.regions.model_names(function)
        proven = (
            before or "delete" in name or why is Why.QUERYSET or bool(self.regions.atomic_requests)
            or bool(names & self.regions.in_admin)
        )  # fmt: skip
        return Reason(why, name, place, Confidence.HIGH if proven else Confidence.MEDIUM)

    def _saved_form(self, function: FunctionRef) -> Reason | None:
        """A form's ``save``, where it is the ``form_class`` of a view whose ``form_valid`` is atomic."""
        owner = owner_of(function)
        if owner is None or function.definition.name not in ("save", "_save_m2m", "save_m2m"):
            return None
        if not self.regions.is_model_form(owner):
            return None
        name = owner.definition.name
        for module in self.interpreter.codebase.containing(name):
            for definition in module.naming(name):
                view = definition.parent
                if definition.name != "form_class" or view is None or view.scope is None:
                    continue
                for method in ("form_valid", "post", "dispatch", "put"):
                    for each in view.scope.definitions.get(method, ()):
                        ref = FunctionRef(module, each)
                        parsed = module.parsed(each)
                        decorator = self.regions.atomic_decorator(ref, parsed) if parsed is not None else None
                        if parsed is not None and decorator is not None:
                            return Reason(Why.FORM, method, parsed.place(decorator), Confidence.HIGH)
        return None

    def _saved_in_transactions(self, models: frozenset[str]) -> bool:
        """Whether the project saves one of some models in a transaction, as far as can be seen."""
        if not models:
            return False
        for module in self.interpreter.codebase.containing("atomic"):
            if is_test(module.path):
                continue
            for definition in module.naming("atomic"):
                text = module.text_of(definition) if definition.form == "function" else b""
                if b".save(" not in text and b"create(" not in text:
                    continue
                ref = FunctionRef(module, definition)
                parsed = module.parsed(definition)
                if parsed is None or parsed.function is None:
                    continue
                for write in self.writes.of(ref, parsed):
                    named = write.model.short_name in models if write.model is not None else _sounds_like(write, models)
                    if named and (
                        self.regions.atomic_decorator(ref, parsed) is not None
                        or self.regions.atomic_block(write.node, parsed, module) is not None
                    ):
                        return True
        return False


def _header(parsed: ParsedDefinition) -> cst.CSTNode:
    assert parsed.function is not None
    return parsed.function.name


def _sounds_like(write: RowWrite, models: frozenset[str]) -> bool:
    """Whether a variable of which nothing is known is called as an instance of one of some models would be."""
    return write.root.replace("_", "").lower() in {name.lower() for name in models}


#: Words in the name of what makes a value that nobody else has.
_UNIQUE = re.compile(r"random|uuid|token|nonce|secret", re.IGNORECASE)


def _is_token(call: CacheCall) -> bool:
    """Whether what is stored is made to be like nothing else."""
    origins = [m.origin.node for m in members(call.value) if m.origin is not None] if call.value is not None else []
    names = [dotted(n.func) or "" for node in origins for n in (node, *descendants(node)) if isinstance(n, cst.Call)]
    stored = call.nodes.get("value")
    if isinstance(stored, cst.Call):
        names.append(dotted(stored.func) or "")
    return any(_UNIQUE.search(name) for name in names)


def _is_flag(call: CacheCall) -> bool:
    """Whether what is stored is a constant or a moment: it is worked out from no rows."""
    found = members(call.value) if call.value is not None else ()
    return bool(found) and all(
        constant(m) is not NO_VALUE or (isinstance(m, Scalar) and m.type.startswith("datetime.")) for m in found
    )
