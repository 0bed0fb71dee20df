import os

SECRET_KEY = "stories"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "shop", "stories"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "stories.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
USE_TZ = True
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 300},
    "other": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "other"},
}
