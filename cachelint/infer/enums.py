"""Enumerations: their members, and what Django's choices add."""

from __future__ import annotations

from cachelint.infer.context import Context
from cachelint.project.symbols import ClassRef
from cachelint.types.base import UNKNOWN, Scalar, Type
from cachelint.types.code import EnumMember
from cachelint.types.containers import List, Tuple
from cachelint.types.strings import STR

_ENUM_BASES = {
    "enum.Enum": "", "enum.IntEnum": "int", "enum.StrEnum": "str", "enum.Flag": "", "enum.IntFlag": "int",
    "django.db.models.TextChoices": "str", "django.db.models.IntegerChoices": "int",
    "django.db.models.enums.TextChoices": "str", "django.db.models.enums.IntegerChoices": "int",
    "django.db.models.Choices": "",
}  # fmt: skip


def enum_member(context: Context, ref: ClassRef, name: str) -> Type | None:
    """A member of an enumeration; any of them where ``name`` is empty; None where the class is none."""
    for base in context.interpreter.classes.externals(ref):
        if base in _ENUM_BASES:
            scope = ref.definition.scope
            definitions = scope.definitions.get(name) if scope else None
            if not name or (definitions and definitions[-1].form == "assignment"):
                inner = _ENUM_BASES[base]
                if not inner:
                    others = context.interpreter.classes.externals(ref)
                    inner = next((b for b in ("str", "int") if f"builtins.{b}" in others), "")
                return EnumMember(ref.name, inner)
            return None
    return None


def of_enum_member(base: EnumMember, name: str) -> Type:
    """``member.name``, ``member.value`` and ``member.label``."""
    if name == "value":
        return STR if base.base == "str" else Scalar("int") if base.base == "int" else UNKNOWN
    if name == "name":
        return STR
    return UNKNOWN


def of_choices(context: Context, ref: ClassRef, name: str) -> Type | None:
    """``State.choices`` and its kin; None where the class has no such attribute."""
    member = enum_member(context, ref, "")
    if not isinstance(member, EnumMember) or name not in ("choices", "values", "labels", "names"):
        return None
    if not any(base.endswith("Choices") for base in context.interpreter.classes.externals(ref)):
        return None
    value = STR if member.base == "str" else Scalar("int") if member.base == "int" else UNKNOWN
    if name == "choices":
        # A label may be a lazy translation or plain text.
        return List(Tuple(UNKNOWN, (value, UNKNOWN)))
    return List({"values": value, "names": STR}.get(name, UNKNOWN))
