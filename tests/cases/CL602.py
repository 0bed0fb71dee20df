# --- beside the options
CACHES = {
    "default": {  # CL602
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "SERIALIZER": "app.Json",
    },
}


# === code
x = 1


# --- the other's spelling
CACHES = {
    "default": {  # CL602
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1


# --- right for each
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"SERIALIZER": "app.Json"},
    },
    "other": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/2",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1


# --- it wants an argument
CACHES = {
    "default": {  # CL602
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://x/1",
        "KEY_PREFIX": "shop",
        "OPTIONS": {"serializer": "django_redis.serializers.json.JSONSerializer"},
    },
}


# === code
x = 1


# --- a backend of the project
CACHES = {
    "default": {
        "BACKEND": "app.backends.Mine",
        "OPTIONS": {"serializer": "app.Json"},
    },
}


# === code
x = 1
