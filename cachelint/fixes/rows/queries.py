"""CL101 and CL102: making a query of the ORM give dicts of some fields."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.findings import Edit
from cachelint.fixes.apply import edits
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function, parameters, short
from cachelint.fixes.managers import manager_with_own_rows, related_rows
from cachelint.fixes.surroundings import is_name
from cachelint.project.symbols import ClassRef
from cachelint.project.syntax import descendants
from cachelint.types.base import Type, Unknown, force
from cachelint.types.code import Function as FunctionType
from cachelint.types.django import Manager, ModelClass, ModelInstance, ModelType, QuerySet

#: Methods of a QuerySet that give one row, before which ``.values(…)`` goes.
_ONE_ROW = frozenset({"get", "first", "last", "latest", "earliest", "aget", "afirst", "alast", "alatest", "aearliest"})
#: Methods of which one calls another: a class that defines one has a say in all of them.
_FINDING = ("get", "first", "last", "latest", "earliest", *(f"a{name}" for name in ("get", "first", "last", "latest")))
_SHORTCUTS = frozenset({"get_object_or_404", "aget_object_or_404"})
#: Methods after which ``.values(…)`` means something else.
_NOT_BEFORE_VALUES = (
    "prefetch_related", "distinct", "union", "intersection", "difference", "raw", "annotate", "extra",
    "select_for_update", "values", "values_list", "aggregate", "only", "defer", "alias",
)  # fmt: skip

#: What a QuerySet or manager class may define to give other rows than Django's.
_OWN_ROWS = (
    "__init__",
    "_iterable_class",
    "values",
    "__iter__",
    "iterator",
    "_fetch_all",
    "_clone",
    "_chain",
    "__getitem__",
    "__len__",
)


class Queries:
    """The queries that make what a key stores, and the edits by which they give dicts.

    ``eager`` are values that are passed to `get_or_set` as they are: a QuerySet costs nothing there, a list would.
    """

    def __init__(self, facts: Facts, model: ModelType, key: Key) -> None:
        self.facts = facts
        self.model = model
        self.key = key
        self.eager: set[cst.BaseExpression] = set()
        #: Whether a query runs before something that came before it.
        self.early = False
        #: Where rows may have been fetched before, and changed since; empty if nowhere.
        self.shared = ""

    def edit(self, function: Function, value: cst.BaseExpression, fields: list[str], rows: bool) -> list[Edit]:
        """The edits that make a query give dicts. Raises FixBlocked where it is no query of the ORM."""
        if isinstance(value, cst.Await):
            value = value.expression
        parsed = function.parsed
        code = parsed.code(value)
        line = function.where(value)
        chosen = ".values(" + ", ".join(f'"{name}"' for name in fields) + ")"
        for word in _NOT_BEFORE_VALUES:
            if f".{word}(" in code:
                raise FixBlocked(f"{line}: after `.{word}()`, `.values()` would mean something else")
        if "prefetch_related" in function.parsed.code(function.tree) and _root(value) in _looped(function):
            raise FixBlocked(f"{line}: prefetched rows would be queried again, one by one")
        if function.in_f_string(value):
            raise FixBlocked(f"{line}: `{short(code)}` is inside an f-string")
        if rows:
            return self._rows(function, value, chosen)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute) and value.func.attr.value in _ONE_ROW:
            base = value.func.value
            self._require(function, base, value.func.attr.value)
            return _chosen(function, base, chosen)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value in _SHORTCUTS:
            first = value.args[0].value
            typ = type_of(self.facts, function, first)
            text = f".objects{chosen}" if isinstance(typ, ModelClass) else chosen
            if isinstance(typ, ModelClass):
                if not self._has_objects():
                    raise FixBlocked(f"{line}: `{self.model.short_name}` has no default manager named `objects`")
                objects = cst.Attribute(first, cst.Name("objects"))
                self._require(function, objects, "get", f"`{self.model.short_name}.objects`")
            else:
                self._require(function, first, "get")
            return _chosen(function, first, text)
        raise FixBlocked(f"{line}: `.values()` cannot be added to `{short(code)}`")

    def _rows(self, function: Function, value: cst.BaseExpression, chosen: str) -> list[Edit]:
        parsed = function.parsed
        parent = function.parents.get(value)
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Name):
            if value.func.value in ("list", "sorted", "tuple") and len(value.args) == 1:
                inner = value.args[0].value
                self._require(function, inner)
                return _chosen(function, inner, chosen)
        self._require(function, value)
        place = parsed.place(value)
        if isinstance(parent, cst.CompFor):
            return _chosen(function, value, chosen)
        self._check_time(function, value)
        function.refuse_list(value)
        lead = "lambda: list(" if value in self.eager else "list("
        if not _chains(value):
            lead, chosen = f"{lead}(", f"){chosen}"
        return [edits.before(place, lead), edits.after(place, f"{chosen})")]

    def _check_time(self, function: Function, value: cst.BaseExpression) -> None:
        """A QuerySet runs when it is stored, a list when it is made: that must not be on each hit."""
        parent = function.parents.get(value)
        if isinstance(parent, cst.Arg):
            call = function.parents.get(parent)
            if any(site.node is call and site.innermost.method == "get" for site in self.key.all_sites):
                raise FixBlocked(f"{function.where(value)}: a list as the default would be built on every hit")
        if not isinstance(parent, cst.Assign):
            return
        target = parent.targets[0].target
        name = target.value if isinstance(target, cst.Name) else ""
        read = [s.node for s in self.key.all_sites if s.parsed is function.parsed and s.innermost.method == "get"]
        given = [
            parents.value
            for node in function.names(name)
            if isinstance(at := function.parents.get(node), cst.AssignTarget)
            and isinstance(parents := function.parents.get(at), cst.Assign)
        ]
        reads_itself = any(node is g or node in descendants(g) for g in given for node in read)
        self.early = self.early or self._is_early(function, parent, name)
        if read and not reads_itself:
            raise FixBlocked(f"{function.where(value)}: a list in `{name}` would be built on every hit")

    def _is_early(self, function: Function, assigned: cst.Assign, name: str) -> bool:
        """Whether something is called between the making of a QuerySet and the call that stores it."""
        line = function.parents.get(assigned)
        block = function.parents.get(line) if line is not None else None
        body = list(block.body) if isinstance(block, cst.IndentedBlock) else []
        if line not in body:
            return True
        stores = {s.node for s in self.key.all_sites if s.parsed is function.parsed and s.innermost.method != "get"}
        for statement in body[body.index(line) + 1 :]:  # type: ignore[arg-type]
            inside = list(descendants(statement))
            if any(node in stores for node in inside):
                # A block may do other things before, or may not be entered.
                return not isinstance(statement, cst.SimpleStatementLine)
            if any(isinstance(node, cst.Call) for node in inside):
                return True
        return True

    def _require(self, function: Function, node: cst.BaseExpression, method: str = "", shown: str = "") -> None:
        typ = type_of(self.facts, function, node)
        inner = node.value if shown and isinstance(node, cst.Attribute) else node
        line, code = function.where(inner), shown or short(function.parsed.code(node))
        self._check_made(function, node)
        ref = self.model.ref
        if _root(node) == "cls" and ref is not None and self.facts.interpreter.classes.subclasses(ref):
            raise FixBlocked(f"{line}: `cls` may be a subclass of `{self.model.short_name}`")
        self.shared = self.shared or related_rows(self.facts, function, node)
        for ref in (getattr(typ, "manager_class", None), getattr(typ, "queryset_class", None)):
            for name in (*(_FINDING if method else ()), *_OWN_ROWS):
                if ref is not None and self.facts.interpreter.classes.member(ref, name) is not None:
                    raise FixBlocked(f"{line}: `{ref.definition.name}` defines its own `{name}()`")
        own = manager_with_own_rows(self.facts, function, node)
        if own:
            raise FixBlocked(f"{line}: {own}")
        good = isinstance(typ, QuerySet | Manager) and typ.model == self.model
        if isinstance(typ, QuerySet):
            good = good and typ.row == ModelInstance(self.model) and typ.type == "QuerySet"
        if not good:
            raise FixBlocked(f"{line}: `{code}` is not known to be a plain QuerySet of this model")

    def _check_made(self, function: Function, node: cst.BaseExpression) -> None:
        """What a QuerySet in a variable was made by must be as good as if it stood here."""
        self._check_alone(function, node)
        for name in [n.value for n in (node, *descendants(node)) if isinstance(n, cst.Name)]:
            for use in function.names(name):
                target = function.parents.get(use)
                statement = function.parents.get(target) if isinstance(target, cst.AssignTarget) else None
                code = function.parsed.code(statement) if statement is not None else ""
                for word in _NOT_BEFORE_VALUES:
                    if f".{word}(" in code:
                        where = function.where(node)
                        raise FixBlocked(f"{where}: after `.{word}()`, `.values()` would mean something else")

    def _check_alone(self, function: Function, node: cst.BaseExpression) -> None:
        """A QuerySet in a variable must be made for this alone: what went through its rows may have changed them."""
        name = _root(node)
        if any(p.name.value == name for p in parameters(function.tree)) and not _is_self(function, name):
            raise FixBlocked(f"{function.where(node)}: `{name}` is a parameter and may already have been evaluated")
        if not function.is_assigned(name):
            return
        inside = {id(node), *(id(n) for n in descendants(node))}
        for use in function.names(name):
            target = function.parents.get(use)
            if id(use) in inside or isinstance(target, cst.AssignTarget):
                made = function.parents.get(target) if isinstance(target, cst.AssignTarget) else None
                if isinstance(made, cst.Assign) and _root(made.value) != name and not self._is_query(function, made):
                    raise FixBlocked(f"{function.where(use)}: `{name}` is not a QuerySet here")
                continue
            made = _assigned(function, use)
            if made is None or not any(is_name(t.target, name) for t in made.targets) or _root(made.value) != name:
                raise FixBlocked(f"{function.where(use)}: `{name}` is used for more than the stored value")

    def _is_query(self, function: Function, made: cst.Assign) -> bool:
        return isinstance(type_of(self.facts, function, made.value), QuerySet | Manager)

    def _has_objects(self) -> bool:
        """Whether ``objects`` is certainly the default manager, which ``get_object_or_404`` asks."""
        interpreter = self.facts.interpreter
        fields = interpreter.models.fields(self.model)
        for base in interpreter.classes.order(self.model.ref) if self.model.ref is not None else []:
            if isinstance(base, ClassRef) and b"default_manager_name" in base.module.text_of(base.definition):
                return False
        for ref in interpreter.classes.order(self.model.ref) if self.model.ref is not None else []:
            if not isinstance(ref, ClassRef) or ref.definition.scope is None:
                continue
            for name, definitions in ref.definition.scope.definitions.items():
                if name == "objects":
                    return True
                if definitions[-1].form != "assignment" or name in fields:
                    continue
                if b"(" in ref.module.text_of(definitions[-1]):
                    typ = force(interpreter.class_value(ref, definitions, name))
                    if isinstance(typ, Manager | Unknown):
                        return False
        return True


def _looped(function: Function) -> set[str]:
    """The variables of the loops of a function."""
    loops = [node for node in function.parents if isinstance(node, cst.For | cst.CompFor)]
    return {loop.target.value for loop in loops if isinstance(loop.target, cst.Name)}


def _root(node: cst.BaseExpression) -> str:
    """The variable that a chain of calls and attributes begins with; empty where it begins with something else."""
    while not isinstance(node, cst.Name):
        match node:
            case cst.Call():
                node = node.func
            case cst.Attribute() | cst.Subscript():
                node = node.value
            case _:
                return ""
    return node.value


def _is_self(function: Function, name: str) -> bool:
    return function.ref.definition.parent is not None and function.tree.params.params[0].name.value == name


def _assigned(function: Function, node: cst.CSTNode) -> cst.Assign | None:
    """The assignment that an expression is a part of the value of."""
    current: cst.CSTNode | None = node
    while current is not None and not isinstance(current, cst.BaseStatement):
        if isinstance(current, cst.Assign):
            return current
        current = function.parents.get(current)
    return None


def _chains(node: cst.BaseExpression) -> bool:
    """Whether a method can follow an expression as it is written."""
    return isinstance(node, cst.Name | cst.Attribute | cst.Call | cst.Subscript) or bool(node.lpar)


def _chosen(function: Function, node: cst.BaseExpression, text: str) -> list[Edit]:
    """A method call behind an expression."""
    place = function.parsed.place(node)
    if _chains(node):
        return [edits.after(place, text)]
    return [edits.before(place, "("), edits.after(place, f"){text}")]


def type_of(facts: Facts, function: Function, node: cst.BaseExpression) -> Type:
    """What an expression of a function is, where its variables are what they are in the end."""
    run = facts.interpreter.run(FunctionType(function.ref))
    return force(run.context.evaluate(node))
