"""What the writes of a key store, as far as instances are concerned: of which model, one or many."""

from __future__ import annotations

from collections.abc import Iterable

from cachelint.caching.calls import CacheCall
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.rows.stored import Form
from cachelint.frozen import dataclass
from cachelint.types.base import NONE, Never, Scalar, Type, Unknown, force
from cachelint.types.cache import Cached
from cachelint.types.code import ExternalSymbol, Instance
from cachelint.types.containers import Dict, List, Tuple
from cachelint.types.display import describe
from cachelint.types.django import Manager, ModelInstance, ModelType, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str


@dataclass(frozen=True)
class Stored:
    """Instances of ``model`` in the form that all writes share.

    ``instances`` are their types, with the expressions that they come from; ``others`` says what else may be stored
    that is not known; ``query`` is true where a write stores a QuerySet, ``changed`` names a container that comes back
    as a list.
    """

    model: ModelType
    form: Form
    instances: tuple[Type, ...]
    query: bool
    unknown: str
    tuple_: bool


def stored_instances(writes: Iterable[CacheCall]) -> Stored:
    """What some writes store. Raises FixBlocked where it is nothing that rows can stand for."""
    reader = _Reader()
    for write in writes:
        for member in members(write.value) if write.value is not None else ():
            reader.read(member, f"{write.place.path}:{write.place.line}")
    return reader.result()


def stored_instances_of(types: Iterable[Type]) -> Stored:
    """The same for some types. Raises FixBlocked."""
    reader = _Reader()
    for typ in types:
        reader.read(typ, "")
    return reader.result()


class _Reader:
    def __init__(self) -> None:
        self.found: list[tuple[ModelType, Form]] = []
        self.instances: list[Type] = []
        self.query = self.tuple_ = False
        self.unknown = ""

    def result(self) -> Stored:
        """What all that was read comes to. Raises FixBlocked."""
        if len({model for model, _ in self.found}) > 1:
            names = ", ".join(sorted({f"`{model.short_name}`" for model, _ in self.found}))
            raise FixBlocked(f"the stored value can be of several models ({names})")
        if len({form for _, form in self.found}) != 1:
            found = "a single instance or many" if self.found else "no instance that is known"
            raise FixBlocked(f"the stored value is {found}")
        model, form = self.found[0]
        return Stored(model, form, tuple(self.instances), self.query, self.unknown, self.tuple_)

    def read(self, typ: Type, where: str) -> None:
        """Take account of one of the types that a write may store."""
        match typ:
            case Cached() | Never():
                return
            case ModelInstance(model=model):
                self._take(model, Form.ONE, typ)
            case QuerySet(model=model, row=row) if model is not None and isinstance(force(row), ModelInstance):
                if typ.type != "QuerySet":
                    raise FixBlocked(f"the stored value is a {typ.type}")
                if typ.annotations:
                    names = ", ".join(f"`{name}`" for name, _ in typ.annotations)
                    raise FixBlocked(f"the rows carry {names}, which belong to the query and not to the model")
                self.query = True
                self._take(model, Form.MANY, typ)
            case QuerySet() | Manager():
                raise FixBlocked("the stored value is a QuerySet whose row type is unknown")
            case List(element=element) | Tuple(element=element):
                self.tuple_ = self.tuple_ or isinstance(typ, Tuple)
                self._many(element, Form.MANY, where)
            case Dict(type=kind) if kind != "dict":
                raise FixBlocked(f"the stored value is a `{kind}`, which would come back as a dict")
            case Dict(value=value, entries=(), key=key):
                if any(isinstance(m, Unknown) for m in members(key)):
                    self.unknown = self.unknown or f"{where} stores a dict, of whose keys JSON may refuse some"
                elif not isinstance(force(value), Never) and not _is_plain_key(key):
                    raise FixBlocked(f"the keys of the stored dict are not known to be plain data (`{describe(typ)}`)")
                self._many(value, Form.BY_KEY, where)
            case Unknown():
                self.unknown = self.unknown or f"{where} may store something else, whose type is unknown"
            case Scalar() | Str() | Instance() | ExternalSymbol():
                return
            case _:
                raise FixBlocked(f"the stored value contains more than model instances (`{describe(typ)}`)")

    def _many(self, element: Type, form: Form, where: str) -> None:
        for member in members(force(element)):
            match member:
                case ModelInstance(model=model):
                    self._take(model, form, member)
                case Unknown():
                    self.unknown = self.unknown or f"{where} may store something else, whose type is unknown"
                case Scalar() | Str() | Never() | Cached():
                    continue
                case _:
                    raise FixBlocked(f"the stored value contains more than model instances (`{describe(member)}`)")

    def _take(self, model: ModelType, form: Form, typ: Type) -> None:
        self.found.append((model, form))
        self.instances.append(typ)


def _is_plain_key(key: Type) -> bool:
    """Whether a list of pairs keeps the keys of a dict, whatever serializes it."""
    found = members(key)
    return bool(found) and all(
        m == NONE or isinstance(m, Str) or (isinstance(m, Scalar) and m.type in ("int", "bool", "float")) for m in found
    )
