"""Which files belong to the project: as `git` sees it, and as quickly the second time."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from cachelint.project.files import discover
from cachelint.project.gitignore import IgnoreCache
from cachelint.project.store.disk import LASTING, Store

PATTERNS = (
    "generated/", "/generated/", "*_old.py", "!keep_old.py", "**/deep/", "a/**/b.py", "/top.py", "docs/*",
    "!docs/conf.py", "# a comment", "", "\\#odd.py", "b.py", "a/*", "!a/b/", "?.py", "[xy].py", "!",
)  # fmt: skip
FILES = (
    "top.py", "keep_old.py", "x_old.py", "#odd.py", "x.py", "generated/x.py", "a/b.py", "a/b/b.py", "a/b/c/b.py",
    "a/generated/x.py", "a/b/deep/x.py", "docs/conf.py", "docs/other.py", "b/y.py", "b/keep_old.py",
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


def said_by_git(root: Path) -> list[str]:
    command = ["git", "ls-files", "--others", "--exclude-standard", "-z", "--", "*.py"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted(filter(None, done.stdout.split("\0")))


def kept(root: Path) -> list[str]:
    return discover(root, verdicts=IgnoreCache(Store(root))).files


@pytest.mark.parametrize("seed", range(25))
def test_the_files_are_those_of_git_whatever_was_kept(repository: Path, seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(3):
        folder = chosen.choice(("", "a/", "a/b/", "docs/"))
        (repository / f"{folder}.gitignore").write_text("\n".join(chosen.sample(PATTERNS, 4)) + "\n")
        wanted = said_by_git(repository)
        assert (discover(repository).files, kept(repository), kept(repository)) == (wanted, wanted, wanted)
        (repository / chosen.choice(("", "a/", "docs/")) / f"new_{chosen.random()}.py").write_text("")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths for which patterns were matched."""
    from pathspec import GitIgnoreSpec

    found: list[str] = []
    match = GitIgnoreSpec.check_file

    def check_file(self: GitIgnoreSpec, path: str) -> object:
        found.append(path)
        return match(self, path)

    monkeypatch.setattr(GitIgnoreSpec, "check_file", check_file)
    return found


def test_only_a_path_that_is_new_is_matched(repository: Path, asked: list[str]) -> None:
    (repository / ".gitignore").write_text("generated/\n")
    first = kept(repository)
    asked.clear()
    assert (kept(repository), asked) == (first, [])
    (repository / "a/fresh.py").write_text("")
    assert sorted([*first, "a/fresh.py"]) == kept(repository)
    assert asked == ["a/fresh.py"]


def test_other_patterns_are_other_verdicts(repository: Path, asked: list[str]) -> None:
    (repository / ".gitignore").write_text("generated/\n")
    kept(repository)
    asked.clear()
    assert "top.py" not in discover(repository, ["/top.py"], IgnoreCache(Store(repository))).files
    assert len(asked) > len(FILES)


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"program": 1}', '{"program": "P", "verdicts": {"a": 1}}'])
def test_what_is_damaged_is_worked_out_again(repository: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("cachelint.project.gitignore.program", lambda: "P")
    (repository / ".gitignore").write_text("generated/\n")
    first = kept(repository)
    (repository / f".cachelint_cache/{LASTING}ignored.json").write_text(text)
    assert kept(repository) == first


def test_another_version_of_the_program_asks_again(
    repository: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    (repository / ".gitignore").write_text("generated/\n")
    kept(repository)
    asked.clear()
    monkeypatch.setattr("cachelint.project.gitignore.program", lambda: "another")
    kept(repository)
    assert asked
