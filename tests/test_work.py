"""How much is done for a fixed project: a slip in speed shows here, whatever the machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cachelint.project.files import discover
from cachelint.run.analysis import analyse
from cachelint.run.session import Options
from tests.support import CODES, REPOSITORY

#: Project → files read, outlined, definitions parsed and interpreted. CACHELINT_WRITE_WORK=1 writes it anew.
KNOWN = Path(__file__).parent / "work.json"
PROJECTS = {
    "shop": REPOSITORY / "examples/shop",
    "library": REPOSITORY / "tests/fixtures/library",
    "stories": REPOSITORY / "tests/stories/project",
}


@pytest.mark.parametrize("name", PROJECTS)
def test_no_more_is_done_than_was(name: str) -> None:
    root = PROJECTS[name]
    done = analyse(Options(root, CODES, use_store=False), discover(root).files).counts
    known = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    if os.environ.get("CACHELINT_WRITE_WORK"):
        known[name] = done
        KNOWN.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert done == known[name]
