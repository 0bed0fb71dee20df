"""Rows in the cache, instances for the readers: ``to_row`` around what is stored, ``from_row`` around what is read.

The edits stand at the calls of the cache alone: who gets the instances afterwards does not matter, as they are what a
query would give.
"""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import origins
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.instances.doubts import Doubts
from cachelint.fixes.instances.helper import Helper
from cachelint.fixes.instances.model_name import model_at, variables_of
from cachelint.fixes.instances.queryset import lists_made, refuse_queries
from cachelint.fixes.instances.stored import stored_instances
from cachelint.fixes.instances.through import changes_value, makers_of_value
from cachelint.fixes.key_version.bump import key_of, move
from cachelint.fixes.rows.queries import type_of
from cachelint.fixes.rows.stored import Form
from cachelint.types.template import templates

_READS = frozenset({"get", "get_or_set", "get_many"})
_WRITES = frozenset({"set", "add", "get_or_set", "set_many"})
_NEITHER = frozenset(
    {"delete", "delete_many", "touch", "has_key", "delete_pattern", "ttl", "pttl", "expire", "persist"}
)

#: The helpers for each form: what makes rows, and what makes instances of them.
HELPERS = {
    Form.ONE: ("to_row", "from_row"),
    Form.MANY: ("to_rows", "from_rows"),
    Form.BY_KEY: ("to_items", "from_items"),
}
_WHAT = {Form.ONE: "a row", Form.MANY: "rows", Form.BY_KEY: "rows"}


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    return _Rehydration(site, facts).fix()


