"""Files of a project that are no Python, and may name what its code names: scripts, templates, configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cachelint.project.file_stat import status
from cachelint.project.files import is_never_looked_into
from cachelint.project.source import Source

#: Under this name the question stands among those of a run.
QUESTION = "*"
#: What such files are called: by suffix, or as a whole.
_SUFFIXES = frozenset(
    {
        ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".js", ".mjs", ".ts", ".lua", ".sql", ".rb", ".go", ".php",
        ".pl", ".yml", ".yaml", ".json", ".toml", ".cfg", ".ini", ".conf", ".env", ".ipynb", ".html", ".txt", ".jinja",
        ".jinja2", ".service", ".timer", ".cron", ".mk", ".tf", ".tmpl", ".template",
    }
)  # fmt: skip
_NAMES = frozenset({"Makefile", "Dockerfile", "Procfile", "crontab", "justfile", "Jenkinsfile", "Vagrantfile"})
#: What is larger was made by a program.
_MAX_BYTES = 400_000


class OtherTexts(Mapping[str, bytes]):
    """The texts of such files by path, each read when it is asked for: all together may be larger than the code.

    What is in ``unsaved`` is as it is there. A file that can't be read, or is no text, is empty.
    """

    def __init__(self, root: Path, paths: Sequence[str], unsaved: Mapping[str, Source]) -> None:
        self.root = root
        self.paths = paths
        self.unsaved = unsaved

    def __getitem__(self, path: str) -> bytes:
        if path in self.unsaved:
            return self.unsaved[path].data
        try:
            text = (self.root / path).read_bytes()
        except OSError:
            return b""
        return text if b"\0" not in text else b""

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def other_files(root: Path) -> dict[str, list[int]]:
    """The paths of such files below a root, with `/`, and how each stands."""
    found: dict[str, list[int]] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_never_looked_into(folder, name)]
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        for name in files:
            suffix = os.path.splitext(name)[1]
            if name.startswith("cachelint-"):
                continue  # A baseline of ours names keys, and uses none.
            if suffix in _SUFFIXES or name in _NAMES or (not suffix and name.islower()):
                full = os.path.join(folder, name)
                stands = status(full)
                if len(stands) > 1 and stands[1] <= _MAX_BYTES and os.path.isfile(full) and not os.path.islink(full):
                    found[os.path.relpath(full, root).replace(os.sep, "/")] = stands
    return found
