# --- pickle on a server
CACHES = {
    "default": {  # CL601
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
    },
}


# === code
def f(pk):
    cache.set(f"a:v1:{pk}", 1, 60)


# --- with a serializer
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"serializer": "django.core.signing.JSONSerializer"},
    },
}


# === code
def f(pk):
    cache.set(f"a:v1:{pk}", 1, 60)


# --- in memory
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f(pk):
    cache.set(f"a:v1:{pk}", 1, 60)
