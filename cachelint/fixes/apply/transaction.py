"""Writing the files of a fix: all of them or none, also when the program is killed in between.

The new contents are written beside the project's store first, then a journal that lists them, and only then is one
file after the other replaced. Until the journal stands nothing has happened; from then on whoever runs next finishes
what was begun.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cachelint.project.source import Source
from cachelint.project.store.disk import FOLDER, prepare_folder

_STAGE = "fix"
_JOURNAL = "journal.json"

#: Stands in the journal for the content of a file that is not there yet.
_NO_FILE = ""


class NotWritten(Exception):
    """The files could not be replaced; all are as they were. The message is one line."""


def write(root: Path, changed: Mapping[str, Source], original: Mapping[str, Source]) -> None:
    """Replace all changed files, or none; one that has no original is made. Raises NotWritten."""
    try:
        folder = prepare_folder(root) / _STAGE
        folder.mkdir(exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=folder))
    except OSError as error:
        raise NotWritten(f"nothing was written: {error.strerror or error}") from None
    try:
        entries = [_stage(root, staged, name, source, original.get(name)) for name, source in sorted(changed.items())]
        _durable(staged / "journal.tmp", json.dumps(entries).encode())
        os.replace(staged / "journal.tmp", staged / _JOURNAL)
    except (OSError, UnicodeEncodeError) as error:
        _forget(staged)
        raise NotWritten(f"nothing was written: {error}") from None
    except NotWritten:
        _forget(staged)
        raise
    _carry_out(root, staged, entries)


def _stage(root: Path, staged: Path, name: str, source: Source, original: Source | None) -> dict[str, str]:
    """Write the new content of one file where it can be moved into its place."""
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise NotWritten(f"{name} is a link that leads out of the project; nothing was written")
    before = path.read_bytes() if path.exists() else None
    if before != (original.encode(original.text) if original is not None else None):
        raise NotWritten(f"{name} was changed by another program in the meantime; nothing was written")
    if not os.access(path if before is not None else path.parent, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise NotWritten(f"{name} is not writable; nothing was written")
    after = source.encode(source.text)
    # A file that a link leads to may lie on another disk, where nothing can be moved from here.
    there = path if before is not None else path.parent
    near = staged if there.stat().st_dev == staged.stat().st_dev else path.parent
    new = near / f".{len(list(staged.iterdir()))}-{path.name}.cachelint"
    _durable(new, after)
    if before is not None:
        os.chmod(new, stat.S_IMODE(path.stat().st_mode))
    return {"path": str(path), "new": str(new), "before": _digest(before), "after": _digest(after)}


def _durable(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _carry_out(root: Path, staged: Path, entries: list[dict[str, str]]) -> None:
    """Replace one file after the other; if one can't be, put the others back. Raises NotWritten."""
    kept: list[tuple[Path, bytes | None, int]] = []
    try:
        for entry in entries:
            path = Path(entry["path"])
            is_new = entry["before"] == _NO_FILE
            kept.append((path, None, 0) if is_new else (path, path.read_bytes(), stat.S_IMODE(path.stat().st_mode)))
            os.replace(entry["new"], path)
    except OSError as error:
        kept.pop()
        for path, before, mode in reversed(kept):
            with contextlib.suppress(OSError):
                if before is None:
                    path.unlink()
                    continue
                beside = path.with_name(f".{path.name}.cachelint")
                _durable(beside, before)
                os.chmod(beside, mode)
                os.rename(beside, path)
        _forget(staged, entries)
        raise NotWritten(f"nothing was written: {error}") from None
    _forget(staged, entries)


def recover(root: Path) -> list[str]:
    """Finish what a killed run began, and clear away what it had not begun; the files that were written, if any."""
    folder = root / FOLDER / _STAGE
    written: list[str] = []
    if not folder.is_dir():
        return written
    for staged in sorted(folder.iterdir()):
        try:
            entries = json.loads((staged / _JOURNAL).read_text(encoding="utf-8"))
            for entry in entries:
                path, new = Path(entry["path"]), Path(entry["new"])
                # A file that somebody has changed since is theirs.
                now = path.read_bytes() if path.is_file() else None
                if new.is_file() and _digest(now) == entry["before"]:
                    os.replace(new, path)
                    written.append(os.path.relpath(path, root.resolve()))
        except (OSError, ValueError, KeyError, TypeError):
            entries = []
        _forget(staged, entries)
    return written


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data).hexdigest() if data is not None else _NO_FILE


def _forget(staged: Path, entries: list[dict[str, str]] | None = None) -> None:
    # The journal goes first: without it the rest means nothing.
    with contextlib.suppress(OSError):
        (staged / _JOURNAL).unlink(missing_ok=True)
    for entry in entries or ():
        with contextlib.suppress(OSError):
            Path(entry["new"]).unlink(missing_ok=True)
    shutil.rmtree(staged, ignore_errors=True)
    with contextlib.suppress(OSError):
        staged.parent.rmdir()
