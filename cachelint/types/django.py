"""Models, their instances, QuerySets and managers, as types."""

from __future__ import annotations

from dataclasses import field

from cachelint.frozen import dataclass
from cachelint.project.symbols import ClassRef
from cachelint.types.base import Type, Unknown


@dataclass(frozen=True, slots=True)
class MaybeQuerySet(Unknown):
    """What a method of a manager gives that neither Django nor the project defines.

    ``rows`` is what it is if it turns out to be a QuerySet, by what is called on it.
    """

    rows: Type | None = None


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
class Expression(Type):
    """A database expression such as ``Count("items")``, by the name of its class."""

    name: str
    positional: tuple[Type, ...] = ()
    keywords: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class Settings(Type):
    """``django.conf.settings``."""
