"""What code defines: classes and their instances, functions, modules, names of other packages."""

from __future__ import annotations

from dataclasses import field
from typing import Any

import libcst as cst

from cachelint.frozen import dataclass
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef, ModuleRef
from cachelint.types.base import Type


@dataclass(frozen=True, slots=True)
class Class(Type):
    """A class of the project."""

    ref: ClassRef


@dataclass(frozen=True, slots=True)
class Instance(Type):
    """An instance of a class of the project that is no model.

    ``fields`` are those of a dataclass or named tuple, in order; ``attributes`` what the making of an instance of
    any other class was seen to store. ``builtin`` is the built-in type that the class derives from, as JSON sees it.
    """

    ref: ClassRef
    fields: tuple[tuple[str, Type], ...] = ()
    attributes: tuple[tuple[str, Type], ...] = ()
    builtin: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class EnumMember(Type):
    """A member of an enumeration; ``base`` is ``str``, ``int`` or empty."""

    name: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Function(Type):
    """A function of the project, bound to ``receiver`` if it is a method of one.

    ``bare`` is true for the function that its decorators are given, ``opaque`` for one that a decorator may have made
    anything of.
    """

    ref: FunctionRef
    receiver: Type | None = None
    bare: bool = False
    opaque: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Closure(Type):
    """A lambda or a function defined inside another, with the variables that it sees."""

    parsed: ParsedDefinition
    node: cst.FunctionDef | cst.Lambda
    env: Any
    name: str = "lambda"


@dataclass(frozen=True, slots=True)
class LocalClass(Type):
    """A class that is defined inside a function."""

    name: str


@dataclass(frozen=True, slots=True)
class LocalInstance(Type):
    """An instance of a class that is defined inside a function."""

    name: str


@dataclass(frozen=True, slots=True)
class Partial(Type):
    """``functools.partial(function, …)``."""

    function: Type
    positional: tuple[Type, ...] = ()
    keywords: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Transferred(Type):
    """``sync_to_async(function)``, which gives coroutines, or (not ``is_async``) ``async_to_sync(function)``."""

    function: Type
    is_async: bool


@dataclass(frozen=True, slots=True)
class BoundMethod(Type):
    """A method of a value of a known type, by name: ``users.filter``, ``cache.set``, ``"".join``."""

    receiver: Type
    name: str


@dataclass(frozen=True, slots=True)
class ModuleType(Type):
    """A module of the project."""

    ref: ModuleRef


@dataclass(frozen=True, slots=True)
class ExternalSymbol(Type):
    """Something outside the project, by its full name."""

    name: str


@dataclass(frozen=True, slots=True)
class Super(Type):
    """``super()``: the classes after ``ref`` in the order of ``receiver``."""

    ref: ClassRef
    receiver: Type
