"""CL513: a cache is asked for one key at a time in a loop."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Related, Severity
from cachelint.project.enclosing import around
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL513",
    summary="A cache is called for one key at a time in a loop.",
    why="""\
Each call is a round trip to the server. A hundred of them in a loop take a hundred times as long as one `get_many`, and
the page waits for all of them. Collect the keys first, and read or write them in one call.""",
    severity=Severity.LOW,
    no_fix="collect the keys, and call `get_many`, `set_many` or `delete_many` once",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def prices(pks):
    found = {}
    for pk in pks:
        found[pk] = cache.get(f"price:v1:{pk}")  # CL513
    return found
""",
            good="""\
from django.core.cache import cache


def prices(pks):
    found = cache.get_many([f"price:v1:{pk}" for pk in pks])
    return {pk: found.get(f"price:v1:{pk}") for pk in pks}
""",
        ),
    ),
    not_found=("Calls in a function that is called in a loop.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)

_MANY = {"get": "get_many", "set": "set_many", "delete": "delete_many"}


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a call whose key hangs on the variable of the loop around it."""
    many = _MANY.get(call.method)
    key = call.nodes.get("key")
    if many is None or call.inner is not None or call.declared or key is None:
        return
    parent = call.parsed.gathered.parents.get(call.node)
    if isinstance(parent, cst.Await):
        parent = call.parsed.gathered.parents.get(parent)
    if call.method != "get" and not isinstance(parent, cst.Expr):
        # What each call returns is wanted.
        return
    for outer in around(call.node, call.parsed):
        if isinstance(outer, cst.FunctionDef | cst.Lambda | cst.While):
            return
        if isinstance(outer, cst.For) and not _is_short(outer) and _hangs_on(key, outer):
            yield Report(
                call.place,
                f"`{call.called}` is a round trip to the cache for each item of this loop; collect the keys and call "
                f"`{many}` once",
                related=(Related(call.parsed.place(outer.target), "the loop"),),
            )
            return


def _is_short(loop: cst.For) -> bool:
    """Whether a loop goes over what is written out, or is left before its end."""
    if isinstance(loop.iter, cst.Tuple | cst.List | cst.Set):
        return True
    return any(isinstance(node, cst.Break | cst.Return) for node in descendants(loop.body))


def _hangs_on(key: cst.BaseExpression, loop: cst.For) -> bool:
    """Whether a key is made of the variable of a loop, directly or by a variable of its body."""
    names = {n.value for n in (loop.target, *descendants(loop.target)) if isinstance(n, cst.Name)}
    for node in descendants(loop.body):
        if isinstance(node, cst.Assign) and _names(node.value) & names:
            names |= {t.target.value for t in node.targets if isinstance(t.target, cst.Name)}
    return bool(_names(key) & names)


def _names(node: cst.BaseExpression) -> set[str]:
    return {n.value for n in (node, *descendants(node)) if isinstance(n, cst.Name)}