class _Rehydration:
    def __init__(self, site: CacheCall, facts: Facts) -> None:
        self.site = site
        self.facts = facts
        self.key = key_of(site, facts)
        self.functions: dict[int, Function] = {}
        self.changes: list[Edit] = []
        self.imports = Imports()
        self.generic = {call.innermost.node for call in self.key.calls}

    def fix(self) -> Fix:
        """The edits for the whole key."""
        sites = self._sites()
        writes = [site for site in sites if site.innermost.method in _WRITES]
        reads = [site for site in sites if site.innermost.method in _READS]
        self.stored = stored_instances(writes)
        self.moved = move(self.key, self.facts, first=2)
        for site in sites:
            if site.inner is not None:
                self._check_wrapper(site)
        doubts = Doubts(self.facts, self.key, self.stored)
        self.helper = Helper(self.facts, self.facts.codebase.modules[self.site.parsed.path], self.imports)
        if self.stored.query:
            refuse_queries(self.facts, [(self._function(s), s) for s in sites])
        extra = doubts.extra_arguments([(self._function(s), s) for s in writes])
        for site in sites:
            if site.innermost.method in _WRITES:
                self._write(site, extra)
            if site.innermost.method in _READS:
                self._read(site)
        if self.stored.query:
            self.changes += lists_made(
                self.facts, *([(self._function(s), s) for s in group] for group in (writes, reads))
            )
        doubts.look(self.moved, [(self._function(s), s) for s in writes])
        changes = [*self.moved.edits, *self.changes, *self.imports.edits(), *self.helper.edits()]
        what = _WHAT[self.stored.form]
        title = f"store {what} and give readers the instances again, under a new version of the key"
        return doubts.proof.fix(title, changes, self._leaves())

    def _leaves(self) -> tuple[str, ...]:
        return ("CL104",) if self.stored.unknown else ()

    def _sites(self) -> list[CacheCall]:
        """The calls that edits stand at: those of the cache, and of functions that hand key and value through."""
        found: list[CacheCall] = []
        for site in self.key.all_sites:
            method = site.innermost.method
            if method in _NEITHER or (site.inner is None and site.node in self.generic):
                continue
            where = f"{site.parsed.path}:{site.place.line}"
            if method not in _READS | _WRITES:
                raise FixBlocked(f"{where} uses this key with `{site.called}`")
            if site.function is None or site.parsed.function is None or not isinstance(site.node, cst.Call):
                raise FixBlocked(f"{where} uses this key outside a function")
            found.append(site)
        return found

    def _function(self, site: CacheCall) -> Function:
        assert site.function is not None
        known = self.functions.get(id(site.parsed))
        if known is None:
            known = self.functions[id(site.parsed)] = Function(site.function, site.parsed, self.site.parsed.path)
        return known

    def _check_wrapper(self, site: CacheCall) -> None:
        """Functions of the project between a call and the cache must not look at the value."""
        inner = site.inner
        passed = [name for name in ("value", "default") if name in site.nodes]
        while inner is not None:
            if inner.function is None or inner.parsed.function is None:
                raise FixBlocked(f"`{site.called}` cannot be followed")
            function = self._function(inner)
            calls = {other.node for other in self.facts.calls if other.parsed is inner.parsed}
            names = makers_of_value(function, inner)
            if passed and not names:
                raise FixBlocked(f"the value is created in `{site.called}`")
            where = changes_value(function, calls, names)
            if where:
                raise FixBlocked(f"`{site.called}` does more than hand the value through: {where}")
            inner = inner.inner

    # -- writes ------------------------------------------------------------------------------------------------

    def _write(self, site: CacheCall, extra: str) -> None:
        function = self._function(site)
        if site.innermost.method == "set_many":
            self._write_many(function, site, extra)
            return
        value = site.nodes.get("value") or site.nodes.get("default")
        if value is None or (site.inner is not None and "value" not in site.roles):
            raise FixBlocked(f"{function.where(site.node)}: the value is not visible at this call")
        is_called = site.called_value
        if is_called and isinstance(value, cst.Lambda):
            self._wrap(function, value.body, extra)
        elif is_called:
            if not isinstance(value, cst.Name | cst.Attribute):
                code = short(function.parsed.code(value))
                raise FixBlocked(f"{function.where(value)}: `{code}` is made before it is called")
            self._wrap(function, value, extra, "lambda: ", "()")
        elif site.innermost.method == "get_or_set" and self.stored.query:
            if "aget_or_set" in site.called:
                function.refuse_list(value)
            self._wrap(function, value, extra, "lambda: ")
        else:
            self._wrap(function, value, extra)

    def _wrap(
        self, function: Function, value: cst.BaseExpression, extra: str, before: str = "", after: str = ""
    ) -> None:
        if isinstance(value, cst.GeneratorExp | cst.Yield) or function.in_f_string(value):
            raise FixBlocked(f"{function.where(value)}: `{short(function.parsed.code(value))}` cannot be wrapped")
        if self.stored.form is Form.MANY and self.stored.query:
            function.refuse_list(value)
        name = self._helper(function, HELPERS[self.stored.form][0])
        place = function.parsed.place(value)
        self.changes += [edits.before(place, f"{before}{name}("), edits.after(place, f"{after}{extra})")]

    def _write_many(self, function: Function, site: CacheCall, extra: str) -> None:
        data = site.nodes.get("data")
        if isinstance(data, cst.DictComp):
            self._wrap(function, data.value, extra)
        elif isinstance(data, cst.Dict) and all(isinstance(e, cst.DictElement) for e in data.elements):
            for element in data.elements:
                self._wrap(function, element.value, extra)
        elif isinstance(data, cst.Name | cst.Attribute):
            name = self._helper(function, HELPERS[self.stored.form][0])
            place = function.parsed.place(data)
            self.changes += [
                edits.before(place, f"{{key: {name}(value{extra}) for key, value in "),
                edits.after(place, ".items()}"),
            ]
        else:
            raise FixBlocked(f"{function.where(site.node)}: the values are not visible at this call")

    # -- reads -------------------------------------------------------------------------------------------------

    def _read(self, site: CacheCall) -> None:
        function = self._function(site)
        whole: cst.CSTNode = site.node
        parent = function.parents.get(whole)
        if isinstance(parent, cst.Await):
            whole, parent = parent, function.parents.get(parent)
        if isinstance(parent, cst.Expr):
            return
        default = site.nodes.get("default") if site.innermost.method == "get" else None
        if isinstance(default, cst.Dict | cst.List | cst.Tuple) and default.elements:
            raise FixBlocked(f"{function.where(default)}: the default of the read is no instance, and would become one")
        name = self._helper(function, HELPERS[self.stored.form][1])
        model, added = model_at(self.facts, function, site.node, self.stored, self.imports)
        self.changes += added
        place = function.parsed.place(whole)
        if site.innermost.method == "get_many":
            self._check_keys(function, whole)
            lead = f"{{key: {name}({model}, row) for key, row in "
            self.changes += [edits.before(place, lead), edits.after(place, ".items()}")]
        else:
            self.changes += [edits.before(place, f"{name}({model}, "), edits.after(place, ")")]

    def _check_keys(self, function: Function, node: cst.CSTNode) -> None:
        """What `get_many` gives is a dict by key: who looks one up must do it by the words that move."""
        parent = function.parents.get(node)
        if isinstance(parent, cst.Assign) and all(isinstance(t.target, cst.Name) for t in parent.targets):
            for target in parent.targets:
                for use in function.names(cst.ensure_type(target.target, cst.Name).value):
                    if not isinstance(function.parents.get(use), cst.AssignTarget):
                        self._check_use_of_keys(function, use)
            return
        self._check_use_of_keys(function, node)

    def _check_use_of_keys(self, function: Function, node: cst.CSTNode) -> None:
        parent = function.parents.get(node)
        looked_up: cst.BaseExpression | None = None
        match parent:
            case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=value))]) if parent.value is node:
                looked_up = value
            case cst.ComparisonTarget():
                holder = function.parents.get(parent)
                looked_up = holder.left if isinstance(holder, cst.Comparison) else None
            case cst.Attribute() if parent.attr.value == "values":
                return
            case cst.Attribute() if parent.attr.value in ("get", "pop"):
                call = function.parents.get(parent)
                looked_up = call.args[0].value if isinstance(call, cst.Call) and call.args else None
            case cst.If() | cst.While() | cst.UnaryOperation() | cst.BooleanOperation():
                return
            case cst.Arg():
                call = function.parents.get(parent)
                if (
                    isinstance(call, cst.Call)
                    and isinstance(call.func, cst.Name)
                    and call.func.value in ("len", "bool")
                ):
                    return
        moved = {edit.place for edit in self.moved.edits}
        found = templates(type_of(self.facts, function, looked_up)) if looked_up is not None else []
        for template in found:
            written = [o for o in origins(template) if o.parsed.place(o.node, bare=True) in moved]
            if not written:
                found = []
        if not found:
            raise FixBlocked(f"{function.where(node)}: the keys of `get_many` are used, which move to a new version")

    def _helper(self, function: Function, name: str) -> str:
        return self.helper.name(function.ref.module, name, variables_of(function))
