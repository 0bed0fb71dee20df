"""``--fix --verify``: the project's own tests decide which fixes stay."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from cachelint.cli.main import main
from cachelint.run import verify
from tests.support import make_project

CASE = """\
def one():
    cache.set("one:v1", 1)


def two():
    cache.set("two:v1", 2)


def three():
    cache.set("three:v1", 3)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, CASE)
    monkeypatch.chdir(root)
    return root


def run(command: str) -> int:
    return main(["--no-cache", "--fix", "--select", "CL201", "--verify", command])


def python(code: str) -> str:
    """A command that runs some code, with the text of the file as `text`."""
    code = f"text = open('app/case.py').read(); {code}"
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def test_what_passes_stays(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(python("assert 'one' in text")) == 0
    assert (project / "app/case.py").read_text().count("timeout=450") == 3
    out = capsys.readouterr().out
    assert "Fixed 3 problems in 1 file" in out
    assert "Changed: app/case.py." in out
    assert "Verified by 2 runs of" in out


def test_what_turns_it_red_is_taken_back_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(python("print('look:', 7 * 6); assert '2, timeout' not in text, 'two is bare'"))
    text = (project / "app/case.py").read_text()
    assert 'cache.set("one:v1", 1, timeout=450)' in text
    assert 'cache.set("two:v1", 2)' in text
    assert 'cache.set("three:v1", 3, timeout=450)' in text
    out = capsys.readouterr().out
    assert "Fix reverted at app/case.py:" in out
    assert "no longer passes with it (exit 1) (CL201)." in out
    assert "    look: 42\n" in out
    assert "    AssertionError: two is bare\n" in out


def test_a_command_that_fails_before_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (project / "app/case.py").read_bytes()
    assert run(python("print('no database'); exit(3)")) == 2
    assert (project / "app/case.py").read_bytes() == before
    error = capsys.readouterr().err
    assert "fails before anything is changed (exit 3)" in error
    assert "no database" in error


def test_a_command_that_hangs_is_ended(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verify, "_LEAST_SECONDS", 1)
    monkeypatch.setattr(verify, "_PATIENCE", 1)
    before = (project / "app/case.py").read_bytes()
    run(python("import time; 'timeout=450' in text and time.sleep(60)"))
    assert (project / "app/case.py").read_bytes() == before
    assert "it took too long" in capsys.readouterr().out


def test_an_interrupt_leaves_the_files_as_they_were(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / "app/case.py").read_bytes()
    calls: list[bytes] = []

    def interrupted(self: verify.Verifier) -> tuple[int, str]:
        calls.append((project / "app/case.py").read_bytes())
        if len(calls) > 1:
            raise KeyboardInterrupt
        return 0, ""

    monkeypatch.setattr(verify.Verifier, "_run", interrupted)
    assert run("anything") == 130
    assert calls[1] != before
    assert (project / "app/case.py").read_bytes() == before
    assert "interrupted" in capsys.readouterr().err


def test_it_is_for_fixing_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--diff", "--verify", "true"]) == 2
    assert "--verify requires --fix" in capsys.readouterr().err
