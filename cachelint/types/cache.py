"""Caches, what comes out of them, and what is pickled by hand."""

from __future__ import annotations

from cachelint.frozen import dataclass
from cachelint.types.base import Type


@dataclass(frozen=True, slots=True)
class CacheObject(Type):
    """A Django cache; ``alias`` None where it is computed."""

    alias: str | None = "default"


@dataclass(frozen=True, slots=True)
class CacheHandler(Type):
    """``django.core.cache.caches``."""


@dataclass(frozen=True, slots=True)
class RawClient(Type):
    """A raw redis or memcached client: no cache, but what comes out of it is cached data."""

    type: str


@dataclass(frozen=True, slots=True)
class Cached(Type):
    """Something that came out of a cache. ``store`` says out of which; ``key`` is the key's type."""

    store: str
    key: Type
    alias: str | None = None
    #: What ``get`` returns on a miss.
    default: Type | None = None


@dataclass(frozen=True, slots=True)
class Pickled(Type):
    """Bytes made by ``pickle.dumps`` or its like."""

    maker: str
    content: Type
