"""Which words of an entry of ``CACHES`` are read: by every backend, and in the OPTIONS of each.

Taken from the sources of Django 6.1, django-redis 5.4 and 7, redis-py 8 and pymemcache 4: what their code reads out of
the dict, and the parameters of what the options are handed on to. Of several versions it is the union.
"""

from __future__ import annotations

#: Read of the entry itself by Django's ``BaseCache``, whatever the backend.
OF_ENTRY = frozenset(
    {"BACKEND", "LOCATION", "TIMEOUT", "timeout", "KEY_PREFIX", "VERSION", "KEY_FUNCTION", "OPTIONS", "max_entries",
     "cull_frequency"}
)  # fmt: skip

_CULLING = frozenset({"MAX_ENTRIES", "CULL_FREQUENCY"})
_REDIS_PY = frozenset(
    {
        "client_name", "connection_class", "credential_provider", "db", "decode_responses", "driver_info", "encoding",
        "encoding_errors", "health_check_interval", "host", "legacy_responses", "lib_name", "lib_version",
        "max_connections", "parser_class", "password", "path", "port", "protocol", "queue_class", "redis_connect_func",
        "retry", "retry_on_error", "retry_on_timeout", "socket_connect_timeout", "socket_keepalive",
        "socket_keepalive_options", "socket_read_size", "socket_timeout", "socket_type", "ssl_ca_certs", "ssl_ca_data",
        "ssl_ca_path", "ssl_cert_reqs", "ssl_certfile", "ssl_check_hostname", "ssl_ciphers", "ssl_keyfile",
        "ssl_min_version", "ssl_ocsp_context", "ssl_ocsp_expected_cert", "ssl_password", "ssl_validate_ocsp",
        "ssl_validate_ocsp_stapled", "ssl_exclude_verify_flags", "ssl_include_verify_flags", "timeout", "username",
        "command_packer", "cache_factory", "cache", "cache_config", "event_dispatcher", "maint_notifications_config",
    }
)  # fmt: skip
_DJANGO_REDIS = frozenset(
    {
        "CLIENT_CLASS", "SERIALIZER", "COMPRESSOR", "CONNECTION_FACTORY", "CONNECTION_POOL_CLASS",
        "CONNECTION_POOL_KWARGS", "REDIS_CLIENT_CLASS", "REDIS_CLIENT_KWARGS", "PARSER_CLASS", "PASSWORD", "USERNAME",
        "SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT", "IGNORE_EXCEPTIONS", "PICKLE_VERSION", "CLOSE_CONNECTION",
        "REPLICA_READ_ONLY", "SENTINELS", "SENTINEL_KWARGS", "DB", "MAX_ENTRIES", "CULL_FREQUENCY",
    }
)  # fmt: skip
_PYMEMCACHE = frozenset(
    {
        "allow_unicode_keys", "connect_timeout", "dead_timeout", "default_noreply", "deserializer", "encoding", "hasher",
        "ignore_exc", "key_prefix", "lock_generator", "max_pool_size", "no_delay", "pool_idle_timeout",
        "retry_attempts", "retry_timeout", "serde", "serializer", "socket_keepalive", "socket_module", "timeout",
        "tls_context", "use_pooling", "MAX_ENTRIES", "CULL_FREQUENCY",
    }
)  # fmt: skip

_BACKENDS = "django.core.cache.backends."
#: By backend, what it reads in OPTIONS. Of a backend that is not here nothing is known.
OPTIONS: dict[str, frozenset[str]] = {
    f"{_BACKENDS}locmem.LocMemCache": _CULLING,
    f"{_BACKENDS}filebased.FileBasedCache": _CULLING,
    f"{_BACKENDS}db.DatabaseCache": _CULLING,
    f"{_BACKENDS}dummy.DummyCache": _CULLING,
    f"{_BACKENDS}redis.RedisCache": frozenset({"serializer", "pool_class"}) | _REDIS_PY,
    f"{_BACKENDS}memcached.PyMemcacheCache": _PYMEMCACHE,
    "django_redis.cache.RedisCache": _DJANGO_REDIS,
}
#: What else they read of the entry.
MORE_OF_ENTRY: dict[str, frozenset[str]] = {"django_redis.cache.RedisCache": frozenset({"REVERSE_KEY_FUNCTION"})}

#: Backends that Django no longer has, with the version that it lost them in.
GONE = {
    f"{_BACKENDS}memcached.MemcachedCache": "4.1",
    f"{_BACKENDS}memcached.CacheClass": "1.9",
}
#: Backends whose entries are in a server that others may use as well.
ON_SERVERS = (f"{_BACKENDS}redis.", f"{_BACKENDS}memcached.", "django_redis.", "django_valkey.", "redis_cache.")
#: Those whose entries a process keeps for itself, or not at all.
LOCAL = frozenset({f"{_BACKENDS}locmem.LocMemCache", f"{_BACKENDS}dummy.DummyCache"})
