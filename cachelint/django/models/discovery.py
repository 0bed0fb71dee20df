"""Which classes are models, and which model a label or the user setting means."""

from __future__ import annotations

import re

from cachelint.django.fields import (
    KNOWN_MODELS,
    MODEL_BASES,
    Field,
)
from cachelint.django.settings import is_for_tests
from cachelint.project.classes import Classes
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.symbols import ClassRef, External, Symbol
from cachelint.types.base import Type
from cachelint.types.django import ModelType

#: Where a base class named ``…Model`` is no Django model.
_OTHER_MODELS = (
    "pydantic", "mongoengine", "sqlalchemy", "peewee", "torch", "keras", "tensorflow", "sklearn", "ninja", "odoo",
    "marshmallow", "openai", "transformers", "elasticsearch_dsl", "neomodel", "tortoise", "pynamodb", "attr",
    "sqlmodel", "beanie", "odmantic", "umongo", "cassandra", "django_mongoengine", "torchvision", "timm", "langchain",
)  # fmt: skip

#: The label itself, or the default of ``os.getenv("AUTH_USER_MODEL", "app.User")``.
_USER_SETTING = re.compile(rb"^AUTH_USER_MODEL\s*=[^\n#]*['\"]([A-Za-z_]\w*\.[A-Za-z_]\w*)['\"]", re.M)
_ABSTRACT = re.compile(rb"\babstract\s*=\s*True")
_CLASS = re.compile(rb"class\s+(\w+)")


class ModelDiscovery:
    """What is known of the models of a project: which there are."""

    def __init__(self, codebase: Codebase, classes: Classes) -> None:
        self.codebase = codebase
        self.classes = classes
        self._models: dict[ClassRef, ModelType | None] = {}
        self._fields: dict[str, dict[str, Field]] = {}
        self._reverse: dict[tuple[str, str], Type | None] = {}
        self._users: ModelType | None = None
        self._by_label: dict[str, ModelType | None] = {}

    # -- which classes are models --------------------------------------------------------------------------

    def model(self, symbol: Symbol | None) -> ModelType | None:
        """The model that a symbol names, if it names one."""
        if isinstance(symbol, External):
            return ModelType(symbol.name) if symbol.name in KNOWN_MODELS else None
        if not isinstance(symbol, ClassRef):
            return None
        if symbol not in self._models:
            self._models[symbol] = None
            self._models[symbol] = self._model_of(symbol)
        return self._models[symbol]

    def _model_of(self, ref: ClassRef) -> ModelType | None:
        externals = self.classes.externals(ref)
        if any(name in MODEL_BASES for name in externals):
            return ModelType(ref.name, ref)
        outside = [name for name in externals if not name.startswith(("builtins.", "typing.", "abc."))]
        if not outside:
            return None
        # A base that is not in the project: fields of Django in the class body prove a model, a name suggests one.
        if any(self.declares_field(base) for base in self.classes.order(ref) if isinstance(base, ClassRef)):
            return ModelType(ref.name, ref)
        for name in outside:
            last = name.rpartition(".")[2]
            if last.endswith("Model") and last != "Model" and not name.startswith(_OTHER_MODELS):
                return ModelType(ref.name, ref, certain=False)
        return None

    def declares_field(self, ref: ClassRef) -> bool:
        """Whether the body of a class itself defines a field of Django's: asked of :class:`ModelFields`."""
        raise NotImplementedError

    def user_model(self) -> ModelType:
        """The model of users: ``AUTH_USER_MODEL`` where a settings module names one."""
        if self._users is None:
            self._users = ModelType("django.contrib.auth.models.User")
            labels = [
                module.findall(_USER_SETTING)[0][0].decode()
                for module in self.codebase.search(_USER_SETTING, "AUTH_USER_MODEL")
                # What a package's own tests run with is not what its users have.
                if not is_for_tests(module.path)
            ]
            for label in labels:
                found = self.by_label(label)
                if found is not None:
                    self._users = found
                    break
            else:
                if labels:
                    self._users = ModelType(labels[0])
        return self._users

    def by_label(self, label: str, near: Module | None = None) -> ModelType | None:
        """The model that ``"app.Model"`` or ``"Model"`` names."""
        if label == "settings.AUTH_USER_MODEL":
            return self.user_model()
        key = f"{near.path if near and '.' not in label else ''}:{label}"
        if key not in self._by_label:
            self._by_label[key] = self._find_label(label, near)
        return self._by_label[key]

    def _find_label(self, label: str, near: Module | None) -> ModelType | None:
        app, _, name = label.rpartition(".")
        if near is not None and not app:
            found = self.model(self.codebase.resolve(near, name))
            if found is not None:
                return found
        candidates: list[ModelType] = []
        for module in self.codebase.indexed(_CLASS, "class").get(name.encode(), ()):
            for definition in module.outline.scope.definitions.get(name, []):
                found = self.model(ClassRef(module, definition)) if definition.form == "class" else None
                if found is not None:
                    candidates.append(found)
        if app:
            named = [c for c in candidates if c.ref and _app_of(c.ref.module) == app.rpartition(".")[2]]
            if named:
                return named[0]
        elif near is not None:
            here = [c for c in candidates if c.ref and _app_of(c.ref.module) == _app_of(near)]
            if here:
                return here[0]
        if len(candidates) == 1:
            return candidates[0]
        known = [n for n in KNOWN_MODELS if n.endswith(f".{name}") and (not app or f".{app}." in n)]
        return ModelType(known[0]) if known and not candidates else None

    def is_abstract(self, ref: ClassRef) -> bool:
        """Whether the class says ``abstract = True``."""
        scope = ref.definition.scope
        inner = scope.definitions.get("Meta", []) if scope else []
        return any(ref.module.matches(meta, _ABSTRACT) for meta in inner)


def _app_of(module: Module) -> str:
    parts = module.name.split(".")
    for marker in ("models", "abstract_models"):
        if marker in parts:
            parts = parts[: parts.index(marker)]
    return parts[-1] if parts else ""
