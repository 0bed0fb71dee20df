"""CL512: the coroutine of an asynchronous method is not awaited."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS
from cachelint.findings import Severity
from cachelint.fixes import awaiting
from cachelint.infer.events import called_name
from cachelint.project.enclosing import function_around
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.containers import Coroutine
from cachelint.types.join import members

RULE = Rule(
    code="CL512",
    summary="The coroutine of an asynchronous cache method is not awaited.",
    why="""\
`cache.aset(…)` does nothing: it makes a coroutine, which does the work when it is awaited. Without `await` nothing is
stored, deleted or read, and a coroutine that is tested is always true. An async function that is given to `aget_or_set`
is not awaited either: Django calls it and tries to store the coroutine, which pickle refuses.""",
    severity=Severity.HIGH,
    fix=awaiting.add_await,
    obligations=awaiting.OF_COROUTINES,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


async def forget(request, pk):
    cache.adelete(f"price:v1:{pk}")  # CL512
""",
            good="""\
from django.core.cache import cache


async def forget(request, pk):
    await cache.adelete(f"price:v1:{pk}")
""",
        ),
    ),
    fix_note="""\
Adds `await`. There is no fix in a function that is not asynchronous, and for an async function that is given to
`aget_or_set`.""",
    not_found=("Coroutines that are handed to another function.",),
    references=(
        (
            "Django: asynchronous support of the cache",
            "https://docs.djangoproject.com/en/stable/topics/cache/#asynchronous-support",
        ),
    ),
)

#: Where a coroutine is certainly used as if it were the result.
_USING = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.BinaryOperation, cst.If, cst.IfExp, cst.While)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a coroutine that is dropped or used, and for one that would be stored."""
    if call.inner is not None or call.declared or call.made_by or not isinstance(call.node, cst.Call):
        return
    if call.method == "get_or_set" and call.value is not None:
        if any(isinstance(member, Coroutine) for member in members(call.value)):
            yield Report(
                call.at("default"),
                f"`{call.called}` calls the async function but does not await it: the coroutine itself is to be "
                "stored, and pickle refuses it; await the value first, or pass a synchronous function",
            )
            return
    name = called_name(call.node)
    if name == call.method or not METHODS[call.method].has_twin:
        return
    lost = _lost(call.node, call.parsed)
    if lost:
        yield Report(
            call.place,
            f"`{call.called}` returns a coroutine that is {lost} without `await`: the cache is never asked; "
            "add `await`",
        )


def _lost(node: cst.Call, parsed: ParsedDefinition) -> str:
    """How a coroutine is lost; empty where it may be awaited."""
    parents = parsed.gathered.parents
    parent = parents.get(node)
    if isinstance(parent, cst.Expr):
        return "dropped"
    if isinstance(parent, _USING) or (isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is node):
        return "used"
    if isinstance(parent, cst.ComparisonTarget | cst.For):
        return "used"
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0].target, cst.Name):
        return "used" if _only_used(parent.targets[0].target.value, node, parsed) else ""
    return ""


def _only_used(name: str, node: cst.Call, parsed: ParsedDefinition) -> bool:
    """Whether a variable with a coroutine is used as if it were the result, and awaited or handed on nowhere."""
    parents = parsed.gathered.parents
    function = function_around(node, parsed)
    uses = [n for n in descendants(function) if isinstance(n, cst.Name) and n.value == name] if function else []
    used = False
    for use in uses:
        parent = parents.get(use)
        if isinstance(parent, cst.AssignTarget):
            continue
        if isinstance(parent, _USING) or (isinstance(parent, cst.Attribute | cst.Subscript) and parent.value is use):
            used = True
            continue
        return False
    return used
