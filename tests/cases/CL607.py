# --- one module
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1
