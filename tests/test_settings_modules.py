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


@pytest.mark.parametrize(
    ("serializer", "value", "severity", "said"),
    [
        ("django.core.signing.JSONSerializer", "{1, 2}", "high", "this call raises TypeError"),
        ("django.core.signing.JSONSerializer", "date.today()", "high", "this call raises TypeError"),
        ("django_redis.serializers.json.JSONSerializer", "{1, 2}", "high", "this call raises TypeError"),
        # Its encoder is Django's, which knows dates: only not as keys.
        ("django_redis.serializers.json.JSONSerializer", "date.today()", "high", "readers get a `str` back"),
        ("django_redis.serializers.json.JSONSerializer", "{date.today(): 1}", "high", "this call raises TypeError"),
        ("django_redis.serializers.json.JSONSerializer", "[date.today(), {1}]", "high", "this call raises TypeError"),
        ("config.serializers.JSONSerializer", "date.today()", "medium", "unless its own serializer encodes it"),
        ("django_redis.serializers.msgpack.MSGPackSerializer", "{1, 2}", "medium", "the move from pickle"),
    ],
)
def test_what_json_refuses_is_grave_where_json_is_stored(
    serializer: str, value: str, severity: str, said: str, tmp_path: Path
) -> None:
    text = f'from datetime import date\n\n\ndef f():\n    caches["json"].set("b", {value}, 60)\n'
    settings = (
        'INSTALLED_APPS = ["shop"]\n'
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},\n'
        f'    "json": {{"BACKEND": "django_redis.cache.RedisCache", "OPTIONS": {{"SERIALIZER": "{serializer}"}}}}}}\n'
    )
    root = make_project(tmp_path, text, config__settings=settings)
    (found,) = [f for f in check(root).findings if f.code == "CL104"]
    assert found.severity.value == severity
    assert said in found.message
