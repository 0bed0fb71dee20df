"""What cachelint does not find yet, and a reader would. A test that fails here is good news: move it to the cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import check, make_project

MISSES = {
    "a wrapper inside a function": """\
def outer(pk):
    def keep(key, value):
        cache.set(key, value, 60)

    keep("book", Book.objects.get(pk=pk))
""",
    "filled in one method, cached in another": """\
class Statistics:
    def __init__(self):
        self.data = {}

    def compute(self):
        self.data["when"] = timezone.now()

    def save(self):
        cache.set("statistics", self.data, 60)
""",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_it_is_missed(text: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, text)
    assert [f.code for f in check(root).findings if f.code in ("CL101", "CL104")] == []
