"""CL401 and CL402: drop ``dumps`` and ``loads`` at both ends; Django serialises the value itself."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import unused_after
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, is_none, short
from cachelint.fixes.key_version.bump import Moved, key_of, move
from cachelint.fixes.obligations import (
    BACKEND_TAKES_ANYTHING,
    NOTHING_STANDS_IN,
    READERS_COPE,
    STORED_ALONE,
    Proof,
)
from cachelint.fixes.readers import is_test, later_uses, local_ends, tests_truth
from cachelint.fixes.stand_ins import account, strange_backend
from cachelint.project.classes import dotted
from cachelint.types.base import NONE, Unknown
from cachelint.types.cache import Cached, Pickled
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.walk import walk

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    *Moved.obligations,
    NOTHING_STANDS_IN,
    BACKEND_TAKES_ANYTHING,
    READERS_COPE,
    STORED_ALONE,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix for a write of what was pickled by hand. Raises FixBlocked."""
    return _drop(site, facts)


def propose_deserialization(load: Deserialization, facts: Facts) -> Fix:
    """The same where what was read is unpickled: the fix of the write whose entry it is. Raises FixBlocked."""
    read = next((member for member in members(load.data) if isinstance(member, Cached)), None)
    if read is None or read.store != "the Django cache":
        raise FixBlocked("the data comes from a client other than Django's cache")
    if load.via_place is not None:
        raise FixBlocked(f"the data is passed in at {load.via_place.path}:{load.via_place.line}")
    reader = next((s for s in facts.calls if read.origin is not None and s.node is read.origin.node), None)
    key = key_of(reader, facts)
    writer = next((site for site in key.all_sites if site.writes and _pickled(site) is not None), None)
    if writer is None:
        raise FixBlocked("no call was found that pickles a value and writes this key")
    found = propose(writer, facts)
    if not any(e.place.path == load.parsed.path for e in found.edits):
        raise FixBlocked("the data is more than the cached value")
    return found


def _pickled(site: CacheCall) -> Pickled | None:
    found = members(site.value) if site.value is not None else ()
    types = [member for member in found if isinstance(member, Pickled)]
    return types[0] if len(types) == len(found) == 1 else None


def _drop(site: CacheCall, facts: Facts) -> Fix:
    key = key_of(site, facts)
    moved = move(key, facts, first=2)
    reads, writes = local_ends(key, site.parsed.path)
    changes: list[Edit] = list(moved.edits)
    dropped: dict[tuple[str, str], set[Place]] = {}
    proof = Proof(*OBLIGATIONS)
    moved.account(proof)
    account(facts, key.all_sites, proof)
    proof.doubt(BACKEND_TAKES_ANYTHING, strange_backend(facts, site))
    stored: set[cst.CSTNode] = set()
    made: set[cst.CSTNode] = set()
    for function, write in writes:
        pickled = _pickled(write)
        if pickled is None:
            raise FixBlocked(f"{function.where(write.node)} stores something that is not pickled by hand")
        _check_content(function, write, pickled)
        call = _dumps(function, write, stored)
        made.add(call)
        if call is not write.nodes.get("value") and not _is_stored_at_once(function, call, write):
            early = "pickles the value early: it must not change before it is stored"
            proof.doubt(STORED_ALONE, f"{function.where(call)} {early}")
        if call is not write.nodes.get("value") and not _is_fresh(function, call.args[0].value):
            code = short(function.parsed.code(call.args[0].value))
            held = f"other code may hold `{code}`, and readers used to get a copy"
            proof.doubt(STORED_ALONE, f"{function.where(call)}: {held}")
        changes += _unwrapped(function, call, dropped)
    loads = {load.node for load in facts.deserializations}
    for read in reads:
        function = read.function
        tested = loaded = 0
        for node, test in later_uses(read, stored, made):
            tested, loaded = tested + test, loaded + (not test)
            if test:
                if tests_truth(function, node):
                    proof.doubt(READERS_COPE, f"{function.where(node)} treats an empty value as a miss")
                continue
            argument = function.parents.get(node)
            load = function.parents.get(argument) if isinstance(argument, cst.Arg) else None
            if not isinstance(load, cst.Call) or load not in loads:
                raise function.escape(node, "is used as bytes")
            changes += _unwrapped(function, load, dropped)
            loaded += _is_repeated(function, load, read.whole)
        if not tested:
            raise FixBlocked(f"{function.where(read.whole)}: the cached value is used without a check for a miss")
        if loaded > 1:
            where = function.where(read.whole)
            proof.doubt(STORED_ALONE, f"{where} unpickles the value several times, each time a new copy")
    for (path, module), places in dropped.items():
        edit = unused_after(facts.codebase, path, module, len(places))
        if edit is not None:
            changes.append(edit)
    return proof.fix("let Django serialize the value under a new version of the key", changes)


def _is_fresh(function: Function, node: cst.BaseExpression) -> bool:
    """Whether a value is made here, and nobody else has it, or will."""
    if isinstance(node, cst.Name):
        names = list(function.names(node.value))
        targets = [function.parents.get(name) for name in names]
        given = [function.parents.get(target) for target in targets if isinstance(target, cst.AssignTarget)]
        made = [statement.value for statement in given if isinstance(statement, cst.Assign)]
        return len(made) == len(given) == 1 and len(names) == 2 and _is_fresh(function, made[0])
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _MAKING and node.args:
        # A copy that is not deep shares what is in it.
        return not isinstance(node.args[0].value, cst.Name | cst.Attribute | cst.Subscript)
    if isinstance(node, cst.List | cst.Set | cst.Tuple):
        return all(isinstance(e, cst.Element) and _is_shared_by_nobody(function, e.value) for e in node.elements)
    if isinstance(node, cst.Dict):
        return all(isinstance(e, cst.DictElement) and _is_shared_by_nobody(function, e.value) for e in node.elements)
    return isinstance(node, cst.BaseComp | cst.BaseString | cst.BaseNumber)


