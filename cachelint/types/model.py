"""The types: what inference can know of a value.

A type is immutable. ``origin`` is where the value was made; it takes no part in comparisons.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any, TypeVar

import libcst as cst

from cachelint.findings import Place
from cachelint.frozen import dataclass
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef, ModuleRef


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """An expression in the code."""

    parsed: ParsedDefinition
    node: cst.CSTNode

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.parsed.place(self.node)

    @property
    def code(self) -> str:
        """Its source on one line, shortened in the middle where it is long."""
        text = " ".join(self.parsed.code(self.node).split())
        return text if len(text) <= 60 else f"{text[:40]} … {text[-15:]}"


# Without eq: a type that asks for identity (Lazy, Closure) must not inherit a comparison of no fields.
@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """The base of all types."""

    origin: Origin | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unknown(Type):
    """Nothing is known. ``params`` are those parameters of the function under analysis that decide it.

    ``derived`` is true where it is not what was passed, but an attribute of that. ``said`` is what the annotation of
    the parameter says, for what is made of it here.
    """

    params: frozenset[str] = frozenset()
    is_attribute: bool = False
    annotated: Type | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MaybeQuerySet(Unknown):
    """What a method of a manager gives that neither Django nor the project defines.

    ``rows`` is what it is if it turns out to be a QuerySet, by what is called on it.
    """

    rows: Type | None = None


@dataclass(frozen=True, slots=True)
class Never(Type):
    """No value at all: the element of an empty list, the result of a function that always raises."""


class NoValue:
    """The absence of a known value, apart from None."""

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE = NoValue()


@dataclass(frozen=True, slots=True)
class Scalar(Type):
    """A value of a type that has no parts worth knowing, by the type's dotted name (``int``, ``datetime.date``).

    ``value`` is the value itself where it is a constant of the code.
    """

    type: str
    value: Any = NO_VALUE


@dataclass(frozen=True, slots=True)
class Text:
    """A fixed part of a string, with the literal that it was written in, where that is known."""

    text: str
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A part of a string that is made at run time, called by its source."""

    name: str
    #: The parameters that decide it, as in :class:`Unknown`.
    params: frozenset[str] = frozenset()
    #: The function in whose words it is named.
    scope: FunctionRef | None = field(default=None, compare=False)


#: The part of a key that a pattern (``shelf:*``) leaves open: such a key is asked for, and not made.
WILDCARD = Placeholder("*")


@dataclass(frozen=True, slots=True)
class Str(Type):
    """A string. ``parts`` is what is known of its text, None where nothing is.

    ``markup`` is true for a SafeString; ``versions`` are the names in its making that say version; ``digest`` is true
    where it is all hexadecimal digits.
    """

    parts: tuple[Text | Placeholder, ...] | None = None
    markup: bool = False
    versions: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    digest: bool = False

    @property
    def literal(self) -> str | None:
        """The whole text, where it is constant."""
        if self.parts is None or any(isinstance(part, Placeholder) for part in self.parts):
            return None
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def template(self) -> str:
        """The text with ``{…}`` for the parts made at run time."""
        parts = self.parts or (Placeholder("…"),)
        return "".join(part.text if isinstance(part, Text) else f"{{{part.name}}}" for part in parts)


@dataclass(frozen=True, slots=True)
class List(Type):
    """A list. ``items`` are its items one by one, where they are known, else ``head`` those that it begins with."""

    element: Type
    items: tuple[Type, ...] | None = None
    head: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Tuple(Type):
    """A tuple. ``name`` is set for a named tuple, ``names`` are its fields where they are known."""

    element: Type
    items: tuple[Type, ...] | None = None
    name: str = ""
    names: tuple[str, ...] = ()
    head: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Type):
    """A set or frozenset."""

    element: Type
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Dict(Type):
    """A dict. ``entries`` are those with constant keys; ``key`` and ``value`` join all others.

    ``default`` is what a defaultdict makes for a missing key. ``type`` is the name of the dict class.
    """

    key: Type
    value: Type
    entries: tuple[tuple[Any, Type], ...] = ()
    default: Type | None = None
    type: str = "dict"

    @property
    def all_values(self) -> tuple[Type, ...]:
        """The types of all values."""
        return (*(typ for _, typ in self.entries), self.value)


@dataclass(frozen=True, slots=True)
class DictView(Type):
    """What ``dict.keys()``, ``.values()`` and ``.items()`` return."""

    method: str
    element: Type


@dataclass(frozen=True, slots=True)
class Generator(Type):
    """A generator, which pickle refuses. ``maker`` says how it was made."""

    element: Type
    maker: str = "generator"
    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Iterator(Type):
    """A built-in iterator such as ``map`` or ``zip``, which pickle takes and JSON refuses."""

    element: Type
    type: str


