"""Whole Django projects: what is found in them, and that they work as before after `--fix`, on real Django."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.findings import Applicability
from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import CODES, REPOSITORY, check, expected, reported

#: Project → the label that its own tests are run by.
PROJECTS = {
    REPOSITORY / "examples/shop": "shop",
    REPOSITORY / "tests/fixtures/library": "library",
}
NAMES = [path.name for path in PROJECTS]


@pytest.fixture(params=PROJECTS.items(), ids=NAMES)
def project(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A copy of a project."""
    source, label = request.param
    root = tmp_path / source.name
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__", ".cachelint_cache"))
    return root, label


def run_tests(root: Path, label: str) -> None:
    """The project's own tests; they must pass."""
    done = subprocess.run(
        [sys.executable, "manage.py", "test", label], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Ran 0 tests" not in done.stderr


def test_exactly_what_the_comments_say_is_found(project: tuple[Path, str]) -> None:
    root, _ = project
    assert reported(check(root).findings) == expected(root)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_the_project_works_as_before_after_fixing(project: tuple[Path, str], unsafe: bool) -> None:
    root, label = project
    run_tests(root, label)
    before = check(root).findings
    done = repair(Options(root, CODES, use_store=False), unsafe=unsafe, write_files=True)
    assert done.repair.fixed
    run_tests(root, label)
    after = check(root).findings
    assert {(f.code, f.place.path) for f in after} <= {(f.code, f.place.path) for f in before}
    wanted = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    left = [f for f in after if f.fix is not None and f.fix.applicability in wanted]
    assert left == [f for f, _ in done.repair.taken_back]


def test_every_fix_moves_a_changed_shape_to_a_new_key(project: tuple[Path, str]) -> None:
    root, _ = project
    for finding in check(root).findings:
        if finding.code in ("CL101", "CL102") and finding.fix is not None:
            assert any("v2" in edit.text for edit in finding.fix.edits)
