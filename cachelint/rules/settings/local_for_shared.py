"""CL606: a cache that each process has for itself is used to count, lock or limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Confidence, Related, Severity
from cachelint.library.cache_options import LOCAL
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, is_of_no_site, may_be_for_production, place_of
from cachelint.types.base import Origin

RULE = Rule(
    code="CL606",
    summary="Settings for production use local memory for a cache that counts, locks or limits.",
    why="""\
Each worker process has a local memory of its own: a lock that one has is free for all others, and a limit of five
attempts is five for each process. The dummy cache keeps nothing at all.""",
    severity=Severity.MEDIUM,
    no_fix="use a backend that all processes share: Redis, memcached, the database",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # CL606
}
INSTALLED_APPS = []


def is_first(pk):
    return cache.add(f"import:v1:{pk}", 1, timeout=60)
""",
            good="""\
from django.core.cache import cache

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []


def is_first(pk):
    return cache.add(f"import:v1:{pk}", 1, timeout=60)
""",
        ),
    ),
    not_found=("Settings that the environment chooses, or that another settings module of the project replaces.",),
    references=(
        ("Django: local-memory caching", "https://docs.djangoproject.com/en/stable/topics/cache/#local-memory-caching"),
    ),
)

_COUNTING = {"incr": "counts", "decr": "counts", "lock": "locks"}


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for an entry of settings that may be meant for production."""
    if backend_of(settings) not in LOCAL or is_of_no_site(facts) or not may_be_for_production(settings.module):
        return
    if not _is_literal(settings) or _is_replaced(settings, facts):
        return
    for call in facts.calls:
        what = _shared_use(call)
        if what and call.alias == settings.alias and not is_test(call.parsed.path):
            name = backend_of(settings).rpartition(".")[2]
            yield Report(
                settings.place,
                f"the cache `{settings.alias}` is `{name}`, which each process has for itself, and `{call.called}` "
                f"({call.place.path}:{call.place.line}) {what} with it: other processes do not see that; use a backend "
                "that all of them share",
                related=(Related(call.place, f"this {what} with the cache"),),
                confidence=Confidence.MEDIUM,
            )
            return


def _shared_use(call: CacheCall) -> str:
    if call.inner is not None:
        return ""
    if call.method == "add" and not isinstance(call.parsed.gathered.parents.get(call.node), cst.Expr):
        return "locks"
    return _COUNTING.get(call.method, "")


def _is_literal(settings: CacheSettings) -> bool:
    """Whether the backend is written out in the entry: nothing in the environment chooses it."""
    place = place_of(settings.options, "BACKEND")
    origin: Origin | None = settings.options.origin
    if place is None or origin is None or not isinstance(origin.node, cst.Dict):
        return False
    return any(
        isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString) and e.key.evaluated_value == "BACKEND"
        and isinstance(e.value, cst.SimpleString)
        for e in origin.node.elements
    )  # fmt: skip


def _is_replaced(settings: CacheSettings, facts: Facts) -> bool:
    """Whether the cache has another backend somewhere: in another module, or in another branch of this one."""
    others = [each for each in facts.of(CacheSettings) if each.alias == settings.alias]
    if any(backend_of(each) not in LOCAL for each in others):
        return True
    changed = re.compile(
        rb"CACHES\[['\"]" + re.escape(settings.alias.encode()) + rb"['\"]\](?:\[['\"]BACKEND['\"]\])?\s*="
    )
    if facts.codebase.search(changed, "CACHES["):
        return True
    return any(
        module.path != settings.module.path
        and not is_test(module.path)
        and module.name.endswith(("production", "prod"))
        for module in facts.codebase.containing("CACHES")
    )