@dataclass(frozen=True, slots=True)
class Coroutine(Type):
    """The result of a call of an async function, not yet awaited."""

    result: Type


@dataclass(frozen=True, slots=True)
class ModelType:
    """A Django model, by its full name. ``certain`` is false where only the name of a base class says so."""

    name: str
    ref: ClassRef | None = field(default=None, compare=False)
    certain: bool = field(default=True, compare=False)

    @property
    def short_name(self) -> str:
        """The name of the class."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class ModelClass(Type):
    """A model class itself."""

    model: ModelType


@dataclass(frozen=True, slots=True)
class ModelInstance(Type):
    """An instance of a model."""

    model: ModelType


@dataclass(frozen=True, slots=True)
class QuerySet(Type):
    """A queryset. ``row`` is the type of its rows; ``model`` None where only that it is a queryset is known."""

    model: ModelType | None
    row: Type
    queryset_class: ClassRef | None = None
    #: Name of the class where it is a RawQuerySet.
    type: str = "QuerySet"
    annotations: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Manager(Type):
    """A manager; ``related`` is true for the manager of a reverse or many-to-many relation."""

    model: ModelType | None
    manager_class: ClassRef | None = None
    queryset_class: ClassRef | None = None
    related: bool = False


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

    ``bare`` is true for the function that its decorators are given.
    """

    ref: FunctionRef
    receiver: Type | None = None
    bare: bool = False


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


@dataclass(frozen=True, slots=True)
class CacheObject(Type):
    """A Django cache; ``alias`` None where it is computed."""

    alias: str | None = "default"


@dataclass(frozen=True, slots=True)
class CacheHandler(Type):
    """``django.core.cache.caches``."""


@dataclass(frozen=True, slots=True)
class RawClient(Type):
    """A raw redis or memcached client: no site, but what comes out of it is cached data."""

    type: str


@dataclass(frozen=True, slots=True)
class Cached(Type):
    """Something that came out of a cache. ``store`` says out of which; ``key`` is the key's type."""

    store: str
    key: Type
    alias: str | None = None
    #: What ``get`` returns on a miss.
    default: Type | None = None


@dataclass(frozen=True, slots=True)
class Pickled(Type):
    """Bytes made by ``pickle.dumps`` or its like."""

    maker: str
    content: Type


@dataclass(frozen=True, slots=True)
class Expression(Type):
    """A database expression such as ``Count("items")``, by the name of its class."""

    name: str
    positional: tuple[Type, ...] = ()
    keywords: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings(Type):
    """``django.conf.settings``."""


@dataclass(frozen=True, slots=True)
class Union(Type):
    """One of several types; made by :func:`cachelint.types.join.join` only."""

    members: tuple[Type, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lazy(Type):
    """A type that is worked out when it is asked for."""

    thunk: Callable[[], Type]
    cell: list[Type] = field(default_factory=list)


UNKNOWN = Unknown()
NEVER = Never()
NONE = Scalar("None", None)
INT = Scalar("int")
FLOAT = Scalar("float")
BOOL = Scalar("bool")
BYTES = Scalar("bytes")
STR = Str()
DIGEST = Str(digest=True)


def force(typ: Type) -> Type:
    """The type itself, worked out if it is lazy."""
    while isinstance(typ, Lazy):
        cell = typ.cell
        if not cell:
            # A value that needs itself (a loop) is unknown while it is being worked out.
            cell.append(UNKNOWN)
            cell[0] = typ.thunk()
        typ = cell[0]
    return typ


K = TypeVar("K", bound=Type)


def at(typ: K, origin: Origin | None) -> K:
    """``type`` with an origin, if it has none yet."""
    if origin is None or typ.origin is not None or isinstance(typ, Lazy):
        return typ
    if isinstance(typ, Union):
        return replace(typ, members=tuple(at(member, origin) for member in typ.members), origin=origin)
    return replace(typ, origin=origin)


def literal(value: object, origin: Origin | None = None) -> Type:
    """The type of a constant; a text remembers the literal that it was written as."""
    if isinstance(value, str):
        return Str((Text(value, origin),))
    if isinstance(value, datetime.timedelta):
        return Scalar("datetime.timedelta", value)
    return Scalar(type(value).__name__ if value is not None else "None", value)


def constant(typ: Type) -> Any:
    """The constant value of a type, NO_VALUE where it is none."""
    typ = force(typ)
    if isinstance(typ, Scalar):
        return typ.value
    if isinstance(typ, Str):
        text = typ.literal
        return NO_VALUE if text is None else text
    return NO_VALUE
