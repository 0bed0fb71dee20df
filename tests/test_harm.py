"""A repository that means harm: what it holds reaches no terminal as it is, and nothing outside of it is touched."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import make_project

CASE = 'def f():\n    cache.set("a\\x1b[2J", set(), 60)  # \x1b[31m\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path / "project", CASE)
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("style", ["text", "concise", "github", "gitlab", "json", "sarif", "junit", "markdown"])
def test_no_escape_code_of_theirs_is_printed(style: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").rename(project / "app/c\x1b[31mse.py")
    main(["--no-cache", "--format", style])
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


def test_a_command_of_github_can_not_be_given_by_a_name(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py").rename(project / "app/c\n::error::x,y.py")
    main(["--no-cache", "--format", "github"])
    assert all(line.startswith("::warning file=") for line in capsys.readouterr().out.splitlines())


def test_no_pattern_hangs(project: Path) -> None:
    (project / ".gitignore").write_text("*a" * 40 + "b\n*.tmp\n")
    (project / ("a" * 200 + ".py")).write_text("")
    begin = time.perf_counter()
    main(["--no-cache"])
    assert time.perf_counter() - begin < 30


def test_an_exclude_that_can_not_be_followed_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text(f'[tool.cachelint]\nexclude = ["{"*a" * 40}b"]\n')
    assert main(["--no-cache"]) == 2
    assert "is not a valid .gitignore pattern" in capsys.readouterr().err


def test_links_out_of_the_project_are_neither_read_nor_written(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text('from django.core.cache import cache\n\n\ndef g():\n    cache.set("b", 1)\n')
    before = outside.read_text()
    (project / "app/link.py").symlink_to(outside)
    main(["--no-cache", "--format", "concise"])
    assert "link.py" not in capsys.readouterr().out
    main(["--no-cache", "--fix"])
    assert outside.read_text() == before


def test_a_folder_for_results_that_is_a_link_is_not_used(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / ".cachelint_cache").symlink_to(elsewhere)
    assert main([]) == 1
    assert main([]) == 1
    assert list(elsewhere.iterdir()) == []


def test_who_is_interrupted_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cachelint.cli.lint.run", interrupt)
    assert main(["--no-cache"]) == 130


def test_a_configuration_reads_nothing_outside_of_its_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.toml").write_text('[tool.cachelint]\nselect = ["CL201"]\ntoken = "hidden"\n')
    root = make_project(tmp_path / "repository")
    (root / ".git").mkdir()
    (root / "inside.toml").write_text('[tool.cachelint]\nselect = ["CL201"]\n')
    (root / "link.toml").symlink_to(tmp_path / "secret.toml")
    monkeypatch.chdir(root)
    for name, read in (("inside.toml", True), ("../secret.toml", False), ("link.toml", False), ("../none.toml", False)):
        (root / "pyproject.toml").write_text(f'[tool.cachelint]\nextend = "{name}"\n')
        assert main(["--no-cache"]) == (0 if read else 2)
        said = capsys.readouterr().err
        assert ("lies outside of the repository" in said) is not read
        assert "hidden" not in said
