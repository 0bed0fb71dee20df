"""Comments that silence findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import CODES, OF_PROJECTS, check, make_project


@pytest.mark.parametrize(
    "text",
    [
        'cache.set("a", 1)  # cachelint: ignore CL201 -- reason',
        'cache.set("a", 1)  # cachelint: ignore[CL201]',
        'cache.set("a", 1)  # cachelint: ignore (missing-timeout)',
        'cache.set("a", 1)  # cachelint: ignore: CL201',
        'cache.set("a", 1)  # cachelint: ignore CL2 -- a family',
        'cache.set("a", 1)  # cachelint: ignore ALL',
        'cache.set("a", 1)  # cachelint: ignore',
        '# cachelint: ignore CL201 -- reason\ncache.set("a", 1)',
        '# cachelint: ignore CL201 -- reason\n# and why\ncache.set("a", 1)',
        'cache.set("a", 1)  # cachelint: ignore CL201  # reason',
        'cache.set(\n    "a",\n    1,  # cachelint: ignore CL201\n)',
        'cache.set("a", 1)  # noqa: CL201',
        'cache.set("a", 1)  # noqa: E501, CL201',
        'cache.set("a", 1)  # noqa',
    ],
)
def test_it_is_silent(text: str, tmp_path: Path) -> None:
    assert check(make_project(tmp_path, text + "\n")).findings == []


@pytest.mark.parametrize(
    "text",
    [
        'cache.set("a", 1)  # cachelint: ignore CL202',
        'cache.set("a", 1)  # noqa: E501',
        'cache.set("# cachelint: ignore CL201", 1)',
        '# cachelint: ignore CL201\n\n\ncache.set("a", 1)',
    ],
)
def test_it_is_not(text: str, tmp_path: Path) -> None:
    assert "CL201" in {f.code for f in check(make_project(tmp_path, text + "\n")).findings}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('cache.set("a", 1, 60)  # cachelint: ignore CL201', "suppresses nothing for CL201: not reported here"),
        ('cache.set("a", 1, 60)  # cachelint: ignore CL2', "suppresses nothing"),
        ("x = 1  # cachelint: ignore", "suppresses nothing"),
        ('cache.set("a", 1, 60)  # cachelint: ignore CL999', "names an unknown rule"),
        ('cache.set("a", 1, 60)  # cachelint: disable=CL201', "has the wrong form"),
        ('cache.set("a", 1, 60)  # TODO cachelint: ignore CL2, CL3: why', "has the wrong form"),
    ],
)
def test_a_comment_that_silences_nothing_is_reported(text: str, said: str, tmp_path: Path) -> None:
    codes = CODES if "cache.set" in text else CODES | OF_PROJECTS
    (finding,) = check(make_project(tmp_path, text + "\n"), codes).findings
    assert finding.code == "CL001"
    assert said in finding.message


def test_a_comment_for_a_rule_that_is_off_is_left_alone(tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)  # cachelint: ignore CL201\n')
    assert check(root, frozenset({"CL101"})).findings == []


def test_comments_may_be_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1, 60)  # cachelint: ignore CL201\n')
    monkeypatch.chdir(root)
    assert main(["--no-cache"]) == 1
    assert main(["--no-cache", "--select", "CL2"]) == 1
    assert main(["--no-cache", "--ignore", "CL001"]) == 0
    (root / "pyproject.toml").write_text('[tool.cachelint]\nignore = ["unused-ignore"]\n')
    assert main(["--no-cache"]) == 0
