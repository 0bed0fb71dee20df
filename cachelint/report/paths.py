"""Paths as the reader of a report knows them."""

from __future__ import annotations

import os
from pathlib import Path


def shown_path(root: Path, path: str) -> str:
    """A path of the project, relative to the working directory, with ``/``."""
    full = root / path
    try:
        return Path(os.path.relpath(full)).as_posix()
    except ValueError:
        return full.as_posix()
