"""Every combination of the rules at one call: fixed in any order, the end is the same."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from cachelint.findings import Finding
from cachelint.fixes.apply.driver import Project, fix_all
from cachelint.project.files import discover
from cachelint.project.source import Source, read_source
from cachelint.run.analysis import analyse
from cachelint.run.session import Options
from tests.support import CODES, make_project

pytestmark = pytest.mark.slow

VALUES = {
    "plain": "[1, 2]",
    "CL101": "Book.objects.get(pk=pk)",
    "CL102": "Book.objects.all()",
    "CL103": '(c for c in "ab")',
    "CL104": "{1, 2}",
    "CL105": "(1, 2)",
    "CL402": "pickle.dumps([1])",
}
READERS = {
    "CL101": "found.title if found is not None else None",
    "CL102": "[book.title for book in found or []]",
    "CL104": "found is not None and 1 in found",
    "CL402": "None if found is None else pickle.loads(found)",
}
TIMEOUTS = {"given": ", 60", "CL201": "", "CL202": ", None", "CL203": ", 0"}
KEYS = {"constant": '"kept:v1"', "CL301": 'f"kept_{pk}"'}


def case(value: str, timeout: str, key: str) -> str:
    return f"""\
def keep(pk):
    cache.set({KEYS[key]}, {VALUES[value]}{TIMEOUTS[timeout]})


def read(pk):
    found = cache.get({KEYS[key]})
    return {READERS.get(value, "found")}
"""


def fixed(root: Path, seed: int | None) -> tuple[dict[str, str], list[tuple[str, bool]]]:
    """The files after all fixes, tried in an order of their own, and what is left."""
    options = Options(root, CODES, use_store=False)
    files = discover(root).files

    def check(staged: Mapping[str, Source]) -> tuple[list[Finding], dict[str, str]]:
        outcome = analyse(options, files, staged)
        findings = list(outcome.findings)
        if seed is not None:
            random.Random(seed).shuffle(findings)
            # One at a time, as somebody would who applies them by hand.
            first = next((f for f in findings if f.fix is not None), None)
            chosen = first.fix if first is not None else None
            findings = [f if f.fix == chosen else f._replace(fix=None) for f in findings]
        return findings, outcome.problems

    project = Project(check, lambda path: read_source(root / path, path) if (root / path).exists() else None)
    done = fix_all(project, unsafe=True, shown=lambda finding: True)
    assert not done.taken_back
    texts = {path: source.text for path, source in done.changed.items()}
    left = analyse(options, files, {p: Source(p, t) for p, t in texts.items()}).findings
    return texts, sorted((f.code, f.fix is not None) for f in left)


ALL = list(itertools.product(VALUES, TIMEOUTS, KEYS))


@pytest.mark.parametrize(("value", "timeout", "key"), ALL, ids=["-".join(combination) for combination in ALL])
def test_the_end_is_the_same_in_every_order(value: str, timeout: str, key: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, case(value, timeout, key))
    at_once, left = fixed(root, None)
    for text in at_once.values():
        ast.parse(text)
    assert not [code for code, fixable in left if fixable]
    asked = {value, timeout, key} & CODES
    never = {"CL105", "CL202", "CL203"}
    assert asked & never <= {code for code, _ in left}
    assert not {code for code, _ in left} & (asked - never)
    for seed in range(3):
        assert fixed(root, seed) == (at_once, left)
