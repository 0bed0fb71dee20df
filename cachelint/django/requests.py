"""What comes with a request: the expressions that are a visitor's own text."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.project.classes import dotted
from cachelint.project.enclosing import function_around
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants

#: Attributes of a request that hold what a visitor sent.
_DATA = frozenset({"GET", "POST", "FILES", "COOKIES", "headers", "data", "query_params", "body", "META"})
#: Methods of those that give an item, or all.
_READING = frozenset({"get", "getlist", "pop", "read", "dict"})
#: Methods of texts after which they are as much the visitor's.
_KEEPING = frozenset({"strip", "lower", "upper", "encode", "decode", "lstrip", "rstrip", "title", "casefold"})
#: Decorators that make a function one that a visitor calls with arguments of their own.
_ENTRIES = frozenset({"rpc_method", "jsonrpc_method", "rpc", "xmlrpc_method", "xmlrpc_func"})
_MAX_STEPS = 6


def visitors_text(node: cst.BaseExpression, parsed: ParsedDefinition, unwrapped: frozenset[str] = frozenset()) -> str:
    """Where a text of a visitor's comes from, as it is written (``request.GET``); empty where it is none for certain.

    Variables are followed to their assignments. ``unwrapped`` are functions that are looked through.
    """
    return _of(node, parsed, unwrapped, _MAX_STEPS)


def _of(node: cst.BaseExpression, parsed: ParsedDefinition, unwrapped: frozenset[str], steps: int) -> str:
    if steps <= 0:
        return ""
    if isinstance(node, cst.Attribute):
        return f"{dotted(node)}" if _is_data(node) else ""
    if isinstance(node, cst.Subscript):
        return _of(node.value, parsed, unwrapped, steps - 1)
    if isinstance(node, cst.Call):
        return _of_call(node, parsed, unwrapped, steps)
    if isinstance(node, cst.BooleanOperation):
        return _of(node.left, parsed, unwrapped, steps - 1)
    if isinstance(node, cst.Name):
        return _of_name(node, parsed, unwrapped, steps)
    return ""


def _is_data(node: cst.Attribute) -> bool:
    holder = dotted(node.value) or ""
    return node.attr.value in _DATA and (holder == "request" or holder.endswith((".request", "._request")))


def _of_call(node: cst.Call, parsed: ParsedDefinition, unwrapped: frozenset[str], steps: int) -> str:
    func = node.func
    name = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
    if isinstance(func, cst.Attribute) and name in _READING | _KEEPING:
        found = _of(func.value, parsed, unwrapped, steps - 1)
        if found:
            return found
    if name in unwrapped or (name == "str" and isinstance(func, cst.Name)):
        return _of(node.args[0].value, parsed, unwrapped, steps - 1) if node.args else ""
    return ""


def _of_name(node: cst.Name, parsed: ParsedDefinition, unwrapped: frozenset[str], steps: int) -> str:
    function = function_around(node, parsed)
    if not isinstance(function, cst.FunctionDef):
        return ""
    given = list(assigned(node.value, function))
    if given:
        found = [_of(value, parsed, unwrapped, steps - 1) if value is not None else "" for value in given]
        return found[0] if all(found) else ""
    parameters = [p.name.value for p in (*function.params.params, *function.params.kwonly_params)]
    if node.value in parameters and node.value not in ("self", "cls", "request") and _is_entry(function):
        return f"the argument `{node.value}` of a remote call"
    return ""


def assigned(name: str, function: cst.FunctionDef) -> Iterator[cst.BaseExpression | None]:
    """What a function gives to a variable, None where it gives something in another way than by ``=``."""
    for inner in descendants(function.body):
        if isinstance(inner, cst.Assign):
            for target in inner.targets:
                if isinstance(target.target, cst.Name) and target.target.value == name:
                    yield inner.value
                elif any(isinstance(n, cst.Name) and n.value == name for n in _targets(target.target)):
                    yield None
        elif isinstance(inner, cst.AnnAssign | cst.NamedExpr) and isinstance(inner.target, cst.Name):
            if inner.target.value == name:
                yield inner.value
        elif isinstance(inner, cst.AugAssign | cst.For | cst.CompFor):
            if any(isinstance(n, cst.Name) and n.value == name for n in (inner.target, *descendants(inner.target))):
                yield None
        elif isinstance(inner, cst.AsName) and isinstance(inner.name, cst.Name) and inner.name.value == name:
            yield None


def _targets(target: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    """The names that an assignment binds: not those of what it stores something in."""
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _targets(element.value)
    elif isinstance(target, cst.Name):
        yield target


def _is_entry(function: cst.FunctionDef) -> bool:
    for decorator in function.decorators:
        node = decorator.decorator
        name = dotted(node.func if isinstance(node, cst.Call) else node) or ""
        if name.rpartition(".")[2] in _ENTRIES:
            return True
    return False
