"""The documentation against the program: links, and output that is said to be real."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import REPOSITORY

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_is_dead(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target in (match["target"] for match in _LINK.finditer(text)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}, (
                target
            )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("example")
    shutil.copytree(REPOSITORY / "examples/shop", root, dirs_exist_ok=True)
    return root


def printed(root: Path, *words: str) -> str:
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "CACHELINT_TRACEBACK": "1"}
    command = [sys.executable, "-m", "cachelint", "--no-cache", *words]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False).stdout


def words(text: str) -> str:
    """A report without what depends on the width that it is shown in."""
    return " ".join(word for word in text.replace("# CL101", "").split() if word != "|")


@pytest.mark.parametrize("page", [REPOSITORY / "README.md", REPOSITORY / "docs/index.md"], ids=lambda page: page.name)
def test_the_example_is_real(page: Path, shop: Path) -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    out = printed(shop, "shop/catalogue.py:14")
    assert words(shown) in words(out)


def test_the_fix_of_the_example_is_real(shop: Path) -> None:
    page = (REPOSITORY / "docs/index.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```diff\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    out = printed(shop, "--diff", "--select", "CL101", "shop/catalogue.py").replace("  # CL101", "")
    lines = [line.rstrip() for line in out.splitlines()]
    wanted = [line.rstrip() for line in shown.splitlines()]
    assert any(lines[start : start + len(wanted)] == wanted for start in range(len(lines)))


def test_every_option_is_in_the_documentation() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    from cachelint.cli.parser import parser

    names = {name for action in parser()._actions for name in action.option_strings if name.startswith("--")}
    assert sorted(name for name in names - {"--help", "--version"} if name not in text) == []


def test_every_setting_is_in_the_documentation() -> None:
    from cachelint.config.file import _KEYS

    text = (REPOSITORY / "docs/configuration.md").read_text(encoding="utf-8")
    assert [key for key in _KEYS if f"| `{key}` |" not in text] == []
