"""What is derived or written down twice must agree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cachelint.rules.loading import rules
from cachelint.rules.registry import MODULES, NAMES
from tests.support import REPOSITORY


@pytest.mark.parametrize(
    "script",
    ["derive_orm_table.py", "derive_library.py", "write_rule_pages.py", "write_fix_page.py", "write_schemas.py"],
)
def test_generated_files_are_fresh(script: str) -> None:
    command = [sys.executable, str(REPOSITORY / "scripts" / script), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_registry_lists_every_rule_that_there_is() -> None:
    folder = REPOSITORY / "cachelint/rules"
    there = {f"{p.parent.name}.{p.stem}" for p in folder.glob("*/*.py") if p.stem not in ("__init__", "parts")}
    assert set(MODULES.values()) == there
    assert [rule.code for rule in rules()] == sorted(MODULES)


def test_every_rule_stands_in_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert all(f"docs/rules/{code}.md" in readme for code in NAMES)


def test_no_skeleton_of_a_rule_is_left_unfilled() -> None:
    files = [REPOSITORY / "README.md"]
    files += [
        path
        for folder in ("cachelint/rules", "docs/rules", "tests/cases")
        for path in (REPOSITORY / folder).rglob("*.*")
    ]
    assert [
        path.name for path in files if path.suffix in (".md", ".py") and "TODO" in path.read_text(encoding="utf-8")
    ] == []


def test_every_rule_says_what_its_fix_does_or_what_the_reader_should() -> None:
    assert [rule.code for rule in rules() if bool(rule.fix) != bool(rule.fix_note)] == []
    assert [rule.code for rule in rules() if bool(rule.fix) == bool(rule.no_fix)] == []
