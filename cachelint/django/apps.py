"""The applications of a project."""

from __future__ import annotations

import os
from collections.abc import Iterable


class Apps:
    """The applications of a project: the folders with models or a configuration of an app in them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.folders = {os.path.dirname(path) for path in paths if os.path.basename(path) in ("apps.py", "models.py")}
        self.folders |= {
            os.path.dirname(os.path.dirname(path)) for path in paths if path.endswith("/models/__init__.py")
        }

    def __call__(self, path: str) -> str:
        """The application that a file is of, else the folder that it stands in."""
        folder = os.path.dirname(path)
        inner = folder
        while inner:
            if inner in self.folders:
                return inner
            inner = os.path.dirname(inner)
        return folder or path
