# --- a misspelt alias
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "reports": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f():
    return caches["report"].get("a")  # CL604


# --- those that there are
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "reports": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f():
    return caches["reports"].get("a"), caches["default"].get("a")


# --- it is asked for first
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "reports": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}


# === code
def f():
    if "report" in settings.CACHES:
        return caches["report"].get("a")
    try:
        return caches["other"].get("a")
    except Exception:
        return None


# --- computed settings
import os
CACHES = load(os.environ)


# === code
def f():
    return caches["report"].get("a")


# --- in the settings
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
    "reports": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    },
}
SESSION_CACHE_ALIAS = "sessions"  # CL604


# === code
x = 1
