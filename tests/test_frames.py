"""Rows of code and the marks under them, at any width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

from cachelint.cli.main import main
from cachelint.report.frame import Mark, column, expanded, row
from tests.support import make_project


def shown(source: str, start: int, end: int, width: int | None, message: str = "") -> list[str]:
    mark = Mark(column(source, start), column(source, end), message, True)
    return [text.plain for text in row(7, expanded(source), [mark], 2, width)]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("start", [0, 30, 90, 150])
def test_no_row_is_wider_than_there_is_room_and_the_mark_stands_under_its_text(width: int, start: int) -> None:
    source = "".join(chr(ord("a") + n % 26) for n in range(160))
    code, under = shown(source, start, start + 5, width)
    assert cell_len(code) <= width
    assert cell_len(under) <= width
    at = under.index("^")
    assert code[at : at + 5] == source[start : start + 5]
    assert under.count("^") == 5


def test_wide_characters_and_tabs_take_the_cells_that_they_take() -> None:
    source = '\tcache.set("日本", 値, 60)'
    start = source.index("値")
    code, under = shown(source, start, start + 1, None)
    assert cell_len(code[: code.index("値")]) == under.index("^")
    assert under.count("^") == 2


def test_a_label_without_room_stands_below() -> None:
    lines = shown("x = " + "a" * 40, 4, 44, 50, "this says more than there is room for on one row")
    assert all(cell_len(line) <= 50 for line in lines)
    assert " ".join(" ".join(line.partition("|")[2] for line in lines[2:]).split()).startswith("this says more than")


def test_no_control_character_reaches_the_terminal() -> None:
    code, _ = shown("x = '\x1b[31mred'", 0, 1, 80)
    assert "\x1b" not in code
    assert "\u241b[31m" in code


def test_a_doubt_behind_several_fixes_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = "".join(f"def f{n}(pk):\n    cache.set(f'book{n}:{{pk}}', {{'a': 1}}, 60)\n\n\n" for n in range(3))
    monkeypatch.chdir(make_project(tmp_path, f"{case}def drop(key):\n    cache.delete(key)\n"))
    main(["--no-cache", "--select", "CL301"])
    out = capsys.readouterr().out
    lost = "existing entries will no longer be found"
    assert out.count(lost) == 1
    assert out.count("(review it first: [1], [2])") == 3
    assert f"  [1] 3 fixes: {lost}" in out
    assert re.search(r"\[2\] 3 fixes: calls whose keys .* `cachelint reveal app/case.py:\d+` shows", out)
    # Two are no crowd.
    path = tmp_path / "app/case.py"
    path.write_text(path.read_text().replace("'book2:{pk}'", "'book'"))
    main(["--no-cache", "--select", "CL301"])
    assert capsys.readouterr().out.count(lost) == 2
