"""The project's own formatter on what fixes have changed: Black or ruff, where the file was as they want it before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cachelint.project.source import Source

#: Seconds that a formatter may take for one file.
_LIMIT = 60


def tidied(root: Path, changed: Mapping[str, Source], original: Mapping[str, Source]) -> dict[str, Source]:
    """The changed files, formatted where they were before, with their imports in order where ruff is asked for that."""
    ruff, black = _find("ruff"), _find("black")
    return {path: _tidy(root, source, original.get(path), ruff, black) for path, source in changed.items()}


def _tidy(root: Path, source: Source, before: Source | None, ruff: str, black: str) -> Source:
    text = source.text
    name = str(root / source.path)
    if ruff and before is not None:
        text = _sorted_imports(ruff, root, name, before.text, text)
    for command in ([ruff, "format", "--stdin-filename", name, "-"], [black, "-q", "--stdin-filename", name, "-"]):
        # A file that a fix makes is for whoever formats the others.
        if command[0] and before is not None and _output(command, root, before.text) == before.text:
            formatted = _output(command, root, text)
            if formatted:
                text = formatted
                break
    return Source(source.path, text, source.encoding, source.bom)


def _sorted_imports(ruff: str, root: Path, name: str, before: str, after: str) -> str:
    """The imports in the order that ruff wants them in, where it had nothing to say of them before."""
    check = [ruff, "check", "--quiet", "--select", "I001", "--stdin-filename", name]
    if (
        _is_asked_for(root, name, ruff)
        and _passes([*check, "-"], root, before)
        and not _passes([*check, "-"], root, after)
    ):
        return _output([*check, "--fix-only", "-"], root, after) or after
    return after


def _is_asked_for(root: Path, name: str, ruff: str) -> bool:
    """Whether the project's configuration of ruff has the rule about the order of imports."""
    shown = _output([ruff, "check", "--show-settings", name], root, "")
    return "unsorted-imports (I001)" in shown


def _passes(command: list[str], root: Path, text: str) -> bool:
    return _run(command, root, text)[0] == 0


def _output(command: list[str], root: Path, text: str) -> str:
    """What a command prints for a text; empty where it fails."""
    code, printed = _run(command, root, text)
    return printed if code == 0 else ""


def _run(command: list[str], root: Path, text: str) -> tuple[int, str]:
    try:
        done = subprocess.run(command, cwd=root, input=text.encode(), capture_output=True, timeout=_LIMIT, check=False)
        return done.returncode, done.stdout.decode()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return -1, ""


def _find(name: str) -> str:
    """Where a program is: beside the Python that runs here, as in the environment of the project, or on the path."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}") or ""
