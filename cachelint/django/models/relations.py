"""What leads back to a model from those that point to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.django.models.discovery import _CLASS
from cachelint.django.models.fields import ModelFields
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef
from cachelint.types.base import Type
from cachelint.types.django import Manager, ModelInstance, ModelType

_RELATED_NAME = re.compile(rb"related_name\s*=\s*['\"](\w+)['\"]")


class ModelRelations(ModelFields):
    """The same, with reverse accessors."""

    # -- relations from the other side ---------------------------------------------------------------------

    def reverse(self, model: ModelType, name: str) -> Type | None:
        """What a reverse accessor of a model holds: a related manager, or an instance for one-to-one."""
        key = (model.name, name)
        if key not in self._reverse:
            self._reverse[key] = self._find_reverse(model, name)
        return self._reverse[key]

    def _find_reverse(self, model: ModelType, name: str) -> Type | None:
        for module, definition in self._pointing(name):
            other = self.model(ClassRef(module, definition))
            for field in self.fields(other).values() if other is not None else ():
                if other is not None and field.relation and self._reaches(field.related, model):
                    if field.field_class == "OneToOneField":
                        return ModelInstance(other)
                    return Manager(other, related=True)
        return None

    def _reaches(self, related: ModelType | None, model: ModelType) -> bool:
        """Whether what relates to one model may relate to another: its child, or a parent that is abstract."""
        if related is None or model.ref is None or related.name == model.name:
            return related is not None and related.name == model.name
        if any(base.name == related.name for base in self.classes.order(model.ref)):
            return True
        return self.is_abstract(model.ref) and any(c.name == related.name for c in self.classes.subclasses(model.ref))

    def _pointing(self, name: str) -> Iterator[tuple[Module, Definition]]:
        """The classes whose foreign keys may be called so from the other side."""
        pattern = re.compile(rb"related_name\s*=\s*['\"]" + re.escape(name.encode()) + rb"['\"]")
        for module in self.codebase.indexed(_RELATED_NAME, "related_name").get(name.encode(), ()):
            for definition in module.outline.walk():
                if definition.form == "class" and module.matches(definition, pattern):
                    yield module, definition
        short = name.removesuffix("_set")
        if short == name:
            return
        for known, modules in self.codebase.indexed(_CLASS, "class").items():
            for module in modules if known.lower() == short.lower().encode() else ():
                for definition in module.outline.walk():
                    if definition.form == "class" and definition.name.lower() == short.lower():
                        yield module, definition
