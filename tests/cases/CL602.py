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


# --- a subclass overrides what nothing calls
from django.core.cache.backends.redis import RedisCache


class Json(RedisCache):  # CL602
    def dumps(self, value):
        return json.dumps(value)

    def loads(self, data):
        return json.loads(data)


# --- a subclass that sets the serializer
from django.core.cache.backends.redis import RedisCache


class Json(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._options["serializer"] = json

    def dumps(self, value):
        return json.dumps(value)


# --- a subclass that calls it itself, and one of another backend
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache


class Json(RedisCache):
    def set(self, key, value, timeout=None, version=None):
        return super().set(key, self.dumps(value), timeout, version)

    def dumps(self, value):
        return json.dumps(value)


class Other(LocMemCache):
    def dumps(self, value):
        return json.dumps(value)
