"""What instances go through in the expression that loads them, before its statement ends."""

from __future__ import annotations

import libcst as cst

from cachelint.django.orm_table import ORM_METHODS
from cachelint.fixes.defuse import Function, short

#: Functions that neither ask nor change anything of what they hand on.
_HAND_ON = frozenset({"list", "tuple", "reversed", "enumerate", "next", "iter"})
#: Those that ask something of it.
_ASK = frozenset({"max", "min", "filter", "map", "sorted", "sum", "any", "all", "set", "dict"})


def on_the_way(function: Function, node: cst.CSTNode, ours: set[cst.CSTNode]) -> str:
    """What may ask or change something of the instances of an expression before its statement ends; empty if none.

    Only what is known to hand them on as they are is none: ``ours`` are calls of caches.
    """
    current = node
    while (parent := function.parents.get(current)) is not None and not isinstance(parent, cst.BaseStatement):
        if isinstance(parent, cst.BaseSmallStatement) or parent in ours:
            break
        if not _hands_on(function, parent, current):
            code = short(function.parsed.code(parent))
            name = parent.func.value if isinstance(parent, cst.Call) and isinstance(parent.func, cst.Name) else ""
            does = "asks something of" if name in _ASK else "may change, or load more of,"
            return f"{function.where(parent)}: `{code}` {does} the instances before they are stored"
        current = parent
    return ""


def _hands_on(function: Function, parent: cst.CSTNode, current: cst.CSTNode) -> bool:
    """Whether a node hands on what stands in it as it is."""
    match parent:
        case cst.Arg() | cst.Element() | cst.DictElement() | cst.Await() | cst.NamedExpr() | cst.IfExp():
            return True
        case cst.BooleanOperation() | cst.Subscript() | cst.List() | cst.Tuple() | cst.Dict() | cst.Lambda():
            return True
        case cst.Attribute():
            # Asked for more rows, or for one: not for what an instance has.
            return parent.value is current and parent.attr.value in ORM_METHODS
        case cst.Call() if parent.func is current:
            return isinstance(current, cst.Attribute)
        case cst.Call() if isinstance(parent.func, cst.Name):
            is_sorted = parent.func.value == "sorted" and len(parent.args) == 1
            return is_sorted or (parent.func.value in _HAND_ON and not function.bindings(parent.func.value))
        case cst.CompFor():
            loops = function.parents.get(parent)
            given = loops.value if isinstance(loops, cst.DictComp) else getattr(loops, "elt", None)
            return isinstance(given, cst.Name) and given.value == getattr(parent.target, "value", None)
        case cst.BaseComp():
            return isinstance(current, cst.CompFor)
    return False
