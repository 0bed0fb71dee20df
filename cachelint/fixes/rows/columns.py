"""Which columns of a model the readers of a cached instance use, and whether they can be kept as plain data."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.django.fields import Field
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.fixes.rows.stored import Form, json_keeps, pickle_keeps
from cachelint.fixes.rows.templates import names_in_templates
from cachelint.fixes.rows.tracing import Traced
from cachelint.types.django import ModelType


class Columns:
    """The columns of one model, as what was traced reads them. All methods raise Refused."""

    def __init__(self, facts: Facts, model: ModelType, traced: Traced) -> None:
        self.codebase = facts.codebase
        self.models = facts.interpreter.models
        self.model = model
        self.traced = traced
        #: Those that are stored and that JSON does not keep, each with where it is read.
        self.not_json: list[str] = []

    def wanted(self) -> list[str]:
        """The names that ``values()`` is given, the key first."""
        wanted: set[str] = set()
        for function, attribute in self.traced.reads:
            wanted.add(self.column(function, attribute))
        for function, call, name, form in self.traced.shown:
            many = form is Form.MANY
            for used, where in names_in_templates(self.codebase, function, call, name, many):
                self._require_field(used, f"{where}: `{used}`")
                wanted.add(used)
        key = self.models.primary_key(self.model)
        names = [name for name, _ in self._columns() if name in wanted and name != key.attname]
        names += sorted(name for name in wanted if "__" in name)
        if key.attname in wanted or pickle_keeps(self.models.value_type(key)):
            # Always, where it is plain data: rows that differ in nothing else stay apart under `distinct()`.
            self._require_kept(key, f"the primary key of `{self.model.short_name}`")
            names.insert(0, key.attname)
        return names

    def _columns(self) -> list[tuple[str, Field]]:
        return [(f.attname, f) for f in self.models.fields(self.model).values() if not f.many]

    def column(self, function: Function, attribute: cst.Attribute) -> str:
        """The column that an attribute of an instance is read from, as ``values()`` names it."""
        name = attribute.attr.value
        what = f"{function.where(attribute)}: `{function.parsed.code(attribute)}`"
        if name == "pk":
            name = self.models.primary_key(self.model).attname
        field = self.models.fields(self.model).get(name)
        outer = function.parents.get(attribute)
        if field is not None and field.relation and not field.many and isinstance(outer, cst.Attribute):
            return self._related(function, field, outer)
        self._require_field(name, what)
        return name

    def _related(self, function: Function, field: Field, outer: cst.Attribute) -> str:
        """``book.author.name``: a column of the other table."""
        what = f"{function.where(outer)}: `{function.parsed.code(outer)}`"
        parent = function.parents.get(outer)
        if field.related is None or (isinstance(parent, cst.Call) and parent.func is outer):
            raise FixBlocked(f"{what} is not a plain field of `{self.model.short_name}`")
        name = outer.attr.value
        if name == "pk":
            name = self.models.primary_key(field.related).attname
        other = {f.attname: f for f in self.models.fields(field.related).values() if not f.many}.get(name)
        if other is None:
            raise FixBlocked(f"{what} is not a plain field of `{field.related.short_name}`")
        self._require_kept(other, what)
        return f"{field.name}__{name}"

    def _require_field(self, name: str, what: str) -> None:
        field = dict(self._columns()).get(name)
        if field is None:
            raise FixBlocked(f"{what} is not a plain field of `{self.model.short_name}`")
        self._require_kept(field, what)

    def _require_kept(self, field: Field, what: str) -> None:
        typ = self.models.value_type(field)
        if not pickle_keeps(typ):
            raise FixBlocked(f"{what} has type {field.field_class}, whose values are not known to be plain data")
        if not json_keeps(typ):
            note = f"{what} has type {field.field_class}"
            self.not_json += [note] if note not in self.not_json else []
