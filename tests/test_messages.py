"""What messages call the things that they speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import check, make_project


@pytest.mark.parametrize(
    ("code", "begin"),
    [
        ("    rows = cache.get('a:v1')\n    return rows[0]\n", "`rows` is None if"),
        # The variables hold what is in the entry: the entry itself has no name.
        ("    _, rows = cache.get('a:v1')\n    return rows\n", "the result is None if"),
    ],
)
def test_an_entry_is_called_by_the_variable_that_holds_it(code: str, begin: str, tmp_path: Path) -> None:
    (found,) = [f for f in check(make_project(tmp_path, f"def f():\n{code}")).findings if f.code == "CL501"]
    assert found.message.startswith(begin)
