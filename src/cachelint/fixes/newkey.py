"""Moving a key to a new version, by changing the one place where its template is written."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.caching.collect import Facts
from cachelint.caching.keys import VERSION_MARKER
from cachelint.caching.sites import Site
from cachelint.findings import Edit
from cachelint.fixes import edits
from cachelint.project import Lift, Module, ValueRef, dotted
from cachelint.project.trees import descendants

_SEPARATORS = ":_-./"


class NoKey(Exception):
    """The key can't be moved; the message says why."""


def moved(site: Site, facts: Facts) -> Edit:
    """The edit that moves the key of a site to its next version. Raises NoKey."""
    if site.version is not None:
        raise NoKey(f"line {site.place.line} passes version=, which has to be changed by hand")
    node = site.nodes.get("key")
    if node is None:
        raise NoKey(f"the key at line {site.place.line} can't be seen")
    lift, literal = _literal(site, site.lift, node, facts)
    return edits.replace(lift.place(literal), next_version(lift.code(literal)))


def _literal(site: Site, lift: Lift, node: cst.BaseExpression, facts: Facts) -> tuple[Lift, cst.BaseExpression]:
    """The string that holds the words of a key."""
    match node:
        case cst.SimpleString() | cst.FormattedString():
            return lift, node
        case cst.ConcatenatedString() | cst.BinaryOperation():
            return _literal(site, lift, node.left, facts)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="format"))):
            return _literal(site, lift, inner, facts)
        case cst.Name():
            local = _assigned_in(lift, node.value)
            if local is not None:
                return _literal(site, lift, local, facts)
            return _constant(site, node.value, facts)
    raise NoKey(f"the key is written by `{lift.code(node)}`, which is not understood well enough to change it")


def _assigned_in(lift: Lift, name: str) -> cst.BaseExpression | None:
    function = lift.function
    if function is None:
        return None
    found: list[cst.BaseExpression] = []
    for node in descendants(function):
        targets = node.targets if isinstance(node, cst.Assign) else ()
        if any(isinstance(t.target, cst.Name) and t.target.value == name for t in targets):
            assert isinstance(node, cst.Assign)
            found.append(node.value)
        elif isinstance(node, cst.AugAssign | cst.AnnAssign | cst.NamedExpr | cst.For | cst.Param):
            target = node.name if isinstance(node, cst.Param) else node.target
            if isinstance(target, cst.Name) and target.value == name:
                raise NoKey(f"the key `{name}` is put together in more than one place")
    if len(found) > 1:
        raise NoKey(f"the key `{name}` is assigned in more than one place")
    return found[0] if found else None


def _constant(site: Site, name: str, facts: Facts) -> tuple[Lift, cst.BaseExpression]:
    module = _module(site, facts)
    symbol = facts.codebase.resolve(module, name)
    if not isinstance(symbol, ValueRef) or len(symbol.definitions) != 1:
        raise NoKey(f"the constant `{name}` is not assigned in one place")
    home = symbol.module
    lift = home.lift(symbol.definitions[0])
    statement = lift.statements[0] if lift is not None and lift.statements else None
    inner = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if lift is None or not isinstance(inner, cst.Assign):
        raise NoKey(f"the constant `{name}` is not a plain assignment")
    value = inner.value
    if not isinstance(value, cst.SimpleString):
        raise NoKey(f"the constant `{name}` is not a plain string")
    return lift, value


def uses_of_constant(site: Site, facts: Facts) -> tuple[str, int] | None:
    """The constant that the key of a site is written with, and how often its name stands in the project's code."""
    node = site.nodes.get("key")
    name = _leading_name(node)
    if name is None or _assigned_in(site.lift, name) is not None:
        return None
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    count = sum(len(word.findall(m.source.data)) for m in facts.codebase.containing(name, word))
    return name, count


def _leading_name(node: cst.BaseExpression | None) -> str | None:
    while node is not None:
        match node:
            case cst.Name():
                return node.value
            case cst.BinaryOperation():
                node = node.left
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="format"))):
                node = inner
            case _:
                return None
    return None


def _module(site: Site, facts: Facts) -> Module:
    return facts.codebase.modules[site.lift.path]


def next_version(source: str) -> str:
    """The source of a string with its version marker counted up, or with ``v2`` put in where there is none.

    ``"user:v1:%s"`` becomes ``"user:v2:%s"``, ``f"user_{pk}"`` becomes ``f"user_v2_{pk}"``, ``"users"`` ``"users:v2"``.
    """
    marked = VERSION_MARKER.search(source)
    if marked is not None:
        return f"{source[: marked.start(1)]}{int(marked.group(1)) + 1}{source[marked.end(1) :]}"
    prefix = re.match(r"[A-Za-z]*", source)
    quote_at = prefix.end() if prefix else 0
    quote = source[quote_at : quote_at + 3] if source[quote_at : quote_at + 3] in ('"""', "'''") else source[quote_at]
    start, end = quote_at + len(quote), len(source) - len(quote)
    hole = _first_hole(source, start, end, "f" in source[:quote_at].lower())
    text = source[start : hole if hole is not None else end]
    used = [c for c in text if c in _SEPARATORS]
    if hole is None:
        separator = used[-1] if used else ":"
        return f"{source[:end]}{separator}v2{source[end:]}"
    if not text:
        return f"{source[:start]}v2:{source[start:]}"
    separator = text[-1] if text[-1] in _SEPARATORS else (used[-1] if used else ":")
    lead = "" if text[-1] in _SEPARATORS else separator
    return f"{source[:hole]}{lead}v2{separator}{source[hole:]}"


def _first_hole(source: str, start: int, end: int, formatted: bool) -> int | None:
    if formatted or re.search(r"(?<!\{)\{[\w.!:\[\]]*\}", source[start:end]):
        match = re.compile(r"(?<!\{)\{(?!\{)").search(source, start, end)
    else:
        match = re.compile(r"%(?:\(\w+\))?[sdrxi]").search(source, start, end)
    return match.start() if match else None


__all__ = ["NoKey", "dotted", "moved", "next_version", "uses_of_constant"]
