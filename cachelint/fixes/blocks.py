"""Statements of one block: which one a node stands in, and edits of whole lines."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from cachelint.findings import Edit, Place
from cachelint.fixes.base import FixBlocked
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants


def line_of(node: cst.CSTNode, parsed: ParsedDefinition) -> tuple[cst.SimpleStatementLine, cst.IndentedBlock, int]:
    """The line that a node stands on alone, its block, and where in it. Raises FixBlocked where there is none."""
    parents = parsed.gathered.parents
    current: cst.CSTNode | None = node
    while current is not None and not isinstance(current, cst.SimpleStatementLine):
        current = parents.get(current)
    block = parents.get(current) if current is not None else None
    if current is None or len(current.body) != 1 or not isinstance(block, cst.IndentedBlock):
        raise FixBlocked("the call does not stand on a line of its own")
    return current, block, list(block.body).index(current)


def is_statement(node: cst.CSTNode, parsed: ParsedDefinition) -> bool:
    """Whether a call is a statement: what it gives is not used."""
    return isinstance(parsed.gathered.parents.get(node), cst.Expr)


def removed(line: cst.SimpleStatementLine, block: cst.IndentedBlock, parsed: ParsedDefinition) -> Edit:
    """A line taken out of its block."""
    place = parsed.place(line.body[0])
    if len(block.body) == 1:
        return Edit(place, "pass")
    if line.trailing_whitespace.comment is not None:
        # What is said beside it stays.
        return Edit(place._replace(end_column=place.end_column + len(line.trailing_whitespace.whitespace.value)), "")
    return Edit(Place(place.path, place.line, 1, place.end_line + 1, 1), "")


def names_in(node: cst.CSTNode) -> set[str]:
    """All names that stand in a node."""
    return {n.value for n in (node, *descendants(node)) if isinstance(n, cst.Name)}


def assigned_in(statements: Sequence[cst.CSTNode]) -> set[str]:
    """The names that some statements give another value."""
    found: set[str] = set()
    for statement in statements:
        for node in descendants(statement):
            if isinstance(node, cst.AssignTarget | cst.AugAssign | cst.AnnAssign | cst.NamedExpr | cst.For):
                found |= names_in(node.target)
    return found
