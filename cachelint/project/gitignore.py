"""What is left out of a project by patterns as in `.gitignore`, and what earlier runs found about that.

Matching ten thousand paths takes longer than looking at their files, and so does the import of the library that does
it for a small project: a verdict is worked out once, and kept with a digest of the patterns that it follows from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cachelint.project.store.disk import LASTING, Store, program

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STARS = re.compile(r"\*+")
#: In one name of a pattern: each more multiplies the ways in which a long name is tried.
_MAX_STARS = 3

#: In the place of a folder: the patterns of the configuration.
_EXCLUDED = "\0"


class Patterns:
    """Patterns as in `.gitignore`; those that are none are passed over, as git does.

    ``base`` is where the paths that are asked for lie below the folder that the patterns count from.
    """

    def __init__(self, lines: Sequence[str], base: str = "") -> None:
        self.lines = tuple(lines)
        self.base = base
        self._spec: GitIgnoreSpec | None = None

    def check(self, path: str) -> bool | None:
        """Whether a path is left out (True), taken in again (False), or not spoken of (None)."""
        if self._spec is None:
            self._spec = _compiled(self.lines)
        return self._spec.check_file(self.base + path).include

    def match(self, path: str) -> bool:
        """Whether a path is left out."""
        return bool(self.lines) and self.check(path) is True


def is_pattern(line: str) -> bool:
    """Whether a line is a pattern that can be followed: one with many `*` in a name would be tried for hours."""
    from pathspec import GitIgnoreSpec

    if any(_STARS.sub("*", name).count("*") > _MAX_STARS for name in line.split("/")):
        return False
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _compiled(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines([line for line in lines if is_pattern(line)])


class IgnoreCache:
    """By the digest of some patterns, the paths that were asked for and whether they are left out.

    Without a store nothing is kept.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._kept: dict[str, dict[str, bool]] | None = None
        self._now: dict[str, dict[str, bool]] = {}
        self._is_new = False

    def known(self, digest: str, path: str) -> bool | None:
        """The verdict of an earlier run."""
        if self._kept is None:
            self._kept = self._loaded()
        found = self._kept.get(digest, {}).get(path)
        if found is not None:
            self._now.setdefault(digest, {})[path] = found
        return found

    def add(self, digest: str, path: str, left_out: bool) -> None:
        """Remember a verdict that had to be worked out."""
        self._now.setdefault(digest, {})[path] = left_out
        self._is_new = True

    def keep(self) -> None:
        """Write what was asked for this time, where some of it is new."""
        if self._store is None or not self._is_new:
            return
        found = {
            digest: [[path for path, left_out in verdicts.items() if left_out is wanted] for wanted in (False, True)]
            for digest, verdicts in self._now.items()
        }
        self._store.save(f"{LASTING}ignored", {"program": program(), "verdicts": found})

    def _loaded(self) -> dict[str, dict[str, bool]]:
        values = self._store.load(f"{LASTING}ignored") if self._store is not None else None
        try:
            if values is None or values["program"] != program():
                return {}
            return {
                digest: {**dict.fromkeys(taken, False), **dict.fromkeys(left_out, True)}
                for digest, (taken, left_out) in values["verdicts"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError):
            return {}


class Ignores:
    """The patterns that hold in a folder: those of the configuration, and of the `.gitignore` files around it."""

    def __init__(self, verdicts: IgnoreCache, layers: tuple[tuple[str, Patterns], ...] = ()) -> None:
        self._verdicts = verdicts
        self._layers = layers
        about = repr([(base, patterns.base, patterns.lines) for base, patterns in layers])
        self._digest = hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()[:20]

    @classmethod
    def of(cls, root: Path, exclude: Patterns, verdicts: IgnoreCache) -> Ignores:
        """Those that hold at the root of a project; ``exclude`` are the patterns of its configuration."""
        excluded = ((_EXCLUDED, exclude),) if exclude.lines else ()
        return cls(verdicts, (*excluded, *_inherited(root)))

    def below(self, folder: str, relative: str) -> Ignores:
        """Those that hold in a folder with a `.gitignore` of its own."""
        patterns = _read(Path(folder, ".gitignore"))
        return Ignores(self._verdicts, (*self._layers, (relative, patterns))) if patterns else self

    def leave_out(self, path: str) -> bool:
        """Whether a path is left out; that of a folder ends with a slash."""
        if not self._layers:
            return False
        verdict = self._verdicts.known(self._digest, path)
        if verdict is None:
            verdict = self._judged(path)
            self._verdicts.add(self._digest, path, verdict)
        return verdict

    def _judged(self, path: str) -> bool:
        verdict = False
        for base, patterns in self._layers:
            if base == _EXCLUDED:
                # What the configuration leaves out, no `.gitignore` takes in again.
                if patterns.match(path):
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
            matched = patterns.check(inner)
            if matched is not None:
                verdict = matched
        return verdict


def _inherited(root: Path) -> list[tuple[str, Patterns]]:
    """The `.gitignore` files above the root, up to the repository's own folder.

    A base of ``../x`` says that the root is the folder ``x`` below the one that holds the file.
    """
    if (root / ".git").exists():
        return []
    inherited: list[tuple[str, Patterns]] = []
    for folder in root.parents:
        patterns = _read(folder / ".gitignore")
        if patterns:
            inherited.insert(0, (f"../{root.relative_to(folder).as_posix()}", patterns))
        if (folder / ".git").exists():
            return inherited
    return []


def _read(path: Path) -> Patterns | None:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return Patterns(lines) if any(line.strip() for line in lines) else None
