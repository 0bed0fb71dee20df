"""What is derived or written down twice must agree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cachelint.rules.names import NAMES
from cachelint.rules.registry import RULES
from tests.support import REPOSITORY


@pytest.mark.parametrize("script", ["derive_orm_table.py", "write_rule_pages.py"])
def test_generated_files_are_fresh(script: str) -> None:
    command = [sys.executable, str(REPOSITORY / "scripts" / script), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_light_list_of_rules_is_the_registry() -> None:
    assert {rule.code: rule.name for rule in RULES} == NAMES


def test_every_rule_stands_in_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert all(f"docs/rules/{code}.md" in readme for code in NAMES)
