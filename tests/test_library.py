"""What is known of libraries: each name is said once, in words that inference understands."""

from __future__ import annotations

import pkgutil
from collections import Counter
from pathlib import Path

import pytest

from cachelint import library
from cachelint.library import generated, registry
from cachelint.library.notation import parse
from cachelint.types.base import Type, Unknown
from cachelint.types.display import describe
from tests.support import check, make_project

BY_HAND = [
    module
    for info in pkgutil.iter_modules(library.__path__)
    if hasattr(module := __import__(f"cachelint.library.{info.name}", fromlist=["_"]), "RETURNS")
    and module is not generated
]


def test_every_file_of_the_folder_is_asked() -> None:
    assert set(BY_HAND) == set(registry._BY_HAND)


@pytest.mark.parametrize("module", [*BY_HAND, generated], ids=lambda module: module.__name__)
def test_every_row_is_a_type(module: object) -> None:
    rows = {**getattr(module, "RETURNS", {}), **getattr(module, "ATTRIBUTES", {})}
    assert rows
    for name, text in rows.items():
        assert isinstance(parse(text), Type), name


def test_what_is_written_by_hand_is_not_what_the_stubs_say() -> None:
    for module in BY_HAND:
        for table in ("RETURNS", "ATTRIBUTES"):
            rows, derived = getattr(module, table, {}), getattr(generated, table)
            assert not {name for name, text in rows.items() if derived.get(name) == text}


def test_no_name_is_written_twice() -> None:
    for table in ("RETURNS", "ATTRIBUTES"):
        assert not [n for n, k in Counter(n for m in BY_HAND for n in getattr(m, table, {})).items() if k > 1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("str", "str"),
        ("datetime.datetime | None", "datetime.datetime | None"),
        ("list[datetime.date]", "list[datetime.date]"),
        ("dict[str, list[int]]", "dict[str, list[int]]"),
        ("tuple[int, ...]", "tuple[int, …]"),
    ],
)
def test_the_notation(text: str, shown: str) -> None:
    assert describe(parse(text)) == shown


def test_what_is_not_known_is_unknown_and_brackets_are_not_for_all() -> None:
    assert isinstance(parse("?"), Unknown)
    with pytest.raises(ValueError, match="not a type"):
        parse("str[int]")


CODE = """\
import os.path
import statistics

from django.utils import timesince, timezone


def keep(path, numbers, moment):
    cache.set("a", timezone.now(), 60)  # CL104
    cache.set("b", os.path.splitext(path), 60)
    cache.set("c", statistics.fmean(numbers), 60)
    cache.set("d", timesince.timesince(moment), 60)
    cache.set("e", timezone.localdate(), 60)  # CL104
    cache.set("f", timezone.get_current_timezone(), 60)  # CL104
"""


def test_what_the_stubs_say_is_found(tmp_path: Path) -> None:
    lines = {f.place.line for f in check(make_project(tmp_path, CODE)).findings if f.code == "CL104"}
    text = (tmp_path / "app/case.py").read_text().splitlines()
    assert lines == {number for number, line in enumerate(text, 1) if "# CL104" in line}
