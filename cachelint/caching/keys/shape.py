"""The shape of what is stored: types as plain data, which can be kept in a file, compared and shown.

A shape is what JSON can write: the name of a type (``"int"``, ``"?"`` for what is not known), or a dict with one of

* ``{"list": shape}``, ``{"set": shape}``, ``{"tuple": [shape, …]}``, ``{"tuple of": shape}``;
* ``{"dict": {key: shape}, "optional": [key, …], "rest": [shape, shape]}``: the constant keys, those of them that are
  not always there, and what other keys and their values are;
* ``{"model": name, "fields": {name: class of the field}}``, ``{"queryset": name, "rows": shape}``;
* ``{"object": name, "fields": {name: shape}}`` for an instance of a class of the project;
* ``{"any": [shape, …]}`` for one of several, in the order of their text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from cachelint.django.models import Models
from cachelint.types.base import Scalar, Type, Unknown, force
from cachelint.types.cache import Cached, Pickled
from cachelint.types.code import EnumMember, Instance
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.display import describe, short
from cachelint.types.django import Manager, ModelInstance, ModelType, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str

Shape: TypeAlias = "str | dict[str, Any]"

#: What is not known.
ANYTHING = "?"
#: What an empty container holds.
NOTHING = "nothing"
_MAX_DEPTH = 8
#: Parts of one shape that are told apart: what is larger is not shown in full anyway.
_MAX_PARTS = 400
_NAMES = {"None": "null"}


def shape_of(typ: Type, models: Models | None = None) -> Shape:
    """The shape of a value; with ``models``, instances of models show their fields."""
    return _Shapes(models).of(typ)


class _Shapes:
    def __init__(self, models: Models | None) -> None:
        self.models = models
        self.left = _MAX_PARTS

    def of(self, typ: Type, depth: int = 0) -> Shape:
        """The shape of a value inside another."""
        if depth > _MAX_DEPTH or self.left <= 0:
            return ANYTHING
        return one_of(self._one(member, depth + 1) for member in members(typ))

    def _one(self, typ: Type, depth: int) -> Shape:
        """That of one member of a type. Above 40 lines: an arm a type, and nothing else."""
        self.left -= 1
        match typ:
            case Unknown(annotated=annotated) if annotated is not None:
                return self.of(annotated, depth)
            case Unknown() | Cached():
                return ANYTHING
            case Scalar(type=name):
                return _NAMES.get(name, name)
            case Str(markup=True):
                return "SafeString"
            case Str():
                return "str"
            case List():
                return {"list": self.of(typ.element, depth)}
            case Set():
                return {"set": self.of(typ.element, depth)}
            case Tuple(names=names, items=items) if names and items is not None:
                fields = {name: self.of(item, depth) for name, item in zip(names, items, strict=False)}
                return {"object": typ.name, "fields": fields}
            case Tuple(items=items) if items is not None:
                return {"tuple": [self.of(item, depth) for item in items]}
            case Tuple():
                return {"tuple of": self.of(typ.element, depth)}
            case Dict():
                return self._dict(typ, depth)
            case ModelInstance(model=model):
                return {"model": model.name, **self._columns(model)}
            case QuerySet():
                return {"queryset": typ.model.name if typ.model is not None else ANYTHING, "rows": self._rows(typ)}
            case Manager(model=model):
                return {"manager": model.name if model is not None else ANYTHING}
            case Instance(ref=ref):
                fields = {name: self.of(value, depth) for name, value in (*typ.fields, *typ.attributes)}
                return {"object": ref.name, "fields": dict(sorted(fields.items()))}
            case EnumMember(name=name):
                return {"enum": name}
            case Pickled(content=content):
                return {"pickled": self.of(content, depth)}
        return describe(typ).replace("…", ANYTHING)

    def _rows(self, typ: QuerySet) -> Shape:
        return "instances" if isinstance(force(typ.row), ModelInstance) else self.of(typ.row)

    def _dict(self, typ: Dict, depth: int) -> Shape:
        shape: dict[str, Any] = {"dict": {str(key): self.of(value, depth) for key, value in typ.entries}}
        optional = sorted(str(key) for key, _ in typ.entries if key in typ.optional)
        if optional:
            shape["optional"] = optional
        if members(typ.key) or members(typ.value):
            shape["rest"] = [self.of(typ.key, depth), self.of(typ.value, depth)]
        return shape

    def _columns(self, model: ModelType) -> dict[str, Any]:
        if self.models is None:
            return {}
        fields = self.models.fields(model)
        return {"fields": {name: field.field_class for name, field in sorted(fields.items()) if not field.many}}


def one_of(shapes: Iterable[Shape]) -> Shape:
    """What is one of several shapes."""
    found = {as_text(shape): shape for each in shapes for shape in alternatives(each)}
    found.pop(as_text(NOTHING), None)
    if not found:
        return NOTHING
    return next(iter(found.values())) if len(found) == 1 else {"any": [found[text] for text in sorted(found)]}


def alternatives(shape: Shape) -> list[Shape]:
    """What a shape can be, one by one."""
    return list(shape["any"]) if isinstance(shape, dict) and "any" in shape else [shape]


def as_text(shape: Shape) -> str:
    """A shape as one text: two that are equal have the same."""
    return shape if isinstance(shape, str) else json.dumps(shape, sort_keys=True, ensure_ascii=False)


def models_in(shape: Shape) -> Iterator[str]:
    """The names of the models whose rows a shape holds."""
    if isinstance(shape, dict):
        for name in ("model", "queryset", "manager"):
            if isinstance(shape.get(name), str) and shape[name] != ANYTHING:
                yield shape[name]
        for inner in inside(shape):
            yield from models_in(inner)


def inside(shape: Shape) -> Iterator[Shape]:
    """The shapes right inside one."""
    if not isinstance(shape, dict) or "model" in shape:
        return
    for name, value in shape.items():
        if name in ("list", "set", "tuple of", "rows", "pickled"):
            yield value
        elif name in ("tuple", "any", "rest"):
            yield from value
        elif name in ("dict", "fields"):
            yield from value.values()


def shown(shape: Shape, limit: int = 60) -> str:
    """A shape on one line: ``{title: str, price?: Decimal}``, ``list[Book]``; what is too long is cut."""
    text = _shown(shape)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _shown(shape: Shape) -> str:
    if isinstance(shape, str):
        return {"null": "None"}.get(shape, short(shape))
    if "any" in shape:
        return " | ".join(_shown(each) for each in shape["any"])
    if "dict" in shape:
        optional = set(shape.get("optional", ()))
        parts = [f"{key}{'?' if key in optional else ''}: {_shown(value)}" for key, value in shape["dict"].items()]
        if "rest" in shape:
            key, value = map(_shown, shape["rest"])
            if not parts:
                return f"dict[{key}, {value}]"
            parts.append("…")
        return "{" + ", ".join(parts) + "}"
    if "tuple" in shape:
        return f"({', '.join(map(_shown, shape['tuple']))})"
    if "queryset" in shape:
        rows = "" if shape["rows"] == "instances" else f", {_shown(shape['rows'])}"
        return f"QuerySet[{short(shape['queryset'])}{rows}]"
    for form in ("list", "set", "tuple of", "pickled"):
        if form in shape:
            return f"{form.partition(' ')[0]}[{_shown(shape[form])}]"
    name = next((shape[form] for form in ("model", "object", "enum", "manager") if form in shape), ANYTHING)
    return short(str(name))
