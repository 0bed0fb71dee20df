"""The inside of a definition as a libcst tree, with positions that are those of the file."""

from __future__ import annotations

from typing import cast

import libcst as cst
from libcst.metadata import CodeRange, PositionProvider

from cachelint.findings import Place
from cachelint.project.outline import Definition
from cachelint.project.source import Source
from cachelint.project.syntax import CalledNames, Gathered


class ParseFailed(Exception):
    """The text of a definition is no Python; the message is one line."""


class ParsedDefinition:
    """A parsed stretch of a file.

    An indented definition is parsed as it stands below a header line (``if 1:``, or a class for its members),
    so that columns need no correction and strings stay whole.
    """

    __slots__ = (
        "_codes",
        "_gathered",
        "_positions",
        "called",
        "column_shift",
        "definition",
        "first_line",
        "module",
        "path",
        "statements",
    )

    def __init__(self, source: Source, definition: Definition, *, header_only: bool = False) -> None:
        self.definition = definition
        self.path = source.path
        data = source.data
        line_start = max(data.rfind(b"\n", 0, definition.start), data.rfind(b"\r", 0, definition.start)) + 1
        lead = data[line_start : definition.start]
        self.column_shift = 0
        end = definition.body if header_only and definition.body else definition.end
        if lead.strip(b" \t"):
            # Code, or a form feed, which sets the indentation back to nothing.
            text = _decode(data[definition.start : end])
            self.column_shift = len(_decode(lead))
            lead = b""
        else:
            text = _decode(data[line_start:end])
        if header_only and definition.body:
            same_line = b"\n" not in data[definition.start : definition.body].rpartition(b":")[2]
            text = text.rstrip() + (" pass" if same_line else "\n" + " " * max(definition.body_column, 1) + "pass")
        header = "if 1:\n" if lead else ""
        self.first_line = definition.line - (1 if header else 0)
        if too_deep(text):
            raise ParseFailed(f"too deeply nested to be parsed near line {definition.line}")
        try:
            self.module = cst.parse_module(header + text + "\n")
        except cst.ParserSyntaxError as error:
            line = self.first_line + error.raw_line - 1
            raise ParseFailed(f"syntax error near line {line}") from None
        except (RecursionError, ValueError) as error:
            raise ParseFailed(f"cannot be parsed near line {definition.line}: {type(error).__name__}") from None
        body: list[cst.BaseStatement] = list(self.module.body)
        if header and body and isinstance(body[0], cst.If):
            block = body[0].body
            body = list(block.body) if isinstance(block, cst.IndentedBlock) else []
        self.statements = body
        self.called = CalledNames()
        self._codes: dict[cst.CSTNode, str] = {}
        self._positions: dict[cst.CSTNode, CodeRange] | None = None
        self._gathered: Gathered | None = None

    @property
    def gathered(self) -> Gathered:
        """What stands in the tree, found in one walk."""
        if self._gathered is None:
            self._gathered = Gathered(self.module)
        return self._gathered

    @property
    def function(self) -> cst.FunctionDef | None:
        """The function that was parsed, if it is one."""
        first = self.statements[0] if self.statements else None
        return first if isinstance(first, cst.FunctionDef) else None

    @property
    def class_def(self) -> cst.ClassDef | None:
        """The class that was parsed, if it is one."""
        first = self.statements[0] if self.statements else None
        return first if isinstance(first, cst.ClassDef) else None

    def place(self, node: cst.CSTNode, *, bare: bool = False) -> Place:
        """Where a node of this tree stands in the file; ``bare`` leaves the parentheses around it out."""
        if self._positions is None:
            # Positions cost as much as parsing: only trees with something to report ask for them.
            self._positions = _Positions().of(self.module)
        start, end = self._positions[node].start, self._positions[node].end
        # libcst leaves the parentheses around an expression out of its position; here they belong to it.
        # Those of a class, a `with` and an import are of another kind.
        if isinstance(node, cst.BaseExpression) and node.lpar and not bare:
            start, end = self._positions[node.lpar[0]].start, self._positions[node.rpar[-1]].end
        return Place(
            self.path,
            self.first_line + start.line - 1,
            start.column + 1 + (self.column_shift if start.line == 1 else 0),
            self.first_line + end.line - 1,
            end.column + 1 + (self.column_shift if end.line == 1 else 0),
        )

    def bare_code(self, node: cst.CSTNode) -> str:
        """The source of a node without the parentheses around it."""
        bare = node.with_changes(lpar=(), rpar=()) if isinstance(node, cst.BaseExpression) and node.lpar else node
        return self.module.code_for_node(bare)

    def code(self, node: cst.CSTNode) -> str:
        """The source of a node."""
        found = self._codes.get(node)
        if found is None:
            found = self._codes[node] = self.module.code_for_node(node)
        return found


class _Positions(PositionProvider):
    """The positions of a tree without the wrapper around it, which would walk through the tree once more."""

    def of(self, module: cst.Module) -> dict[cst.CSTNode, CodeRange]:
        self._gen_impl(module)
        return cast("dict[cst.CSTNode, CodeRange]", self._computed)


#: Brackets inside brackets: the parser is native code, which ends the program where it runs out of stack.
_MAX_NESTING = 400


def too_deep(text: str) -> bool:
    """Whether brackets stand inside one another more than a parser can take."""
    if sum(text.count(c) for c in "([{") < _MAX_NESTING:
        return False
    depth = 0
    for character in text:
        if character in "([{":
            depth += 1
            if depth > _MAX_NESTING:
                return True
        elif character in ")]}":
            depth -= 1
    return False


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
