"""Twice as much in a file is twice as much work: counted in calls of functions, whatever the machine."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cachelint.project.files import discover
from cachelint.run.analysis import analyse
from cachelint.run.session import Options
from tests.support import CODES, REPOSITORY

sys.path.insert(0, str(REPOSITORY / "bench"))

from generate import SORTS, write

pytestmark = pytest.mark.slow
SIZES = {"functions": 60, "numbers": 100, "table": 800, "local table": 400, "chain": 60}


def work(root: Path) -> int:
    """The calls of Python functions in one run."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    files = discover(root).files
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        analyse(Options(root, CODES, use_store=False), files)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("sort", SORTS)
def test_work_is_linear(sort: str, tmp_path: Path) -> None:
    size = SIZES[sort]
    work(write(tmp_path / "first", SORTS[sort](3)))  # Modules are imported, and patterns compiled.
    once, twice, four = (work(write(tmp_path / str(n), SORTS[sort](size * n))) for n in (1, 2, 4))
    assert (four - twice) / (twice - once) < 2.3
