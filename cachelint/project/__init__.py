"""A Python code base, knowing nothing of Django: its files, what each defines, who means what by a name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cachelint.project.classes import Base, Classes, dotted
    from cachelint.project.codebase import Codebase, Module
    from cachelint.project.files import Discovery, discover, find_root
    from cachelint.project.lift import Lift, LiftError
    from cachelint.project.names import ClassRef, External, FunctionRef, Symbol, ValueRef
    from cachelint.project.outline import Definition, ImportBinding, Outline
    from cachelint.project.source import Source, SourceError, read_source

__all__ = [
    "Base",
    "ClassRef",
    "Classes",
    "Codebase",
    "Definition",
    "Discovery",
    "External",
    "FunctionRef",
    "ImportBinding",
    "Lift",
    "LiftError",
    "Module",
    "Outline",
    "Source",
    "SourceError",
    "Symbol",
    "ValueRef",
    "discover",
    "dotted",
    "find_root",
    "read_source",
]

#: Where each name lives. They are imported when they are first asked for: a run that finds its results in the store
#: needs neither libcst nor tree-sitter, whose import alone takes longer than all the rest of it.
_HOMES = {
    "Base": "cachelint.project.classes",
    "Classes": "cachelint.project.classes",
    "dotted": "cachelint.project.classes",
    "Codebase": "cachelint.project.codebase",
    "Module": "cachelint.project.codebase",
    "Discovery": "cachelint.project.files",
    "discover": "cachelint.project.files",
    "find_root": "cachelint.project.files",
    "Lift": "cachelint.project.lift",
    "LiftError": "cachelint.project.lift",
    "ClassRef": "cachelint.project.names",
    "External": "cachelint.project.names",
    "FunctionRef": "cachelint.project.names",
    "Symbol": "cachelint.project.names",
    "ValueRef": "cachelint.project.names",
    "Definition": "cachelint.project.outline",
    "ImportBinding": "cachelint.project.outline",
    "Outline": "cachelint.project.outline",
    "Source": "cachelint.project.source",
    "SourceError": "cachelint.project.source",
    "read_source": "cachelint.project.source",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
