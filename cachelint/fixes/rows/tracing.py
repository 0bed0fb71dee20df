"""Following a cached value: from where it is read to all its uses, and back to where it is made.

Above 400 lines: the two directions share what they have seen, and end with the form that stores rows for instances.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.callers import calls_of, check_method
from cachelint.fixes.defuse import Function, is_none, parameters, short
from cachelint.fixes.rows.mappings import Mappings
from cachelint.fixes.rows.stored import Form
from cachelint.fixes.surroundings import (  # fmt: skip
    ONLY_TESTS,
    argument_of,
    binds,
    expects_error,
    is_empty,
    is_name,
    is_shown_as_written,
)
from cachelint.infer.events import called_name
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import FunctionRef

#: Functions through which a value is followed.
_MAX_FOLLOWED = 12
#: Built-in functions that give a list of the same rows.
_SAME_ROWS = frozenset({"list", "sorted", "reversed", "tuple"})
_ONE_OF_ROWS = frozenset({"max", "min", "next"})
_ALL_NAMES = frozenset({"locals", "vars", "eval", "exec", "globals"})
_RENDERING = frozenset({"render", "render_to_string", "TemplateResponse", "SimpleTemplateResponse"})


@dataclass
class Traced:
    """What becomes of a value, and where it comes from.

    ``reads`` are the attributes that are read of an instance; ``made`` the expressions that make the value, with
    the form of it; ``followed`` the functions that return it; ``taking`` those that it is passed to;
    ``shown`` the calls that give it to a template, with the name that the template knows it by; ``looked_up`` the keys
    by which one is taken out of many, which must move as well.
    """

    reads: list[tuple[Function, cst.Attribute]] = field(default_factory=list)
    made: list[tuple[Function, cst.BaseExpression, Form]] = field(default_factory=list)
    followed: set[FunctionRef] = field(default_factory=set)
    taking: set[FunctionRef] = field(default_factory=set)
    shown: list[tuple[Function, cst.Call, str, Form]] = field(default_factory=list)
    looked_up: list[tuple[Function, cst.BaseExpression]] = field(default_factory=list)


class Tracer:
    """Follows one value through the functions of a project. ``cache_calls`` are the calls of the key, by node."""

    def __init__(self, facts: Facts, relative_to: str, cache_calls: set[cst.CSTNode], stored: set[cst.CSTNode]) -> None:
        self.facts = facts
        self.relative_to = relative_to
        self.cache_calls = cache_calls
        self.stored = stored
        self.traced = Traced()
        self.mappings = Mappings(self)
        #: Where functions are named as what `get_or_set` calls.
        self.named: set[cst.CSTNode] = set()
        self._tested: set[tuple[int, str]] = set()
        self._asked: set[int] = set()
        self._calls: dict[FunctionRef, list[tuple[Function, cst.Call]]] = {}
        self._functions: dict[int, Function] = {}
        self._seen: set[tuple[int, Form]] = set()
        self._holders: set[tuple[int, str, int]] = set()
        self._sources: set[int] = set()
        #: Parameters whose callers are known to pass the value.
        self._parameters: set[tuple[FunctionRef, str]] = set()
        #: Arguments that must be the value: what a function is passed that takes it elsewhere.
        self._passed: list[tuple[Function, cst.BaseExpression, Form]] = []

    def function(self, ref: FunctionRef, parsed: ParsedDefinition) -> Function:
        """The tree of a function, made once."""
        if id(parsed) not in self._functions:
            self._functions[id(parsed)] = Function(ref, parsed, self.relative_to)
        return self._functions[id(parsed)]

    def holds(self, function: Function, name: str) -> bool:
        """Whether a variable is known to hold the value."""
        return (id(function), name, id(function.tree)) in self._holders

    def is_tested(self, function: Function, node: cst.CSTNode) -> bool:
        """Whether it is asked of what an expression gives if there is anything, here or by whoever gets it."""
        if id(node) in self._asked:
            return True
        parent = function.parents.get(node)
        match parent:
            case cst.Await() | cst.NamedExpr():
                if isinstance(parent, cst.NamedExpr) and isinstance(parent.target, cst.Name):
                    if (id(function), parent.target.value) in self._tested:
                        return True
                return self.is_tested(function, parent)
            case cst.Assign():
                target = parent.targets[0].target
                return isinstance(target, cst.Name) and (id(function), target.value) in self._tested
            case cst.Return():
                calls = self._calls.get(function.ref, [])
                return bool(calls) and all(self.is_tested(inner, call) for inner, call in calls)
        return isinstance(parent, cst.Expr)

    def may_miss(self, function: Function, name: str) -> bool:
        """Whether a variable is given what a call reads from the cache, which is None where there is nothing."""
        for node in function.names(name):
            target = function.parents.get(node)
            given = function.parents.get(target) if isinstance(target, cst.AssignTarget) else target
            if isinstance(given, cst.Assign | cst.NamedExpr):
                value = given.value.expression if isinstance(given.value, cst.Await) else given.value
                if value in self.cache_calls and called_name(value) in ("get", "aget"):
                    return True
        return False

    def finish(self) -> None:
        """Check what is passed beside the value where that is passed. Raises FixBlocked."""
        while self._passed:
            function, node, form = self._passed.pop()
            if (id(node), form) not in self._seen:
                self.source(function, node, form)

    # -- uses ------------------------------------------------------------------------------------------------

    def use(self, function: Function, node: cst.CSTNode, form: Form) -> bool:
        """Follow the value that an expression gives. Returns whether a test of it stands right here.

        ``form`` says whether it is one instance, many or a dict of them. Raises FixBlocked where a dict can't stand in
        for it.
        """
        if (id(node), form) in self._seen and id(node) not in self._sources:
            return id(node) in self._asked
        self._seen.add((id(node), form))
        asked = self._use(function, node, form)
        if asked:
            self._asked.add(id(node))
        return asked

    def _use(self, function: Function, node: cst.CSTNode, form: Form) -> bool:
        parent = function.parents.get(node)
        if form is Form.BY_KEY and self.mappings.keyed(function, node, parent):
            return False
        match parent:
            case cst.Await() | cst.NamedExpr() | cst.Expr():
                if isinstance(parent, cst.NamedExpr):
                    self._bound(function, parent.target, form)
                return isinstance(parent, cst.Expr) or self.use(function, parent, form)
            case cst.Assign():
                for target in parent.targets:
                    self._bound(function, target.target, form)
                return False
            case cst.Attribute() if parent.value is node:
                return self._attribute(function, node, parent, form)
            case cst.Comparison():
                if is_none(parent.comparisons[0].comparator) and len(parent.comparisons) == 1:
                    return True
                raise function.escape(node, "is compared")
            case cst.If() | cst.While() | cst.UnaryOperation() | cst.Assert():
                return True
            case cst.BooleanOperation():
                return self._either(function, node, parent, form)
            case cst.IfExp():
                if parent.test is node:
                    return True
                self._beside(function, parent.orelse if parent.body is node else parent.body, form)
                return self.use(function, parent, form)
            case cst.Return():
                self._returned(function, parent, form)
                return False
            case cst.For() | cst.CompFor() if parent.iter is node and parent.asynchronous is not None:
                raise function.escape(node, "is iterated with `async for`")
            case cst.For() | cst.CompFor() if form is Form.MANY and parent.iter is node:
                self._loop(function, parent)
                return False
            case cst.ListComp() | cst.GeneratorExp() if form is Form.ONE and parent.elt is node:
                return self.use(function, parent, Form.MANY)
            case cst.Subscript() if form is Form.MANY and parent.value is node and len(parent.slice) == 1:
                several = isinstance(parent.slice[0].slice, cst.Slice)
                return self.use(function, parent, Form.MANY if several else Form.ONE)
            case cst.Arg():
                return self._argument(function, node, parent, form)
            case cst.DictElement():
                return self._in_dict(function, node, parent, form)
            case cst.AnnAssign():
                raise function.escape(node, "is assigned to a variable whose annotation is not a dict")
        raise function.escape(node, "is used in a way that a dict does not support")

    # -- variables that a use binds --------------------------------------------------------------------------

    def _bound(self, function: Function, target: cst.BaseExpression, form: Form) -> None:
        if not isinstance(target, cst.Name):
            where = short(function.parsed.code(target))
            raise FixBlocked(f"{function.where(target)}: the value is also stored in `{where}`, which is not followed")
        if function.is_of_inner(target, target.value):
            raise function.escape(target, "is a variable of a nested function, which is not followed")
        self.holder(function, target.value, form)

    def _attribute(self, function: Function, node: cst.CSTNode, parent: cst.Attribute, form: Form) -> bool:
        holder = function.parents.get(parent)
        name = parent.attr.value
        if isinstance(holder, cst.Call) and holder.func is parent:
            raise function.escape(node, f"has its `{name}()` method called")
        if form is not Form.ONE:
            raise function.escape(node, f"has its `{name}` attribute read")
        if isinstance(holder, cst.AssignTarget | cst.Del) or (
            isinstance(holder, cst.AugAssign | cst.AnnAssign) and holder.target is parent
        ):
            raise function.escape(node, "is modified")
        if isinstance(holder, cst.MatchValue):
            raise function.escape(node, "is used as a `case` pattern")
        if is_shown_as_written(function, parent):
            raise function.escape(node, "is printed with its source code, by `=` in an f-string")
        if expects_error(function, parent):
            raise function.escape(node, "is read where an AttributeError is expected")
        self.traced.reads.append((function, parent))
        return False

    def _either(self, function: Function, node: cst.CSTNode, parent: cst.BooleanOperation, form: Form) -> bool:
        """``value or other``: a test where only truth is asked, else the other stands beside it."""
        current: cst.CSTNode = parent
        while isinstance(function.parents.get(current), cst.BooleanOperation | cst.UnaryOperation):
            current = function.parents[current]
        holder = function.parents.get(current)
        if isinstance(holder, cst.If | cst.While | cst.Assert) or (
            isinstance(holder, cst.IfExp) and holder.test is current
        ):
            return True
        if isinstance(parent.operator, cst.Or):
            self._beside(function, parent.right if parent.left is node else parent.left, form)
            self.use(function, parent, form)
            return parent.left is node
        raise function.escape(node, "is combined with another value by `and`")

    def _beside(self, function: Function, node: cst.BaseExpression, form: Form) -> None:
        """What stands in the place of the value at times must become a dict as well."""
        self.source(function, node, form)

    def _returned(self, function: Function, node: cst.Return, form: Form) -> None:
        if function.around(node) is not function.tree:
            raise function.escape(node, "is returned by a nested function")
        self.returns(function, form)

    def returns(self, function: Function, form: Form) -> None:
        """A function returns the value: whatever else it returns, and what its callers do, belongs to it."""
        ref = function.ref
        if ref in self.traced.followed:
            return
        check_method(ref, self.facts)
        self.traced.followed.add(ref)
        if len(self.traced.followed) > _MAX_FOLLOWED:
            raise FixBlocked("the stored value is returned through too many functions")
        for node in function.parents:
            if isinstance(node, cst.Return) and node.value is not None and function.around(node) is function.tree:
                if (id(node.value), form) not in self._seen:
                    self.source(function, node.value, form)
            if isinstance(node, cst.Yield) and function.around(node) is function.tree:
                raise function.escape(node, "comes from a generator")
        calls = [
            (self.function(caller, parsed), call) for caller, parsed, call in calls_of(ref, self.facts, self.named)
        ]
        self._calls[ref] = calls
        for inner, call in calls:
            self.use(inner, call, form)

    def _loop(self, function: Function, loop: cst.For | cst.CompFor) -> None:
        if not isinstance(loop.target, cst.Name):
            raise function.escape(loop.iter, "is unpacked by the loop")
        self.element(function, loop.target.value, self.scope(function, loop), loop)

    @property
    def looked_up(self) -> list[tuple[Function, cst.BaseExpression]]:
        """See mappings.Tracer."""
        return self.traced.looked_up

    def scope(self, function: Function, loop: cst.CSTNode) -> cst.CSTNode | None:
        """What the variable of a loop is known in: a comprehension, or (None) all of the function."""
        if not isinstance(loop, cst.CompFor):
            return None
        scope = function.parents[loop]
        while isinstance(scope, cst.CompFor):
            scope = function.parents[scope]
        return scope

    def element(self, function: Function, name: str, scope: cst.CSTNode | None, loop: cst.CSTNode) -> None:
        """Follow a variable that holds one row after the other."""
        if not isinstance(scope, cst.Lambda) and any(p.name.value == name for p in parameters(function.tree)):
            raise function.escape(loop, f"is assigned to `{name}`, which is also a parameter")
        for node in function.names(name, scope):
            parent = function.parents.get(node)
            if parent is loop or (isinstance(parent, cst.Param) and parent.name is node):
                continue
            if isinstance(parent, cst.Element) and function.parents.get(function.parents[parent]) is loop:
                continue
            if isinstance(parent, cst.AssignTarget | cst.For | cst.CompFor) and parent.target is node:
                raise function.escape(node, "is also used for something else")
            self.use(function, node, Form.ONE)

    def _argument(self, function: Function, node: cst.CSTNode, parent: cst.Arg, form: Form) -> bool:
        call = function.parents.get(parent)
        if node in self.stored or call in self.cache_calls:
            return False
        if not isinstance(call, cst.Call) or parent.star:
            raise function.escape(node, "is passed to code that cannot be followed")
        name = call.func.value if isinstance(call.func, cst.Name) else ""
        if form is not Form.ONE and name in ONLY_TESTS:
            return True
        if form is Form.MANY and name in _SAME_ROWS | _ONE_OF_ROWS and call.args[0] is parent:
            for other in call.args[1:]:
                if name in _ONE_OF_ROWS and (other.keyword is None or other.keyword.value == "default"):
                    self.source(function, other.value, Form.ONE)
                else:
                    self._sort_key(function, other)
            return self.use(function, call, Form.MANY if name in _SAME_ROWS else Form.ONE)
        if called_name(call) in _RENDERING and parent.keyword is None:
            raise function.escape(node, "is passed to code that cannot be followed")
        self._passed_on(function, node, parent, call, form)
        return False

    def _sort_key(self, function: Function, argument: cst.Arg) -> None:
        """``key=lambda row: row.title``."""
        value = argument.value
        if isinstance(value, cst.Lambda) and len(value.params.params) == 1:
            self.element(function, value.params.params[0].name.value, value, value)
        elif argument.keyword is not None and argument.keyword.value == "key":
            raise function.escape(value, "is a `key=` function that receives the rows")

    def _passed_on(
        self, function: Function, node: cst.CSTNode, argument: cst.Arg, call: cst.Call, form: Form
    ) -> None:  # fmt: skip
        """The value is passed to a function of the project: what that does with its parameter belongs to it."""
        ref = self._callee(function, call)
        parsed = ref.module.parsed(ref.definition) if ref is not None else None
        if ref is None or parsed is None or parsed.function is None or ref.definition.parent is not None:
            raise function.escape(node, "is passed to code that cannot be followed")
        inner = self.function(ref, parsed)
        positional = [p.name.value for p in (*parsed.function.params.posonly_params, *parsed.function.params.params)]
        index = call.args.index(argument)
        if argument.keyword is not None:
            name = argument.keyword.value
        elif index < len(positional) and not any(a.star or a.keyword for a in call.args[:index]):
            name = positional[index]
        else:
            raise function.escape(node, "is passed to code that cannot be followed")
        if not inner.has_parameter(name):
            raise function.escape(node, "is passed to code that cannot be followed")
        self.traced.taking.add(ref)
        if (ref, name) not in self._parameters:
            self._parameters.add((ref, name))
            for caller, other_parsed, other in calls_of(ref, self.facts):
                passed = argument_of(other, name, positional)
                if passed is None:
                    raise FixBlocked(f"`{ref.definition.name}` is also called without `{name}`")
                self._passed.append((self.function(caller, other_parsed), passed, form))
        self.holder(inner, name, form)

    def _callee(self, function: Function, call: cst.Call) -> FunctionRef | None:
        name = call.func.value if isinstance(call.func, cst.Name) else None
        symbol = self.facts.codebase.resolve(function.ref.module, name) if name else None
        return symbol if isinstance(symbol, FunctionRef) else None

    def _in_dict(self, function: Function, node: cst.CSTNode, parent: cst.DictElement, form: Form) -> bool:
        """``render(request, "page.html", {"book": book})``: the template reads it."""
        holder = function.parents.get(parent)
        argument = function.parents.get(holder) if holder is not None else None
        call = function.parents.get(argument) if argument is not None else None
        if isinstance(call, cst.Call) and called_name(call) in _RENDERING and parent.value is node:
            if isinstance(parent.key, cst.SimpleString):
                self.traced.shown.append((function, call, str(parent.key.evaluated_value), form))
                return False
        raise function.escape(node, "is put into a dict")

    # -- variables -------------------------------------------------------------------------------------------

    def holder(self, function: Function, name: str, form: Form) -> None:
        """Follow a variable that holds the value: all that it is given becomes dicts, all its uses read them."""
        key = (id(function), name, id(function.tree))
        if key in self._holders:
            return
        self._holders.add(key)
        taken = any(p.name.value == name for p in parameters(function.tree))
        if taken and (function.ref, name) not in self._parameters:
            raise function.escape(function.tree, f"is held in parameter `{name}`: other callers may pass instances")
        for node in function.parents:
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _ALL_NAMES:
                raise FixBlocked(f"{function.where(node)}: `{node.func.value}()` exposes all variables")
        for node in function.names(name):
            parent = function.parents.get(node)
            if isinstance(parent, cst.Param) and parent.name is node:
                continue
            if isinstance(parent, cst.AssignTarget):
                statement = function.parents[parent]
                if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
                    raise function.escape(node, "is assigned together with other names")
                self.source(function, statement.value, form)
            elif isinstance(parent, cst.NamedExpr) and parent.target is node:
                self.source(function, parent.value, form)
            elif binds(parent, node):
                raise function.escape(node, "is assigned in a way that cannot be followed")
            elif node in self.stored:
                continue
            elif self.use(function, node, form):
                self._tested.add((id(function), name))

    # -- where it comes from ---------------------------------------------------------------------------------

    def source(self, function: Function, node: cst.BaseExpression, form: Form) -> None:
        """What gives the value: a read of the cache, a variable, a function of the project, or what makes it."""
        inner = node.expression if isinstance(node, cst.Await) else node
        if is_none(inner) or inner in self.cache_calls or is_empty(inner, form):
            self._seen.add((id(node), form))
            return
        if id(node) in self._sources or (id(node), form) in self._seen:
            return
        self._sources.add(id(node))
        match inner:
            case cst.Name() if function.is_of_inner(inner, inner.value):
                raise function.escape(inner, "is a variable of a nested function, which is not followed")
            case cst.Name() if function.is_assigned(inner.value):
                self._seen.add((id(inner), form))
                self.holder(function, inner.value, form)
                return
            case cst.BooleanOperation(operator=cst.Or()):
                self.source(function, inner.left, form)
                self.source(function, inner.right, form)
                return
            case cst.IfExp():
                self.source(function, inner.body, form)
                self.source(function, inner.orelse, form)
                return
            case cst.ListComp() | cst.DictComp() if _collects(inner, form):
                collected = inner.value if isinstance(inner, cst.DictComp) else inner.elt
                self._seen.add((id(collected), Form.ONE))
                self.traced.made.append((function, inner.for_in.iter, Form.MANY))
                self.element(function, cst.ensure_type(collected, cst.Name).value, inner, inner.for_in)
                return
            case cst.Call():
                ref = self._callee(function, inner)
                parsed = ref.module.parsed(ref.definition) if ref is not None else None
                if ref is not None and parsed is not None and parsed.function is not None:
                    self._seen.add((id(inner), form))
                    self.returns(self.function(ref, parsed), form)
                    return
        self.traced.made.append((function, node, form))


def _collects(comprehension: cst.ListComp | cst.DictComp, form: Form) -> bool:
    """Whether a comprehension does nothing but to put what it goes through into a list or dict."""
    collected = comprehension.value if isinstance(comprehension, cst.DictComp) else comprehension.elt
    target = comprehension.for_in.target
    wanted = Form.BY_KEY if isinstance(comprehension, cst.DictComp) else Form.MANY
    return form is wanted and isinstance(target, cst.Name) and is_name(collected, target.value)
