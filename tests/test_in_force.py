"""What CL201 says of the timeout that is in force, and where it dares to write it down."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.findings import Applicability, Finding
from tests.support import check, make_project

WRITE = 'def keep():\n    cache.set("x", 1)\n'
SETTINGS = """\
INSTALLED_APPS = ["app"]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 60},
    "other": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
"""


def finding(root: Path, settings: str, case: str = WRITE) -> Finding:
    """The one finding of a case under some settings."""
    make_project(root, case, config__settings=settings)
    (found,) = check(root, frozenset({"CL201"})).findings
    return found


def test_the_settings_decide(tmp_path: Path) -> None:
    found = finding(tmp_path, SETTINGS)
    assert "lives for 60 s (1 minute)" in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


@pytest.mark.parametrize(
    "change",
    [
        'CACHES["default"]["TIMEOUT"] = 5\n',
        'if True:\n    CACHES["default"] = {"BACKEND": "x"}\n',
        'CACHES["default"].update(TIMEOUT=5)\n',
        "CACHES.update(EXTRA)\n",
        "CACHES[NAME] = {}\n",
        "from .local import *\n",
        'for conf in CACHES.values():\n    conf["TIMEOUT"] = 77\n',
        'default = CACHES["default"]\ndefault["TIMEOUT"] = 77\n',
        'tune(CACHES["default"], 77)\n',
        "globals().update(READ)\n",
        'exec(open("more.conf").read())\n',
    ],
)
def test_what_is_changed_later_is_not_guessed(change: str, tmp_path: Path) -> None:
    found = finding(tmp_path, SETTINGS + change)
    assert "could not be determined" in found.message
    assert found.fix is None


def test_a_change_of_another_cache_changes_nothing(tmp_path: Path) -> None:
    assert "60 s" in finding(tmp_path, SETTINGS + 'CACHES["other"]["TIMEOUT"] = 5\n').message


def test_a_package_without_settings(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    make_project(tmp_path, WRITE)
    (tmp_path / "config/settings.py").unlink()
    (tmp_path / "manage.py").unlink()
    (found,) = check(tmp_path, frozenset({"CL201"})).findings
    assert 'unless the project that uses this code sets `CACHES["default"]["TIMEOUT"]`' in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    ("name", "head"),
    [("tests__settings", ""), ("shop__settings", '"""\nDjango settings for the shop test project.\n"""\n')],
)
def test_the_settings_of_tests_are_not_those_of_the_users(name: str, head: str, tmp_path: Path) -> None:
    make_project(tmp_path, WRITE, **{name: head + SETTINGS})
    (tmp_path / "config/settings.py").unlink()
    (tmp_path / "manage.py").unlink()
    (found,) = check(tmp_path, frozenset({"CL201"})).findings
    assert "unless the project that uses this code" in found.message


def test_of_several_caches_none_is_named(tmp_path: Path) -> None:
    case = 'chosen = caches["reports"] if caches else caches["default"]\nchosen.set("a", 1)\n'
    (finding,) = check(make_project(tmp_path, case)).findings
    assert "which cache this is could not be determined" in finding.message
    assert finding.fix is None


def test_settings_in_a_template_of_projects_are_nobodys(tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)\n')
    folder = root / "app/project_template/site"
    folder.mkdir(parents=True)
    (root / "config/settings.py").rename(folder / "settings.py")
    (root / "manage.py").rename(folder / "manage.py")
    (finding,) = check(root).findings
    assert "unless the project that uses this code" in finding.message
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE


def test_what_the_settings_of_tests_say_is_not_what_the_users_have(tmp_path: Path) -> None:
    case = 'from django.conf import settings\n\n\ndef keep():\n    cache.set("x", 1, settings.TTL)\n'
    make_project(tmp_path, case, tests__settings=SETTINGS + "TTL = None\n")
    (tmp_path / "manage.py").unlink()
    (tmp_path / "config/settings.py").unlink()
    assert not check(tmp_path).findings
    (tmp_path / "tests/settings.py").rename(tmp_path / "settings.py")
    assert [f.code for f in check(tmp_path).findings] == ["CL202"]


@pytest.mark.parametrize("name", ["contest", "shop project. See the tests of it"])
def test_a_site_whose_name_only_looks_like_a_test(name: str, tmp_path: Path) -> None:
    assert "60 s" in finding(tmp_path, f'"""Django settings for {name} project."""\n' + SETTINGS).message
