"""What makes a fix one that a person should read first: other uses that no call shows, other timeouts, other people."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.findings import Applicability, Fix
from tests.support import check, make_project
from tests.test_in_force import SETTINGS, WRITE, finding

READ_WRITE = """\
def shown(pk):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, timeout=300)
    return book.title
"""


def fix_of(root: Path, **files: str) -> Fix:
    """The fix of the instance in the cache, with some other files in the project."""
    (found,) = [f for f in check(make_project(root, READ_WRITE, **files)).findings if f.code == "CL101"]
    assert found.fix is not None, found.no_fix
    return found.fix


IMPORT = "from django.core.cache import cache, caches\n"


@pytest.mark.parametrize(
    "text",
    [
        # A parameter, in a function that nothing is seen to call with a cache.
        'def drop(backend, pk):\n    backend.delete(f"book:v1:{pk}")\n',
        'def drop(pk):\n    call_later(partial(c.delete, f"book:v1:{pk}"))\n',
        'class Drop:\n    def now(self, pk):\n        self.backend.delete("book:v1:%d" % pk)\n',
        'PATTERN = "*book:v1:*"\n',
        'def test_it():\n    assert ":1:book:v1:1" in cache._cache\n',
        'def raw():\n    connection = get_redis_connection("default")\n    connection.flushdb()\n',
        "def drop():\n    for key in REGISTRY:\n        cache.delete(key)\n",
    ],
)
def test_a_use_that_is_no_call_of_the_cache_as_far_as_is_known(text: str, tmp_path: Path) -> None:
    fix = fix_of(tmp_path, app__other=IMPORT + text)
    assert fix.applicability is Applicability.UNSAFE
    assert "app/other.py" in fix.reason


@pytest.mark.parametrize(
    "text",
    [
        "# the key is book:v1:{pk}\n",
        'def other(pk):\n    return caches["elsewhere"].get(f"book:v1:{pk}", 0)\n',
        'def other(pk):\n    return cache.get(f"scrapbook:v1:{pk}", 0)\n',
        'def test_it():\n    with patch("app.case.clear_book_cache") as clear:\n        clear.assert_called()\n',
        "def test_it(broker):\n    broker.cache = broker.get_cache()\n",
        "import hashlib\n\ndef other(text):\n    return cache.get(hashlib.md5(text).hexdigest(), 0)\n",
    ],
)
def test_what_only_looks_like_it(text: str, tmp_path: Path) -> None:
    fix = fix_of(tmp_path, app__other=IMPORT + text)
    assert fix.applicability is Applicability.SAFE, fix.reason


@pytest.mark.parametrize("pattern", ['f"book:v1:{pk}*"', '"book:v1:*"'])
def test_a_pattern_of_keys_moves_with_them_or_stands_in_the_way(pattern: str, tmp_path: Path) -> None:
    other = IMPORT + f"def drop(pk):\n    cache.delete_pattern({pattern})\n"
    root = make_project(
        tmp_path, 'def keep(pk):\n    cache.set(f"shelf:{pk}", {}, 60)\n', app__other=other.replace("book:v1", "shelf")
    )
    (found,) = [f for f in check(root).findings if f.code == "CL301"]
    if found.fix is not None:
        assert "app/other.py" in {edit.place.path for edit in found.fix.edits}
    else:
        assert "app/other.py:3 may produce the same key" in found.no_fix
    assert (found.fix is None) is ("{pk}*" in pattern)


TWINS = """\
INSTALLED_APPS = ["app", "shop"]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://here"},
    "twin": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://here"},
}
"""


@pytest.mark.parametrize(("twin", "moves"), [("redis://here", True), ("redis://there", False)])
def test_two_names_of_one_cache(twin: str, moves: bool, tmp_path: Path) -> None:
    settings = TWINS.replace('"redis://here"},\n}', f'"{twin}"}},\n}}')
    other = IMPORT + 'def drop(pk):\n    caches["twin"].delete(f"book:v1:{pk}")\n'
    fix = fix_of(tmp_path, config__settings=settings, app__other=other)
    assert ("app/other.py" in {edit.place.path for edit in fix.edits}) is moves


def test_what_is_put_in_after_the_timeout_may_replace_it(tmp_path: Path) -> None:
    entry = '"TIMEOUT": 60},\n    "other"'
    assert finding(tmp_path / "a", SETTINGS.replace(entry, '"TIMEOUT": 60, **read()},\n    "other"')).fix is None
    before = SETTINGS.replace('"default": {', '"default": {**read(), ')
    assert finding(tmp_path / "b", before).fix is not None


@pytest.mark.parametrize(
    "files",
    [
        {"config__test_settings": 'from .settings import *\nCACHES["default"]["TIMEOUT"] = 0\n'},
        {"app__tests": "@override_settings(CACHES={'default': {'TIMEOUT': 0}})\ndef test_it():\n    pass\n"},
    ],
)
def test_tests_with_a_timeout_of_their_own(files: dict[str, str], tmp_path: Path) -> None:
    root = make_project(tmp_path, WRITE, config__settings=SETTINGS, **files)
    (found,) = check(root, frozenset({"CL201"})).findings
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE
    assert "for tests" in found.fix.reason


@pytest.mark.parametrize(
    "line",
    [
        'with patch("app.case.default_cache", FakeCache()):\n    pass',
        'monkeypatch.setattr(case, "cache", FakeCache())',
        "case.cache = FakeCache()",
        "case.cache = get_fake_cache()",
        'with patch("app.case.get_cache", return_value=FakeCache()):\n    pass',
        'with patch("app.case._cache", FakeCache()):\n    pass',
        '@mock.patch(\n    "app.case.cache",\n    new=FakeCache(),\n)\ndef test_other():\n    pass',
    ],
)
def test_tests_with_a_cache_of_their_own(line: str, tmp_path: Path) -> None:
    test = f"def test_it(monkeypatch):\n    pass\n\n\n{line}\n"
    fix = fix_of(tmp_path / "a", app__test_case=test)
    assert fix.applicability is Applicability.UNSAFE
    assert "app/test_case.py replaces the cache with an object" in fix.reason


def test_an_example_for_a_container_is_not_the_settings(tmp_path: Path) -> None:
    root = make_project(tmp_path, WRITE)
    (root / "config/settings.py").unlink()
    (root / "manage.py").unlink()
    (root / "docker").mkdir()
    (root / "docker/caching.py").write_text(SETTINGS.partition("\n")[2])
    (found,) = check(root, frozenset({"CL201"})).findings
    assert found.fix is None or found.fix.applicability is Applicability.UNSAFE


def test_a_version_in_the_key_that_is_raised_by_hand(tmp_path: Path) -> None:
    case = READ_WRITE.replace("book:v1:", "book:v{VERSION}:")
    root = make_project(tmp_path, "VERSION = compute()\n\n\n" + case)
    (found,) = [f for f in check(root).findings if f.code == "CL101"]
    assert found.fix is None
    assert "increase it by hand" in found.no_fix


def test_another_timeout_may_be_in_force(tmp_path: Path) -> None:
    changed = "from django.core.cache import cache\n\n\ndef ready():\n    cache.default_timeout = 44\n"
    root = make_project(tmp_path, WRITE, config__settings=SETTINGS, app__apps=changed)
    (found,) = check(root, frozenset({"CL201"})).findings
    assert found.fix is None
    assert "could not be determined" in found.message


@pytest.mark.parametrize("null", ["null=OPTIONAL", "**OPTIONS", "null=True"])
def test_a_relation_that_may_be_none(null: str, tmp_path: Path) -> None:
    models = f"""\
from django.db import models

OPTIONAL = True
OPTIONS = {{"null": True}}


class Author(models.Model):
    name = models.CharField(max_length=50)


class Book(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, {null})
"""
    case = """\
def keep(pk):
    book = Book.objects.get(pk=pk)
    cache.set(f"author:v1:{pk}", book.author, 60)


def read(pk):
    author = cache.get(f"author:v1:{pk}")
    return author.name if author is not None else None
"""
    (found,) = [f for f in check(make_project(tmp_path, case, shop__models=models)).findings if f.code == "CL101"]
    assert found.fix is None or found.fix.applicability is Applicability.UNSAFE
