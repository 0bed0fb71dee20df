# --- Python's own error
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
def f(pk):
    try:
        return cache.get(f"a:v1:{pk}")
    except ConnectionError:  # CL608
        return None


# --- that of redis
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
from redis.exceptions import ConnectionError


def f(pk):
    try:
        return cache.get(f"a:v1:{pk}")
    except ConnectionError:
        return None


# --- anything
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
def f(pk):
    try:
        return cache.get(f"a:v1:{pk}")
    except Exception:
        return None


# --- a file as well
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
def f(pk):
    try:
        found = cache.get(f"a:v1:{pk}")
        return found or open("x").read()
    except OSError:
        return None


# --- in memory
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f(pk):
    try:
        return cache.get(f"a:v1:{pk}")
    except ConnectionError:
        return None
