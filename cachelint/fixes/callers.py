"""The calls of a function of the project: all of them, or the mention of it that can't be accounted for."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.django.fields import MODEL_API
from cachelint.fixes.base import FixBlocked
from cachelint.project.classes import Classes, dotted
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef


def calls_of(
    ref: FunctionRef, facts: Facts, known: Collection[cst.CSTNode] = ()
) -> list[tuple[FunctionRef, ParsedDefinition, cst.Call]]:
    """Every call of a function, with the function around it; ``known`` are other mentions that are accounted for.

    Raises FixBlocked where it may be used in another way.
    """
    name = ref.definition.name
    parsed = ref.module.parsed(ref.definition)
    tree = parsed.function if parsed is not None else None
    if tree is None or any(dotted(d.decorator) not in ("classmethod", "staticmethod") for d in tree.decorators):
        raise FixBlocked(f"`{name}` is decorated, so code other than the calls found may use what it returns")
    found: list[tuple[FunctionRef, ParsedDefinition, cst.Call]] = []
    accounted = False
    for reference in facts.references.of(ref.module, ref.definition):
        if reference.node in known:
            accounted = True
            continue
        if reference.call is None or reference.function is None or reference.parsed is None:
            raise FixBlocked(f"`{name}` is used at {reference.where} in a way that cannot be followed")
        found.append((reference.function, reference.parsed, reference.call))
    if not found and not accounted:
        raise FixBlocked(f"no call of `{name}` was found")
    return found


def check_method(ref: FunctionRef, facts: Facts) -> None:
    """A method that others may call, or stand in the place of, can't change what it returns. Raises FixBlocked."""
    if ref.definition.parent is None:
        return
    classes, name = facts.interpreter.classes, ref.definition.name
    owner = ClassRef(ref.module, ref.definition.parent)
    if classes.externals(owner) and not _is_own(classes, owner, name):
        raise FixBlocked(f"`{name}` is a method of a class with a base class outside the project")
    family = [b for b in classes.order(owner) if isinstance(b, ClassRef) and b != owner] + classes.subclasses(owner)
    if any(other.definition.scope and name in other.definition.scope.definitions for other in family):
        raise FixBlocked(f"the method `{name}` is also defined by a base class or subclass")
    for module in facts.codebase.containing(name):
        for definition in module.outline.walk():
            if definition.name == name and definition is not ref.definition and definition.form == "function":
                where = f"{module.path}:{module.line_of(definition)}"
                raise FixBlocked(f"another function is also called `{name}` ({where})")


def _is_own(classes: Classes, owner: ClassRef, name: str) -> bool:
    """Whether a method of a model is nothing that Django, or a class that derives from it, calls by its name."""
    plain = set(classes.externals(owner)) <= {"django.db.models.Model", "django.db.models.base.Model"}
    told = name in MODEL_API or name.startswith(("_", "get_next_by_", "get_previous_by_")) or "_display" in name
    return plain and not told and not classes.subclasses(owner)
