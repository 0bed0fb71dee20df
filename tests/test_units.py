"""Projects side by side in one root: what each says is what it says alone."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from cachelint.cli.main import main
from cachelint.project.units import units
from tests.support import make_project

CASE = "def f(pk):\n    cache.set('a', Book.objects.get(pk=pk))\n"


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two projects that call everything alike, of which one sets another timeout."""
    for name, timeout in (("one", "450"), ("two", "70")):
        root = make_project(tmp_path / name, CASE)
        settings = root / "config/settings.py"
        settings.write_text(settings.read_text().replace("450", timeout))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def findings(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, int, str, str]]:
    main([*words, "--format", "json", "--pedantic"])
    found = json.loads(capsys.readouterr().out)["findings"]
    return sorted((f["path"], f["line"], f["code"], f["message"]) for f in found)


def test_each_says_what_it_says_alone(
    both: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    together = findings(capsys, "--no-cache")
    assert findings(capsys) == findings(capsys) == together
    for name, timeout in (("one", "450 s"), ("two", "70 s")):
        monkeypatch.chdir(both / name)
        alone = findings(capsys, "--no-cache")
        assert [(f"{name}/{path}", *rest) for path, *rest in alone] == [f for f in together if f[0].startswith(name)]
        assert any(timeout in message for _, _, code, message in alone if code == "CL201")
    # What is kept is kept in one place.
    assert [path.parent.name for path in both.rglob(".cachelint_cache")] == [both.name]


def test_paths_fixes_and_standard_input_know_their_project(
    both: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {path for path, *_ in findings(capsys, "--no-cache", "two/app")} == {"two/app/case.py"}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((both / "two/app/case.py").read_bytes())))
    messages = [f[3] for f in findings(capsys, "--no-cache", "-", "--stdin-filename", "two/app/case.py")]
    assert any("70 s" in message for message in messages)
    unsaved = b"from django.core.cache import cache\n\ncache.set('b', 1)\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(unsaved)))
    messages = [f[3] for f in findings(capsys, "--no-cache", "-", "--stdin-filename", "two/app/case.py")]
    assert ["70 s" in message for message in messages] == [True]
    main(["--no-cache", "--fix", "--select", "CL201"])
    assert "timeout=450" in (both / "one/app/case.py").read_text()
    assert "timeout=70" in (both / "two/app/case.py").read_text()
    capsys.readouterr()
    main(["reveal", "two/app/case.py:25"])
    assert "shop.models.Book" in capsys.readouterr().out


def test_it_is_said(both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--no-cache"])
    assert "2 projects, each by itself" in capsys.readouterr().out
    main(["config"])
    assert "one: a project of its own\ntwo: a project of its own\n" in capsys.readouterr().out


def test_the_configuration_can_say_otherwise(both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (both / "pyproject.toml").write_text('[tool.cachelint]\nprojects = ["."]\n')
    main(["--no-cache"])
    assert "projects, each by itself" not in capsys.readouterr().out
    (both / "pyproject.toml").write_text('[tool.cachelint]\nprojects = ["one"]\nexclude = ["two/app/"]\n')
    assert {path for path, *_ in findings(capsys, "--no-cache")} == {"one/app/case.py"}


PACKAGE = {"one/shop/__init__.py": "", "one/manage.py": "", "two/blog/__init__.py": "", "two/blog/views.py": ""}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, [("one",), ("two",)]),
        ({"two/blog/views.py": "from shop import models\n"}, []),
        ({"two/blog/views.py": "import os, shop.models\n"}, []),
        ({"two/blog/views.py": "from tests import x\n", "one/tests/__init__.py": ""}, [("one",), ("two",)]),
        ({"two/run.py": "os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n"}, []),
        # A program at the root: all of it is one project, and so is a root with packages of its own that others import.
        ({"manage.py": ""}, []),
        ({"core_app/__init__.py": "", "two/blog/views.py": "import core_app\n"}, [("", "two"), ("one",)]),
        ({"three/x.py": "import shop\n"}, [("one", "three"), ("two",)]),
        # Inside a package, a program is no project of its own.
        ({"one/shop/template/manage.py": ""}, [("one",), ("two",)]),
        ({"services/a/manage.py": "", "services/b/manage.py": "", "services/a/x.py": "import shop\n"},
         [("one", "services/a"), ("services/b",), ("two",)]),
    ],
)  # fmt: skip
def test_what_belongs_together(tmp_path: Path, more: dict[str, str], expected: list[tuple[str, ...]]) -> None:
    files = {**PACKAGE, **more}
    from cachelint.project.units import names_in

    assert units(tmp_path, sorted(files), [], lambda path: names_in(files[path].encode())) == expected


def test_a_packaging_file_at_the_root_makes_it_one(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\n')
    assert units(tmp_path, sorted(PACKAGE), [], lambda path: []) == []
