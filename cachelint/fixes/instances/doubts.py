"""What must be shown for instances that are made of rows: that they are what a query of their model gives."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, short
from cachelint.fixes.instances.changes import Held, changes, given_to, holders, sources
from cachelint.fixes.instances.columns import doubtful_columns
from cachelint.fixes.instances.handed import Handed
from cachelint.fixes.instances.loading import Loading
from cachelint.fixes.instances.on_the_way import on_the_way
from cachelint.fixes.instances.stored import Stored
from cachelint.fixes.key_version.bump import Moved
from cachelint.fixes.managers import manager_with_own_rows
from cachelint.fixes.obligations import (
    AS_LOADED,
    CALLERS_COPE,
    COLUMNS_ARE_KEPT,
    KEY_TEXT_IS_ITS_OWN,
    NOTHING_STANDS_IN,
    PLAIN_CONSTRUCTION,
    READERS_COPE,
    Proof,
)
from cachelint.fixes.stand_ins import account, changed_from_outside
from cachelint.project.classes import dotted
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import descendants
from cachelint.types.base import Origin
from cachelint.types.django import ModelType

#: Methods that a class can define to make its instances more than their columns.
_MAGIC = (
    "__init__", "__new__", "from_db", "__getattr__", "__getattribute__", "__setattr__", "__getstate__",
    "__setstate__", "__reduce__", "__reduce_ex__", "__eq__", "__hash__", "__lt__", "__gt__", "__bool__", "__len__",
    "contribute_to_class",
)  # fmt: skip

#: What is said in a project whose instances are made in a way of their own.
_MAKERS = {
    "post_init": "a `post_init` receiver may change instances when they are created",
    "pre_init": "a `pre_init` receiver may change instances when they are created",
    "class_prepared": "a `class_prepared` receiver may add fields",
    "add_to_class": "`add_to_class` may add fields",
    "copyreg": "`copyreg` may change how instances are pickled",
    "modeltranslation": "with `modeltranslation`, the fields of an instance depend on the reader's language",
}

#: Methods of a query that give rows which carry more than their columns, or other rows.
_CARRY = ("annotate", "extra", "raw")
#: Methods of a query that fetch something with the rows, which is asked for again.
_FETCH = ("prefetch_related", "select_related")
#: Methods that give an instance whose values no database has seen yet.
_MAKE = frozenset({"create", "acreate", "get_or_create", "aget_or_create", "update_or_create", "aupdate_or_create"})

#: Settings by which a database gives other values than a row does, and how they are written.
_SETTINGS = {
    "TIME_ZONE": "gives a database a time zone of its own, which a row does not keep",
    "DATABASE_ROUTERS": "has routers, which are asked again when an instance is made of a row",
}
_SET = {
    "TIME_ZONE": re.compile(rb"^[^#\n]*['\"]TIME_ZONE['\"]\s*[:\]]", re.M),
    "DATABASE_ROUTERS": re.compile(rb"^\s*DATABASE_ROUTERS\s*(?::[^=\n]*)?=\s*[\[(]\s*['\"\w]", re.M),
}

Writes = Sequence[tuple[Function, CacheCall]]


#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    *Moved.obligations,
    NOTHING_STANDS_IN,
    AS_LOADED,
    PLAIN_CONSTRUCTION,
    COLUMNS_ARE_KEPT,
    READERS_COPE,
    CALLERS_COPE,
)


class Doubts:
    """The proof of one fix."""

    def __init__(self, facts: Facts, key: Key | None, stored: Stored) -> None:
        self.facts = facts
        self.models = facts.interpreter.models
        self.key = key
        self.stored = stored
        self.model = stored.model
        self.proof = Proof(*OBLIGATIONS)
        self.nested: list[str] = []

    def extra_arguments(self, writes: Writes) -> str:
        """What `to_row` is given beside the value: the related rows that the query fetches, and what is left out."""
        self.nested = self._related(writes)
        text = "".join(f', "{name}"' for name in self.nested)
        if self.model == self.models.user_model() and "password" in self.models.fields(self.model):
            text += ', without=("password",)'
            reason = "`password` is left out of the row: it is loaded from the database when something asks for it"
            self.proof.doubt(AS_LOADED, reason)
        return text

    def look(self, moved: Moved | None, writes: Writes) -> None:
        """Collect the doubts. Raises FixBlocked where rows would lose something."""
        if moved is not None:
            self._look_at_key(moved)
        account(self.facts, self.key.all_sites if self.key is not None else [w for _, w in writes], self.proof)
        for model in (self.model, *self._nested_models):
            self._look_at_model(model)
            self.proof.all(COLUMNS_ARE_KEPT, doubtful_columns(self.facts, model))
        self.proof.doubt(AS_LOADED, self._databases())
        for word in ("iter_modules", "walk_packages"):
            for module in self.facts.codebase.containing(word)[:1]:
                self.proof.doubt(NOTHING_STANDS_IN, f"{module.path} looks for modules: it may load the new one as well")
        if any(model == self.models.user_model() for model in self._nested_models):
            self.proof.doubt(AS_LOADED, "the related user's row is stored with the password hash in it")
        for function, write in writes:
            self._look_at_changes(function, write)
        for origin in self._origins():
            self._look_at_origin(origin)
        self.proof.doubt(READERS_COPE, self.stored.unknown)
        if self.stored.query:
            self.proof.doubt(CALLERS_COPE, "readers get a list where they got a QuerySet")
        if self.stored.tuple_:
            self.proof.doubt(CALLERS_COPE, "readers get a list where they got a tuple")

    def _look_at_key(self, moved: Moved) -> None:
        moved.account(self.proof)
        other = moved.elsewhere
        if other is not None:
            where = f"the text of the key is at {other.path}:{other.line}, where other code may use it too"
            self.proof.doubt(KEY_TEXT_IS_ITS_OWN, where)
        if self.key is not None and moved.count > len({(s.parsed.path, s.place) for s in self.key.all_sites}):
            self.proof.doubt(KEY_TEXT_IS_ITS_OWN, "other keys contain the same text and change with it")

    # -- the model -------------------------------------------------------------------------------------------

    def _look_at_model(self, model: ModelType) -> None:
        classes = self.facts.interpreter.classes
        name = f"`{model.short_name}`"
        if not model.certain:
            self.proof.doubt(
                PLAIN_CONSTRUCTION, f"{name} looks like a model, but its base class is outside the project"
            )
        for word, what in _MAKERS.items():
            if self.facts.codebase.containing(word, re.compile(rb"\b" + word.encode() + rb"\b")):
                self.proof.doubt(PLAIN_CONSTRUCTION, what)
        if model.ref is None:
            return
        if any("olymorphic" in base for base in classes.externals(model.ref)):
            raise FixBlocked(f"{name} is polymorphic: rows of its subclasses would come back as {name}")
        self.proof.doubt(PLAIN_CONSTRUCTION, changed_from_outside(self.facts, model))
        for magic in _MAGIC:
            if classes.member(model.ref, magic) is not None:
                self.proof.doubt(
                    PLAIN_CONSTRUCTION, f"{name} defines `{magic}`, by which an instance is more than its row"
                )

    def _databases(self) -> str:
        """Settings by which the same row comes out of the database otherwise; empty where there are none."""
        for word, what in _SETTINGS.items():
            for module in self.facts.codebase.containing(word):
                if module in self.facts.interpreter.settings_modules and module.findall(_SET[word]):
                    return f"{module.path} {what}"
        return ""

    @cached_property
    def _nested_models(self) -> list[ModelType]:
        """The models whose rows stand in those of the model."""
        fields = self.models.fields(self.model)
        targets = [fields[name].related for name in self.nested if name in fields]
        return [target for target in targets if target is not None]

    # -- where the instances come from -----------------------------------------------------------------------

    def _origins(self) -> Iterator[Origin | None]:
        seen: set[int] = set()
        for typ in self.stored.instances:
            if typ.origin is None:
                yield None
            elif id(typ.origin.node) not in seen:
                seen.add(id(typ.origin.node))
                yield typ.origin

    def _look_at_origin(self, origin: Origin | None) -> None:
        if origin is None:
            self.proof.doubt(AS_LOADED, "the instance is handed in: it may hold values that were not saved yet")
            return
        place, code = origin.place, short(origin.code)
        where = f"{place.path}:{place.line}"
        if _is_user(origin.node):
            raise FixBlocked(f"{where}: `{code}` may be an AnonymousUser, which has no row")
        called = origin.node.func if isinstance(origin.node, cst.Call) else None
        last = called.attr.value if isinstance(called, cst.Attribute) else getattr(called, "value", "")
        if last in _MAKE:
            self.proof.doubt(
                AS_LOADED, f"{where}: values that `{last}()` was given may be of other types than loaded ones"
            )
        elif last == self.model.short_name:
            if ".save(" not in origin.parsed.module.code:
                raise FixBlocked(f"{where}: `{code}` is not saved, and would come back as if it were")
            self.proof.doubt(AS_LOADED, f"{where}: `{code}` may hold values of other types than loaded ones")
        module = self.facts.codebase.modules[origin.parsed.path]
        if origin.parsed.function is None:
            self.proof.doubt(AS_LOADED, f"{where}: `{code}` may not be as a query loads it")
        else:
            function = Function(FunctionRef(module, origin.parsed.definition), origin.parsed, "")
            ours: set[cst.CSTNode] = {call.node for call in self.facts.calls if call.parsed is function.parsed}
            self.proof.doubt(AS_LOADED, on_the_way(function, origin.node, ours))
            if last not in _MAKE and last != self.model.short_name and isinstance(origin.node, cst.BaseExpression):
                self.proof.doubt(AS_LOADED, Loading(self.facts, function, self.model).doubt(origin.node))
            own = manager_with_own_rows(self.facts, function, origin.node)
            self.proof.doubt(AS_LOADED, f"{where}: {own}" if own else "")
        for method in _CARRY:
            if f".{method}(" in origin.code:
                raise FixBlocked(f"{where}: rows that `.{method}()` gives carry more than the columns of the model")

    def _related(self, writes: Writes) -> list[str]:
        """The relations that `select_related` names, where rows can be nested in rows."""
        found: list[str] = []
        fields = self.models.fields(self.model)
        sources = [code for function, write in writes for code in _sources(function, write)]
        if len(sources) > 1 and len({".select_related(" in code for code in sources}) > 1:
            self.proof.doubt(AS_LOADED, "one of the queries has `select_related`, and another one has not")
            return found
        for call, where in self._fetching(writes):
            method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
            for argument in call.args:
                value = argument.value
                name = str(value.evaluated_value) if isinstance(value, cst.SimpleString) else ""
                field = fields.get(name)
                if method == "select_related" and field is not None and field.relation and not field.many:
                    found += [name] if name not in found else []
                else:
                    self.proof.doubt(AS_LOADED, f"{where}: what `.{method}()` fetches with it is asked for again")
            if not call.args:
                self.proof.doubt(AS_LOADED, f"{where}: what `.{method}()` fetches with it is asked for again")
        return found

    def _fetching(self, writes: Writes) -> Iterator[tuple[cst.Call, str]]:
        parsed = {id(o.parsed): o.parsed for o in self._origins() if o is not None}
        parsed |= {id(function.parsed): function.parsed for function, _ in writes}
        for each in parsed.values():
            for node in descendants(each.module):
                if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                    if node.func.attr.value in _FETCH and self._is_of_model(node):
                        yield node, f"{each.path}:{each.place(node).line}"

    def _is_of_model(self, call: cst.Call) -> bool:
        """Whether a query may be the one whose rows are stored: it stands in one of the stored expressions."""
        for origin in self._origins():
            if origin is not None and any(node is call for node in (origin.node, *descendants(origin.node))):
                return True
        return False

    # -- what becomes of them before they are stored ---------------------------------------------------------

    def _look_at_changes(self, function: Function, write: CacheCall) -> None:
        self._look_for_twins(function, write)
        value = write.nodes.get("value") or write.nodes.get("default") or write.nodes.get("data")
        begin = list(sources(function, value)) if value is not None else []
        for origin in self._origins():
            if origin is None or origin.parsed.function is None:
                continue
            if origin.parsed is function.parsed:
                begin += [(name, None) for name in holders(function, origin.node)]
                continue
            # It was loaded by another function, and handed on.
            module = self.facts.codebase.modules[origin.parsed.path]
            loading = Function(FunctionRef(module, origin.parsed.definition), origin.parsed, function.relative_to)
            if any(not _keeps_nothing(loading, each) for each in loading.tree.decorators):
                name = loading.ref.definition.name
                self.proof.doubt(AS_LOADED, f"`{name}` is decorated: what it gives may be kept, and changed by others")
            self._look_between(loading, [(name, None) for name in holders(loading, origin.node)], sys.maxsize)
            self._look_at_makers(loading)
        self._look_between(function, begin, function.line(write.node) + 1)
        self._look_at_makers(function)
        ours: set[cst.CSTNode] = {call.node for call in self.facts.calls if call.parsed is function.parsed}
        names = {name for name, _ in begin}
        values = [value] if value is not None else []
        values += [given for name in sorted(names) for given in given_to(function, name, ours)]
        self.proof.all(AS_LOADED, Handed(self.facts, self.model).doubts(function, values, ours))

    def _look_for_twins(self, function: Function, write: CacheCall) -> None:
        """One instance that stands in a list twice comes back as two."""
        value = write.nodes.get("value")
        parts = [dotted(e.value) for e in value.elements] if isinstance(value, cst.List | cst.Tuple) else []
        if any(part and parts.count(part) > 1 for part in parts):
            self.proof.doubt(AS_LOADED, f"{function.where(write.node)}: one instance is stored twice, and becomes two")

    @cached_property
    def _columns(self) -> set[str]:
        return {"pk", *(field.attname for field in self.models.fields(self.model).values() if not field.many)}

    def _look_at_makers(self, function: Function) -> None:
        """An instance that the function makes itself was never loaded, and another database is not asked again."""
        for node in descendants(function.tree):
            if not isinstance(node, cst.Call):
                continue
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
            if name == self.model.short_name:
                code = short(function.parsed.code(node))
                self.proof.doubt(AS_LOADED, f"{function.where(node)}: `{code}` is no row of the database")
            elif name in ("using", "db_manager"):
                self.proof.doubt(AS_LOADED, f"{function.where(node)}: the database of `.{name}()` is not asked again")

    def _look_between(self, function: Function, begin: list[Held], before: int) -> None:
        begin = [held for held in begin if held[1] is not None or function.bindings(held[0])]
        ours: set[cst.CSTNode] = {call.node for call in self.facts.calls if call.parsed is function.parsed}
        found = changes(function, begin, self._columns, self.model.short_name, before=before, ours=ours)
        self.proof.all(AS_LOADED, found)


def _keeps_nothing(function: Function, decorator: cst.Decorator) -> bool:
    """Whether a decorator is one that neither keeps nor changes what a function gives."""
    node = decorator.decorator
    name = dotted(node.func if isinstance(node, cst.Call) else node) or ""
    return name.rpartition(".")[2] in (
        "staticmethod",
        "classmethod",
        "property",
        "atomic",
        "override",
        "abstractmethod",
    )


def _sources(function: Function, write: CacheCall) -> list[str]:
    """The code of what the variable that is stored is given, but for reads of the cache."""
    value = write.nodes.get("value")
    if not isinstance(value, cst.Name):
        return []
    given = [function.parents.get(function.parents[n]) for n in function.names(value.value)
             if isinstance(function.parents.get(n), cst.AssignTarget)]  # fmt: skip
    codes = [function.parsed.code(g.value) for g in given if isinstance(g, cst.Assign)]
    return [code for code in codes if ".objects" in code or "select_related" in code]


def _is_user(node: cst.CSTNode) -> bool:
    """Whether an expression is `request.user`: whoever asks, logged in or not."""
    if not isinstance(node, cst.Attribute) or node.attr.value != "user":
        return False
    base = node.value
    return (base.attr.value if isinstance(base, cst.Attribute) else getattr(base, "value", "")) == "request"
