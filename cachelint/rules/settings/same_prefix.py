"""CL607: two settings modules have one server and one prefix."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Related, Severity
from cachelint.library.cache_options import ON_SERVERS
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, is_of_no_site
from cachelint.types.base import NO_VALUE, NONE, force
from cachelint.types.strings import constant

RULE = Rule(
    code="CL607",
    summary="Two settings modules name one server and one prefix.",
    why="""\
Two environments, or two sites of one project, read and delete the entries of one another: a page of staging is shown in
production, and `clear()` in one empties the other.""",
    severity=Severity.LOW,
    no_fix="give each a KEY_PREFIX of its own",
    in_tests=False,
    examples=(
        Example(
            bad="""\
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []
""",
            good="""\
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache:6379/1",
        "KEY_PREFIX": "shop-staging",
    },
}
INSTALLED_APPS = []
""",
            note="Another settings module of the project has the same server, with the prefix `shop`.",
        ),
    ),
    references=(
        ("Django: cache key prefixing", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-key-prefixing"),
    ),
)


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for an entry that is like one of another module before it."""
    mine = _server(settings)
    if mine is None or is_of_no_site(facts):
        return
    for other in facts.of(CacheSettings):
        if other.place.path >= settings.place.path or other.module is settings.module or _server(other) != mine:
            continue
        yield Report(
            settings.place,
            f"the cache `{settings.alias}` has the same server and prefix as `{other.alias}` of {other.place.path}: "
            "each reads and deletes the entries of the other; give each a `KEY_PREFIX` of its own",
            related=(Related(other.place, "the same server and prefix"),),
        )
        return


def _server(settings: CacheSettings) -> tuple[object, ...] | None:
    """Server, prefix and version, where they are constants."""
    given = dict(settings.options.entries)
    told = tuple(constant(force(given.get(word, NONE))) for word in ("LOCATION", "KEY_PREFIX", "VERSION"))
    if NO_VALUE in told or not isinstance(told[0], str) or not backend_of(settings).startswith(ON_SERVERS):
        return None
    return told
