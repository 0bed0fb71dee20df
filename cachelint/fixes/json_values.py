"""CL104: values that JSON keeps, where both ends can be changed for certain; always to be read first."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.key_version.bump import Moved, key_of, move
from cachelint.fixes.obligations import NOTHING_STANDS_IN, READERS_COPE, Proof
from cachelint.fixes.readers import Read, later_uses, local_ends, takes_a_list
from cachelint.fixes.stand_ins import account
from cachelint.fixes.unpickle import both_ends
from cachelint.frozen import dataclass
from cachelint.types.base import NONE, Scalar, Type
from cachelint.types.cache import Pickled
from cachelint.types.containers import Set
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.strings import Str
from cachelint.types.walk import walk


@dataclass(frozen=True)
class _Text:
    """How a value is written as text, and read back: ``{}`` stands for it, ``@`` for its class."""

    module: str
    name: str
    write: str
    read: str


_AS_TEXT = {
    "decimal.Decimal": _Text("decimal", "Decimal", "str({})", "@({})"),
    "uuid.UUID": _Text("uuid", "UUID", "str({})", "@({})"),
    "datetime.datetime": _Text("datetime", "datetime", "{}.isoformat()", "@.fromisoformat({})"),
    "datetime.date": _Text("datetime", "date", "{}.isoformat()", "@.fromisoformat({})"),
    "datetime.time": _Text("datetime", "time", "{}.isoformat()", "@.fromisoformat({})"),
}
_REASON = "the stored value becomes {}, which readers outside this code may not expect"


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    *Moved.obligations,
    NOTHING_STANDS_IN,
    READERS_COPE,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    types = members(site.value) if site.value is not None else ()
    if len(types) != 1:
        raise FixBlocked("the stored value can have several types")
    typ = types[0]
    if isinstance(typ, Pickled):
        return both_ends.propose(site, facts)
    if not isinstance(typ, Set) and not (isinstance(typ, Scalar) and typ.type in (*_AS_TEXT, "bytes")):
        raise FixBlocked("choose a JSON-compatible representation and update the readers")
    for _, part in walk(typ.element) if isinstance(typ, Set) else ():
        verdict = json_verdict(part)
        if verdict.json in (Json.REFUSES, Json.CHANGES):
            raise FixBlocked(f"JSON would not keep a list of the set's elements either ({verdict.what})")
    return _fix(site, typ, facts)


def _fix(site: CacheCall, typ: Type, facts: Facts) -> Fix:
    key = key_of(site, facts)
    moved = move(key, facts, first=2)
    reads, writes = local_ends(key, site.parsed.path)
    changes: list[Edit] = list(moved.edits)
    stored: set[cst.CSTNode] = {write.nodes["value"] for _, write in writes if "value" in write.nodes}
    if not reads:
        raise FixBlocked("no read of this key was found, so the type that its readers expect is unknown")
    for function, write in writes:
        if members(write.value) != (typ,) if write.value is not None else True:
            raise FixBlocked(f"{function.where(write.node)} stores something else under this key")
        changes += _written(function, write, typ)
        if isinstance(typ, Scalar) and typ.type == "datetime.datetime":
            _refuse_zone(function, write)
    for read in reads:
        if isinstance(typ, Set):
            _check_many(read, stored)
        elif isinstance(typ, Scalar) and typ.type == "bytes":
            changes += _decoded(read, stored)
        elif isinstance(typ, Scalar):
            changes += _read_back(read, _AS_TEXT[typ.type], facts)
    what = "a list" if isinstance(typ, Set) else "text"
    proof = Proof(*OBLIGATIONS)
    moved.account(proof)
    account(facts, key.all_sites, proof)
    proof.doubt(READERS_COPE, _REASON.format(what))
    return proof.fix(f"store {what} under a new version of the key", changes)


#: What gives a datetime a zone whose offset is another one at another date.
_ZONE = re.compile(r"ZoneInfo|localtime|localdate|astimezone|make_aware|pytz|\btz(?:info)?=(?!(?:\w+\.)*(?:utc|UTC)\b)")


def _refuse_zone(function: Function, write: CacheCall) -> None:
    """A text keeps the offset of one moment, not the zone. Raises FixBlocked where there is one."""
    value = write.nodes.get("value")
    codes = [function.parsed.code(value)] if value is not None else []
    for code in (*codes, *(m.origin.code for m in members(write.value or NONE) if m.origin is not None)):
        if _ZONE.search(code):
            raise FixBlocked(
                f"{function.where(write.node)}: `{short(code)}` has a time zone, of which text keeps only the offset"
            )


def _written(function: Function, site: CacheCall, typ: Type) -> list[Edit]:
    value = site.nodes.get("value")
    if value is None:
        raise FixBlocked(f"{function.where(site.node)}: the value is not visible at this call")
    place, code = function.parsed.place(value), function.parsed.code(value)
    if isinstance(typ, Set):
        elements = members(typ.element)
        alike = len({type(e) if isinstance(e, Str) else e for e in elements}) == 1
        sortable = alike and all(isinstance(e, Str) or (isinstance(e, Scalar) and e.type == "int") for e in elements)
        return [edits.before(place, "sorted(" if sortable else "list("), edits.after(place, ")")]
    assert isinstance(typ, Scalar)
    if typ.type == "bytes":
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and _is_plain(value, "encode"):
            return [edits.replace(edits.between(function.parsed.place(value.func.value), place), "")]
        raise FixBlocked(f"{function.where(value)}: `{short(code)}` is not a plain `.encode()` call")
    before, _, after = _AS_TEXT[typ.type].write.partition("{}")
    if not isinstance(value, cst.Name | cst.Call | cst.Attribute | cst.Subscript) and not before:
        before, after = f"({before}", f"){after}"
    return [edits.before(place, before), edits.after(place, after)] if before else [edits.after(place, after)]


def _is_plain(call: cst.Call, name: str) -> bool:
    """``x.encode()``, ``x.decode("utf-8")``."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != name or len(call.args) > 1:
        return False
    argument = call.args[0].value if call.args else None
    if argument is None:
        return True
    text = argument.evaluated_value if isinstance(argument, cst.SimpleString) else ""
    return isinstance(text, str) and text.lower().replace("-", "") == "utf8"


