"""Classes of the project: their bases, the order in which members are looked up, who derives from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import libcst as cst

from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, Symbol, ValueRef

Base: TypeAlias = ClassRef | External

_MAX_ALIASES = 5
#: Begins with a word, which makes the search fast; what is no class after all is sorted out by the outline.
_HEADER = re.compile(rb"class\s+(\w+)\s*\(([^)]*(?:\([^)]*\)[^)]*)*)\)")


def dotted(node: cst.BaseExpression | None) -> str | None:
    """``a.b.c`` for a name or attribute access; None for any other expression."""
    if type(node) is cst.Name:
        return node.value
    parts: list[str] = []
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


#: Built-in types that classes derive from.
_BUILTINS = frozenset(
    {"list", "dict", "str", "int", "float", "tuple", "set", "frozenset", "bytes", "type", "Exception"}
)


class Classes:
    """Questions about the classes of a code base, each answered once."""

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self._bases: dict[ClassRef, list[Base]] = {}
        self._orders: dict[ClassRef, list[Base]] = {}
        self._by_base: dict[str, list[tuple[Module, str]]] | None = None
        self._subclasses: dict[ClassRef, list[ClassRef]] = {}

    def resolve_dotted(self, module: Module, name: str) -> Symbol | None:
        """What a dotted name means at the top level of a module, attributes of modules and classes included."""
        head, *rest = name.split(".")
        symbol = self.codebase.resolve(module, head)
        # `import a.b.c` binds `a`, which may be a package without a module of its own.
        for index, part in enumerate(rest):
            if isinstance(symbol, ClassRef):
                symbol = self.member_symbol(symbol, part)
            elif symbol is not None:
                found = self.codebase.attribute(symbol, part, module)
                if found is None:
                    return None
                symbol = found
            if symbol is None:
                return External(name) if index == 0 and not self.codebase.resolve(module, head) else None
        return self._unalias(symbol)

    def _unalias(self, symbol: Symbol | None) -> Symbol | None:
        """Follow ``Name = other.Name``."""
        for _ in range(_MAX_ALIASES):
            if not isinstance(symbol, ValueRef) or len(symbol.definitions) != 1:
                break
            parsed = symbol.module.parsed(symbol.definitions[0])
            target = _assigned_name(parsed.statements[0]) if parsed and parsed.statements else None
            if target is None or target == symbol.name:
                break
            inner = self.resolve_dotted(symbol.module, target)
            if inner is None:
                break
            symbol = inner
        return symbol

    def member_symbol(self, ref: ClassRef, name: str) -> Symbol | None:
        """A class nested in another."""
        scope = ref.definition.scope
        for definition in scope.definitions.get(name, []) if scope else []:
            if definition.form == "class":
                return ClassRef(ref.module, definition)
        return None

    def bases(self, ref: ClassRef) -> list[Base]:
        """The bases of a class as far as they can be named.

        A base that is made by a call (``Manager.from_queryset(UserQuerySet)``, ``with_metaclass(Meta, Base)``)
        counts as deriving from the classes that the call names.
        """
        if ref not in self._bases:
            self._bases[ref] = []
            found: list[Base] = []
            parsed = ref.module.parsed(ref.definition, header_only=True)
            node = parsed.class_def if parsed else None
            for argument in node.bases if node else ():
                for name in _named(argument.value):
                    symbol = self.resolve_dotted(ref.module, name)
                    if symbol is None and ref.definition.parent is not None:
                        symbol = self.member_symbol(ClassRef(ref.module, ref.definition.parent), name)
                    if symbol is None and name in _BUILTINS:
                        symbol = External(f"builtins.{name}")
                    if isinstance(symbol, ClassRef | External) and symbol != ref:
                        found.append(symbol)
            self._bases[ref] = found
        return self._bases[ref]

    def order(self, ref: ClassRef) -> list[Base]:
        """The class and all it derives from, in the order of lookup (depth first, each once, at its last place)."""
        if ref not in self._orders:
            self._orders[ref] = [ref]
            seen: list[Base] = []
            self._collect(ref, seen, set())
            last = {base: index for index, base in enumerate(seen)}
            self._orders[ref] = [base for index, base in enumerate(seen) if last[base] == index]
        return self._orders[ref]

    def _collect(self, base: Base, seen: list[Base], active: set[Base]) -> None:
        seen.append(base)
        if isinstance(base, ClassRef) and base not in active and len(seen) < 200:
            for parent in self.bases(base):
                self._collect(parent, seen, active | {base})

    def externals(self, ref: ClassRef) -> list[str]:
        """Names of the classes outside the project that a class derives from."""
        return [base.name for base in self.order(ref) if isinstance(base, External)]

    def member(
        self, ref: ClassRef, name: str, after: ClassRef | None = None
    ) -> tuple[ClassRef, list[Definition]] | None:
        """The class that defines a member, and its definitions there; ``after`` as for ``super()``."""
        order = self.order(ref)
        if after is not None and after in order:
            order = order[order.index(after) + 1 :]
        for base in order:
            if isinstance(base, ClassRef) and base.definition.scope is not None:
                definitions = base.definition.scope.definitions.get(name)
                if definitions:
                    return base, definitions
        return None

    def subclasses(self, ref: ClassRef) -> list[ClassRef]:
        """All classes of the project that derive from a class."""
        if ref not in self._subclasses:
            self._subclasses[ref] = []
            found: list[ClassRef] = []
            for child in self._direct_subclasses(ref):
                found += [c for c in (child, *self.subclasses(child)) if c not in found]
            self._subclasses[ref] = found
        return self._subclasses[ref]

    def _direct_subclasses(self, ref: ClassRef) -> Iterator[ClassRef]:
        for module, name in self._headers().get(ref.definition.name, ()):
            for definition in module.outline.walk():
                if definition.form == "class" and definition.name == name:
                    candidate = ClassRef(module, definition)
                    if candidate != ref and ref in self.bases(candidate):
                        yield candidate

    def _headers(self) -> dict[str, list[tuple[Module, str]]]:
        """By the last part of a base's name, the classes that name it in their header."""
        if self._by_base is None:
            self._by_base = {}
            for module, headers in self.codebase.findall(_HEADER, "class"):
                for name, bases in headers:
                    for base in set(re.findall(rb"\w+", bases)):
                        self._by_base.setdefault(base.decode(), []).append((module, name.decode()))
        return self._by_base


def _assigned_name(statement: cst.CSTNode) -> str | None:
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        inner = statement.body[0]
        if isinstance(inner, cst.Assign | cst.AnnAssign):
            return dotted(inner.value)
    return None


def _named(node: cst.BaseExpression) -> Iterator[str]:
    if isinstance(node, cst.Subscript):
        node = node.value
    name = dotted(node)
    if name is not None:
        yield name
    elif isinstance(node, cst.Call):
        made_by = dotted(node.func) or ""
        if made_by.rpartition(".")[2] == "namedtuple":
            yield made_by
        if isinstance(node.func, cst.Attribute):
            yield from _named(node.func.value)
        for argument in node.args:
            yield from _named(argument.value)
