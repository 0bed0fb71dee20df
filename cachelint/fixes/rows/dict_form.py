"""CL101 and CL102: store a dict of the fields that the readers use, and let the readers read it, in all files.

The key moves to a new version at every call that uses it. Above 400 lines: a plan whose steps check one another, which
ends with the form that stores rows for instances.
"""

from __future__ import annotations

import re

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, is_none, short
from cachelint.fixes.key_version.bump import Moved, key_of, move
from cachelint.fixes.obligations import (
    AS_LOADED,
    CALLERS_COPE,
    KEPT_BY_JSON,
    KEY_TEXT_IS_ITS_OWN,
    NOTHING_STANDS_IN,
    READERS_COPE,
    SAME_QUERY,
    Proof,
)
from cachelint.fixes.rows.columns import Columns
from cachelint.fixes.rows.queries import Queries, type_of
from cachelint.fixes.rows.stored import Form, stored_model
from cachelint.fixes.rows.tracing import Tracer
from cachelint.fixes.stand_ins import account, changed_from_outside
from cachelint.fixes.surroundings import is_guarded, may_give_none
from cachelint.fixes.unpickle import plain_rows
from cachelint.infer.events import called_name
from cachelint.project.symbols import FunctionRef
from cachelint.types.base import NONE, Unknown
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, List
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str, Text
from cachelint.types.template import templates

#: Methods that a class can define to make its instances more than their fields.
_MAGIC = (
    "__getattr__", "__getattribute__", "__setattr__", "__init__", "__new__", "from_db", "__bool__", "__len__", "__eq__",
    "__lt__", "__gt__", "__le__", "__ge__", "__getitem__", "__iter__", "__contains__",
    "__getstate__", "__setstate__", "__reduce__", "__reduce_ex__",
)  # fmt: skip

#: Words that say that an instance is not what its row is.
_CHANGES = {
    "post_init": "a `post_init` receiver may change instances when they are created",
    "modeltranslation": "with `modeltranslation`, the fields of an instance depend on the reader's language",
}


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    *Moved.obligations,
    KEPT_BY_JSON,
    READERS_COPE,
    CALLERS_COPE,
    NOTHING_STANDS_IN,
    SAME_QUERY,
    AS_LOADED,
)


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if plain_rows.is_plain(site):
        return plain_rows.fix(site, facts)
    return _DictForm(site, facts).fix()


