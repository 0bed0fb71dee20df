"""Run stories and print, as JSON, what each gave: the results of two runs, or the exception.

    tell.py BACKEND [--keep] STORY …

BACKEND is locmem, file, db, redis:PORT, redis-json:PORT or memcached:PORT; ``--keep`` leaves in the cache what is there.
"""

import importlib
import json
import os
import sys

import django
from django.conf import settings

BACKENDS = {
    "locmem": "locmem.LocMemCache",
    "file": "filebased.FileBasedCache",
    "db": "db.DatabaseCache",
    "redis": "redis.RedisCache",
    "redis-json": "redis.RedisCache",
    "memcached": "memcached.PyMemcacheCache",
}
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Json:
    def dumps(self, value):
        return json.dumps(value).encode()

    def loads(self, data):
        return json.loads(data)


def cache_of(kind, port, alias):
    entry = {"BACKEND": "django.core.cache.backends." + BACKENDS[kind], "TIMEOUT": 300, "KEY_PREFIX": alias}
    if kind == "file":
        entry["LOCATION"] = os.path.abspath(f"cache-{alias}")
    if kind == "db":
        entry["LOCATION"] = "cache_table"
    if kind.startswith("redis"):
        entry["LOCATION"] = f"redis://127.0.0.1:{port}"
    if kind == "redis-json":
        entry["OPTIONS"] = {"serializer": Json}
    if kind == "memcached":
        entry["LOCATION"] = f"127.0.0.1:{port}"
    return entry


def main():
    kind, _, port = sys.argv[1].partition(":")
    keep = "--keep" in sys.argv
    settings.CACHES = {alias: cache_of(kind, port, alias) for alias in ("default", "other")}
    django.setup()
    from django.core.cache import caches
    from django.core.management import call_command

    fresh = not os.path.exists("stories.sqlite3")
    if fresh:
        call_command("migrate", run_syncdb=True, verbosity=0)
        populate()
    if kind == "db":
        call_command("createcachetable", verbosity=0)
    if not keep:
        for alias in caches:
            caches[alias].clear()
    told = {}
    for name in sys.argv[2:]:
        if name == "--keep":
            continue
        try:
            story = importlib.import_module(f"stories.{name}").story
            told[name] = [story(), story()]
        except Exception as error:
            told[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(told))


def populate():
    from shop.models import Author, Book, Note

    ann, bob = Author.objects.create(name="Ann"), Author.objects.create(name="Bob")
    Book.objects.create(author=ann, title="Tea", pages=100, price="1.50")
    Book.objects.create(author=bob, title="Jam", pages=300, price="2.50")
    Book.objects.create(author=ann, title="Rye", pages=700, price="3.50")
    Note.objects.create(text="empty")


main()
