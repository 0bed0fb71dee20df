"""What fixes change is laid out as the file was, by the project's own formatter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import make_project

CASE = """\
import os

from django.core.cache import cache
from shop.models import Book


def cheapest_of(publisher):
    book = cache.get_or_set("cheapest:%s" % publisher, lambda: Book.objects.first())
    return os.fspath(book.describe())
"""
CONFIG = """\
[tool.ruff]
line-length = 88
[tool.ruff.lint]
select = ["E", "I"]
[tool.ruff.lint.isort]
known-first-party = ["shop", "app"]
"""


def ruff(root: Path, *words: str) -> int:
    return subprocess.run([sys.executable, "-m", "ruff", *words], cwd=root, capture_output=True, check=False).returncode


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, "")
    (root / "pyproject.toml").write_text(CONFIG)
    (root / "app/case.py").write_text(CASE)
    monkeypatch.chdir(root)
    return root


def test_a_file_that_was_formatted_is_so_after_fixing(project: Path) -> None:
    ruff(project, "check", "--fix", "app/case.py")
    ruff(project, "format", "app/case.py")
    assert ruff(project, "format", "--check", "app/case.py") == 0
    main(["--no-cache", "--fix", "--unsafe-fixes", "app"])
    text = (project / "app/case.py").read_text()
    assert "from_row(" in text
    assert ruff(project, "format", "--check", "app/case.py") == 0
    assert ruff(project, "check", "app/case.py") == 0


def test_a_file_that_was_not_formatted_is_left_as_it_is(project: Path) -> None:
    path = project / "app/case.py"
    path.write_text(CASE.replace("def cheapest", "X = {'a':1}\n\n\ndef cheapest"))
    main(["--no-cache", "--fix", "--unsafe-fixes", "app"])
    text = path.read_text()
    assert "from_row(" in text
    assert "X = {'a':1}\n" in text
