"""Where a function, a method or a constant of the project is named: all places, or one more than can be followed."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.frozen import dataclass
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef, Symbol, ValueRef

#: Definitions that are parsed to find the mentions of one name: a name that stands in more of them is everybody's.
_MAX_DEFINITIONS = 120


@dataclass(frozen=True, eq=False)
class Reference:
    """A place where something is named. ``call`` is the call of it that this is the name of, if it is one."""

    module: Module
    definition: Definition
    parsed: ParsedDefinition | None
    node: cst.CSTNode | None
    call: cst.Call | None = None

    @property
    def line(self) -> int:
        """The line that it stands on."""
        if self.parsed is None or self.node is None:
            return self.module.line_of(self.definition)
        return self.parsed.place(self.node).line

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.module.path}:{self.line}"

    @property
    def function(self) -> FunctionRef | None:
        """The function that it stands in."""
        return FunctionRef(self.module, self.definition) if self.definition.form == "function" else None


class References:
    """The mentions of the definitions of a project, each looked for once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.codebase = interpreter.codebase
        self.classes = interpreter.classes
        self._found: dict[tuple[str, int, str], tuple[Reference, ...]] = {}

    def of(self, module: Module, definition: Definition) -> tuple[Reference, ...]:
        """Where a definition may be named, but in imports and where it is defined.

        Where the name stands in too many places to look at, the last mention is one of which no node is known.
        """
        key = (module.path, definition.start, definition.name)
        if key not in self._found:
            self._found[key] = tuple(self._look(module, definition))
        return self._found[key]

    def _look(self, home: Module, definition: Definition) -> Iterator[Reference]:
        name = definition.name
        looked_at = 0
        for module in self.codebase.containing(name):
            for around in module.naming(name):
                if around is definition:
                    continue
                looked_at += 1
                if looked_at > _MAX_DEFINITIONS:
                    yield Reference(module, around, None, None)
                    return
                parsed = module.parsed(around, header_only=around.form == "class")
                if parsed is not None:
                    yield from self._in(module, around, parsed, home, definition)
        if definition.form == "function":
            # A function that calls itself.
            parsed = home.parsed(definition)
            if parsed is not None:
                yield from self._in(home, definition, parsed, home, definition)

    def _in(
        self, module: Module, around: Definition, parsed: ParsedDefinition, home: Module, definition: Definition
    ) -> Iterator[Reference]:
        name = definition.name
        named = parsed.gathered
        local = around.form == "function" and name in named.bound
        for node in named.by(name):
            if isinstance(node, cst.SimpleString) and not self._named_in_text(node, home, definition):
                continue
            parents = named.parents
            parent = parents.get(node)
            if isinstance(node, cst.Name) and not self._refers(
                node, parent, parents, local, module, around, home, definition
            ):  # fmt: skip
                continue
            whole = parent if isinstance(parent, cst.Attribute) else node
            call = parents.get(whole)
            is_call = isinstance(call, cst.Call) and call.func is whole
            yield Reference(module, around, parsed, node, call if is_call else None)  # type: ignore[arg-type]

    def _named_in_text(self, node: cst.SimpleString, home: Module, definition: Definition) -> bool:
        """``"shop.views.find"``, and for a method ``getattr(self, "key")``."""
        text = node.evaluated_value
        if not isinstance(text, str) or not text.endswith(definition.name):
            return False
        if definition.parent is not None:
            return text == definition.name
        return text == f"{home.name}.{definition.name}" or (
            "." in text and text.rpartition(".")[0].rpartition(".")[2] == home.name.rpartition(".")[2]
        )

    def _refers(
        self, node: cst.Name, parent: cst.CSTNode | None, parents: dict[cst.CSTNode, cst.CSTNode], local: bool,
        module: Module, around: Definition, home: Module, definition: Definition,
    ) -> bool:  # fmt: skip
        if isinstance(parent, cst.FunctionDef | cst.ClassDef) and parent.name is node:
            return False
        if isinstance(parent, cst.Param) and parent.name is node:
            return False
        if isinstance(parent, cst.Arg) and parent.keyword is node:
            return False
        if isinstance(parent, cst.ImportAlias | cst.AsName):
            return False
        if isinstance(parent, cst.Attribute) and parent.attr is node:
            if definition.parent is not None:
                return self._of_class(parent.value, module, around, ClassRef(home, definition.parent))
            full = dotted(parent)
            return full is not None and self._is(self.classes.resolve_dotted(module, full), home, definition)
        if definition.parent is not None:
            return around.parent is definition.parent and around.form != "function"
        if local:
            # A variable of its own; an import inside the function may be of ours.
            return any(isinstance(n, cst.ImportAlias) and n.evaluated_name == definition.name for n in parents)
        return self._is(self.codebase.resolve(module, definition.name), home, definition)

    def _is(self, symbol: Symbol | None, home: Module, definition: Definition) -> bool:
        if isinstance(symbol, ValueRef):
            return symbol.module is home and definition in symbol.definitions
        return isinstance(symbol, FunctionRef | ClassRef) and symbol.module is home and symbol.definition is definition

    def _of_class(self, base: cst.BaseExpression, module: Module, around: Definition, owner: ClassRef) -> bool:
        """Whether a member of that name may be one of a class: not where it is certainly of another."""
        inner = base.func if isinstance(base, cst.Call) else base
        name = dotted(inner)
        other: Symbol | None = None
        if name in ("self", "cls", "super"):
            other = ClassRef(module, around.parent) if around.parent is not None else None
        elif name is not None:
            other = self.classes.resolve_dotted(module, name)
        if not isinstance(other, ClassRef):
            return True
        return self._related(other, owner)

    def _related(self, one: ClassRef, other: ClassRef) -> bool:
        """Whether an instance may be of both: the second is mostly a base of many, whose children are not asked for."""
        if other in self.classes.order(one) or one in self.classes.order(other):
            return True
        return any(other in self.classes.order(child) for child in self.classes.subclasses(one))
