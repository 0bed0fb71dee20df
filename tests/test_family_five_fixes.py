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

from django.core.cache import cache
from django.db import transaction
from shop.models import Author, Book

"""

#: Code → a program, what its ``story()`` gives before, and after.
PROGRAMS: dict[str, tuple[str, str, str]] = {
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