def _is_shared_by_nobody(function: Function, node: cst.BaseExpression) -> bool:
    """Whether a part of a display is made here as well, or is one of Python's own constants."""
    if isinstance(node, cst.Name):
        if node.value in ("True", "False", "None"):
            return True
        targets = [function.parents.get(name) for name in function.names(node.value)]
        given = [function.parents.get(target) for target in targets if isinstance(target, cst.AssignTarget)]
        made = [statement.value for statement in given if isinstance(statement, cst.Assign)]
        return len(made) == len(given) == 1 and _is_fresh(function, made[0])
    if isinstance(node, cst.List | cst.Dict | cst.Set | cst.Tuple):
        return _is_fresh(function, node)
    return not isinstance(node, cst.Attribute | cst.Subscript)


_MAKING = frozenset({"list", "dict", "sorted", "tuple", "set", "frozenset", "str", "int", "float", "len", "sum"})


def _is_repeated(function: Function, load: cst.CSTNode, read: cst.CSTNode) -> bool:
    """Whether a load may run several times for one read: in a loop or an inner function that the read is not in."""

    def around(node: cst.CSTNode) -> list[cst.CSTNode]:
        found: list[cst.CSTNode] = []
        current: cst.CSTNode | None = node
        while current is not None:
            if isinstance(current, cst.For | cst.While | cst.BaseComp | cst.FunctionDef | cst.Lambda):
                found.append(current)
            current = function.parents.get(current)
        return found

    outside = around(read)
    return any(node not in outside for node in around(load))


def _is_stored_at_once(function: Function, call: cst.Call, write: CacheCall) -> bool:
    """Whether the statement after the one that pickles stores it: nothing can change what it is made of meanwhile."""

    def line(node: cst.CSTNode | None) -> cst.CSTNode | None:
        while node is not None and not isinstance(node, cst.SimpleStatementLine):
            node = function.parents.get(node)
        return node

    first, second = line(call), line(write.node)
    block = function.parents.get(first) if first is not None else None
    body = list(block.body) if isinstance(block, cst.IndentedBlock) else []
    return first in body and second in body and body.index(second) == body.index(first) + 1  # type: ignore[arg-type]


def _check_content(function: Function, site: CacheCall, pickled: Pickled) -> None:
    """What is pickled must be what JSON keeps, and never None: that would be a miss."""
    where = function.where(site.node)
    for path, typ in walk(pickled.content):
        if isinstance(typ, Unknown) or json_verdict(typ).json is Json.UNKNOWN:
            raise FixBlocked(f"{where}: the type of the pickled value is unknown{f' ({path})' if path else ''}")
        if json_verdict(typ).json is not Json.KEEPS:
            raise FixBlocked(f"{where}: JSON does not keep the pickled value ({json_verdict(typ).what})")
        if not path and typ == NONE:
            raise FixBlocked(f"{where}: the pickled value may be None, which would look like a miss")


def _dumps(function: Function, site: CacheCall, stored: set[cst.CSTNode]) -> cst.Call:
    """The call that pickles what a write stores."""
    value = site.nodes.get("value")
    if isinstance(value, cst.Name):
        stored.add(value)
        made: list[cst.BaseExpression] = []
        for node in function.names(value.value):
            parent = function.parents.get(node)
            if isinstance(parent, cst.AssignTarget):
                statement = function.parents[parent]
                assert isinstance(statement, cst.Assign)
                if not is_none(statement.value) and not _reads_cache(function, statement.value):
                    made.append(statement.value)
            elif node is not value and not is_test(function, node) and not _loaded(function, node):
                raise function.escape(node, "is used as bytes")
        value = made[0] if len(made) == 1 else None
    if isinstance(value, cst.Call) and len(value.args) >= 1 and not value.args[0].star:
        if (dotted(value.func) or "").rpartition(".")[2] == "dumps":
            return value
    code = f"`{short(site.parsed.code(value))}`" if value is not None else "the code"
    raise FixBlocked(f"{function.where(site.node)}: {code} does more than pickle the value")


def _reads_cache(function: Function, node: cst.BaseExpression) -> bool:
    inner = node.expression if isinstance(node, cst.Await) else node
    return isinstance(inner, cst.Call) and (dotted(inner.func) or "").rpartition(".")[2] in ("get", "aget")


def _loaded(function: Function, node: cst.CSTNode) -> bool:
    argument = function.parents.get(node)
    call = function.parents.get(argument) if isinstance(argument, cst.Arg) else None
    return isinstance(call, cst.Call) and (dotted(call.func) or "").rpartition(".")[2] == "loads"


def _unwrapped(function: Function, call: cst.Call, dropped: dict[tuple[str, str], set[Place]]) -> list[Edit]:
    """``pickle.loads(data)`` to ``data``."""
    whole, inner = function.parsed.place(call), function.parsed.place(call.args[0].value)
    module = (dotted(call.func) or "").partition(".")[0]
    dropped.setdefault((function.parsed.path, module), set()).add(whole)
    begin = Place(whole.path, whole.line, whole.column, inner.line, inner.column)
    if "#" in function.parsed.code(call).replace(function.parsed.code(call.args[0].value), ""):
        raise FixBlocked(f"{function.where(call)}: there is a comment inside the code to change")
    return [edits.replace(begin, ""), edits.replace(edits.between(inner, whole), "")]
