"""CL307: a key is written, and nothing reads it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall, Write
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import is_known
from cachelint.caching.keys.plausible import may_meet
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.explained_keys import calls_with_words, in_production, is_explained
from cachelint.rules.first_calls import is_first
from cachelint.rules.keys.unversioned_key import shown
from cachelint.types.template import templates

RULE = Rule(
    code="CL307",
    summary="A key is written, and nothing reads it.",
    why="""\
The value is worked out and sent to the server for nothing, and whoever reads the code believes that it is cached. Often
the read was removed, or asks for another key.""",
    severity=Severity.LOW,
    no_fix="read the entry, or remove the write",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(shop, total):
    cache.set(f"total:v1:{shop}", total, timeout=60)  # CL307
""",
            good="""\
from django.core.cache import cache


def remember(shop, total):
    cache.set(f"total:v1:{shop}", total, timeout=60)


def read(shop):
    return cache.get(f"total:v1:{shop}")
""",
        ),
    ),
    not_found=("Keys that a call may read whose key is not known; keys that another program reads.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)

_READING = frozenset({Does.READS, Does.READS_AND_WRITES, Does.TESTS, Does.COUNTS, Does.LOCKS, Does.LISTS})


@RULE.on(Write)
def check(call: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a key, at its first write."""
    if call.decides("key") is None or not in_production(call) or not is_known(call) or _reads(call):
        return
    texts = templates(call.key)
    if any(may_meet(text, other) for text in texts for _, other in calls_with_words(call, facts, _reads)):
        return
    if is_first(call, facts) and is_explained(texts, facts, _reads):
        text = max(texts, key=lambda text: len(text.template))
        yield Report(
            call.at("key", "data"),
            f'nothing reads the key "{shown(text)}": the value is worked out and stored for nothing; read it, or '
            "remove the write",
        )


def _reads(call: CacheCall) -> bool:
    """Whether a call tells what is stored, or that something is: the result of `add` does so as well."""
    if METHODS[call.method].does in _READING:
        return True
    return call.method == "add" and not isinstance(call.parsed.gathered.parents.get(call.node), cst.Expr)
