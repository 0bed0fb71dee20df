"""The ways in: a file on standard input, one line of a file, setting a project up, watching it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cachelint.cli.main import main
from tests.support import HEADER, make_project

CASE = 'def f(x):\n    cache.set("a", x)\n    cache.set("b", x, None)\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_project(tmp_path, CASE)
    monkeypatch.chdir(root)
    return root


def on_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes, *words: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return main(["--no-cache", *words])


# -- standard input -------------------------------------------------------------------------------------------


def test_what_comes_on_standard_input_is_part_of_its_project(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEADER + "def g(pk):\n    cache.set('é', Book.objects.get(pk=pk), 60)\n"
    assert on_stdin(monkeypatch, text.encode(), "-", "--stdin-filename", "app/new.py") == 1
    out = capsys.readouterr().out
    assert "app/new.py:25:20 high CL101 model-instance" in out
    assert "cache.set('é', Book.objects.get(pk=pk), 60)" in out
    assert "CL202" not in out


def test_a_saved_file_may_be_other_than_what_comes(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, codes in ((HEADER + CASE, ["CL201", "CL202"]), (HEADER, [])):
        on_stdin(monkeypatch, text.encode(), "-", "--stdin-filename", "app/case.py", "--format", "json")
        assert [f["code"] for f in json.loads(capsys.readouterr().out)["findings"]] == codes


@pytest.mark.parametrize(
    ("data", "words", "said"),
    [
        (b"x = 1\0", ["-"], "stdin.py: contains NUL bytes"),
        (b"", ["-", "app"], "`-` is standard input, and cannot be combined with other paths"),
        (b"", ["-", "--fix"], "`-` is only read: it cannot be combined with --fix"),
        (b"", ["--stdin-filename", "a.py"], "--stdin-filename requires `-` as the path"),
        (b"", ["-", "--stdin-filename", "app"], "--stdin-filename app: a folder, not a file"),
        (b"", ["-", "--stdin-filename", "no/a.py"], "--stdin-filename no/a.py: no such folder: no"),
    ],
)
def test_what_cannot_come_on_standard_input(
    data: bytes, words: list[str], said: str, project: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert on_stdin(monkeypatch, data, *words) == 2
    assert capsys.readouterr().err.startswith(f"cachelint: {said}")


def test_an_excluded_file_stays_so_on_standard_input(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text('[tool.cachelint]\nexclude = ["app/"]\n')
    assert on_stdin(monkeypatch, (HEADER + CASE).encode(), "-", "--stdin-filename", "app/case.py") == 0
    assert "the configuration excludes it" in capsys.readouterr().err


# -- one line -------------------------------------------------------------------------------------------------


def test_one_line_of_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "app/case.py:26", "--format", "concise"]) == 1
    assert re.findall(r"CL\d+", capsys.readouterr().out) == ["CL202"]
    # As a finding is printed.
    assert main(["--no-cache", "app/case.py:25:5:", "--format", "concise"]) == 1
    assert re.findall(r"CL\d+", capsys.readouterr().out) == ["CL201"]
    assert main(["--no-cache", "app/case.py:24"]) == 0
    assert "nothing found at app/case.py:24; `cachelint reveal app/case.py:24` shows" in capsys.readouterr().out


def test_a_line_of_no_file_and_one_to_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "app/nothing.py:3"]) == 2
    assert "app/nothing.py:3: no such file" in capsys.readouterr().err
    assert main(["--no-cache", "--fix", "app/case.py:25"]) == 2
    assert "name the file to change it" in capsys.readouterr().err


def test_a_file_that_is_called_like_a_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "app/case.py:3").mkdir()
    (project / "app/case.py:3/a.py").write_text(HEADER + CASE)
    main(["--no-cache", "app/case.py:3", "--format", "concise"])
    assert {line.rpartition(":3/")[0] for line in capsys.readouterr().out.splitlines()} == {"app/case.py"}


# -- words that are misspelt ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["--frmat=json"], "unrecognized arguments: --frmat=json; did you mean --format?"),
        (["--unsafe-fix=1"], "unrecognized arguments: --unsafe-fix=1; did you mean --unsafe-fixes?"),
        (["--format", "jsn"], "did you mean json?"),
        (["--xyzzy"], "unrecognized arguments: --xyzzy; `cachelint --help` lists the options"),
        (["rule", "--fromat", "json"], "did you mean --format?"),
    ],
)
def test_what_was_meant(words: list[str], meant: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said.count("\n") == 1
    assert said.strip().endswith(meant)


# -- setting a project up -------------------------------------------------------------------------------------


def test_a_project_is_set_up_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hooks = "repos:\n\n# theirs\n  - repo: https://example.org/a\n    rev: a\n    hooks: [{id: b}]\n"
    (project / ".pre-commit-config.yaml").write_text(hooks)
    (project / "pyproject.toml").write_text('[project]\nname = "a"')
    assert main(["init", "--yes"]) == 0
    settings = (project / "pyproject.toml").read_text()
    assert settings.startswith('[project]\nname = "a"\n\n[tool.cachelint]\n')
    assert settings.endswith('baseline = "cachelint-baseline.json"\n')
    configured = (project / ".pre-commit-config.yaml").read_text()
    assert "  - repo: local\n    hooks:\n      - id: cachelint\n" in configured
    assert configured.endswith(hooks.removeprefix("repos:\n"))
    capsys.readouterr()
    assert main(["--no-cache"]) == 0
    assert "2 in cachelint-baseline.json" in capsys.readouterr().out
    assert main(["init", "--yes"]) == 0
    assert (project / "pyproject.toml").read_text() == settings
    assert (project / ".pre-commit-config.yaml").read_text() == configured


def test_flags_say_what_a_project_gets(project: Path) -> None:
    assert main(["init", "--no-baseline", "--hook"]) == 0
    assert "baseline =" not in (project / "pyproject.toml").read_text()
    assert "- repo: local" in (project / ".pre-commit-config.yaml").read_text()
    assert not (project / "cachelint-baseline.json").exists()
    assert main(["init", "--baseline", "--no-hook"]) == 0
    assert (project / "pyproject.toml").read_text().startswith('[tool.cachelint]\nbaseline = "cachelint-')


def test_a_hook_that_cannot_be_added_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".pre-commit-config.yaml").write_text("repos: [{repo: local, hooks: []}]\n")
    assert main(["init", "--yes"]) == 2
    assert "add the hook by hand" in capsys.readouterr().err
    assert (project / ".pre-commit-config.yaml").read_text() == "repos: [{repo: local, hooks: []}]\n"


def test_a_configured_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "--yes"])
    path = project / "app/case.py"
    path.write_text(path.read_text().replace('"b", x, None', '"b", x, 60') + '    cache.set("c", x)\n')
    capsys.readouterr()
    assert main(["--no-cache", "--format", "concise"]) == 1
    assert capsys.readouterr().out.count("CL201") == 1
    assert main(["--no-cache"]) == 1
    assert "1 entry no longer found; --update-baseline removes it." in capsys.readouterr().out
    assert main(["--no-cache", "--update-baseline"]) == 1
    assert "cachelint-baseline.json: removed 1 entry." in capsys.readouterr().out
    entries = json.loads((project / "cachelint-baseline.json").read_text())["entries"]
    assert [entry["code"] for entry in entries] == ["CL201"]
    assert main(["--no-cache", "--no-baseline", "--statistics"]) == 1
    assert "2  CL201" in capsys.readouterr().out


def test_what_is_not_shown_stays_in_a_baseline(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text(path.read_text() + "    cache.set(f'm{x}', True, 60)\n")
    main(["--no-cache", "--pedantic", "--write-baseline", "known.json"])
    before = (project / "known.json").read_text()
    assert "CL301" in before
    main(["--no-cache", "--baseline", "known.json", "--update-baseline"])
    assert "known.json: up to date." in capsys.readouterr().out
    assert (project / "known.json").read_text() == before


def test_flake8_knows_the_configured_baseline(project: Path) -> None:
    command = [sys.executable, "-m", "flake8", "--select", "CL", "app/case.py"]
    before = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stdout
    assert (before.count("CL201"), before.count("CL202")) == (1, 1)
    main(["init", "--yes"])
    assert not subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stdout


# -- what is not shown ----------------------------------------------------------------------------------------


def test_ignored_findings_are_counted(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text(path.read_text().replace("x, None)", "x, None)  # cachelint: ignore CL202 -- rebuilt"))
    for _ in range(2):
        # From the store as well.
        main([])
        assert "Not shown: 1 ignored by comments." in capsys.readouterr().out


# -- a diff ---------------------------------------------------------------------------------------------------


def test_a_diff_has_its_summary_on_stderr(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--no-cache", "--diff"])
    said = capsys.readouterr()
    assert said.out.startswith("--- a/app/case.py\n+++ b/app/case.py\n@@ ")
    assert said.err == "cachelint: would fix 1 problem in 1 file, 0 fixable with --unsafe-fixes, 1 not fixable.\n"
    assert (
        subprocess.run(["git", "apply", "--check"], input=said.out, text=True, cwd=project, check=False).returncode == 0
    )


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_diff_on_a_terminal(project: Path, environment: dict[str, str], coloured: bool) -> None:
    out = at_terminal(project, environment, "--no-cache", "--diff")
    assert ("\x1b[32m+" in out) is coloured
    assert ("\x1b[" in out) is coloured
    assert 'cache.set("a", x, timeout=450)' in out


def at_terminal(root: Path, environment: dict[str, str], *words: str) -> str:
    """What is seen where standard output is a terminal."""
    import pty

    ours, theirs = pty.openpty()
    more = {"TERM": "xterm-256color", "COLUMNS": "80", **environment}
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    done = subprocess.Popen(
        [sys.executable, "-m", "cachelint", *words], cwd=root, stdout=theirs, stderr=subprocess.DEVNULL,
        env={**kept, **more},
    )  # fmt: skip
    os.close(theirs)
    parts: list[bytes] = []
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        parts.append(data)
    done.wait()
    os.close(ours)
    return b"".join(parts).decode()


# -- watching -------------------------------------------------------------------------------------------------


def test_watching_tells_what_changed(project: Path) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "cachelint", "--watch", "--no-cache"], cwd=project, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None
    try:
        first = until(watching.stdout, "Ctrl+C ends.")
        assert "CL201" in first
        assert "2 problems. Watching" in first
        path = project / "app/case.py"
        time.sleep(0.05)
        path.write_text(path.read_text().replace('"b", x, None', '"b", x, 60') + '    cache.set("c", x, 0)\n')
        second = until(watching.stdout, "changed:")
        assert "CL203" in second
        assert "CL201" not in second
        assert "app/case.py changed: 1 new, 1 gone, 2 problems." in second
        (project / "pyproject.toml").write_text('[tool.cachelint]\nselect = ["CL203"]\n')
        assert "pyproject.toml changed: 0 new, 1 gone, 1 problem." in until(watching.stdout, "changed:")
    finally:
        watching.terminate()
        watching.communicate()


def until(stream: object, words: str) -> str:
    """What is printed up to a line with these words."""
    text = ""
    for line in stream:  # type: ignore[attr-defined]
        text += line
        if words in line:
            return text
    raise AssertionError(text)


# -- what is fixed --------------------------------------------------------------------------------------------


def test_what_is_not_shown_is_not_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "app/case.py"
    path.write_text(path.read_text() + "    cache.set(f'm{x}', True, 60)\n")
    main(["--no-cache", "--fix", "--unsafe-fixes"])
    assert "cache.set(f'm{x}'" in path.read_text()
    assert "Fixed 1 problem in 1 file, 0 fixable with --unsafe-fixes, 1 not fixable." in capsys.readouterr().out
    main(["--no-cache", "--select", "CL301", "--format", "concise"])
    assert "CL301" in capsys.readouterr().out
    main(["--no-cache", "--select", "CL3", "--format", "concise"])
    assert not capsys.readouterr().out
    main(["--no-cache", "--fix", "--unsafe-fixes", "--pedantic"])
    assert "cache.set(f'mv1:{x}'" in path.read_text() or "cache.set(f'm:v1:{x}'" in path.read_text()


def test_a_command_that_fails_before_says_its_last_lines(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", "--fix", "--verify", "echo one; echo two; exit 3"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("cachelint: `echo one; echo two; exit 3` fails before anything is changed")
    assert [line.strip() for line in said[1:]] == ["one", "two"]


@pytest.mark.parametrize("words", [["--update-baseline"], ["app/case.py:0"], ["app/case.py:3-9"]])
def test_what_makes_no_sense_is_refused(words: list[str], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--no-cache", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1
