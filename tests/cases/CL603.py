# --- no prefix
CACHES = {
    "default": {  # CL603
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1


# --- a prefix
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1


# --- in memory
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
x = 1


# --- for development
DEBUG = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1
