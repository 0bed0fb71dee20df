"""What stands around a call: the function it is in, a loop, an ``await``."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.project.parsed import ParsedDefinition


def around(node: cst.CSTNode, parsed: ParsedDefinition) -> Iterator[cst.CSTNode]:
    """What stands around a node, from the inside."""
    parents = parsed.gathered.parents
    current = parents.get(node)
    while current is not None:
        yield current
        current = parents.get(current)


def is_in_async_function(node: cst.CSTNode, parsed: ParsedDefinition) -> bool:
    """Whether the innermost function around a node is asynchronous; what is run elsewhere is not in it."""
    for outer in around(node, parsed):
        if isinstance(outer, cst.Lambda | cst.GeneratorExp):
            return False
        if isinstance(outer, cst.FunctionDef):
            return outer.asynchronous is not None
    return False


def function_around(node: cst.CSTNode, parsed: ParsedDefinition) -> cst.FunctionDef | cst.Lambda | None:
    """The innermost function around a node."""
    return next((o for o in around(node, parsed) if isinstance(o, cst.FunctionDef | cst.Lambda)), None)
