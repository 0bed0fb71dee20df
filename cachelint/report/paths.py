"""Paths as the reader of a report knows them."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def shown_path(root: Path, path: str) -> str:
    """A path of the project, relative to the working directory, with ``/``."""
    return _shown(os.getcwd(), root, path)


def repository_path(root: Path, path: str) -> str:
    """A path relative to the repository's own folder, whatever the working directory: what a CI service expects."""
    full = root / path
    try:
        return (full.parent.resolve() / full.name).relative_to(repository(root)).as_posix()
    except ValueError:
        return shown_path(root, path)


def repository(root: Path) -> Path:
    """The folder that the paths of a CI service count from."""
    return _repository(root.resolve(), os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or "")


@lru_cache(maxsize=16)
def _repository(root: Path, workspace: str) -> Path:
    """The folder that the paths of a CI service count from: its workspace, that of the repository, else this one."""
    if workspace:
        base = Path(workspace).resolve()
        if root.is_relative_to(base):
            return base
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    return Path.cwd().resolve()


@lru_cache(maxsize=4096)
def _shown(working_directory: str, root: Path, path: str) -> str:
    """A report names the same few files again and again."""
    full = root / path
    try:
        return Path(os.path.relpath(full, working_directory)).as_posix()
    except ValueError:
        return full.as_posix()
