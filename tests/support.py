"""What the tests share: a small project to put cases into, and runs of cachelint over it."""

from __future__ import annotations

import re
from pathlib import Path

from cachelint.caching.keys.snapshot import taken, text_of
from cachelint.config.selectors import expand
from cachelint.findings import Finding
from cachelint.run.analysis import Outcome
from cachelint.run.before import FILE
from cachelint.run.keys import find_keys
from cachelint.run.options import Before
from cachelint.run.session import Options, run

REPOSITORY = Path(__file__).parent.parent
#: Rules about a whole project: a case is a part of one, in which there need be no reader or writer of a key, and whose
#: settings are for no server.
OF_PROJECTS = frozenset({"CL306", "CL307"}) | expand(["CL6"])
CODES = expand(["ALL"]) - OF_PROJECTS

SETTINGS = """\
import os

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "shop", "app"]
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 450},
    "reports": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "versioned": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "VERSION": 3},
}
NEVER = None
FROM_ENVIRONMENT = os.environ.get("TIMEOUT")
"""

MODELS = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)


class BookQuerySet(models.QuerySet):
    def long(self):
        return self.filter(pages__gt=500)


class Book(models.Model):
    class State(models.TextChoices):
        NEW = "new"
        OLD = "old"

    author = models.ForeignKey(Author, models.CASCADE, related_name="books", null=True)
    title = models.CharField(max_length=50)
    pages = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    added = models.DateTimeField(auto_now_add=True)
    objects = BookQuerySet.as_manager()

    def as_dict(self):
        return {"title": self.title, "pages": self.pages}

    def shout(self):
        return self.title.upper()
"""

HEADER = """\
import dataclasses
import datetime
import enum
import json
import os
import pickle
import uuid
import zlib

import redis
import yaml
from django import forms
from django.conf import settings
from django.core.cache import cache, caches
from django.db.models import Avg, Count
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_lazy
from django.views.generic import ListView
from shop.models import Author, Book


"""

_EXPECTED = re.compile(r"#((?: CL\d{3})+)\s*$")


def make_project(root: Path, case: str = "", **files: str) -> Path:
    """The small project below ``root``, with a case in it and any further files (``__`` for ``/``)."""
    texts = {
        "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")\n',
        "config/__init__.py": "",
        "config/settings.py": SETTINGS,
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "app/__init__.py": "",
    }
    if case:
        texts["app/case.py"] = HEADER + case
    texts.update({f"{name.replace('__', '/')}.py": text for name, text in files.items()})
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


#: In a case: what stands above is the code as it was when the keys were written to their file.
NOW = "# === now\n"


#: In a case: what stands above are the settings of the project.
CODE = "# === code\n"


def project_of(root: Path, case: str) -> Path:
    """The small project with a case in it; where that has an earlier state, with the file of the keys of then."""
    settings, marker, code = case.partition(CODE)
    if marker:
        return make_project(root, code, config__settings=f'{settings}\nINSTALLED_APPS = ["shop", "app"]\n')
    before, marker, now = case.partition(NOW)
    if not marker:
        return make_project(root, case)
    make_project(root, before)
    (root / FILE).write_text(text_of(taken(find_keys(options_of(root)).keys, FILE)), encoding="utf-8")
    return make_project(root, now)


def options_of(root: Path, codes: frozenset[str] = CODES, paths: tuple[str, ...] = ()) -> Options:
    """All rules over a project, without the store."""
    before = Before(root / FILE) if (root / FILE).exists() else None
    return Options(root, codes, paths, use_store=False, before=before)


def check(root: Path, codes: frozenset[str] = CODES, paths: tuple[str, ...] = ()) -> Outcome:
    """Run cachelint over a project, without the store."""
    return run(options_of(root, codes, paths))


def reported(findings: list[Finding]) -> list[tuple[str, int, str]]:
    """File, first line of the call, code."""
    return sorted((f.place.path, f.call_line, f.code) for f in findings)


def expected(root: Path) -> list[tuple[str, int, str]]:
    """What the comments of a project's files say must be reported."""
    found: list[tuple[str, int, str]] = []
    for path in sorted(root.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = _EXPECTED.search(line)
            for code in match.group(1).split() if match else ():
                found.append((path.relative_to(root).as_posix(), number, code))
    return sorted(found)


def marked(text: str) -> list[tuple[int, str]]:
    """The findings that the comments of one file expect: line and code."""
    lines = enumerate(text.splitlines(), 1)
    return sorted((n, code) for n, line in lines if (m := _EXPECTED.search(line)) for code in m.group(1).split())
