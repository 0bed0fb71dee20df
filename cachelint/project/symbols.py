"""What a name can mean in a code base."""

from __future__ import annotations

from typing import TypeAlias

from cachelint.frozen import dataclass
from cachelint.project.module import Module
from cachelint.project.outline import Definition


@dataclass(frozen=True, slots=True)
class External:
    """Something that is not defined in the project, by its full dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function or method of the project."""

    module: Module
    definition: Definition

    @property
    def name(self) -> str:
        """Full dotted name."""
        return f"{self.module.name}.{self.definition.qualname}"


@dataclass(frozen=True, slots=True)
class ClassRef:
    """A class of the project."""

    module: Module
    definition: Definition

    @property
    def name(self) -> str:
        """Full dotted name."""
        return f"{self.module.name}.{self.definition.qualname}"


@dataclass(frozen=True, slots=True)
class ValueRef:
    """A name that a module or class body assigns, with all its assignments in order."""

    module: Module
    name: str
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class ModuleRef:
    """A module of the project."""

    module: Module


Symbol: TypeAlias = External | FunctionRef | ClassRef | ValueRef | ModuleRef