class _DictForm:
    def __init__(self, site: CacheCall, facts: Facts) -> None:
        self.site = site
        self.facts = facts
        self.models = facts.interpreter.models
        self.model, self.form = stored_model(site)
        key = self.key = key_of(site, facts)
        members_of_key = key.all_sites
        self.tracer = Tracer(
            facts,
            site.parsed.path,
            {s.node for s in members_of_key},
            {n for s in members_of_key for n in (s.nodes.get("value"), s.nodes.get("default")) if n is not None},
        )
        #: What is put in the place of an instance that comes from elsewhere.
        self.displays: list[tuple[Function, cst.BaseExpression]] = []
        #: Of those, the ones that come from a caller, who may have deferred their columns.
        self.handed_in: list[str] = []
        self.queries = Queries(facts, self.model, key)
        self.columns = Columns(facts, self.model, self.tracer.traced)

    def fix(self) -> Fix:
        """The edits for the whole key."""
        self._check_key()
        self._check_model()
        for site in self.key.all_sites:
            self._read(site)
        for site in self.key.all_sites:
            self._write(site)
        self.tracer.finish()
        for site in self.key.all_sites:
            self._check_miss(site)
        for function, key in self.tracer.traced.looked_up:
            self._check_lookup(function, key)
        fields = self.columns.wanted()
        traced = self.tracer.traced
        if not traced.reads and not traced.shown:
            raise FixBlocked("no read of a field of the stored value was found, so the fields to store are unknown")
        changes = self._edits(fields)
        names = ", ".join(f'"{name}"' for name in fields)
        title = f"store {self.form.value} of {names} under a new version of the key"
        leaves = (*(("CL104",) if self.columns.not_json else ()), *(("CL105",) if self._has_other_keys() else ()))
        return self._proof().fix(title, changes, leaves)

    def _has_other_keys(self) -> bool:
        """Whether the keys of a dict are something that JSON makes text of."""
        types = [m for s in self.key.all_sites if s.value is not None for m in members(s.value)]
        return any(not isinstance(key, Str) for m in types if isinstance(m, Dict) for key in members(m.key))

    def _proof(self) -> Proof:
        """What a person should read first."""
        traced = self.tracer.traced
        proof = Proof(*OBLIGATIONS)
        self.moved.account(proof)
        for note in self.columns.not_json:
            proof.doubt(KEPT_BY_JSON, f"{note}: pickle keeps its values, but a JSON serializer would not")
        if self._has_other_keys():
            proof.doubt(
                KEPT_BY_JSON, "its keys are not strings: pickle keeps them, but JSON would turn them into strings"
            )
        for function, call, name, _ in traced.shown:
            proof.doubt(READERS_COPE, f"{function.where(call)} passes it to a template as `{name}`")
        proof.doubt(READERS_COPE, self._unguarded())
        if any("__" in name for name in self.columns.wanted()):
            proof.doubt(READERS_COPE, "if there is no related row, this gives None where the attribute raised")
        account(self.facts, self.key.all_sites, proof)
        proof.all(AS_LOADED, self.handed_in)
        proof.doubt(AS_LOADED, changed_from_outside(self.facts, self.model))
        proof.doubt(SAME_QUERY, self.queries.shared)
        if self.queries.early:
            proof.doubt(SAME_QUERY, "the query will run where it is created instead of when it is stored")
        changed = traced.followed | traced.taking
        if changed:
            names = ", ".join(sorted(f"`{ref.definition.name}`" for ref in changed))
            verb = "will return dicts to all callers" if traced.followed else "will receive dicts"
            proof.doubt(CALLERS_COPE, f"{names} {verb}")
        other = self.moved.elsewhere
        if other is not None:
            where = f"the text of the key is at {other.path}:{other.line}, where other code may use it too"
            proof.doubt(KEY_TEXT_IS_ITS_OWN, where)
        if self.moved.count > len({(s.parsed.path, s.place) for s in self.key.all_sites}):
            proof.doubt(KEY_TEXT_IS_ITS_OWN, "other keys contain the same text and change with it")
        return proof

    def _unguarded(self) -> str:
        """A field that is read of what may be None, which raises another error than before; empty if none is."""
        types = [m for site in self.key.all_sites if site.value is not None for m in members(site.value)]
        traced = self.tracer.traced
        none = NONE in types or any(may_give_none(value) for _, value, form in traced.made if form is Form.ONE)
        for function, attribute in traced.reads:
            read = attribute.value
            name = read.value if isinstance(read, cst.Name) else ""
            # Without a None in the cache, it is a miss alone that must not come so far.
            if name and (none or self.tracer.may_miss(function, name)):
                guarded = is_guarded(function, attribute, name, refilled=not none)
            else:
                guarded = bool(name) or not none
            if not guarded:
                code = name or short(function.parsed.code(read))
                return f"{function.where(attribute)}: if `{code}` is None, this raises TypeError, not AttributeError"
        return ""

    # -- conditions ----------------------------------------------------------------------------------------

    def _check_key(self) -> None:
        for site in self.key.all_sites:
            where = f"{site.parsed.path}:{site.place.line}"
            method = site.innermost.method
            if method not in ("get", "set", "add", "get_or_set", "delete", "delete_many", "touch", "has_key",
                              "get_many", "set_many"):  # fmt: skip
                raise FixBlocked(f"{where} uses this key with `{site.called}`")
            if site.function is None or site.parsed.function is None or not isinstance(site.node, cst.Call):
                if method != "has_key":
                    raise FixBlocked(f"{where} uses this key outside a function")
            if method in ("get_many", "set_many") and (site.inner is not None or self.form is not Form.ONE):
                raise FixBlocked(f"{where} uses this key with `{site.called}`")
            if method in ("set", "add", "get_or_set", "set_many") and site.value is not None:
                types = [m for m in members(site.value) if not isinstance(m, Unknown)]
                if types and stored_model(site) != (self.model, self.form):
                    raise FixBlocked(f"{where} stores something else under this key")
        self.moved: Moved = move(self.key, self.facts, first=2)

    def _check_model(self) -> None:
        ref = self.model.ref
        for word, what in _CHANGES.items():
            if self.facts.codebase.containing(word, re.compile(rb"\b" + word.encode() + rb"\b")):
                raise FixBlocked(what)
        if not self.model.certain:
            raise FixBlocked(
                f"`{self.model.short_name}` looks like a model, but its base class is outside the project, "
                "so its fields are unknown"
            )
        if ref is not None and self.models.is_abstract(ref):
            raise FixBlocked(f"`{self.model.short_name}` is abstract, so the model of these rows is unknown")
        for name in _MAGIC if ref is not None else ():
            found = self.facts.interpreter.classes.member(ref, name) if ref is not None else None
            if found is not None:
                raise FixBlocked(
                    f"`{self.model.short_name}` defines `{name}`, so its instances are more than their fields"
                )

    # -- readers and writers -------------------------------------------------------------------------------

    def _function(self, site: CacheCall) -> Function:
        assert site.function is not None
        return self.tracer.function(site.function, site.parsed)

    def _read(self, site: CacheCall) -> None:
        """What becomes of what a call reads."""
        if site.method == "get_many":
            self.tracer.mappings.follow(self._function(site), site.node)
        if site.innermost.method not in ("get", "get_or_set"):
            return
        if site.inner is None and self._is_generic(site):
            return
        function = self._function(site)
        if site.innermost.method == "get" and "default" in site.nodes:
            self.tracer.source(function, site.nodes["default"], self.form)
        if site.innermost.method == "get_or_set":
            self._default(function, site)
        self.tracer.use(function, site.node, self.form)

    def _check_miss(self, site: CacheCall) -> None:
        if site.innermost.method != "get" or (site.inner is None and self._is_generic(site)):
            return
        function = self._function(site)
        copes = "default" in site.nodes and not is_none(site.nodes["default"])
        if not copes and not self.tracer.is_tested(function, site.node):
            raise FixBlocked(f"{function.where(site.node)}: the cached value is used without a check for a miss")

    def _check_lookup(self, function: Function, key: cst.BaseExpression) -> None:
        """A key by which one is taken out of what `get_many` gave must be made of the words that are changed."""
        moved = {edit.place for edit in self.moved.edits}
        found = templates(type_of(self.facts, function, key))
        for template in found:
            origins = [p.origin for p in template.parts or () if isinstance(p, Text) and p.origin is not None]
            if not any(origin.parsed.place(origin.node) in moved for origin in origins):
                found = []
        if not found:
            code = short(function.parsed.code(key))
            raise FixBlocked(f"{function.where(key)}: `{code}` looks up a key that would not change with the others")

    def _default(self, function: Function, site: CacheCall) -> None:
        """What `get_or_set` stores: what a callable returns, or the value itself."""
        node = site.nodes.get("default")
        if site.inner is not None or node is None:
            raise FixBlocked(f"{function.where(site.node)}: the value is not visible at this call")
        if isinstance(node, cst.Lambda):
            self.tracer.source(function, node.body, self.form)
            return
        if self.form is not Form.ONE and called_name(site.node) == "aget_or_set":
            function.refuse_list(site.node)
        symbol = self.facts.codebase.resolve(function.ref.module, node.value) if isinstance(node, cst.Name) else None
        if isinstance(symbol, FunctionRef):
            parsed = symbol.module.parsed(symbol.definition)
            if parsed is not None and parsed.function is not None:
                self.tracer.named.add(node)
                self.tracer.returns(self.tracer.function(symbol, parsed), self.form)
                return
        if site.called_value:
            raise FixBlocked(f"{function.where(site.node)}: `{short(site.parsed.code(node))}` cannot be followed")
        if isinstance(node, cst.IfExp | cst.BooleanOperation):
            raise FixBlocked(f"{function.where(node)}: `{short(site.parsed.code(node))}` chooses between two queries")
        self.queries.eager.add(node)
        self.tracer.source(function, node, self.form)

    def _write(self, site: CacheCall) -> None:
        """What a call stores."""
        if site.method == "set_many":
            self._write_many(self._function(site), site)
        if site.innermost.method not in ("set", "add"):
            return
        if site.inner is None and self._is_generic(site):
            return
        function = self._function(site)
        if site.inner is not None and not self._hands_on(site):
            raise FixBlocked(f"{function.where(site.node)}: `{site.called}` does more than store the value")
        value = site.nodes.get("value")
        if value is None:
            raise FixBlocked(f"{function.where(site.node)}: the value is not visible at this call")
        name = value.value if isinstance(value, cst.Name) else ""
        if name and self.tracer.holds(function, name):
            return
        if _is_dotted(value):
            self._display(function, site, value)
        else:
            self.tracer.source(function, value, self.form)

    def _write_many(self, function: Function, site: CacheCall) -> None:
        """``set_many({key(book): book for book in books})``: each value becomes a dict."""
        data = site.nodes.get("data")
        values: list[cst.BaseExpression] = []
        if isinstance(data, cst.DictComp):
            values = [data.value]
        elif isinstance(data, cst.Dict):
            values = [e.value for e in data.elements if isinstance(e, cst.DictElement)]
        if not values or (isinstance(data, cst.Dict) and len(values) != len(data.elements)):
            raise FixBlocked(f"{function.where(site.node)}: the values are not visible at this call")
        for value in values:
            if _is_dotted(value):
                self._display(function, site, value)
            else:
                self.tracer.source(function, value, Form.ONE)

    def _display(self, function: Function, site: CacheCall, value: cst.BaseExpression) -> None:
        types = members(site.value) if site.value is not None else ()
        if not types or any(not isinstance(m, ModelInstance | List | QuerySet | Dict) for m in types):
            code = short(site.parsed.code(value))
            raise FixBlocked(f"{function.where(site.node)}: `{code}` has a different value on some paths")
        if any(isinstance(m, QuerySet) for m in types):
            function.refuse_list(value)
        code = function.parsed.code(function.tree)
        if ".only(" in code or ".defer(" in code:
            raise FixBlocked(f"{function.where(site.node)}: this would load a field that was not fetched")
        self._check_property(function, value)
        user = next((m.origin for m in types if m.origin is not None and _is_user(m.origin.node)), None)
        if user is not None or _is_user(value):
            code = user.code if user is not None else short(site.parsed.code(value))
            raise FixBlocked(f"{function.where(site.node)}: `{code}` may be an AnonymousUser, which has other fields")
        if function.in_f_string(value):
            raise FixBlocked(f"{function.where(site.node)}: `{short(site.parsed.code(value))}` is inside an f-string")
        if isinstance(value, cst.Name) and function.has_parameter(value.value):
            where = function.where(value)
            self.handed_in.append(f"{where}: a column that `{value.value}` was loaded without would be asked for here")
        self.displays.append((function, value))

    def _check_property(self, function: Function, value: cst.BaseExpression) -> None:
        """What is asked for once for each field must be the same each time: a property may not be."""
        while isinstance(value, cst.Attribute):
            for member in members(type_of(self.facts, function, value.value)):
                ref = member.ref if isinstance(member, Instance) else None
                ref = member.model.ref if isinstance(member, ModelInstance) else ref
                found = self.facts.interpreter.classes.member(ref, value.attr.value) if ref is not None else None
                if found is not None and found[1][-1].form == "function":
                    code = short(function.parsed.code(value))
                    raise FixBlocked(
                        f"{function.where(value)}: `{code}` is a property, which would be read once per field"
                    )
            value = value.value

    def _is_generic(self, site: CacheCall) -> bool:
        """Whether a site is inside a function that is handed the value, or gives it back: its calls are the key's."""
        return any(call.innermost.node is site.node for call in self.key.calls)

    def _hands_on(self, site: CacheCall) -> bool:
        """Whether a function stores just what it is passed."""
        inner = site.inner
        if inner is None or inner.inner is not None or inner.function is None or inner.parsed.function is None:
            return False
        value = inner.nodes.get("value")
        function = self.tracer.function(inner.function, inner.parsed)
        if not isinstance(value, cst.Name) or not function.has_parameter(value.value):
            return False
        return not function.is_assigned(value.value)

    # -- edits ---------------------------------------------------------------------------------------------

    def _edits(self, fields: list[str]) -> list[Edit]:
        changes: list[Edit] = list(self.moved.edits)
        for function, value, form in self.tracer.traced.made:
            if form is Form.BY_KEY:
                code = short(function.parsed.code(value))
                raise FixBlocked(f"{function.where(value)}: `{code}` is not a dict built directly from a query")
            changes += self.queries.edit(function, value, fields, form is Form.MANY)
        for function, node in self.displays:
            changes.append(edits.replace(function.parsed.place(node), self._shown_as(function, node, fields)))
        for function, attribute in self.tracer.traced.reads:
            name = self.columns.column(function, attribute)
            whole = function.parents[attribute] if "__" in name else attribute
            assert isinstance(whole, cst.Attribute)
            end = edits.between(function.parsed.place(attribute.value), function.parsed.place(whole.attr))
            if "#" in self._source_of(end):
                raise FixBlocked(f"{function.where(attribute)}: there is a comment inside the code to change")
            changes.append(edits.replace(end, f"[{_quoted(function, attribute, name)}]"))
        return changes

    def _source_of(self, place: Place) -> str:
        source = self.facts.codebase.source(place.path)
        return source.text[
            source.offset(place.line, place.column) : source.offset(place.end_line, place.end_column)
        ]  # fmt: skip

    def _shown_as(self, function: Function, node: cst.BaseExpression, fields: list[str]) -> str:
        """A display of the fields of an instance, or of each of many."""
        code = function.parsed.code(node)
        if "\n" in code or "#" in code:
            raise FixBlocked(f"{function.where(node)}: `{short(code)}` spans several lines")
        name = code if self.form is Form.ONE else "row"
        entries = ", ".join(f'"{field}": {name}.{field.replace("__", ".")}' for field in fields)
        shown = f"{{{entries}}}"
        if self.form is Form.BY_KEY:
            return f"{{key: {shown} for key, row in {code}.items()}}"
        return f"[{shown} for row in {code}]" if self.form is Form.MANY else shown


def _is_dotted(node: cst.BaseExpression) -> bool:
    """Whether an expression is a name, or attributes of one: asking it again costs nothing."""
    return isinstance(node, cst.Name) or (isinstance(node, cst.Attribute) and _is_dotted(node.value))


def _is_user(node: cst.CSTNode) -> bool:
    """Whether an expression is `request.user`: whoever asks, logged in or not."""
    if not isinstance(node, cst.Attribute) or node.attr.value != "user":
        return False
    base = node.value
    return (base.attr.value if isinstance(base, cst.Attribute) else getattr(base, "value", "")) == "request"


def _quoted(function: Function, node: cst.CSTNode, name: str) -> str:
    """The name in quotes that don't end an f-string around it. Raises FixBlocked where all are taken."""
    taken: set[str] = set()
    current: cst.CSTNode | None = node
    while current is not None:
        if isinstance(current, cst.FormattedString):
            taken.add(current.start[-1])
        current = function.parents.get(current)
    for quote in ('"', "'"):
        if quote not in taken:
            return f"{quote}{name}{quote}"
    raise FixBlocked(f"{function.where(node)}: these f-strings already use both kinds of quotes")
