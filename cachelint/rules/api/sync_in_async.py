"""CL511: a cache is called synchronously in an async function."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS
from cachelint.findings import Severity
from cachelint.fixes import awaiting
from cachelint.infer.events import called_name
from cachelint.project.enclosing import is_in_async_function
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL511",
    summary="A cache is called synchronously in an async function.",
    why="""\
A call of a cache over the network waits for the answer. In an `async def` it does not wait alone: the event loop stands
still, and with it every other request of this process. The database backend even refuses to be called there
(`SynchronousOnlyOperation`). Each method has a twin that can be awaited: `await cache.aget(key)`.""",
    severity=Severity.LOW,
    fix=awaiting.call_the_twin,
    obligations=awaiting.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


async def price(request, pk):
    return cache.get(f"price:v1:{pk}")  # CL511
""",
            good="""\
from django.core.cache import cache


async def price(request, pk):
    return await cache.aget(f"price:v1:{pk}")
""",
        ),
    ),
    fix_note="""\
`cache.get(key)` becomes `await cache.aget(key)`, and `key in cache` becomes `await cache.ahas_key(key)`. Safe for
reads, writes and deletes; unsafe for `get_or_set` and the counters, whose twins were not atomic before Django 6.1.""",
    not_found=("Synchronous functions that an async function calls.",),
    references=(
        (
            "Django: asynchronous support of the cache",
            "https://docs.djangoproject.com/en/stable/topics/cache/#asynchronous-support",
        ),
    ),
)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a direct call of a method that has an asynchronous twin."""
    if call.inner is not None or call.declared or call.made_by or not METHODS[call.method].has_twin:
        return
    name = called_name(call.node)
    if (name and name != call.method) or not is_in_async_function(call.node, call.parsed):
        return
    written = f"`{call.called}`" if name else "`in`"
    yield Report(
        call.place,
        f"{written} blocks the event loop until the cache has answered: no other request of this process goes on; "
        f"await `a{call.method}` instead",
    )
