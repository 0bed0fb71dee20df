"""Where a file stands among the others decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import check, make_project, reported

HOLDER = """\
from core.wrapping import Versioned

get = set = None


def init():
    global get, set
    made = Versioned("default")
    get = made.get
    set = made.set


init()
"""
WRAPPING = """\
from django.core.cache import caches


class Versioned:
    def __init__(self, using):
        self._cache = caches[using]

    def set(self, key, value, timeout=None):
        self._cache.set(key, value, timeout=timeout)

    def get(self, key):
        return self._cache.get(key)
"""
USE = """\
from core import cache


def keep():
    cache.set("kept", {1, 2}, 3)
"""


@pytest.mark.parametrize("folder", ["about", "zoo"])
def test_a_wrapper_is_known_to_whoever_comes_before_it(folder: str, tmp_path: Path) -> None:
    files = {"core__cache": HOLDER, "core__wrapping": WRAPPING, "core____init__": "", f"{folder}__use": USE}
    root = make_project(tmp_path, **files)
    assert (f"{folder}/use.py", 5, "CL104") in reported(check(root).findings)
