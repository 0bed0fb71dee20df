"""The fixes of family 5 on real Django: each program shows the fault before, and none after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import make_project

SETTINGS = """\
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "shop"]
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
"""
RUN = """\
import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django

django.setup()
from django.core.management import call_command

call_command("migrate", run_syncdb=True, verbosity=0)
from app.case import story

print(story())
"""
HEAD = """\
import asyncio
import datetime
import threading
import time

from django.core.cache import cache
from django.db import transaction
from shop.models import Author, Book

"""

#: Code → a program, what its ``story()`` gives before, and after.
PROGRAMS: dict[str, tuple[str, str, str]] = {
    "CL503": (
        """
sent = []


def report(day):
    if cache.get(f"sent:v1:{day}"):
        return False
    # Another worker comes in between.
    between()
    cache.set(f"sent:v1:{day}", True, 60)
    sent.append(day)
    return True


def between():
    if len(sent) < 1 and not getattr(report, "inside", False):
        report.inside = True
        report("monday")


def story():
    return [report("monday"), report("monday"), sent]
""",
        "[True, False, ['monday', 'monday']]",
        "[True, False, ['monday']]",
    ),
    "CL504": (
        """
def hit(pk):
    n = cache.get(f"hits:v1:{pk}", 0)
    between(pk)
    cache.set(f"hits:v1:{pk}", n + 1, 60)


def bump(pk):
    hits = cache.get(f"hits:v1:{pk}", 0)
    hits += 2
    cache.set(f"hits:v1:{pk}", hits, 60)
    return hits


def between(pk):
    pass


def story():
    told = [bump(1), bump(1), bump(2)]
    return [*told, cache.get("hits:v1:1")]
""",
        "[2, 4, 2, 4]",
        "[2, 4, 2, 4]",
    ),
    "CL505": (
        """
def begin(pk):
    cache.set(f"fails:v1:{pk}", 0, 60)


def fail(pk):
    n = cache.incr(f"fails:v1:{pk}")
    return n


def story():
    begin(1)
    told = [fail(1), fail(1)]
    try:
        told.append(fail(2))
    except ValueError:
        told.append("ValueError")
    return [*told, cache.get("fails:v1:2")]
""",
        "[1, 2, 'ValueError', None]",
        "[1, 2, 1, 1]",
    ),
    "CL204": (
        """
def keep(pk):
    cache.set(f"seen:v1:{pk}", True, 7200)


def renew(pk):
    cache.touch(f"seen:v1:{pk}", 60)


def story():
    keep(1)
    renew(1)
    (expires,) = cache._expire_info.values()
    return expires - time.time() > 3600
""",
        "False",
        "True",
    ),
    "CL523": (
        """
from django.core.cache import caches

store = caches["default"]


def connection():
    # What asks the server: that of the thread, where there is one for each.
    return store._connections[store._alias] if hasattr(store, "_connections") else store


def story():
    found = []
    thread = threading.Thread(target=lambda: found.append(connection()))
    thread.start()
    thread.join()
    store.set("a:v1", 1, 60)
    return [found[0] is connection(), store.get("a:v1")]
""",
        "[True, 1]",
        "[False, 1]",
    ),
    "CL508": (
        """
def rename(pk, name):
    with transaction.atomic():
        Author.objects.filter(pk=pk).update(name=name)
        cache.delete(f"author:v1:{pk}")
        # What a request in between does, which sees the old row.
        cache.set(f"author:v1:{pk}", "Ann", 60)


def name(pk):
    return cache.get_or_set(f"author:v1:{pk}", lambda: Author.objects.get(pk=pk).name, 60)


def story():
    pk = Author.objects.create(name="Ann").pk
    told = [name(pk)]
    rename(pk, "Zed")
    return [*told, name(pk)]
""",
        "['Ann', 'Ann']",
        "['Ann', 'Zed']",
    ),
    "CL502": (
        """
asked = []


def count(pk):
    found = cache.get(f"count:v1:{pk}")
    if not found:
        asked.append(pk)
        found = Book.objects.filter(author=pk).count()
        cache.set(f"count:v1:{pk}", found, 60)
    return found


def story():
    return [count(1), count(1), len(asked)]
""",
        "[0, 0, 2]",
        "[0, 0, 1]",
    ),
    "CL506": (
        """
asked = []


def load(pk):
    asked.append(pk)
    return Book.objects.filter(author=pk).count()


def story():
    told = [cache.get_or_set(f"count:v1:{pk}", load(pk), 60) for pk in (1, 1)]
    for pk in (2, 3, 2):
        told.append(cache.get_or_set(f"count:v1:{pk}", load(pk), 60))
    return [told, len(asked)]
""",
        "[[0, 0, 0, 0, 0], 5]",
        "[[0, 0, 0, 0, 0], 3]",
    ),
    "CL511": (
        """
async def price(pk):
    if f"price:v1:{pk}" in cache:
        return cache.get(f"price:v1:{pk}", {})["at"]
    cache.set(f"price:v1:{pk}", {"at": 3}, 60)
    return 0


def story():
    return [asyncio.run(price(1)), asyncio.run(price(1))]
""",
        "[0, 3]",
        "[0, 3]",
    ),
    "CL512": (
        """
async def forget(pk):
    cache.adelete(f"price:v1:{pk}")


def story():
    cache.set("price:v1:1", 3, 60)
    asyncio.run(forget(1))
    return cache.get("price:v1:1", 0)
""",
        "3",
        "0",
    ),
    "CL515": (
        """
def remember(pk):
    cache.set(f"price:v1:{pk}", 3, timeout=datetime.timedelta(minutes=5))


def story():
    try:
        remember(1)
    except TypeError:
        return "TypeError"
    return cache.get("price:v1:1", 0)
""",
        "TypeError",
        "3",
    ),
}


def told(root: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "run.py"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("code", PROGRAMS)
def test_the_fault_is_gone_and_nothing_else(code: str, tmp_path: Path) -> None:
    text, before, after = PROGRAMS[code]
    root = make_project(tmp_path, app__case=HEAD + text, config__settings=SETTINGS, run=RUN)
    assert told(root) == before
    options = Options(root, frozenset({code}), use_store=False)
    done = repair(options, unsafe=True, write_files=True)
    assert done.repair.fixed
    assert told(root) == after
    assert repair(options, unsafe=True, write_files=True).repair.fixed == []
