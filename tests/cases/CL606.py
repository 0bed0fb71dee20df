# --- a lock in local memory
CACHES = {
    "default": {  # CL606
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f(pk):
    return cache.add(f"a:v1:{pk}", 1, 60)


# --- nobody counts or locks
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f(pk):
    cache.set(f"a:v1:{pk}", 1, 60)


# --- for development
DEBUG = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f(pk):
    return cache.add(f"a:v1:{pk}", 1, 60)


# --- the environment chooses
import os
CACHES = {
    "default": {
        "BACKEND": os.environ.get("CACHE", "django.core.cache.backends.locmem.LocMemCache"),
    },
}


# === code
def f(pk):
    return cache.add(f"a:v1:{pk}", 1, 60)


# --- another alias
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "reports": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
def f(pk):
    return caches["reports"].add(f"a:v1:{pk}", 1, 60)


# --- a branch has a server
import os
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}
if os.environ.get('PROD'):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://x/1", "KEY_PREFIX": "x", "OPTIONS": {"serializer": "app.Json"}}}


# === code
def f(pk):
    return cache.add(f"a:v1:{pk}", 1, 60)
