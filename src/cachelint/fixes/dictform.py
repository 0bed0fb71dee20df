"""CL101 and CL102: store a dict of the fields that the readers use, and let the readers read it, in all files.

The key moves to a new version at every site of the flow.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from cachelint.caching.collect import Facts
from cachelint.caching.flows import Flow
from cachelint.caching.sites import Site
from cachelint.django.fields import Field
from cachelint.findings import Applicability, Edit, Fix
from cachelint.fixes import edits
from cachelint.fixes.callers import calls_of
from cachelint.fixes.holders import Escapes, Function
from cachelint.fixes.newkey import Moved, NoKey, move
from cachelint.kinds.join import members
from cachelint.kinds.model import (
    NONE,
    Cached,
    Kind,
    List,
    Manager,
    ModelClass,
    ModelInstance,
    ModelType,
    QuerySet,
    Scalar,
    Str,
    Unknown,
    force,
)
from cachelint.project import ClassRef, FunctionRef
from cachelint.project.trees import descendants, parents

#: Methods of a QuerySet that give one row, before which ``.values(…)`` goes.
_ONE_ROW = frozenset({"get", "first", "last", "latest", "earliest", "aget", "afirst", "alast", "alatest", "aearliest"})
_SHORTCUTS = frozenset({"get_object_or_404", "aget_object_or_404"})
#: Methods after which ``.values(…)`` means something else.
_NOT_BEFORE_VALUES = (
    "prefetch_related", "distinct", "union", "intersection", "difference", "raw", "annotate", "extra",
    "select_for_update", "values", "values_list", "aggregate", "only", "defer", "alias",
)  # fmt: skip
#: Methods that a class can define to make its instances more than their fields.
_MAGIC = ("__getattr__", "__getattribute__", "__init__", "from_db", "__bool__", "__len__", "__eq__")
#: Functions through which a value is followed back to callers.
_MAX_RETURNS = 3
_JSON_TYPES = ("int", "float", "bool", "None")


class Refused(Exception):
    """What stands in the way of the fix, in one line."""


def propose(site: Site, facts: Facts) -> Fix | str:
    """The fix, or what stands in its way."""
    try:
        return _Dictform(site, facts).fix()
    except (Refused, Escapes, NoKey) as reason:
        return str(reason)


class _Dictform:
    def __init__(self, site: Site, facts: Facts) -> None:
        self.site = site
        self.facts = facts
        self.models = facts.interpreter.models
        if site.inner is not None:
            raise Refused(
                f"the value goes through `{site.called}`, whose other callers and readers would change as well"
            )
        self.model, self.rows = _stored_model(site)
        flow = facts.flows.of(site)
        if flow is None:
            raise Refused("the key is not one template that is known here")
        self.flow: Flow = flow
        self.functions: dict[int, Function] = {}
        #: Names of attributes that readers use → the nodes to change, with their functions.
        self.reads: list[tuple[Function, cst.Attribute]] = []
        self.writes: list[tuple[Function, cst.BaseExpression]] = []
        self.displays: list[tuple[Function, cst.BaseExpression]] = []
        #: Functions that return the value, whose callers change as well.
        self.followed: set[FunctionRef] = set()

    def fix(self) -> Fix:
        """The edits for the whole flow."""
        self._check_flow()
        self._check_model()
        by_function: dict[int, list[Site]] = {}
        for site in self.flow.sites:
            by_function.setdefault(id(site.lift), []).append(site)
        for sites in by_function.values():
            self._read_function(sites)
        fields = self._fields()
        if not self.reads:
            raise Refused("nothing here reads a field of what is stored, so that it can't be told what to store")
        changes = self._edits(fields)
        names = ", ".join(f'"{name}"' for name in fields)
        title = f"store {'dicts' if self.rows else 'a dict'} of {names} under a new version of the key"
        if self.flow.open_at is not None:
            other = self.flow.open_at.place
            reason = f"the call at {other.path}:{other.line} may use the same key"
            return Fix(title, tuple(changes), Applicability.UNSAFE, reason)
        if self.followed:
            names = ", ".join(sorted(f"`{ref.definition.name}`" for ref in self.followed))
            return Fix(title, tuple(changes), Applicability.UNSAFE, f"{names} will return dicts to all callers")
        if self.moved.elsewhere is not None:
            other = self.moved.elsewhere
            reason = f"the key is written at {other.path}:{other.line}, whoever else asks for it there"
            return Fix(title, tuple(changes), Applicability.UNSAFE, reason)
        return Fix(title, tuple(changes), Applicability.SAFE)

    # -- conditions ----------------------------------------------------------------------------------------

    def _check_flow(self) -> None:
        for site in self.flow.sites:
            where = f"{site.lift.path}:{site.place.line}"
            if site.method not in ("get", "set", "add", "delete", "delete_many", "touch", "has_key"):
                raise Refused(f"{where} uses the key with `{site.called}`")
            if site.function is None or site.lift.function is None:
                raise Refused(f"{where} uses the key outside a function")
        for call in self.flow.calls:
            if call.innermost.method not in ("delete", "touch", "has_key", "delete_many"):
                raise Refused(f"{call.lift.path}:{call.place.line} hands the key to `{call.called}`")
        for site in self.flow.sites:
            self._check_key_variable(site)
        self.moved: Moved = move(self.flow, self.facts, first=2)

    def _check_key_variable(self, site: Site) -> None:
        """A local variable that holds the key must be for the calls of this flow alone: its text will change."""
        key = site.nodes.get("key")
        tree = site.lift.function
        if not isinstance(key, cst.Name) or tree is None:
            return
        mine = {s.nodes.get("key") for s in self.flow.sites if s.lift is site.lift}
        above = parents(tree)
        for node in above:
            if isinstance(node, cst.Name) and node.value == key.value and node not in mine:
                parent = above[node]
                if isinstance(parent, cst.AssignTarget) or (isinstance(parent, cst.Attribute) and parent.attr is node):
                    continue
                if isinstance(parent, cst.Arg) and parent.keyword is node:
                    continue
                line = site.lift.place(node).line
                raise Refused(f"line {line}: `{key.value}` is used for more than the calls of this key")

    def _check_model(self) -> None:
        ref = self.model.ref
        for name in _MAGIC if ref is not None else ():
            found = self.facts.interpreter.classes.member(ref, name) if ref is not None else None
            if found is not None:
                raise Refused(
                    f"`{self.model.short_name}` defines `{name}`, so that its instances are more than their fields"
                )

    # -- reading the functions -----------------------------------------------------------------------------

    def _read_function(self, sites: list[Site]) -> None:
        function = Function(sites[0].lift, self.site.lift.path)
        holders: set[str] = set()
        stored_by: set[cst.CSTNode] = set()
        for site in sites:
            if site.method == "get":
                holders.add(self._reader(function, site))
            elif site.method in ("set", "add"):
                value = site.nodes.get("value")
                if value is None:
                    raise Refused(f"line {site.place.line}: the value can't be seen at the call")
                if isinstance(value, cst.Name):
                    holders.add(value.value)
                    stored_by.add(value)
                else:
                    self._convert(function, site, value)
        read = {self._reader(function, site) for site in sites if site.method == "get"}
        for name in sorted(holders):
            if name not in read and self._from_outside(function, name):
                self.displays += [
                    (function, node) for node in stored_by if isinstance(node, cst.Name) and node.value == name
                ]
                continue
            uses = function.uses(name, stored_by, self.rows)
            if name in read and not uses.tested:
                raise Refused(f"`{name}` is read from the cache and never tested for a miss")
            for value in uses.assigned:
                if not self._is_read(sites, value):
                    self._convert(function, sites[0], value)
            self.reads += [(function, attribute) for attribute in uses.attributes]
            if uses.returned:
                self._check_returns(function, holders)
                self._follow(sites[0].function, 0)

    def _check_returns(self, function: Function, holders: set[str]) -> None:
        """Whatever a function returns must be what changes, or nothing."""
        for node in descendants(function.tree):
            if isinstance(node, cst.Return) and node.value is not None and not _is_none(node.value):
                if not (isinstance(node.value, cst.Name) and node.value.value in holders):
                    code = _short(function.lift.code(node.value))
                    raise Refused(f"{function.where(node)}: `{code}` is returned, which is no cached value")

    def _follow(self, ref: FunctionRef | None, depth: int) -> None:
        """What the callers of a function that returns the value do with it."""
        if ref is None or depth > _MAX_RETURNS:
            raise Refused("what is stored is returned through too many functions")
        if ref in self.followed:
            return
        self.followed.add(ref)
        for caller, lift, call in calls_of(ref, self.facts):
            function = Function(lift, self.site.lift.path)
            node: cst.CSTNode = call
            if isinstance(function.above.get(node), cst.Await):
                node = function.above[node]
            self._use(caller, function, node, depth)

    def _use(self, caller: FunctionRef, function: Function, node: cst.CSTNode, depth: int) -> None:
        parent = function.above.get(node)
        if isinstance(parent, cst.Expr):
            return
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                uses = function.uses(target.value, set(), self.rows)
                if any(value is not node and not _is_none(value) for value in uses.assigned):
                    raise Refused(f"{function.where(parent)}: `{target.value}` is something else at times")
                self.reads += [(function, attribute) for attribute in uses.attributes]
                if uses.returned:
                    self._check_returns(function, {target.value})
                    self._follow(caller, depth + 1)
                return
        if isinstance(parent, cst.Attribute) and not self.rows:
            above = function.above.get(parent)
            if not (isinstance(above, cst.Call) and above.func is parent):
                self.reads.append((function, parent))
                return
        if isinstance(parent, cst.For | cst.CompFor) and parent.iter is node and self.rows:
            if isinstance(parent.target, cst.Name):
                self.reads += [(function, a) for a in function.row_uses(parent, parent.target.value)]
                return
        if isinstance(parent, cst.Return):
            self._follow(caller, depth + 1)
            return
        raise Refused(f"{function.where(node)}: what is stored is used in a way that a dict could not stand in for")

    def _reader(self, function: Function, site: Site) -> str:
        node: cst.CSTNode = site.node
        if "default" in site.nodes and not _is_none(site.nodes["default"]):
            raise Refused(f"line {site.place.line} reads the key with a default")
        parent = function.above.get(node)
        if isinstance(parent, cst.Await):
            parent = function.above.get(parent)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                return target.value
        raise Refused(f"line {site.place.line}: what is read is not assigned to a variable")

    def _is_read(self, sites: list[Site], value: cst.BaseExpression) -> bool:
        inner = value.expression if isinstance(value, cst.Await) else value
        return _is_none(value) or any(site.node is inner for site in sites)

    def _from_outside(self, function: Function, name: str) -> bool:
        """Whether a variable is a parameter, which this function never assigns."""
        for node in function.names(name):
            if isinstance(function.above.get(node), cst.AssignTarget):
                return False
        parameters = [
            *function.tree.params.posonly_params,
            *function.tree.params.params,
            *function.tree.params.kwonly_params,
        ]
        return not self.rows and any(p.name.value == name for p in parameters)

    def _convert(self, function: Function, site: Site, value: cst.BaseExpression) -> None:
        self.writes.append((function, value))
        self._edit_query(function, value, ["id"])

    # -- fields --------------------------------------------------------------------------------------------

    def _fields(self) -> list[str]:
        """The names that ``values()`` is given, the key first."""
        wanted: set[str] = set()
        for function, attribute in self.reads:
            wanted.add(self._column(function, attribute)[0])
        key = self.models.primary_key(self.model)
        names = [name for name, _ in self._columns() if name in wanted and name != key.attname]
        if key.attname in wanted or _json_keeps(self.models.value_kind(key)):
            names.insert(0, key.attname)
        return names

    def _columns(self) -> list[tuple[str, Field]]:
        return [(f.attname, f) for f in self.models.fields(self.model).values() if not f.many]

    def _column(self, function: Function, attribute: cst.Attribute) -> tuple[str, Field]:
        name = attribute.attr.value
        line = function.where(attribute)
        if name == "pk":
            name = self.models.primary_key(self.model).attname
        field = dict(self._columns()).get(name)
        code = function.lift.code(attribute)
        if field is None:
            raise Refused(f"{line}: `{code}` is no plain field of `{self.model.short_name}`")
        if not _json_keeps(self.models.value_kind(field)):
            raise Refused(f"{line}: `{code}` is a {field.field_class}, whose values JSON does not keep")
        return name, field

    # -- edits ---------------------------------------------------------------------------------------------

    def _edits(self, fields: list[str]) -> list[Edit]:
        changes: list[Edit] = list(self.moved.edits)
        for function, value in self.writes:
            changes += self._edit_query(function, value, fields)
        for function, node in self.displays:
            changes.append(edits.replace(function.lift.place(node), self._display(function, node, fields)))
        for function, attribute in self.reads:
            name, _ = self._column(function, attribute)
            owner = function.lift.code(attribute.value)
            changes.append(
                edits.replace(function.lift.place(attribute), f"{owner}[{_quoted(function, attribute, name)}]")
            )
        return changes

    def _display(self, function: Function, node: cst.BaseExpression, fields: list[str]) -> str:
        name = function.lift.code(node)
        return "{" + ", ".join(f'"{field}": {name}.{field}' for field in fields) + "}"

    def _edit_query(self, function: Function, value: cst.BaseExpression, fields: list[str]) -> list[Edit]:
        """The edits that make a query give dicts. Raises Refused where it is no query of the ORM."""
        if isinstance(value, cst.Await):
            value = value.expression
        lift = function.lift
        code = lift.code(value)
        line = function.where(value)
        chosen = f".values({', '.join(_quote(name) for name in fields)})"
        for word in _NOT_BEFORE_VALUES:
            if f".{word}(" in code:
                raise Refused(f"{line}: after `.{word}()`, `.values()` would mean something else")
        if self.rows:
            return self._edit_rows(function, value, chosen)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value in _ONE_ROW:
            base = value.func.value
            self._require(function, base, value.func.attr.value)
            return [edits.after(lift.place(base), chosen)]
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value in _SHORTCUTS:
            first = value.args[0].value
            kind = self._kind(function, first)
            text = f".objects{chosen}" if isinstance(kind, ModelClass) else chosen
            if isinstance(kind, ModelClass) and not self._has_objects():
                raise Refused(f"{line}: `{self.model.short_name}` has no manager called `objects`")
            return [edits.after(lift.place(first), text)]
        raise Refused(f"{line}: `{_short(code)}` is no query that `.values()` could go into")

    def _edit_rows(self, function: Function, value: cst.BaseExpression, chosen: str) -> list[Edit]:
        lift = function.lift
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "list":
            inner = value.args[0].value if len(value.args) == 1 else None
            if inner is not None:
                self._require(function, inner)
                return [edits.after(lift.place(inner), chosen)]
        self._require(function, value)
        place = lift.place(value)
        return [edits.before(place, "list("), edits.after(place, f"{chosen})")]

    def _require(self, function: Function, node: cst.BaseExpression, method: str = "") -> None:
        kind = self._kind(function, node)
        line, code = function.where(node), _short(function.lift.code(node))
        for ref in (getattr(kind, "manager_class", None), getattr(kind, "queryset_class", None)):
            for name in (method, "values"):
                if ref is not None and name and self.facts.interpreter.classes.member(ref, name) is not None:
                    raise Refused(f"{line}: `{ref.definition.name}` has a `{name}()` of its own")
        good = isinstance(kind, QuerySet | Manager) and kind.model == self.model
        if isinstance(kind, QuerySet):
            good = good and kind.row == ModelInstance(self.model) and kind.type == "QuerySet"
        if not good:
            raise Refused(f"{line}: `{code}` is no QuerySet that is known well enough")

    def _kind(self, function: Function, node: cst.BaseExpression) -> Kind:
        """What an expression of a function is, from its names alone."""
        from cachelint.infer.context import Context

        site = self.site
        reference = next((s.function for s in self.flow.sites if s.lift is function.lift), site.function)
        module = self.facts.codebase.modules[function.lift.path]
        parent = reference.definition.parent if reference is not None else None
        owner = ClassRef(module, parent) if parent is not None else None
        context = Context(self.facts.interpreter, module, function.lift, function=reference, owner=owner)
        if owner is not None and function.tree.params.params:
            context.env.set(function.tree.params.params[0].name.value, self.facts.interpreter.instance_of(owner))
        return force(context.evaluate(node))

    def _has_objects(self) -> bool:
        """Whether ``objects`` is certainly the default manager, which ``get_object_or_404`` asks."""
        interpreter = self.facts.interpreter
        fields = self.models.fields(self.model)
        for ref in interpreter.classes.order(self.model.ref) if self.model.ref is not None else []:
            if not isinstance(ref, ClassRef) or ref.definition.scope is None:
                continue
            for name, definitions in ref.definition.scope.definitions.items():
                if definitions[-1].form != "assignment" or name in fields or name == "objects":
                    continue
                if b"(" in ref.module.text_of(definitions[-1]):
                    kind = force(interpreter.class_value(ref, definitions, name))
                    if isinstance(kind, Manager | Unknown):
                        return False
        return True


def _stored_model(site: Site) -> tuple[ModelType, bool]:
    """The model that a write stores, and whether it stores many rows. Raises Refused for any other value."""
    found: list[tuple[ModelType, bool]] = []
    for member in members(site.value) if site.value is not None else ():
        match member:
            case ModelInstance(model=model):
                found.append((model, False))
            case QuerySet(model=model, row=row) if model is not None and row == ModelInstance(model):
                found.append((model, True))
            case List(element=element) if isinstance(force(element), ModelInstance):
                inner = force(element)
                assert isinstance(inner, ModelInstance)
                found.append((inner.model, True))
            case Cached():
                continue
            case _ if member == NONE:
                continue
            case _:
                raise Refused("what is stored is not always the same kind of value")
    if len(set(found)) != 1:
        raise Refused("what is stored is more than one instance or QuerySet of one model")
    return found[0]


def _json_keeps(kind: Kind) -> bool:
    return bool(members(kind)) and all(
        (isinstance(m, Scalar) and m.type in _JSON_TYPES) or (isinstance(m, Str) and not m.markup)
        for m in members(kind)
    )


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _quote(name: str) -> str:
    return f'"{name}"'


def _quoted(function: Function, node: cst.CSTNode, name: str) -> str:
    """The name in quotes that don't end an f-string around it."""
    current: cst.CSTNode | None = node
    while current is not None:
        if isinstance(current, cst.FormattedString) and current.start.endswith('"'):
            return f"'{name}'"
        current = function.above.get(current)
    return f'"{name}"'


def _short(code: str) -> str:
    text = " ".join(code.split())
    return text if len(text) <= 50 else f"{text[:47]}…"


Proposer = Callable[[Site, Facts], "Fix | str"]
