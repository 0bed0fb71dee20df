"""The results of the last runs, and whether they are still true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cachelint.project.file_stat import found_below, status
from cachelint.project.other_files import QUESTION, other_files
from cachelint.project.store.disk import Store, fingerprint, name_of

if TYPE_CHECKING:
    from cachelint.project.store.dependencies import Dependencies

#: Changed files that are asked again; where more have changed, a new run is as fast.
_MAX_CHANGED = 100
#: What data of another shape than ours may lead to.
_DAMAGED = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, OverflowError, re.error)


class ResultCache:
    """What a store holds about some files under some settings."""

    def __init__(self, store: Store, files: Sequence[str], settings: object, root: Path | None = None) -> None:
        self.store = store
        self.files = files
        self.root = root if root is not None else store.root
        #: Before anything is read: a file that changes meanwhile is asked again next time.
        self._root = str(self.root)
        self._states = {path: status(f"{self._root}/{path}") for path in files}
        self.key = fingerprint(self._states, settings)
        self._last = f"last-{name_of(settings)}"

    def load(self) -> Any | None:
        """The results of a run over these files, or of one whose questions they answer alike; else None."""
        values = self.store.load(self.key)
        if values is not None:
            return values if self._others_hold(values) else None
        last = self.store.load(self._last)
        try:
            if last is None or not self._still_holds(last):
                return None
            values = self.store.load(last["key"])
            if values is None or not self._others_hold(values):
                return None
        except _DAMAGED:
            return None
        self.store.save(self.key, values)
        self.store.save(self._last, {**last, "key": self.key, "files": self._states})
        return values

    def _still_holds(self, last: Any) -> bool:
        # Imported here: nothing is asked where nothing has changed.
        from cachelint.project.store.dependencies import holds

        if last["files"].keys() != self._states.keys():
            return False
        changed = [path for path, state in self._states.items() if last["files"][path] != state]
        return len(changed) <= _MAX_CHANGED and holds(last["trace"], self.root, changed)

    def _others_hold(self, values: Any) -> bool:
        try:
            for question, found in values["others"].items():
                if question == QUESTION:
                    if other_files(self.root) != found:
                        return False
                    continue
                *types, name = question.split("\0")
                if found_below(self.root, self.files, tuple(types), name) != found:
                    return False
        except _DAMAGED:
            return False
        return True

    def save(self, results: dict[str, Any], dependencies: Dependencies) -> None:
        """Keep the results of a run, and what it asked; not where a file has changed meanwhile."""
        if any(status(f"{self._root}/{path}") != state for path, state in self._states.items()):
            return
        self.store.save(self.key, {**results, "others": dependencies.others})
        self.store.save(self._last, {"key": self.key, "files": self._states, "trace": dependencies.encode()})
