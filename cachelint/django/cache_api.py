"""The methods of Django's caches and of django-redis: which there are, what each takes, does and gives.

``tests/test_cache_api.py`` holds the parameters against the installed Django. What the rest of the program knows of a
method of a cache, it knows from here.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from cachelint.project.classes import Classes
from cachelint.project.symbols import ClassRef


class Does(enum.Enum):
    """What a method does with the entries that it is called for."""

    READS = "reads"
    WRITES = "writes"
    #: ``get_or_set``.
    READS_AND_WRITES = "reads and writes"
    #: Asks whether an entry is there, or how long it lives.
    TESTS = "tests"
    DELETES = "deletes"
    #: Changes how long an entry lives, or under which version.
    MOVES = "moves"
    COUNTS = "counts"
    LOCKS = "locks"
    #: Gives keys.
    LISTS = "lists"
    #: Deletes all entries; takes no key.
    CLEARS = "clears"


class Method(NamedTuple):
    """A method of a cache. ``parameters`` are in order, without ``self``.

    ``many`` is true where it takes many keys at once, ``by_pattern`` where it takes a pattern of keys, ``has_twin``
    where Django has an asynchronous twin of it, with an ``a`` before the name.
    """

    parameters: tuple[str, ...]
    does: Does
    many: bool = False
    by_pattern: bool = False
    has_twin: bool = True


_KEY = ("key", "version")
_STORE = ("key", "value", "timeout", "version")
_COUNT = ("key", "delta", "version")

#: The methods of Django's ``BaseCache`` that take a key, and the one that is about all of them.
DJANGO: dict[str, Method] = {
    "get": Method(("key", "default", "version"), Does.READS),
    "set": Method(_STORE, Does.WRITES),
    "add": Method(_STORE, Does.WRITES),
    "get_or_set": Method(("key", "default", "timeout", "version"), Does.READS_AND_WRITES),
    "touch": Method(("key", "timeout", "version"), Does.MOVES),
    "delete": Method(_KEY, Does.DELETES),
    "has_key": Method(_KEY, Does.TESTS),
    "get_many": Method(("keys", "version"), Does.READS, many=True),
    "delete_many": Method(("keys", "version"), Does.DELETES, many=True),
    "set_many": Method(("data", "timeout", "version"), Does.WRITES, many=True),
    "incr": Method(_COUNT, Does.COUNTS),
    "decr": Method(_COUNT, Does.COUNTS),
    "incr_version": Method(_COUNT, Does.MOVES),
    "decr_version": Method(_COUNT, Does.MOVES),
    "clear": Method((), Does.CLEARS),
}
#: Those that django-redis (and django-valkey) adds.
DJANGO_REDIS: dict[str, Method] = {
    "ttl": Method(_KEY, Does.TESTS, has_twin=False),
    "pttl": Method(_KEY, Does.TESTS, has_twin=False),
    "persist": Method(_KEY, Does.MOVES, has_twin=False),
    "expire": Method(("key", "timeout", "version"), Does.MOVES, has_twin=False),
    "pexpire": Method(("key", "timeout", "version"), Does.MOVES, has_twin=False),
    "expire_at": Method(("key", "when", "version"), Does.MOVES, has_twin=False),
    "lock": Method(_KEY, Does.LOCKS, has_twin=False),
    "delete_pattern": Method(("pattern", "version"), Does.DELETES, by_pattern=True, has_twin=False),
    "keys": Method(("search", "version"), Does.LISTS, by_pattern=True, has_twin=False),
    "iter_keys": Method(("search",), Does.LISTS, by_pattern=True, has_twin=False),
}
METHODS: dict[str, Method] = {**DJANGO, **DJANGO_REDIS}

#: Names by which the methods are called, asynchronous twins included.
METHOD_NAMES = frozenset(METHODS) | {f"a{name}" for name, method in METHODS.items() if method.has_twin}


#: The classes of caches: Django's backends, and those of django-redis and django-valkey.
_BACKENDS = {
    "base": ("BaseCache",),
    "locmem": ("LocMemCache",),
    "filebased": ("FileBasedCache",),
    "db": ("DatabaseCache", "BaseDatabaseCache"),
    "memcached": ("BaseMemcachedCache", "PyLibMCCache", "PyMemcacheCache", "MemcachedCache"),
    "redis": ("RedisCache",),
    "dummy": ("DummyCache",),
}
BACKEND_CLASSES = frozenset(
    {
        "django.core.cache.BaseCache",
        "django_redis.cache.RedisCache",
        "django_valkey.cache.ValkeyCache",
        *(f"django.core.cache.backends.{module}.{name}" for module, names in _BACKENDS.items() for name in names),
    }
)
#: Their names alone.
BACKEND_NAMES = frozenset(name.rpartition(".")[2] for name in BACKEND_CLASSES)


def is_backend(classes: Classes, ref: ClassRef) -> bool:
    """Whether a class of the project derives from a class of caches."""
    return not BACKEND_CLASSES.isdisjoint(classes.externals(ref))


def synchronous(name: str) -> str:
    """The name of a method without the ``a`` of an asynchronous twin: ``aset`` is ``set``."""
    return name if name in METHODS else name.removeprefix("a")
