"""CL602: a serializer that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.backend_classes import RedisBackend
from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, inner_options, is_of_no_site, place_of
from cachelint.types.base import UNKNOWN, force
from cachelint.types.strings import constant

RULE = Rule(
    code="CL602",
    summary="A serializer is set where nothing reads it, or where it raises.",
    why="""\
Django's Redis backend reads `OPTIONS["serializer"]`, django-redis reads `OPTIONS["SERIALIZER"]`, and neither reads it
beside OPTIONS. With the other's spelling django-redis goes on with pickle, and Django's backend raises TypeError at the
first command. So what was meant to leave pickle has not left it.""",
    severity=Severity.HIGH,
    no_fix="write `serializer` (Django) or `SERIALIZER` (django-redis) inside of OPTIONS",
    in_tests=False,
    examples=(
        Example(
            bad="""\
CACHES = {
    "default": {  # CL602
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {
            "serializer": "django_redis.serializers.json.JSONSerializer",
        },
    },
}
INSTALLED_APPS = []
""",
            good="""\
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        },
    },
}
INSTALLED_APPS = []
""",
        ),
    ),
    references=(
        ("Django: Redis", "https://docs.djangoproject.com/en/stable/topics/cache/#redis"),
        ("django-redis: pluggable serializers", "https://github.com/jazzband/django-redis#pluggable-serializers"),
    ),
)

_DJANGO = "django.core.cache.backends.redis.RedisCache"
_DJANGO_REDIS = "django_redis.cache.RedisCache"


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for an entry whose serializer has no effect."""
    backend = backend_of(settings)
    if backend not in (_DJANGO, _DJANGO_REDIS) or is_of_no_site(facts):
        return
    for word, _ in settings.options.entries:
        if word in ("serializer", "SERIALIZER"):
            place = place_of(settings.options, str(word)) or settings.place
            right = "serializer" if backend == _DJANGO else "SERIALIZER"
            yield Report(
                place,
                f"`{word}` beside OPTIONS is read by nothing: values are still pickled; write `{right}` into OPTIONS",
            )
    options = inner_options(settings)
    entries = dict(options.entries) if options is not None else {}
    if backend == _DJANGO_REDIS and "serializer" in entries and "SERIALIZER" not in entries and options is not None:
        place = place_of(options, "serializer") or settings.place
        yield Report(place, "django-redis does not read `serializer`: values are still pickled; write `SERIALIZER`")
    if backend == _DJANGO and options is not None:
        value = constant(force(entries.get("serializer", UNKNOWN)))
        if isinstance(value, str) and value.startswith("django_redis."):
            place = place_of(options, "serializer") or settings.place
            yield Report(
                place,
                f"`{value}` wants an argument that Django's backend does not pass: the first command raises TypeError; "
                "use `django.core.signing.JSONSerializer`, or a class of your own with `dumps` and `loads`",
            )
        if isinstance(value, str) and value == "json":
            place = place_of(options, "serializer") or settings.place
            yield Report(
                place, "the text `json` names no class: the first command raises ImportError; pass the module itself"
            )


#: What looks like a hook of the backend: none of these is ever called by it.
_NO_HOOKS = frozenset({"dumps", "loads", "encode", "decode", "serialize", "deserialize"})
#: What does have an effect in a subclass.
_EFFECTIVE = re.compile(r"_options\b|\b_class\b|\b_cache\b|\b_serializer\b|['\"]serializer['\"]")


@RULE.on(RedisBackend)
def check_class(backend: RedisBackend, facts: Facts) -> Iterator[Report]:
    """One finding for a subclass of Django's backend that overrides what nothing calls."""
    names = sorted(_NO_HOOKS & backend.members)
    called = any(f"self.{name}(" in backend.code for name in names)
    if names and not called and not _EFFECTIVE.search(backend.code):
        shown = " and ".join(f"`{name}`" for name in names)
        yield Report(
            backend.place,
            f'`RedisCache` never calls {shown}: values are still pickled; pass a serializer in `OPTIONS["serializer"]`',
        )
