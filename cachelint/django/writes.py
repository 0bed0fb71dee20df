"""Which calls write rows."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from cachelint.project.classes import dotted
from cachelint.types.base import Type, Unknown
from cachelint.types.code import Instance, Super
from cachelint.types.django import Manager, MaybeQuerySet, ModelInstance, ModelType, QuerySet
from cachelint.types.join import members

#: Methods of instances, of QuerySets and managers, and of the managers of relations, that write rows.
_OF_INSTANCES = frozenset({"save", "asave", "delete", "adelete"})
_OF_QUERYSETS = frozenset(
    {
        "update", "aupdate", "delete", "adelete", "create", "acreate", "get_or_create", "aget_or_create",
        "update_or_create", "aupdate_or_create", "bulk_create", "abulk_create", "bulk_update", "abulk_update",
    }
)  # fmt: skip
_OF_RELATIONS = frozenset({"add", "aadd", "remove", "aremove", "set", "aset", "clear", "aclear"})
#: What views, forms and admins of Django and its REST framework call to save what was sent.
HOOKS = frozenset(
    {"form_valid", "perform_create", "perform_update", "perform_destroy", "save_model", "save_related", "save_formset"}
)
WRITES = _OF_INSTANCES | _OF_QUERYSETS | _OF_RELATIONS | HOOKS


class RowWrite(NamedTuple):
    """A call that writes rows: of ``model``, None where it isn't known; ``root`` is the variable that it hangs on.

    ``certain`` is false where only the name of the method says so.
    """

    node: cst.Call
    verb: str
    model: ModelType | None
    root: str
    certain: bool


def row_write(node: cst.Call, receiver: Type) -> RowWrite | None:
    """What a call writes, by what its method is called of; None where it writes no rows."""
    if not isinstance(node.func, cst.Attribute):
        return None
    verb, base = node.func.attr.value, node.func.value
    if verb not in WRITES or _is_put_off(node):
        return None
    root = (dotted(base) or "").partition(".")[0]
    found = members(receiver)
    for member in found:
        model = _written(member, verb)
        if model is not None:
            return RowWrite(node, verb, model[0], root, True)
    unknown = bool(found) and all(isinstance(member, Unknown) for member in found)
    if unknown and _looks_like_a_write(node, verb, base):
        return RowWrite(node, verb, None, root, False)
    if any(isinstance(member, Super) for member in found) and verb in _OF_INSTANCES | HOOKS:
        return RowWrite(node, verb, None, root, False)
    return None


def _is_put_off(node: cst.Call) -> bool:
    """Whether it is the `save(commit=False)` of a form, which only makes the instance."""
    return any(
        argument.keyword is not None
        and argument.keyword.value == "commit"
        and isinstance(argument.value, cst.Name)
        and argument.value.value == "False"
        for argument in node.args
    )


def _written(receiver: Type, verb: str) -> tuple[ModelType | None] | None:
    match receiver:
        case MaybeQuerySet():
            return (None,) if verb in _OF_QUERYSETS else None
        case ModelInstance(model=model) if verb in _OF_INSTANCES:
            return (model,)
        case QuerySet(model=model) if verb in _OF_QUERYSETS:
            return (model,)
        case Manager(model=model, related=related):
            return (model,) if verb in _OF_QUERYSETS or (related and verb in _OF_RELATIONS) else None
        case Super(receiver=ModelInstance(model=model)) if verb in _OF_INSTANCES:
            return (model,)
        case Super(receiver=Manager(model=model) | QuerySet(model=model)) if verb in _OF_QUERYSETS:
            return (model,)
        case Instance() if verb in HOOKS:
            return (None,)
    return None


def _looks_like_a_write(node: cst.Call, verb: str, base: cst.BaseExpression) -> bool:
    """Whether a call on something unknown is a write of rows by its form."""
    if verb in ("save", "asave"):
        return isinstance(base, cst.Name) and base.value not in ("self", "cls", "storage", "image", "workbook", "wb")
    if verb in HOOKS:
        return isinstance(base, cst.Call) or (isinstance(base, cst.Name) and base.value in ("self", "super"))
    if verb in ("delete", "adelete"):
        return not node.args and isinstance(base, cst.Name | cst.Attribute)
    if verb in _OF_QUERYSETS:
        return _of_rows(base)
    return False


_ROWS = frozenset({"objects", "_default_manager", "_base_manager", "filter", "exclude", "all", "select_for_update"})


def _of_rows(node: cst.BaseExpression) -> bool:
    while True:
        match node:
            case cst.Call():
                node = node.func
            case cst.Attribute():
                if node.attr.value in _ROWS:
                    return True
                node = node.value
            case _:
                return False
