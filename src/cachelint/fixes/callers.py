"""The calls of a function of the project: all of them, or the mention of it that can't be accounted for."""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from cachelint.caching.collect import Facts
from cachelint.fixes.tree import Escapes
from cachelint.project import FunctionRef, Lift, dotted


def calls_of(
    ref: FunctionRef, facts: Facts, known: Collection[cst.CSTNode] = ()
) -> list[tuple[FunctionRef, Lift, cst.Call]]:
    """Every call of a function, with the function around it; ``known`` are other mentions that are accounted for.

    Raises Escapes where it may be used in another way.
    """
    name = ref.definition.name
    lift = ref.module.lift(ref.definition)
    tree = lift.function if lift is not None else None
    if tree is None or any(dotted(d.decorator) not in ("classmethod", "staticmethod") for d in tree.decorators):
        raise Escapes(f"`{name}` is decorated, so that others than the calls that are seen may use what it returns")
    found: list[tuple[FunctionRef, Lift, cst.Call]] = []
    accounted = False
    for mention in facts.mentions.of(ref.module, ref.definition):
        if mention.node in known:
            accounted = True
            continue
        if mention.call is None or mention.function is None or mention.lift is None:
            raise Escapes(f"`{name}` is named at {mention.where} in a way that is not followed")
        found.append((mention.function, mention.lift, mention.call))
    if not found and not accounted:
        raise Escapes(f"nothing that calls `{name}` is seen")
    return found
