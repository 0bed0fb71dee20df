"""CL521: a lock has no timeout."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall, Delete
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import NONE, force

RULE = Rule(
    code="CL521",
    summary="A lock has no timeout.",
    why="""\
A worker that is killed while it holds the lock never releases it. Without a timeout the lock stays for ever, and what
it guards never runs again, until somebody finds out why and deletes the key by hand.""",
    severity=Severity.MEDIUM,
    no_fix="give the lock a timeout that is longer than the work takes",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import caches


def import_prices(shop_id):
    with caches["locks"].lock(f"import:v1:{shop_id}"):  # CL521
        run_import(shop_id)
""",
            good="""\
from django.core.cache import caches


def import_prices(shop_id):
    with caches["locks"].lock(f"import:v1:{shop_id}", timeout=600):
        run_import(shop_id)
""",
        ),
    ),
    references=(
        (
            "django-redis: locks",
            "https://github.com/jazzband/django-redis#locks",
        ),
    ),
)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a lock that nothing but its holder ends."""
    if call.inner is not None or call.declared or not isinstance(call.node, cst.Call):
        return
    if any(argument.star for argument in call.node.args):
        return
    if (call.method == "lock" and _has_no_timeout(call)) or (call.method == "add" and _is_eternal_lock(call, facts)):
        yield Report(
            call.place,
            f"`{call.called}` sets no timeout: if the worker is killed, the lock stays for ever, and what it guards "
            "never runs again; pass `timeout=`",
        )


def _has_no_timeout(call: CacheCall) -> bool:
    assert isinstance(call.node, cst.Call)
    node = call.nodes.get("timeout")
    positional = [a for a in call.node.args if a.keyword is None]
    if node is None:
        return len(positional) < 3
    return isinstance(node, cst.Name) and node.value == "None"


def _is_eternal_lock(call: CacheCall, facts: Facts) -> bool:
    """Whether an ``add`` that never expires is a lock: its result is used, and the key is deleted somewhere."""
    if call.timeout is None or force(call.timeout) != NONE or "timeout" not in call.nodes:
        return False
    parent = call.parsed.gathered.parents.get(call.node)
    if isinstance(parent, cst.Await):
        parent = call.parsed.gathered.parents.get(parent)
    key = facts.keys.of(call)
    released = key is not None and any(isinstance(other, Delete) for other in key.all_sites)
    read = key is not None and any(other.method in ("get", "get_or_set", "incr") for other in key.all_sites)
    return released and not read and not isinstance(parent, cst.Expr)
