"""CL522: a lock is released that was not acquired."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import Removal, WriteBack
from cachelint.findings import Related, Severity
from cachelint.project.enclosing import around
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL522",
    summary="A lock is released on a path on which it was not acquired.",
    why="""\
If `add` and the delete stand in one `try … finally`, the delete runs also where `add` has returned False: the process
that did not get the lock releases that of another, and a third one comes in. Acquire the lock before the `try`.""",
    severity=Severity.MEDIUM,
    no_fix="acquire the lock before the `try`, so that only its holder releases it",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def import_prices(shop_id):
    try:
        if not cache.add(f"import:v1:{shop_id}", 1, timeout=600):
            return
        run_import(shop_id)
    finally:
        cache.delete(f"import:v1:{shop_id}")  # CL522
""",
            good="""\
from django.core.cache import cache


def import_prices(shop_id):
    if not cache.add(f"import:v1:{shop_id}", 1, timeout=600):
        return
    try:
        run_import(shop_id)
    finally:
        cache.delete(f"import:v1:{shop_id}")
""",
        ),
    ),
    not_found=("A lock that has expired before it is released, and belongs to another process by then.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(Removal)
def check(removal: Removal, facts: Facts) -> Iterator[Report]:
    """One finding for a release in a `finally` whose `try` holds the `add` as well."""
    if not removal.in_finally or removal.call.method != "delete":
        return
    parsed = removal.call.parsed
    inside: cst.CSTNode = removal.call.node
    for outer in around(removal.call.node, parsed):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return
        if isinstance(outer, cst.If):
            # It may ask whether the lock was acquired.
            return
        if isinstance(outer, cst.Try) and inside is outer.finalbody:
            added = _added_in(outer, removal, facts)
            if added is not None:
                yield Report(
                    removal.place,
                    f"the lock is deleted also where `{added.call.called}` (line {added.place.line}) has returned "
                    "False: the lock of another process is released; acquire it before the `try`",
                    related=(Related(added.place, "the lock is acquired inside the `try`"),),
                )
            return
        inside = outer


def _added_in(statement: cst.Try, removal: Removal, facts: Facts) -> WriteBack | None:
    """The ``add`` of the same key in the body of a ``try``, where its failure leaves the body."""
    nodes = {id(node) for node in descendants(statement.body)}
    for touch in facts.bodies.of_key(removal):
        if isinstance(touch, WriteBack) and touch.call.method == "add" and id(touch.call.node) in nodes:
            if not isinstance(removal.call.parsed.gathered.parents.get(touch.call.node), cst.Expr):
                return touch
    return None
