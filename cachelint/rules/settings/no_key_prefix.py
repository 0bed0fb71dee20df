"""CL603: a cache on a server without a prefix of its own."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Severity
from cachelint.library.cache_options import ON_SERVERS
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, is_closed, is_of_no_site, may_be_for_production

RULE = Rule(
    code="CL603",
    summary="A cache on a server has no KEY_PREFIX.",
    why="""\
Whatever else uses the server, another project, a second copy of this one, staging beside production, has the same keys:
each reads the entries of the other. A prefix costs a few bytes.""",
    severity=Severity.LOW,
    no_fix="give the cache a KEY_PREFIX; entries that are there now are not found any more",
    in_tests=False,
    examples=(
        Example(
            bad="""\
CACHES = {
    "default": {  # CL603
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
    },
}
INSTALLED_APPS = []
""",
            good="""\
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []
""",
        ),
    ),
    references=(
        ("Django: cache key prefixing", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-key-prefixing"),
    ),
)


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for an entry."""
    words = {word for word, _ in settings.options.entries}
    if not backend_of(settings).startswith(ON_SERVERS) or not is_closed(settings.options) or is_of_no_site(facts):
        return
    if words & {"KEY_PREFIX", "KEY_FUNCTION"} or not may_be_for_production(settings.module):
        return
    yield Report(
        settings.place,
        f"the cache `{settings.alias}` is on a server and has no `KEY_PREFIX`: another project or copy on that server "
        "has the same keys; give it one",
    )
