"""What encloses a node: the function it runs in, a loop, an ``await``."""

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
    """Whether a node runs in the body of an asynchronous function, where ``await`` is allowed.

    Defaults, decorators and annotations of a function run where it is defined; the body of a class is a scope of its
    own, in which nothing can be awaited; what a lambda or a generator does runs elsewhere.
    """
    inner = node
    for outer in around(node, parsed):
        if isinstance(outer, cst.Lambda | cst.GeneratorExp):
            return False
        if isinstance(outer, cst.ClassDef) and inner is outer.body:
            return False
        if isinstance(outer, cst.FunctionDef) and inner is outer.body:
            return outer.asynchronous is not None
        inner = outer
    return False


def function_around(node: cst.CSTNode, parsed: ParsedDefinition) -> cst.FunctionDef | cst.Lambda | None:
    """The innermost function around a node."""
    return next((o for o in around(node, parsed) if isinstance(o, cst.FunctionDef | cst.Lambda)), None)
