"""The fixes of races, as text: what they write, and where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import HEADER, make_project

FIXED = {
    "CL503": [
        (
            "def f(k):\n    if cache.get('s:v1'):\n        return\n    send(k)\n    cache.set('s:v1', True, 60)\n",
            "def f(k):\n    if not cache.add('s:v1', True, 60):\n        return\n    send(k)\n",
        ),
        (
            "def f(k):\n    if not cache.get('s:v1'):\n        cache.set('s:v1', 1, timeout=60)\n        send(k)\n",
            "def f(k):\n    if cache.add('s:v1', 1, timeout=60):\n        send(k)\n",
        ),
        (
            "def f(k):\n    if cache.get('s:v1') is None:\n        cache.set('s:v1', 1, 60)\n",
            "def f(k):\n    if cache.add('s:v1', 1, 60):\n        pass\n",
        ),
        # The answer is kept in a variable.
        (
            "def f(k):\n    sent = cache.get('s:v1')\n    if sent:\n        return\n    send(k)\n"
            "    cache.set('s:v1', True, 60)\n",
            None,
        ),
    ],
    "CL504": [
        (
            "def f(k):\n    n = cache.get('n:v1', 0)\n    cache.set('n:v1', n + 1, 60)\n",
            "def f(k):\n    cache.add('n:v1', 0, 60)\n    n = cache.incr('n:v1')\n",
        ),
        (
            "def f(k):\n    n = cache.get('n:v1', 5)\n    n += 2\n    cache.set('n:v1', n, timeout=60)\n    return n\n",
            "def f(k):\n    cache.add('n:v1', 5, 60)\n    n = cache.incr('n:v1', 2)\n    return n\n",
        ),
        # Comments stay.
        (
            "def f(k):\n    n = cache.get('n:v1', 0)\n    # One more.\n    n += 1\n    # Kept.\n"
            "    cache.set('n:v1', n, 60)\n    return n\n",
            "def f(k):\n    cache.add('n:v1', 0, 60)\n    # One more.\n    n = cache.incr('n:v1')\n    # Kept.\n"
            "    return n\n",
        ),
        # `incr` takes no fractions; the number is used as it was, also in an outer block.
        ("def f(k):\n    n = cache.get('n:v1', 0)\n    cache.set('n:v1', n + 0.5, 60)\n", None),
        (
            "def f(k):\n    n = 0\n    if k:\n        n = cache.get('n:v1', 0)\n        cache.set('n:v1', n + 1, 60)\n"
            "    return n\n",
            None,
        ),
        # A limit is checked; what is stored is no number.
        ("def f(k):\n    n = cache.get('n:v1', 0)\n    cache.set('n:v1', n + 1, 60)\n    return n\n", None),
        (
            "def f(k):\n    n = cache.get('n:v1', 0)\n    if n < 3:\n        cache.set('n:v1', n + 1, 60)\n",
            None,
        ),
        ("def f(k):\n    n = cache.get('n:v1', [])\n    n.append(k)\n    cache.set('n:v1', n, 60)\n", None),
    ],
    "CL505": [
        (
            "def f(k):\n    cache.incr('n:v1')\n\n\ndef g():\n    cache.set('n:v1', 0, 60 * 5)\n",
            "def f(k):\n    try:\n        cache.incr('n:v1')\n    except ValueError:\n"
            "        cache.set('n:v1', 1, 60 * 5)\n\n\ndef g():\n    cache.set('n:v1', 0, 60 * 5)\n",
        ),
        ("def f(k):\n    cache.incr('n:v1')\n", None),
        ("def f(k):\n    return cache.incr('n:v1') + 1\n\n\ndef g():\n    cache.set('n:v1', 0, 60)\n", None),
    ],
    "CL204": [
        (
            "def f(k):\n    cache.touch('a:v1')\n\n\ndef g():\n    cache.set('a:v1', 0, 7200)\n",
            "def f(k):\n    cache.touch('a:v1', timeout=7200)\n\n\ndef g():\n    cache.set('a:v1', 0, 7200)\n",
        ),
        ("def f(k):\n    cache.touch('a:v1')\n", None),
    ],
}


@pytest.mark.parametrize(
    ("code", "before", "after"), [(code, *each) for code, several in FIXED.items() for each in several]
)
def test_what_is_written(code: str, before: str, after: str | None, tmp_path: Path) -> None:
    root = make_project(tmp_path, before)
    options = Options(root, frozenset({code}), use_store=False, all_in_tests=True)
    assert not repair(options, unsafe=False, write_files=True).repair.fixed
    repair(options, unsafe=True, write_files=True)
    assert (root / "app/case.py").read_text() == HEADER + (before if after is None else after)
