"""The files of a project as they stand on the disk: by what a change is noticed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def status(path: str) -> list[int]:
    """Time and size of a file, by which a change is noticed; the number of the error where they can't be told."""
    try:
        found = os.stat(path)
    except OSError as error:
        return [error.errno or -1]
    # The time of the last change of its mode or name as well: a file that may not be read any more has the same size.
    return [found.st_mtime_ns, found.st_size, found.st_ctime_ns]


def found_below(root: Path, paths: Iterable[str], folder_names: tuple[str, ...], name: str) -> dict[str, list[int]]:
    """The files called ``name`` in folders of some names that stand beside or above Python files, with their status."""
    folders = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    found: dict[str, list[int]] = {}
    above = str(root)
    for folder in sorted(folders):
        for folder_name in folder_names:
            path = "/".join(part for part in (folder, folder_name, name) if part)
            full = f"{above}/{path}"
            if os.path.isfile(full):
                found[path] = status(full)
    return found
