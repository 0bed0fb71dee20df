# --- one level off
CACHES = {
    "default": {  # CL605
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"TIMEOUT": 60},
    },
}


# === code
x = 1


# --- misspelt, and too high
CACHES = {
    "default": {  # CL605
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_PREFFIX": "x",
    },
    "other": {  # CL605
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "MAX_ENTRIES": 10,
    },
}


# === code
x = 1


# --- as it is read
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 60,
        "KEY_PREFIX": "x",
        "VERSION": 2,
        "OPTIONS": {"MAX_ENTRIES": 10, "CULL_FREQUENCY": 2},
    },
}


# === code
x = 1


# --- a timeout that is no number
CACHES = {
    "default": {  # CL605
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": "an hour",
    },
    "other": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": "60",
    },
}


# === code
x = 1


# --- a backend that is gone
CACHES = {
    "default": {  # CL605
        "BACKEND": "django.core.cache.backends.memcached.MemcachedCache",
        "LOCATION": "x:1",
        "KEY_PREFIX": "x",
    },
}


# === code
x = 1


# --- the project reads it itself
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "SHARDS": 2,
    },
}


# === code
def f():
    return settings.CACHES["default"]["SHARDS"]


# --- options of the connection
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "x",
        "OPTIONS": {"serializer": "app.Json", "socket_timeout": 1, "db": 2},
    },
}


# === code
x = 1


# --- a backend of the project
CACHES = {
    "default": {
        "BACKEND": "app.backends.Mine",
        "SHARDS": 2,
    },
}


# === code
x = 1
