"""The clients of memcached: python-memcached, pylibmc, pymemcache, bmemcached."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "bmemcached.Client": "memcached client",
    "memcache.Client": "memcached client",
    "pylibmc.Client": "memcached client",
    "pymemcache.Client": "memcached client",
    "pymemcache.client.Client": "memcached client",
    "pymemcache.client.base.Client": "memcached client",
    "pymemcache.client.hash.HashClient": "memcached client",
}
