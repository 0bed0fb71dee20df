"""``cachelint reveal``: what inference knows at a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import make_project

CODE = """\
from django.core.cache import cache
from shop.models import Book

MINUTE = 60


def title(pk):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, MINUTE)
    return book.title


def remember(key, value):
    cache.set(key, value)


def keep():
    remember("total", Book.objects.count())
"""


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(make_project(tmp_path, "", app__kept=CODE))

    def revealed(line: int | str) -> list[str]:
        assert main(["reveal", f"app/kept.py:{line}"]) == 0
        return [" ".join(text.split()) for text in capsys.readouterr().out.splitlines() if text]

    return revealed


def test_a_write_with_the_variables_around_it(lines) -> None:  # type: ignore[no-untyped-def]
    assert lines(11) == [
        "app/kept.py:11 in title",
        "variables",
        "pk unknown, decided by `pk`",
        "book shop.models.Book from `Book.objects.get(pk=pk)` (line 10)",
        "cache.set",
        "method set",
        "cache default",
        'key "book:v1:{pk}"',
        "value shop.models.Book from `Book.objects.get(pk=pk)` (line 10)",
        "timeout 60",
    ]


def test_variables_are_as_they_are_after_the_line(lines) -> None:  # type: ignore[no-untyped-def]
    assert "book shop.models.Book from `Book.objects.get(pk=pk)` (line 10)" in lines(10)
    assert any(line.startswith("book ") and "out of the cache" in line for line in lines(8))


def test_a_call_of_a_wrapper_says_what_it_decides(lines) -> None:  # type: ignore[no-untyped-def]
    found = lines(20)
    assert "method set, by `cache.set` inside" in found
    assert 'key "total"' in found
    assert "value int from `Book.objects.count()` (line 20)" in found
    assert "decided here key, value" in found


def test_a_constant_of_a_module(lines) -> None:  # type: ignore[no-untyped-def]
    assert lines(4) == ["app/kept.py:4 in MINUTE", "variables", "MINUTE 60"]


def test_a_line_of_which_nothing_is_known(lines) -> None:  # type: ignore[no-untyped-def]
    assert lines(3)[-1] == "nothing is known here: no variable is bound on this line, and no cache is called"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("app/kept.py", "write FILE:LINE"),
        ("app/kept.py:x", "write FILE:LINE"),
        ("app/gone.py:1", "app/gone.py: no such file"),
        ("app/kept.py:99", "app/kept.py:99: the file has 20 lines"),
        ("notes.txt:1", "not a Python file of this project"),
    ],
)
def test_what_cannot_be_revealed_is_one_line(
    place: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_project(tmp_path, "", app__kept=CODE)
    (root / "notes.txt").write_text("x")
    monkeypatch.chdir(root)
    assert main(["reveal", place]) == 2
    assert said in capsys.readouterr().err


def test_every_kind_of_statement_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from django.core.cache import (\n    cache,\n)\n\n\n"
        "class Outer(object):\n    size: int = 1\n\n"
        "    def get(self, path):\n        class Inner(object):\n            pass\n\n"
        "        with (open(path) as one, open(path) as two):\n            text = (one.read())\n"
        "        with open(path) as three:\n            cache.set(('a'), three.read(), 60)\n"
        "        match text:\n            case 'a':\n                return [n for n in text]\n"
        "        return Inner()\n\n\n"
        "async def later(names):\n    async for name in names:\n        await cache.aset(name, lambda: 1, 60)\n\n\n"
        "with open('x') as file:\n    cache.set(file.name, 1, 60)\n"
    )
    monkeypatch.chdir(make_project(tmp_path, "", app__kinds=code))
    for line in range(1, code.count("\n") + 1):
        main(["reveal", f"app/kinds.py:{line}"])


def test_a_place_as_findings_are_printed_will_do(lines) -> None:  # type: ignore[no-untyped-def]
    """FILE:LINE:COLUMN."""
    assert lines("11:5") == lines(11)


def test_a_project_inside_another_is_looked_at_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_project(tmp_path, "", app__kept="from django.core.cache import cache\ncache.set('a', 1, 60)\n")
    (root / "inner/api").mkdir(parents=True)
    (root / "inner/pyproject.toml").write_text('[tool.cachelint]\nwrappers = { "lib.keep" = ["key", "value"] }\n')
    (root / "inner/api/__init__.py").write_text("")
    (root / "inner/api/kept.py").write_text("from lib import keep\n\n\ndef put(pk):\n    keep(pk, 1)\n")
    monkeypatch.chdir(root)
    assert main(["reveal", "inner/api/kept.py:5"]) == 0
    assert "\nkeep\n  method" in capsys.readouterr().out
