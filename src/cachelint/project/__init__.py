"""A Python code base, knowing nothing of Django: its files, what each defines, who means what by a name."""

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
