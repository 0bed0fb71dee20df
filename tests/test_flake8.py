"""flake8 shows what the command line shows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.findings import Confidence, Finding, Severity
from cachelint.run.analysis import Outcome
from cachelint.run.session import Options, run
from tests.support import REPOSITORY, check, make_project

pytestmark = pytest.mark.slow

_LINE = re.compile(r"^(?:\./)?(?P<path>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<code>CL\d{3}) (?P<text>.*)$")


def flake8(root: Path, *arguments: str, text: str | None = None) -> list[tuple[str, int, int, str, str]]:
    command = [sys.executable, "-m", "flake8", "--isolated", "--select", "CL", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, input=text, check=False)
    assert not done.stderr, done.stderr
    found = []
    for line in done.stdout.splitlines():
        match = _LINE.match(line)
        assert match is not None, line
        found.append((match["path"], int(match["line"]), int(match["column"]), match["code"], match["text"]))
    return sorted(found)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The library fixture, whose findings need the whole project to be known."""
    import shutil

    root = tmp_path / "library"
    shutil.copytree(REPOSITORY / "tests/fixtures/library", root, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def seen(project: Path) -> list[Finding]:
    """What is shown where nothing else is asked for."""
    return [f for f in check(project).findings if f.severity is not Severity.LOW and f.confidence is not Confidence.LOW]


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_the_same_findings(project: Path, jobs: str) -> None:
    ours = sorted((f.place.path, f.place.line, f.place.column, f.code, f.message) for f in seen(project))
    assert flake8(project, "-j", jobs, ".") == ours


def test_a_project_is_looked_at_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cachelint.plugins import flake8

    runs: list[object] = []

    def counted(options: Options) -> Outcome:
        runs.append(options)
        return run(options)

    monkeypatch.setattr(flake8, "run", counted)
    monkeypatch.setattr(flake8, "_known", {})
    for path in sorted(project.rglob("*.py")):
        lines = path.read_text().splitlines(keepends=True)
        list(flake8.Flake8Plugin(ast.parse("".join(lines)), str(path), lines).run())
    assert len(runs) == 1


def test_one_file_alone(project: Path) -> None:
    path = "src/library/catalogue/models.py"
    assert {(code, line) for _, line, _, code, _ in flake8(project, path)} == {
        (f.code, f.place.line) for f in seen(project) if f.place.path == path
    }


def test_standard_input(project: Path) -> None:
    path = project / "src/library/catalogue/models.py"
    text = path.read_text() + '\n\ndef f():\n    cache.set("a", 1)\n'
    found = flake8(project, "--stdin-display-name", "src/library/catalogue/models.py", "-", text=text)
    assert len(found) == len([f for f in seen(project) if f.place.path.endswith("catalogue/models.py")]) + 1


def test_noqa(tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)  # noqa: CL201\ncache.set("b", 1)\n')
    assert [code for _, _, _, code, _ in flake8(root, "app/case.py")] == ["CL201"]


def test_a_wrong_configuration_is_told(tmp_path: Path) -> None:
    root = make_project(tmp_path, "x = 1\n")
    (root / "pyproject.toml").write_text('[tool.cachelint]\nselct = ["CL1"]\n')
    assert "did you mean 'select'" in flake8(root, "app/case.py")[0][4]
