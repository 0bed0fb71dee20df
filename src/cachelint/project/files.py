"""Which files belong to the project."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

#: Files whose presence makes a folder the root of a project, for whoever runs the program below it.
ROOT_MARKERS = ("pyproject.toml", "setup.cfg", "setup.py", "manage.py", ".git", ".hg")

#: Folders that never hold the project's own sources.
_NEVER = frozenset(
    {
        ".git", ".hg", ".svn", ".tox", ".nox", ".eggs", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache",
        ".cachelint_cache", ".direnv", ".ipynb_checkpoints", "__pycache__", "node_modules", "bower_components",
        "site-packages", "__pypackages__",
    }
)  # fmt: skip
#: Folders that hold built things, unless they are packages of the project.
_USUALLY_BUILT = frozenset({"build", "dist", "venv", "env", "htmlcov"})


@dataclass
class Discovery:
    """Paths relative to the root, with ``/``, sorted; and what could not be looked into."""

    root: Path
    files: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    #: Folders below the root with a `pyproject.toml`.
    projects: list[str] = field(default_factory=list)


def find_root(start: Path) -> Path:
    """The project that ``start`` (a folder) lies in: the nearest folder upwards with a marker, else ``start``."""
    for folder in (start, *start.parents):
        if is_root(folder):
            return folder
    return start


def is_root(folder: Path) -> bool:
    """Whether a folder has what marks the root of a project."""
    return any((folder / marker).exists() for marker in ROOT_MARKERS)


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """The patterns of some lines; those that are none are passed over, as git does."""
    good: list[str] = []
    for line in lines:
        with contextlib.suppress(ValueError):
            GitIgnoreSpec.from_lines([line])
            good.append(line)
    return GitIgnoreSpec.from_lines(good)


def discover(root: Path, exclude: Sequence[str] = ()) -> Discovery:
    """All Python files below ``root``: `.gitignore` respected, environments and built folders left out.

    ``exclude`` are patterns as in `.gitignore`, relative to the root. Links to folders are not followed,
    so that a loop of them ends.
    """
    found = Discovery(root)
    specs: list[tuple[str, GitIgnoreSpec]] = []
    if exclude:
        specs.append((_EXCLUDED, _spec(exclude)))
    specs.extend(_inherited_ignores(root))
    _walk(str(root), "", specs, found)
    for listed in (found.files, found.errors, found.projects):
        listed.sort()
    return found


def _walk(folder: str, relative: str, specs: list[tuple[str, GitIgnoreSpec]], found: Discovery) -> None:
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
        spec = _read_ignore(Path(folder, ".gitignore"))
        specs = [*specs, (relative, spec)] if spec else specs
    for entry in entries:
        name = entry.name
        path = f"{relative}/{name}" if relative else name
        try:
            if entry.is_dir(follow_symlinks=False):
                if name in _NEVER or name.endswith(".egg-info") or _ignored(f"{path}/", specs):
                    continue
                if name in _USUALLY_BUILT and not os.path.exists(os.path.join(entry.path, "__init__.py")):
                    continue
                _walk(entry.path, path, specs, found)
            elif name.endswith(".py") and entry.is_file() and not _ignored(path, specs):
                found.files.append(path)
        except OSError as error:
            found.errors.append((path, error.strerror or str(error)))


#: In the place of a folder: the patterns of the configuration.
_EXCLUDED = "\0"


def _ignored(path: str, specs: list[tuple[str, GitIgnoreSpec]]) -> bool:
    verdict = False
    for base, spec in specs:
        if base == _EXCLUDED:
            # What the configuration leaves out, no `.gitignore` takes in again.
            if spec.match_file(path):
                return True
            continue
        if base.startswith("../"):
            inner = f"{base[3:]}/{path}" if base[3:] else path
        elif base:
            if not path.startswith(f"{base}/"):
                continue
            inner = path[len(base) + 1 :]
        else:
            inner = path
        result = spec.check_file(inner)
        if result.include is not None:
            verdict = result.include
    return verdict


def _inherited_ignores(root: Path) -> list[tuple[str, GitIgnoreSpec]]:
    """The `.gitignore` files above the root, up to the repository's own folder.

    A base of ``../x`` says that the root is the folder ``x`` below the one that holds the file.
    """
    if (root / ".git").exists():
        return []
    inherited: list[tuple[str, GitIgnoreSpec]] = []
    for folder in root.parents:
        spec = _read_ignore(folder / ".gitignore")
        if spec:
            inherited.insert(0, (f"../{root.relative_to(folder).as_posix()}", spec))
        if (folder / ".git").exists():
            return inherited
    return []


def _read_ignore(path: Path) -> GitIgnoreSpec | None:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return _spec(lines) if any(line.strip() for line in lines) else None


_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|tests|conftest|[^/]*_tests?)\.py$")


def is_test(path: str) -> bool:
    """Whether a file holds tests, by its name or a folder that it lies in."""
    return _TEST.search(path) is not None
