"""What well-known packages do with Django's caches: their wrappers, their classes that hold a cache, and their entries.

Held against the sources of the packages by `scripts/check_third_party.py`; the versions are those that were read.
"""

from __future__ import annotations

from typing import NamedTuple

#: Functions and decorators that store what they are given, by full name: roles of the parameters, as in the setting
#: `wrappers`. What is decorated is called, and its result stored.
WRAPPERS: dict[str, tuple[str, ...]] = {
    "cache_memoize.cache_memoize": ("timeout", "_=prefix", "_=extra", "_=args_rewrite"),
    "cacheback.decorators.cacheback": ("_=lifetime", "_=fetch_on_miss"),
    "cacheops.cached": ("timeout", "_=extra"),
    "cacheops.cached_as": ("_=samples",),
    "cacheops.cache.set": ("key=cache_key", "value=data", "timeout"),
    "djblets.cache.backend.cache_memoize": ("key", "default=lookup_callable", "timeout=expiration"),
    "edx_django_utils.cache.TieredCache.set_all_tiers": ("key", "value", "timeout=django_cache_timeout"),
    "edx_django_utils.cache.utils.TieredCache.set_all_tiers": ("key", "value", "timeout=django_cache_timeout"),
}  # fmt: skip

#: Attributes of classes that hold a cache: the alias, None where a setting chooses it.
HOLDERS: dict[str, dict[str, str | None]] = {
    "cacheback.base.Job": {"cache": None},
    "rest_framework.throttling.SimpleRateThrottle": {"cache": "default"},
    "rest_framework.throttling.AnonRateThrottle": {"cache": "default"},
    "rest_framework.throttling.UserRateThrottle": {"cache": "default"},
    "rest_framework.throttling.ScopedRateThrottle": {"cache": "default"},
    "rest_framework_extensions.cache.decorators.CacheResponse": {"cache": None},
}
#: The words by which a file that derives from such a class is found.
HOLDER_MODULES = ("cacheback.base", "rest_framework.throttling", "rest_framework_extensions.cache")


class Entries(NamedTuple):
    """What a package keeps in a cache by itself: ``alias`` or the setting that chooses it, key, what, for how long."""

    package: str
    version: str
    app: str
    alias: str
    key: str
    stores: str
    timeout: str


ENTRIES: tuple[Entries, ...] = (
    Entries("django-solo", "2.5.1", "solo", "SOLO_CACHE", "{prefix}:{app}:{model}", "the instance", "SOLO_CACHE_TIMEOUT"),
    Entries("django-waffle", "5.0.0", "waffle", "WAFFLE_CACHE_NAME", "{prefix}:flag:{name}", "instances of flags, "
            "switches and samples, and ids of their users and groups", "the alias's own"),
    Entries("django-constance", "4.4.0", "constance", "CONSTANCE_DATABASE_CACHE_BACKEND", "{prefix}{name}",
            "values of settings", "the alias's own"),
    Entries("django-ratelimit", "4.1.0", "django_ratelimit", "RATELIMIT_USE_CACHE", "{prefix}{digest}", "counters",
            "the period and 5 s"),
    Entries("djangorestframework", "3.18.3", "rest_framework", "default", "throttle_{scope}_{ident}",
            "times of requests", "the period"),
    Entries("drf-extensions", "0.8.0", "rest_framework_extensions", "DEFAULT_USE_CACHE", "{digest}",
            "content, status and headers of a response", "DEFAULT_CACHE_RESPONSE_TIMEOUT"),
)  # fmt: skip
