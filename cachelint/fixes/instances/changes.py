"""What happens to instances between the query that loads them and the call that stores them.

Nothing may, but that their columns are read: a method can set attributes, a text of an instance can load its relations,
and all of that was stored with it until now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst

from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.infer.events import called_name
from cachelint.project.syntax import descendants

#: Functions that neither ask anything of the instances that they are passed, nor hand them on.
_HARMLESS = frozenset({"len", "bool", "isinstance", "type", "id"})
#: Those that hand them on: what is done through what they give counts as well.
_HANDING_ON = frozenset({"list", "tuple", "reversed", "enumerate", "zip", "append", "extend", "insert"})
#: Functions that give what they are given.
_SAME = frozenset({"list", "sorted", "tuple", "dict", "reversed", "set", "next", "iter", "enumerate", "zip"})
#: Methods of QuerySets, which give others.
_OF_QUERYSETS = frozenset(
    {"all", "filter", "exclude", "order_by", "get", "first", "last", "latest", "earliest", "iterator", "distinct"}
    | {"exists", "count", "none", "reverse", "only", "defer", "aget", "afirst", "alast"}
    | {"values", "items", "keys"}
)
#: Functions and methods that give many.
_MANY = frozenset(
    {"list", "sorted", "dict", "set", "tuple", "defaultdict", "OrderedDict", "all", "filter", "exclude", "order_by"}
    | {"distinct", "none", "reverse", "only", "defer", "select_related", "prefetch_related"}
)
#: Methods that put something into a list, set or dict.
_PUTTING = frozenset({"append", "extend", "insert", "add", "setdefault", "update"})


#: A variable, with the comprehension that it is known in (None: all of the function).
Held = tuple[str, cst.CSTNode | None]


def changes(
    function: Function,
    begin: Collection[Held],
    columns: Collection[str],
    model: str,
    *,
    before: int,
    ours: set[cst.CSTNode],
) -> Iterator[str]:
    """What may give instances that some variables hold something else than the database did, before a line.

    ``ours`` are the calls of the cache. Raises FixBlocked where it is something that a row does not keep.
    """
    known: set[Held] = set()
    waiting: list[Held] = list(begin)
    while waiting:
        held = waiting.pop()
        if held in known:
            continue
        known.add(held)
        waiting += _rows_of(function, held[0])
        waiting += _aliases(function, held[0]) if held[1] is None else ()
        for given in given_to(function, held[0], ours) if held[1] is None else ():
            waiting += sources(function, given)
    containers = {name for name, _ in known if _is_container(function, name)}
    names = {name for name, _ in known}
    for name, scope in sorted(known, key=lambda held: held[0]):
        for node in function.names(name, scope):
            if function.line(node) < before:
                yield from _of_use(function, node, columns, model, ours, names, is_container=name in containers)


def _of_use(
    function: Function,
    node: cst.Name,
    columns: Collection[str],
    model: str,
    ours: set[cst.CSTNode],
    known: Collection[str],
    *,
    is_container: bool,
) -> Iterator[str]:
    parent = function.parents.get(node)
    if isinstance(parent, cst.NamedExpr) and isinstance(function.parents.get(parent), cst.Attribute):
        code = function.statement(node)
        yield f"{function.where(node)}: `{code}` may change `{node.value}`, or load more of it, before it is stored"
        return
    match parent:
        case cst.AssignTarget() | cst.Param() | cst.Assign() | cst.AnnAssign() | cst.NamedExpr() | cst.Return():
            return
        case cst.For() | cst.CompFor() | cst.Comparison() | cst.ComparisonTarget() | cst.If() | cst.While():
            return
        case cst.UnaryOperation() | cst.BooleanOperation() | cst.IfExp() | cst.Assert() | cst.Await() | cst.Expr():
            return
        case cst.BaseComp() | cst.Element() | cst.DictElement() if _is_kept(function, parent, ours, known):
            return
        case cst.Attribute() if parent.value is node:
            yield from _of_attribute(
                function, node.value, parent, columns, model, ours, known, is_container=is_container
            )
            return
        case cst.Arg():
            call = function.parents.get(parent)
            if isinstance(call, cst.Call) and (call in ours or called_name(call) in _HARMLESS):
                return
            if isinstance(call, cst.Call) and called_name(call) in _HANDING_ON:
                if _is_kept(function, call, ours, known):
                    return
    code = function.statement(node)
    yield f"{function.where(node)}: `{code}` may change `{node.value}`, or load more of it, before it is stored"


def _is_kept(function: Function, node: cst.CSTNode, ours: set[cst.CSTNode], known: Collection[str]) -> bool:
    """Whether what an expression gives is stored, returned, looped over, or put into a variable that is looked at.

    Through any other variable it could be changed, and nobody would see it.
    """
    current: cst.CSTNode | None = node
    while current is not None:
        if current in ours or isinstance(current, cst.Return | cst.For | cst.CompFor | cst.Comparison):
            return True
        if isinstance(current, cst.Assign):
            return all(n.value in known for target in current.targets for n in _names(target.target))
        if isinstance(current, cst.Call):
            if called_name(current) in _HARMLESS:
                return True
            if called_name(current) in _PUTTING:
                holder = current.func.value if isinstance(current.func, cst.Attribute) else None
                return isinstance(holder, cst.Name) and holder.value in known
            if called_name(current) not in _HANDING_ON:
                return False
        elif not isinstance(
            current,
            cst.BaseComp | cst.Element | cst.DictElement | cst.List | cst.Dict | cst.Tuple | cst.Arg | cst.IfExp,
        ):
            return False
        current = function.parents.get(current)
    return False


def given_to(function: Function, name: str, ours: set[cst.CSTNode]) -> Iterator[cst.BaseExpression]:
    """What is put into a variable: by assignments, or one after the other."""
    for node in function.names(name):
        parent = function.parents.get(node)
        if isinstance(parent, cst.AssignTarget):
            given = function.parents.get(parent)
            if isinstance(given, cst.Assign) and given.value not in ours:
                yield given.value
        holder = function.parents.get(parent) if parent is not None else None
        if isinstance(parent, cst.Attribute) and isinstance(holder, cst.Call) and parent.attr.value in _PUTTING:
            yield from (argument.value for argument in holder.args)
        if isinstance(parent, cst.Subscript) and isinstance(holder, cst.AssignTarget):
            given = function.parents.get(holder)
            if isinstance(given, cst.Assign):
                yield given.value


def sources(function: Function, node: cst.CSTNode) -> Iterator[Held]:
    """The variables whose instances an expression gives: not those that a query is asked with."""
    match node:
        case cst.Name():
            yield node.value, None
        case cst.Await():
            yield from sources(function, node.expression)
        case cst.IfExp():
            yield from (held for part in (node.body, node.orelse) for held in sources(function, part))
        case cst.BooleanOperation():
            yield from (held for part in (node.left, node.right) for held in sources(function, part))
        case cst.Subscript():
            yield from sources(function, node.value)
        case cst.List() | cst.Tuple():
            yield from (held for element in node.elements for held in sources(function, element.value))
        case cst.Dict():
            yield from (held for element in node.elements for held in sources(function, element.value))
        case cst.ListComp() | cst.GeneratorExp() | cst.DictComp():
            loop: cst.CompFor | None = node.for_in
            while loop is not None:
                yield from ((target.value, _scope(function, loop)) for target in _names(loop.target))
                yield from sources(function, loop.iter)
                loop = loop.inner_for_in
        case cst.Call() if isinstance(node.func, cst.Name) and node.func.value in _SAME:
            yield from (held for argument in node.args for held in sources(function, argument.value))
        case cst.Call() if isinstance(node.func, cst.Attribute) and node.func.attr.value in ("values", "items", "copy"):
            yield from sources(function, node.func.value)
        case cst.Lambda():
            yield from sources(function, node.body)


def _aliases(function: Function, name: str) -> Iterator[Held]:
    """The variables that are given what another holds."""
    for node in function.names(name):
        parent = function.parents.get(node)
        if isinstance(parent, cst.Assign) and parent.value is node:
            yield from ((n.value, None) for target in parent.targets for n in _names(target.target))
        elif isinstance(parent, cst.NamedExpr) and parent.value is node and isinstance(parent.target, cst.Name):
            yield parent.target.value, None


def _is_container(function: Function, name: str) -> bool:
    """Whether a variable holds many, so that its methods are those of a list, dict or QuerySet: by what it is given."""
    for node in function.names(name):
        parent = function.parents.get(node)
        if isinstance(parent, cst.For | cst.CompFor) and parent.iter is node:
            return True
        given = function.parents.get(parent) if isinstance(parent, cst.AssignTarget) else None
        if isinstance(given, cst.Assign):
            if isinstance(given.value, cst.List | cst.Dict | cst.Set | cst.BaseComp):
                return True
            if isinstance(given.value, cst.Call) and called_name(given.value) in _MANY:
                return True
    return False


def _of_attribute(
    function: Function,
    name: str,
    node: cst.Attribute,
    columns: Collection[str],
    model: str,
    ours: set[cst.CSTNode],
    known: Collection[str],
    *,
    is_container: bool,
) -> Iterator[str]:
    target = function.parents.get(node)
    attribute = node.attr.value
    if isinstance(target, cst.AssignTarget | cst.AugAssign | cst.AnnAssign) and target.target is node:
        what = f"{function.where(node)} sets `{attribute}` on it before it is stored"
        if attribute not in columns:
            raise FixBlocked(f"{what}, which is no column of `{model}`")
        yield what
    elif isinstance(target, cst.Call) and target.func is node:
        if not is_container or attribute not in _OF_QUERYSETS | _PUTTING:
            yield f"{function.where(node)}: `{name}.{attribute}()` may change it before it is stored"
        elif attribute not in _PUTTING and not _is_looked_at(function, target, ours, known):
            code = function.statement(node)
            yield f"{function.where(node)}: `{code}` may change what `{name}` holds before it is stored"
    elif attribute not in columns:
        # A relation is loaded, a cached property worked out: both were stored with it until now.
        yield f"{function.where(node)} reads `{name}.{attribute}` before it is stored, which rows do not keep"


def _is_looked_at(function: Function, call: cst.Call, ours: set[cst.CSTNode], known: Collection[str]) -> bool:
    """Whether what a method of a container or query gives goes where it is looked at, or nowhere."""
    parent = function.parents.get(call)
    if isinstance(parent, cst.Expr | cst.Return | cst.For | cst.CompFor | cst.Await | cst.If | cst.ComparisonTarget):
        return True
    if isinstance(parent, cst.Attribute):
        outer = function.parents.get(parent)
        of_queries = parent.attr.value in _OF_QUERYSETS and isinstance(outer, cst.Call) and outer.func is parent
        return of_queries and isinstance(outer, cst.Call) and _is_looked_at(function, outer, ours, known)
    return _is_kept(function, call, ours, known)


def holders(function: Function, node: cst.CSTNode) -> set[str]:
    """The variables that what a node gives is put into: by an assignment, or by a loop over it."""
    current: cst.CSTNode | None = node
    while current is not None:
        parent = function.parents.get(current)
        if isinstance(parent, cst.Assign):
            return {n.value for t in parent.targets for n in _names(t.target)}
        if isinstance(parent, cst.NamedExpr) and isinstance(parent.target, cst.Name):
            return {parent.target.value}
        if isinstance(parent, cst.For | cst.CompFor) and parent.iter is current:
            return {name.value for name in _names(parent.target)}
        if isinstance(parent, cst.BaseStatement):
            return set()
        current = parent
    return set()


def _scope(function: Function, loop: cst.CompFor) -> cst.CSTNode | None:
    scope = function.parents.get(loop)
    while isinstance(scope, cst.CompFor):
        scope = function.parents.get(scope)
    return scope


def _names(target: cst.CSTNode) -> list[cst.Name]:
    return [n for n in (target, *descendants(target)) if isinstance(n, cst.Name)]


def _rows_of(function: Function, name: str) -> Iterator[Held]:
    """The variables of loops over a variable, each with the comprehension that it is known in."""
    for node in function.parents:
        if not isinstance(node, cst.For | cst.CompFor):
            continue
        if any(n.value == name for n in _names(node.iter)):
            scope = _scope(function, node) if isinstance(node, cst.CompFor) else None
            yield from ((target.value, scope) for target in _names(node.target))
