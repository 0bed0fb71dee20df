"""When two calls in one function are certainly of the same entry."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.reads.paths import Paths
from cachelint.project.classes import dotted
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, Str


def identities(call: CacheCall, parsed: ParsedDefinition, paths: Paths) -> list[object]:
    """What the key of a call goes by: calls that have one of them in common are of the same entry.

    A key is the same where its text is written the same, or comes to the same template, in variables that were not
    given another value in between; and where cache and version are the same.
    """
    node = call.nodes.get("key") or call.nodes.get("keys") or call.nodes.get("data") or _spread(call, paths)
    version = call.nodes.get("version")
    versioned = _source(version, parsed, paths) if version is not None else None
    found: list[object] = []
    receivers: list[object] = [("alias", call.alias)] if call.alias is not None else []
    called = call.node.func if isinstance(call.node, cst.Call) else None
    if call.inner is None:
        holder = called.value if isinstance(called, cst.Attribute) else _container(call.node)
        if holder is not None:
            receivers.append(("object", _source(holder, parsed, paths)))
    for receiver in receivers:
        if node is not None and call.inner is None and "data" not in call.nodes:
            found.append((receiver, versioned, "source", _source(node, parsed, paths)))
        template = _template(call, paths)
        if template is not None:
            found.append((receiver, versioned, "template", template))
    return found or [("call", id(call.node))]


def _spread(call: CacheCall, paths: Paths) -> cst.BaseExpression | None:
    """The key in the dict that is passed as ``**arguments``, where the function has made it."""
    for argument in call.node.args if isinstance(call.node, cst.Call) else ():
        given = paths.flags.get(dotted(argument.value) or "") if argument.star == "**" else None
        for element in given.elements if isinstance(given, cst.Dict) else ():
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                if element.key.evaluated_value == "key":
                    return element.value
    return None


def _container(node: cst.BaseExpression) -> cst.BaseExpression | None:
    return node.comparisons[0].comparator if isinstance(node, cst.Comparison) else None


def _source(node: cst.BaseExpression, parsed: ParsedDefinition, paths: Paths) -> tuple[object, ...]:
    """The source of an expression, with the assignments that its variables have last got."""
    text = " ".join(parsed.bare_code(node).split())
    names = {name for n in (node, *descendants(node)) if (name := path_of(n)) is not None}
    return (text, *sorted((name, paths.numbers[name]) for name in _prefixes(names) if name in paths.numbers))


def _prefixes(names: set[str]) -> set[str]:
    """Some dotted paths, and what each of them hangs on: `a.b` and `a` of `a.b`."""
    found = set(names)
    for name in names:
        while "." in name:
            name = name.rpartition(".")[0]
            found.add(name)
    return found


def _template(call: CacheCall, paths: Paths) -> tuple[object, ...] | None:
    """The text that a key comes to, where all its parts are known by name."""
    types = members(call.key)
    if len(types) != 1 or not isinstance(types[0], Str) or not types[0].parts:
        return None
    placeholders = [part for part in types[0].parts if isinstance(part, Placeholder)]
    if any(not _is_plain(part.name) or part.scope != call.function for part in placeholders):
        return None
    text = "".join(p.name if isinstance(p, Placeholder) else p.text for p in types[0].parts)
    return (types[0].template, text, *_numbers(placeholders, paths))


def _is_plain(name: str) -> bool:
    """Whether a placeholder says what it is of: a variable, an attribute, or a call of such without arguments."""
    return bool(name) and all(c.isalnum() or c in "_." for c in name.replace("()", ""))


def _numbers(placeholders: list[Placeholder], paths: Paths) -> Iterator[tuple[str, int]]:
    names = _prefixes({part.name.replace("()", "") for part in placeholders})
    yield from sorted((name, paths.numbers[name]) for name in names if name in paths.numbers)


def path_of(node: cst.CSTNode) -> str | None:
    """The dotted path that an expression is, if it is one."""
    return dotted(node) if isinstance(node, cst.Name | cst.Attribute) else None
