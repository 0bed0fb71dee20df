"""A dict with an instance among plain values, or a list of such dicts: the instance alone becomes a row."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.instances.doubts import Doubts
from cachelint.fixes.instances.helper import Helper
from cachelint.fixes.instances.model_name import model_at
from cachelint.fixes.instances.stored import Stored, stored_instances_of
from cachelint.fixes.key_version.bump import Moved, key_of, move
from cachelint.fixes.obligations import READERS_COPE
from cachelint.fixes.readers import Read, local_ends
from cachelint.fixes.rows.stored import Form
from cachelint.types.base import NONE, Never, Type, force
from cachelint.types.cache import Cached
from cachelint.types.containers import Dict, List
from cachelint.types.django import ModelInstance
from cachelint.types.join import members
from cachelint.types.walk import walk


def is_nested(site: CacheCall) -> bool:
    """Whether a write stores a dict, or a list of dicts, with an instance under a known key."""
    try:
        return bool(_entries(site)[1])
    except FixBlocked:
        return False


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    key = key_of(site, facts)
    moved = move(key, facts, first=2)
    reads, writes = local_ends(key, site.parsed.path)
    many, names = _entries(site)
    if len(names) != 1:
        raise FixBlocked("the stored value contains several instances")
    ((name, types),) = names.items()
    for function, write in writes:
        if _entries(write)[0] != many or set(_entries(write)[1]) != {name}:
            raise FixBlocked(f"{function.where(write.node)} stores something else under this key")
    stored = stored_instances_of(types)
    if stored.form is not Form.ONE:
        raise FixBlocked("the stored value contains lists of instances")
    return _Nested(facts, site, stored, many=many, name=name).fix(key, moved, reads, writes)


class _Nested:
    def __init__(self, facts: Facts, site: CacheCall, stored: Stored, *, many: bool, name: str) -> None:
        self.facts = facts
        self.site = site
        self.stored = stored
        self.many = many
        self.name = name
        self.imports = Imports()
        self.helper = Helper(facts, facts.codebase.modules[site.parsed.path], self.imports)
        self.changes: list[Edit] = []

    def fix(self, key: Key, moved: Moved, reads: list[Read], writes: list[tuple[Function, CacheCall]]) -> Fix:
        """The edits at both ends."""
        doubts = Doubts(self.facts, key, self.stored)
        extra = doubts.extra_arguments(writes)
        for function, write in writes:
            self._write(function, write, extra)
        for read in reads:
            self._read(read)
        doubts.look(moved, writes)
        doubts.proof.doubt(READERS_COPE, f"a dict without `{self.name}` would raise KeyError when it is read")
        changes = [*moved.edits, *self.changes, *self.imports.edits(), *self.helper.edits()]
        title = f"store a row for `{self.name}` and give readers the instance again, under a new version of the key"
        return doubts.proof.fix(title, changes)

    def _write(self, function: Function, write: CacheCall, extra: str) -> None:
        value = write.nodes.get("value")
        if not isinstance(value, cst.Name):
            raise FixBlocked(f"{function.where(write.node)}: the value is not in a variable")
        make = self._helper(function, "to_row")
        inner = "row" if self.many else value.value
        shown = f'{{**{inner}, "{self.name}": {make}({inner}["{self.name}"]{extra})}}'
        text = f"[{shown} for row in {value.value}]" if self.many else shown
        self.changes.append(edits.replace(function.parsed.place(value), text))

    def _read(self, read: Read) -> None:
        function = read.function
        line = function.parents.get(read.statement) if read.statement is not None else None
        if read.statement is None or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
            raise function.escape(read.whole, "is not assigned to a variable in a separate statement")
        source = self.facts.codebase.source(function.parsed.path)
        end = function.parsed.place(read.statement)
        if end.end_line >= len(source.line_starts):
            raise function.escape(read.whole, "is read on the last line of the file")
        text = source.line_text(end.line)
        indent = text[: len(text) - len(text.lstrip())]
        step = "\t" if "\t" in indent else "    "
        make = self._helper(function, "from_row")
        model, added = model_at(self.facts, function, read.whole, self.stored, self.imports)
        inner = "row" if self.many else read.name
        shown = f'{{**{inner}, "{self.name}": {make}({model}, {inner}["{self.name}"])}}'
        made = f"[{shown} for row in {read.name}]" if self.many else shown
        lines = f"{indent}if {read.name} is not None:\n{indent}{step}{read.name} = {made}\n"
        at = Place(function.parsed.path, end.end_line + 1, 1, end.end_line + 1, 1)
        self.changes += [Edit(at, lines), *added]

    def _helper(self, function: Function, name: str) -> str:
        taken = {n.value for n in function.parents if isinstance(n, cst.Name) and function.is_assigned(n.value)}
        return self.helper.name(function.ref.module, name, taken)


def _entries(site: CacheCall) -> tuple[bool, dict[str, list[Type]]]:
    """Whether a list of dicts is stored, and the entries that hold instances. Raises FixBlocked for all else."""
    many: set[bool] = set()
    found: dict[str, list[Type]] = {}
    for member in members(site.value) if site.value is not None else ():
        match member:
            case Cached():
                continue
            case Dict(entries=entries) if entries:
                many.add(False)
                _gather(member, found)
            case List(element=element):
                many.add(True)
                for inner in members(force(element)):
                    if isinstance(inner, Dict) and inner.entries:
                        _gather(inner, found)
                    elif not isinstance(inner, Never):
                        raise FixBlocked("the list holds more than dicts")
            case _:
                raise FixBlocked("the stored value is more than a dict")
    if len(many) != 1:
        raise FixBlocked("the stored value can be a dict or a list")
    return many.pop(), found


def _gather(typ: Dict, found: dict[str, list[Type]]) -> None:
    if any(isinstance(part, ModelInstance) for _, part in walk(typ.value)):
        raise FixBlocked("instances stand under keys that are not known")
    for name, value in typ.entries:
        inside = [part for _, part in walk(value) if isinstance(part, ModelInstance)]
        if not inside:
            continue
        direct = members(force(value))
        if not isinstance(name, str) or any(not isinstance(m, ModelInstance) and m != NONE for m in direct):
            raise FixBlocked(f"`{short(str(name))}` holds more than an instance")
        found.setdefault(name, []).extend(direct)
