"""CL517: a method is called that a configured backend does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.django.cache_api import DJANGO_REDIS
from cachelint.findings import Related, Severity
from cachelint.project.enclosing import around
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import UNKNOWN, force
from cachelint.types.strings import constant

RULE = Rule(
    code="CL517",
    summary="A method is called that a configured backend does not have.",
    why="""\
`ttl`, `expire`, `lock`, `delete_pattern` and a few more are methods of django-redis, not of Django. Where a settings
module gives the alias another backend (local memory for tests and development, Django's own RedisCache), the call
raises AttributeError there.""",
    severity=Severity.MEDIUM,
    no_fix="use methods that all configured backends have, or ask with `hasattr` first",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def forget(shop):
    cache.delete_pattern(f"shop:v1:{shop}:*")  # CL517
""",
            good="""\
from django.core.cache import cache


def forget(shop):
    cache.delete_many([f"shop:v1:{shop}:prices", f"shop:v1:{shop}:hours"])
""",
        ),
    ),
    not_found=("Settings that are not in the project.",),
    references=(
        (
            "django-redis: additional methods",
            "https://github.com/jazzband/django-redis#readme",
        ),
    ),
)

_DJANGO = "django.core.cache.backends."
_GUARD = re.compile(r"hasattr|getattr|isinstance|BACKEND|redis|AttributeError", re.I)


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a method of django-redis on an alias that has one of Django's backends somewhere."""
    if call.method not in DJANGO_REDIS or call.inner is not None or call.declared or is_test(call.parsed.path):
        return
    if _is_guarded(call):
        return
    for settings in facts.of(CacheSettings):
        if settings.alias != call.alias or is_test(settings.module.path):
            continue
        backend = constant(force(dict(settings.options.entries).get("BACKEND", UNKNOWN)))
        if isinstance(backend, str) and backend.startswith(_DJANGO):
            yield Report(
                call.place,
                f"`{call.called}` raises AttributeError with the backend `{backend}` ({settings.place.path}:"
                f"{settings.place.line}): only django-redis has `{call.method}`",
                related=(Related(settings.place, "this backend does not have the method"),),
            )
            return


def _is_guarded(call: CacheCall) -> bool:
    """Whether the code around asks which backend there is."""
    for outer in around(call.node, call.parsed):
        if isinstance(outer, cst.If | cst.IfExp) and _GUARD.search(call.parsed.code(outer.test)):
            return True
        if isinstance(outer, cst.Try) and any(_GUARD.search(call.parsed.code(h)) for h in outer.handlers if h.type):
            return True
        if isinstance(outer, cst.Try) and any(h.type is None for h in outer.handlers):
            return True
        if isinstance(outer, cst.FunctionDef):
            return re.search(r"hasattr\(|\bBACKEND\b", call.parsed.code(outer)) is not None
    return False
