"""Results on disk, by the hash of all that they were derived from.

Whatever goes wrong here (a full disk, a folder that can't be written, a damaged entry) costs time, never a result.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = ".cachelint_cache"
#: Entries kept; the oldest go first.
_MAX_ENTRIES = 20


def fingerprint(root: Path, files: Iterable[str], settings: object) -> str:
    """A hash of the settings and of the size and time of every file."""
    digest = hashlib.sha256(repr(settings).encode())
    for name in files:
        try:
            status = os.stat(root / name)
            line = f"{name}\0{status.st_mtime_ns}\0{status.st_size}\n"
        except OSError as error:
            line = f"{name}\0{error.errno}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def prepare_folder(root: Path) -> Path:
    """The folder for all that is kept below a project's root, made if need be. Raises OSError."""
    folder = root / FOLDER
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
        (folder / "CACHEDIR.TAG").write_text(tag, encoding="utf-8")
    return folder


class Store:
    """A folder of JSON files below the project's root."""

    def __init__(self, root: Path) -> None:
        self.folder = root / FOLDER

    def load(self, key: str) -> Any | None:
        """What was kept under a key; None where there is nothing that can be read."""
        try:
            with (self.folder / f"{key}.json").open(encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return None

    def save(self, key: str, values: Any) -> None:
        """Keep values under a key, if that is possible."""
        with contextlib.suppress(OSError, ValueError):
            prepare_folder(self.folder.parent)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".tmp")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(values, file)
                os.replace(name, self.folder / f"{key}.json")
            except BaseException:
                os.unlink(name)
                raise
            self._prune()

    def _prune(self) -> None:
        entries = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in entries[:-_MAX_ENTRIES]:
            path.unlink(missing_ok=True)
