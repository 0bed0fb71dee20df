"""CL523: a cache object is kept for all threads."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import backends_of
from cachelint.caching.facts import Facts
from cachelint.caching.shared import SharedCache
from cachelint.findings import Severity
from cachelint.fixes import connection_proxy
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL523",
    summary="A cache object is taken out of `caches` at import and kept.",
    why="""\
`caches["name"]` gives an object for the thread that asks. A module or class that keeps it shares one object among all
threads: connections that are not made for that (pylibmc) mix up their answers, and Django's `close()` at the end of a
request does not reach it. Take it where it is used, or keep a proxy: `ConnectionProxy(caches, "name")` from
`django.utils.connection`, which is what `django.core.cache.cache` is.""",
    severity=Severity.LOW,
    fix=connection_proxy.propose,
    obligations=connection_proxy.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import caches

rates = caches["rates"]  # CL523
""",
            good="""\
from django.core.cache import caches
from django.utils.connection import ConnectionProxy

rates = ConnectionProxy(caches, "rates")
""",
        ),
    ),
    fix_note="""\
`caches["x"]` becomes `ConnectionProxy(caches, "x")`, with its import. Unsafe: a proxy is no instance of the
backend.""",
    not_found=("Objects that an instance keeps, unless it lives at the top of a module.",),
    references=(
        (
            "Django: accessing the caches",
            "https://docs.djangoproject.com/en/stable/topics/cache/#accessing-the-cache",
        ),
    ),
)


@RULE.on(SharedCache)
def check(shared: SharedCache, facts: Facts) -> Iterator[Report]:
    """One finding for an assignment at the top of a module, or in the body of a class."""
    pylibmc = any("PyLibMC" in backend for backend in backends_of(facts.interpreter, shared.alias))
    yield Report(
        shared.place,
        f"`{shared.name}` is one cache object for all threads, where Django makes one for each: its connection is "
        'shared and never closed at the end of a request; keep `ConnectionProxy(caches, "…")` instead',
        severity=Severity.MEDIUM if pylibmc else Severity.LOW,
    )
