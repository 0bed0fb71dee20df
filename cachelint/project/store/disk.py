"""Results on disk, by the hash of all that they were derived from.

Whatever goes wrong here (a full disk, a folder that can't be written, a damaged entry) costs time, never a result.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import cachelint

FOLDER = ".cachelint_cache"
#: What the name of an entry begins with that is kept however old it is.
LASTING = "lasting-"
#: Other entries kept; the oldest go first.
_MAX_ENTRIES = 20
#: Seconds after which a file that is being written has been left behind by a run that was killed.
_ABANDONED = 3600
#: Seconds after which the work of another process is done once more: it may have been stopped.
_PATIENCE = 120


def name_of(settings: object) -> str:
    """A name for what belongs to some settings."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:20]


@functools.cache
def program() -> str:
    """A hash of the program itself: results of another state of it are not its own, whatever its version says."""
    states = sorted(_sources(os.path.dirname(cachelint.__file__)))
    return hashlib.sha256(repr((states, _versions())).encode()).hexdigest()


def _sources(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                found = entry.stat()
                yield entry.path, found.st_mtime_ns, found.st_size
            elif entry.is_dir():
                yield from _sources(entry.path)


#: What the names of the folders begin with that installing our parsers made.
_PARSERS = ("libcst-", "tree_sitter-", "tree_sitter_python-", "pathspec-")


def _versions() -> list[str]:
    """The parsers with their versions, by the folders that installing them made: without importing them."""
    found: list[str] = []
    for place in sys.path:
        with contextlib.suppress(OSError):
            found += (name for name in os.listdir(place or ".") if name.startswith(_PARSERS))
    return sorted(found)


def fingerprint(states: Mapping[str, Sequence[int]], settings: object) -> str:
    """A hash of the settings and of the time and size of every file."""
    told = "\n".join([repr(settings), *(f"{name}\0{state}" for name, state in states.items())])
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


def prepare_folder(root: Path) -> Path:
    """The folder for all that is kept below a project's root, made if need be. Raises OSError."""
    folder = root / FOLDER
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "the folder for results is a link, and is not used", str(folder))
    folder.mkdir(exist_ok=True)
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n"
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", tag)):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    return folder


class Store:
    """A folder of JSON files below the project's root."""

    def __init__(self, root: Path, inner: str = "") -> None:
        self.root = root
        #: Of one of several projects below the root, a folder of its own in that of all.
        self.inner = inner
        self.folder = root / FOLDER / inner if inner else root / FOLDER

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process does the same work; not for ever, nor where the system has no such locks."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(ImportError, OSError):
                import fcntl

                prepare_folder(self.root)
                self.folder.mkdir(exist_ok=True)
                file = stack.enter_context((self.folder / "lock").open("w"))
                for _ in range(int(_PATIENCE / 0.05)):
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        break
                    time.sleep(0.05)
            yield

    def load(self, key: str) -> Any | None:
        """What was kept under a key; None where there is nothing that can be read."""
        if self.folder.is_symlink() or (self.root / FOLDER).is_symlink():
            return None
        try:
            with (self.folder / f"{key}.json").open(encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError, RecursionError):
            return None

    def save(self, key: str, values: Any) -> None:
        """Keep values under a key, if that is possible."""
        # Imported here: a run that finds its results writes nothing.
        import tempfile

        with contextlib.suppress(OSError, ValueError):
            prepare_folder(self.root)
            self.folder.mkdir(exist_ok=True)
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
        for path in self.folder.glob("*.tmp"):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)
        entries = [path for path in self.folder.glob("*.json") if not path.name.startswith(LASTING)]
        entries.sort(key=lambda path: path.stat().st_mtime)
        for path in entries[:-_MAX_ENTRIES]:
            path.unlink(missing_ok=True)
