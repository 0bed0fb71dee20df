"""Managers and querysets, and which models use them."""

from __future__ import annotations

from cachelint.django.models.relations import ModelRelations
from cachelint.project.symbols import ClassRef
from cachelint.types.django import ModelType

MANAGER_BASES = frozenset({"Manager", "BaseManager", "UserManager", "BaseUserManager"})
QUERYSET_BASES = frozenset({"QuerySet", "RawQuerySet"})


class Models(ModelRelations):
    """All that is known of the models of a project."""

    # -- managers ------------------------------------------------------------------------------------------

    def is_manager_class(self, ref: ClassRef) -> bool:
        """Whether a class derives from Django's manager."""
        return any(_is_manager_name(name) for name in self.classes.externals(ref))

    def is_queryset_class(self, ref: ClassRef) -> bool:
        """Whether a class derives from Django's QuerySet and is no manager."""
        names = self.classes.externals(ref)
        found = any(name.rpartition(".")[2] in QUERYSET_BASES and "django" in name for name in names)
        return found and not self.is_manager_class(ref)

    def users_of(self, ref: ClassRef) -> list[ModelType]:
        """The models that use a manager or queryset class."""
        found: list[ModelType] = []
        for module in self.codebase.containing(ref.definition.name):
            for definition in module.naming(ref.definition.name):
                if definition.form != "assignment" or definition.parent is None:
                    continue
                owner = ClassRef(module, definition.parent)
                model = self.model(owner)
                if model is not None and model not in found and not self.is_abstract(owner):
                    found.append(model)
        return found


def _is_manager_name(name: str) -> bool:
    """A manager of Django, or of a package that extends its models and names it so."""
    module, _, last = name.rpartition(".")
    if last in MANAGER_BASES and "django" in module:
        return True
    return last.endswith("Manager") and module.endswith((".managers", ".models", ".query", ".manager"))