def _check_many(read: Read, stored: set[cst.CSTNode]) -> None:
    """A list can stand in for a set where it is only asked what is in it."""
    function = read.function
    for node, test in later_uses(read, stored, None):
        if not test and not takes_a_list(function, node):
            raise function.escape(node, "is used in a way that a list does not support")


def _decoded(read: Read, stored: set[cst.CSTNode]) -> list[Edit]:
    function = read.function
    changes: list[Edit] = []
    for node, test in later_uses(read, stored):
        if test:
            continue
        attribute = function.parents.get(node)
        call = function.parents.get(attribute) if isinstance(attribute, cst.Attribute) else None
        if not isinstance(call, cst.Call) or call.func is not attribute or not _is_plain(call, "decode"):
            raise function.escape(node, "is used as bytes")
        changes.append(edits.replace(edits.between(function.parsed.place(node), function.parsed.place(call)), ""))
    return changes


def _read_back(read: Read, how: _Text, facts: Facts) -> list[Edit]:
    """Two lines after the read: what is there is made what it was."""
    function = read.function
    line = function.parents.get(read.statement) if read.statement is not None else None
    if read.statement is None or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise function.escape(read.whole, "is not assigned to a variable in a separate statement")
    source = facts.codebase.source(function.parsed.path)
    taken = {node.value for node in function.parents if isinstance(node, cst.Name) and function.is_assigned(node.value)}
    imports = Imports()
    name = imports.name(function.ref.module, how.module, how.name, {*taken, read.name})
    end = function.parsed.place(read.statement)
    if end.end_line >= len(source.line_starts):
        raise function.escape(read.whole, "is read on the last line of the file")
    text = source.line_text(end.line)
    indent = text[: len(text) - len(text.lstrip())]
    step = "\t" if "\t" in indent else "    "
    value = how.read.replace("@", name).replace("{}", read.name)
    lines = f"{indent}if {read.name} is not None:\n{indent}{step}{read.name} = {value}\n"
    at = Place(function.parsed.path, end.end_line + 1, 1, end.end_line + 1, 1)
    return [Edit(at, lines), *imports.edits()]
