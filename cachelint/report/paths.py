"""Paths as the reader of a report knows them."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def shown_path(root: Path, path: str) -> str:
    """A path of the project, relative to the working directory, with ``/``."""
    return _shown(os.getcwd(), root, path)


@lru_cache(maxsize=4096)
def _shown(working_directory: str, root: Path, path: str) -> str:
    """A report names the same few files again and again."""
    full = root / path
    try:
        return Path(os.path.relpath(full, working_directory)).as_posix()
    except ValueError:
        return full.as_posix()
