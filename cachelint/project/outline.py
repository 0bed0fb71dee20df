"""What a file defines, and where: read by tree-sitter, without looking into function bodies.

This is the only module that knows tree-sitter. An outline holds byte spans; :mod:`cachelint.project.parsed` parses
what stands in them when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import tree_sitter_python
from tree_sitter import Language, Node, Parser

Form = Literal["function", "class", "assignment", "statement"]

_PARSER = Parser(Language(tree_sitter_python.language()))
#: Statements whose blocks belong to the same scope.
_COMPOUND = frozenset(
    {"if_statement", "try_statement", "with_statement", "for_statement", "while_statement", "match_statement"}
)


@dataclass(slots=True)
class ImportBinding:
    """A name bound by an import: ``from module import name as bound`` (name empty for ``import module``).

    ``module`` keeps its leading dots; ``whole`` is true for ``import a.b``, which binds ``a``.
    """

    module: str
    name: str
    bound: str
    whole: bool = False
    #: True where it stands under an ``if`` or ``try``.
    conditional: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Definition:
    """A function, class, assignment or other statement, with the bytes that it takes.

    ``start`` includes decorators; ``body`` is where the body of a class begins (0 where there is none).
    """

    name: str
    form: Form
    start: int
    end: int
    line: int
    parent: Definition | None = None
    body: int = 0
    body_column: int = 0
    is_async: bool = False
    #: True where it stands under an ``if``, ``try`` or loop of its scope.
    conditional: bool = False
    scope: Scope | None = None

    def __repr__(self) -> str:
        return f"Definition({self.qualname}:{self.line})"

    @property
    def qualname(self) -> str:
        """Dotted name inside the module."""
        return f"{self.parent.qualname}.{self.name}" if self.parent else self.name


@dataclass(slots=True)
class Scope:
    """What a module or a class body binds, in order, and its other statements."""

    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    imports: dict[str, list[ImportBinding]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    statements: list[Definition] = field(default_factory=list)
    #: The lines of the imports that stand under nothing else, with what each imports from.
    import_lines: list[tuple[int, str]] = field(default_factory=list)

    def add(self, definition: Definition) -> None:
        """Record a definition under its name."""
        self.definitions.setdefault(definition.name, []).append(definition)


@dataclass(slots=True)
class Outline:
    """The scope of a module. ``error_line`` is the first line that tree-sitter could not make sense of."""

    scope: Scope
    error_line: int | None = None

    def walk(self) -> Iterator[Definition]:
        """All definitions and statements, those of classes too."""
        stack = [self.scope]
        while stack:
            scope = stack.pop()
            for definitions in scope.definitions.values():
                for definition in definitions:
                    yield definition
                    if definition.scope is not None:
                        stack.append(definition.scope)
            yield from scope.statements


def outline(data: bytes) -> Outline:
    """The outline of a file given as UTF-8."""
    root = _PARSER.parse(data).root_node
    scope = Scope()
    _Reader(data).block(root, scope, None, conditional=False)
    return Outline(scope, _first_error(root) if root.has_error else None)


def _first_error(node: Node) -> int:
    while True:
        inner = next((c for c in node.children if c.is_error or c.is_missing or c.has_error), None)
        if inner is None or node.is_error:
            return node.start_point[0] + 1
        node = inner


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def text(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "surrogatepass")

    def block(self, block: Node, scope: Scope, parent: Definition | None, *, conditional: bool) -> None:
        for node in block.named_children:
            self.statement(node, scope, parent, conditional=conditional)

    def statement(self, node: Node, scope: Scope, parent: Definition | None, *, conditional: bool) -> None:
        typ = node.type
        if typ == "decorated_definition":
            inner = node.child_by_field_name("definition")
            if inner is not None:
                self.definition(inner, node, scope, parent, conditional=conditional)
        elif typ in ("function_definition", "class_definition"):
            self.definition(node, node, scope, parent, conditional=conditional)
        elif typ == "import_statement":
            self.imports(node, scope, conditional=conditional)
        elif typ == "import_from_statement":
            self.imports_from(node, scope, conditional=conditional)
        elif typ == "expression_statement":
            self.expression(node, scope, parent, conditional=conditional)
        elif typ in _COMPOUND:
            self.compound(node, scope, parent)
        elif typ == "ERROR":
            self.block(node, scope, parent, conditional=True)

    def compound(self, node: Node, scope: Scope, parent: Definition | None) -> None:
        whole = node.type in ("for_statement", "with_statement")
        if whole:
            scope.statements.append(self.make("", "statement", node, parent, conditional=True))
        known = len(scope.statements)
        for child in node.named_children:
            if child.type == "block":
                self.block(child, scope, parent, conditional=True)
            elif child.type.endswith("_clause") or child.type == "case_clause":
                for inner in child.named_children:
                    if inner.type == "block":
                        self.block(inner, scope, parent, conditional=True)
            elif child.type == "ERROR":
                self.block(child, scope, parent, conditional=True)
        if whole and not node.has_error:
            # They are run with the whole: alone, they don't know its names.
            del scope.statements[known:]

    def definition(
        self, node: Node, outer: Node, scope: Scope, parent: Definition | None, *, conditional: bool
    ) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        form: Form = "class" if node.type == "class_definition" else "function"
        made = self.make(self.text(name), form, outer, parent, conditional=conditional)
        made.is_async = bool(node.children) and node.children[0].type == "async"
        scope.add(made)
        body = node.child_by_field_name("body")
        if form == "class" and body is not None:
            made.body, made.body_column = body.start_byte, body.start_point[1]
            made.scope = Scope()
            self.block(body, made.scope, made, conditional=False)

    def make(self, name: str, form: Form, node: Node, parent: Definition | None, *, conditional: bool) -> Definition:
        return Definition(
            name,
            form,
            node.start_byte,
            node.end_byte,
            node.start_point[0] + 1,
            parent,
            conditional=conditional,
        )

    def expression(self, node: Node, scope: Scope, parent: Definition | None, *, conditional: bool) -> None:
        inner = node.named_children[0] if node.named_children else None
        names = list(self.targets(inner)) if inner is not None else []
        for name in names:
            scope.add(self.make(name, "assignment", node, parent, conditional=conditional))
        if not names and inner is not None and inner.type not in ("string", "comment"):
            scope.statements.append(self.make("", "statement", node, parent, conditional=conditional))

    def targets(self, node: Node) -> Iterator[str]:
        while node.type in ("assignment", "augmented_assignment"):
            left = node.child_by_field_name("left")
            if left is not None:
                if left.type == "identifier":
                    yield self.text(left)
                elif left.type in ("pattern_list", "tuple_pattern", "list_pattern"):
                    for item in left.named_children:
                        if item.type == "identifier":
                            yield self.text(item)
            right = node.child_by_field_name("right")
            if right is None:
                return
            node = right

    def imports(self, node: Node, scope: Scope, *, conditional: bool) -> None:
        if not conditional:
            first = node.child_by_field_name("name")
            named = first.named_children[0] if first is not None and first.type == "aliased_import" else first
            scope.import_lines.append((node.start_point[0] + 1, self.text(named) if named is not None else ""))
        for child in node.children_by_field_name("name"):
            if child.type == "aliased_import":
                module, alias = (self.text(part) for part in child.named_children[:2])
                scope.imports.setdefault(alias, []).append(ImportBinding(module, "", alias, conditional=conditional))
            else:
                module = self.text(child)
                top = module.partition(".")[0]
                scope.imports.setdefault(top, []).append(ImportBinding(module, "", top, True, conditional))

    def imports_from(self, node: Node, scope: Scope, *, conditional: bool) -> None:
        source = node.child_by_field_name("module_name")
        if source is None:
            return
        module = "".join(self.text(source).split())
        if not conditional:
            scope.import_lines.append((node.start_point[0] + 1, module))
        if any(child.type == "wildcard_import" for child in node.children):
            scope.stars.append(module)
            return
        for child in node.children_by_field_name("name"):
            if child.type == "aliased_import":
                name, alias = (self.text(part) for part in child.named_children[:2])
            else:
                name = alias = self.text(child)
            scope.imports.setdefault(alias, []).append(ImportBinding(module, name, alias, conditional=conditional))
