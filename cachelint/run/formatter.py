"""The project's own formatter on what fixes have changed: Black or ruff, where the file was as they want it before."""

from __future__ import annotations

import json
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
    """The changed files, formatted where they were before, and without what ruff would find in them alone."""
    ruff, black = _find("ruff"), _find("black")
    return {path: _tidy(root, source, original.get(path), ruff, black) for path, source in changed.items()}


def _tidy(root: Path, source: Source, before: Source | None, ruff: str, black: str) -> Source:
    text = source.text
    name = str(root / source.path)
    if ruff:
        text = _without_new_complaints(ruff, root, name, before.text if before is not None else "", text)
    for command in ([ruff, "format", "--stdin-filename", name, "-"], [black, "-q", "--stdin-filename", name, "-"]):
        # A file that a fix makes is for whoever formats the others.
        if command[0] and before is not None and _output(command, root, before.text) == before.text:
            formatted = _output(command, root, text)
            if formatted:
                text = formatted
                break
    return Source(source.path, text, source.encoding, source.bom)


def _without_new_complaints(ruff: str, root: Path, name: str, before: str, after: str) -> str:
    """What ruff can mend of the rules that it finds broken now, and not before: the order of imports, mostly."""
    new = _complaints(ruff, root, name, after) - _complaints(ruff, root, name, before)
    if not new:
        return after
    command = [ruff, "check", "--quiet", "--fix-only", "--select", ",".join(sorted(new)), "--stdin-filename", name, "-"]
    return _output(command, root, after) or after


def _complaints(ruff: str, root: Path, name: str, text: str) -> set[str]:
    printed = _output(
        [ruff, "check", "--output-format", "json", "--stdin-filename", name, "-"], root, text, codes=(0, 1)
    )
    try:
        return {found["code"] for found in json.loads(printed or "[]") if found["code"]}
    except (ValueError, TypeError, KeyError):
        return set()


def _output(command: list[str], root: Path, text: str, codes: tuple[int, ...] = (0,)) -> str:
    """What a command prints for a text; empty where it fails."""
    try:
        done = subprocess.run(command, cwd=root, input=text.encode(), capture_output=True, timeout=_LIMIT, check=False)
        return done.stdout.decode() if done.returncode in codes else ""
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""


def _find(name: str) -> str:
    """Where a program is: beside the Python that runs here, as in the environment of the project, or on the path."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}") or ""
