"""Which files belong to the project."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from cachelint.project.gitignore import IgnoreCache, Ignores, Patterns
from cachelint.project.store.disk import FOLDER

#: Files whose presence makes a folder the root of a project, for whoever runs the program below it.
ROOT_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "manage.py", ".git", ".hg")

#: What the names of Python's files end with.
SUFFIXES = (".py", ".pyw")
#: The first line of a script for Python, which may have any name: `#!/usr/bin/env python3`.
_SCRIPT = re.compile(rb"#![^\n]*\bpython[0-9.]*\b")

#: Folders that never hold the project's own sources.
_NEVER = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".eggs", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache",
        FOLDER, ".direnv", ".ipynb_checkpoints", "__pycache__", "node_modules", "bower_components",
        "site-packages", "__pypackages__",
    }
)  # fmt: skip
#: Folders that hold built things, unless they are packages of the project.
_USUALLY_BUILT = frozenset({"build", "dist", "venv", "env", "htmlcov"})


class Discovery:
    """Paths relative to the root, with ``/``, sorted; and what could not be looked into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: list[str] = []
        self.errors: list[tuple[str, str]] = []
        #: Folders below the root with a `pyproject.toml`.
        self.projects: list[str] = []
        self._real = os.path.realpath(root)

    def holds(self, path: str) -> bool:
        """Whether a file lies below the root, wherever the links in its path lead."""
        return os.path.realpath(path).startswith(os.path.join(self._real, ""))


def find_root(start: Path) -> Path:
    """The project that ``start`` (a folder) lies in: the nearest folder upwards with a marker, else ``start``."""
    for folder in (start, *start.parents):
        if is_root(folder):
            return folder
    return start


def is_root(folder: Path) -> bool:
    """Whether a folder has what marks the root of a project."""
    return any((folder / marker).exists() for marker in ROOT_MARKERS)


def discover(
    root: Path, exclude: Sequence[str] = (), verdicts: IgnoreCache | None = None, *, base: str = ""
) -> Discovery:  # fmt: skip
    """All Python files below ``root``: `.gitignore` respected, environments and built folders left out.

    ``exclude`` are patterns as in `.gitignore`, relative to the root, or to a folder that it lies ``base`` below. Links
    to folders are not followed, so that a loop of them ends. ``verdicts`` are what earlier runs know of the patterns.
    """
    found = Discovery(root)
    verdicts = verdicts or IgnoreCache()
    _walk(str(root), "", Ignores.of(root, Patterns(exclude, base), verdicts), found)
    verdicts.keep()
    for listed in (found.files, found.errors, found.projects):
        listed.sort()
    return found


def _walk(folder: str, relative: str, ignores: Ignores, found: Discovery) -> None:
    """Add what a folder holds, in no order. Paths are strings here: there may be ten thousand folders."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError as error:
        found.errors.append((relative or ".", error.strerror or str(error)))
        return
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names:
        return
    if relative and "pyproject.toml" in names:
        found.projects.append(relative)
    if ".gitignore" in names:
        ignores = ignores.below(folder, relative)
    for entry in entries:
        name = entry.name
        path = f"{relative}/{name}" if relative else name
        try:
            if entry.is_dir(follow_symlinks=False):
                if is_never_looked_into(folder, name) or ignores.leave_out(f"{path}/"):
                    continue
                _walk(entry.path, path, ignores, found)
            elif _may_be_python(name) and entry.is_file() and not ignores.leave_out(path):
                if "." not in name and not is_script(entry.path):
                    continue
                # A link may lead to anything on the disk of whoever runs this: what it shows is not the project's.
                if not entry.is_symlink() or found.holds(entry.path):
                    found.files.append(path)
        except OSError as error:
            found.errors.append((path, error.strerror or str(error)))


def is_never_looked_into(folder: str, name: str) -> bool:
    """Whether a folder in another holds no sources of the project: by its name, or because it was built."""
    if name in _NEVER or name.endswith(".egg-info"):
        return True
    return name in _USUALLY_BUILT and not os.path.exists(os.path.join(folder, name, "__init__.py"))


def _may_be_python(name: str) -> bool:
    return name.endswith(SUFFIXES) or "." not in name


def is_python(path: Path) -> bool:
    """Whether a file is one of Python's: by its name, or by its first line where the name has no suffix."""
    return path.name.endswith(SUFFIXES) or ("." not in path.name and path.is_file() and is_script(str(path)))


def is_script(path: str) -> bool:
    """Whether the first line of a file says that Python runs it; False where it can't be read."""
    try:
        with open(path, "rb") as file:
            return _SCRIPT.match(file.read(128)) is not None
    except OSError:
        return False


def without_suffix(path: str) -> str:
    """A path without `.py` or `.pyw`: what a module is called after."""
    return path[: -len(suffix)] if (suffix := next((s for s in SUFFIXES if path.endswith(s)), "")) else path


_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|tests|conftest|[^/]*_tests?)\.py$")


def is_test(path: str) -> bool:
    """Whether a file holds tests, by its name or a folder that it lies in."""
    return _TEST.search(path) is not None
