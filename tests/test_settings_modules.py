"""Several settings modules: where they agree they are one answer, where they differ each is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.findings import Applicability, Finding
from tests.support import check, make_project

WSGI = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.production")\n'
BASE = 'SECRET_KEY = "x"\nINSTALLED_APPS = ["shop"]\n'


def settings(timeout: str, backend: str = '"django.core.cache.backends.locmem.LocMemCache"') -> str:
    return f'import os\n{BASE}CACHES = {{"default": {{"BACKEND": {backend}{timeout}}}}}\n'


def finding(root: Path, **files: str) -> Finding:
    texts = {name.replace("__", "/") + ".py": text for name, text in files.items()}
    made = make_project(root, 'def keep():\n    cache.set("kept:v1", 1)\n')
    for name, text in texts.items():
        (made / name).write_text(text)
    return next(f for f in check(made).findings if f.code == "CL201")


def test_two_that_agree_are_one_answer(tmp_path: Path) -> None:
    found = finding(
        tmp_path, config__settings=settings(', "TIMEOUT": 60'), config__production=settings(', "TIMEOUT": 60')
    )
    assert "the entry lives for 60 s" in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


def test_two_that_differ_are_named_and_production_is_offered(tmp_path: Path) -> None:
    found = finding(
        tmp_path, config__settings=settings(', "TIMEOUT": 60'), config__production=settings(', "TIMEOUT": 900'),
        config__wsgi=WSGI,
    )  # fmt: skip
    assert "60 s (1 minute) in config/settings.py" in found.message
    assert "900 s (15 minutes) in config/production.py" in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert found.fix.title == "pass timeout=900, the default in config/production.py"
    assert "config/settings.py has another default" in found.fix.reason


def test_nobody_says_which_is_served(tmp_path: Path) -> None:
    found = finding(
        tmp_path, config__settings=settings(', "TIMEOUT": 60'), config__production=settings(', "TIMEOUT": 900')
    )
    assert found.fix is None
    assert "neither `wsgi.py` nor `asgi.py`" in found.no_fix


@pytest.mark.parametrize(
    "backend",
    [
        'os.environ.get("BACKEND", "django.core.cache.backends.locmem.LocMemCache")',
        'os.environ["BACKEND"]',
        '"django.core.cache.backends.redis.RedisCache" if os.environ.get("REDIS") else '
        '"django.core.cache.backends.locmem.LocMemCache"',
    ],
)
def test_a_backend_of_the_environment_without_a_timeout(backend: str, tmp_path: Path) -> None:
    found = finding(tmp_path, config__settings=settings("", backend))
    assert "the entry lives for 300 s (5 minutes), Django's default" in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


BACKEND = """\
from django.core.cache.backends.locmem import LocMemCache


class Counting(LocMemCache):
    hits = 0

    def get(self, key, default=None, version=None):
        self.hits += 1
        return super().get(key, default, version)
{more}
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [("", Applicability.SAFE), ("\n    def get_backend_timeout(self, timeout=0):\n        return 1\n", None)],
)
def test_a_backend_of_the_project(more: str, expected: Applicability | None, tmp_path: Path) -> None:
    found = finding(
        tmp_path,
        config__settings=settings(', "TIMEOUT": 60', '"config.backend.Counting"'),
        config__backend=BACKEND.format(more=more),
    )
    assert (found.fix.applicability if found.fix is not None else None) is expected


def test_what_json_refuses_is_grave_where_json_is_stored(tmp_path: Path) -> None:
    text = 'def f():\n    cache.set("a", {1, 2}, 60)\n    caches["json"].set("b", {1, 2}, 60)\n'
    options = '"OPTIONS": {"SERIALIZER": "django_redis.serializers.json.JSONSerializer"}'
    settings = (
        'INSTALLED_APPS = ["shop"]\n'
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},\n'
        f'    "json": {{"BACKEND": "django_redis.cache.RedisCache", {options}}}}}\n'
    )
    root = make_project(tmp_path, text, config__settings=settings)
    found = [(f.severity.value, f.message) for f in check(root).findings if f.code == "CL104"]
    assert [severity for severity, _ in found] == ["medium", "high"]
    assert "this call raises TypeError" in found[1][1]
