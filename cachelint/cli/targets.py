"""What the command line names: paths, lines of files, and a file on standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cachelint.cli.parser import hint, warn
from cachelint.project.files import is_python
from cachelint.run.options import UsageError

#: `shop/views.py:14`, and `shop/views.py:14:5` as findings are printed.
_LINE = re.compile(r"(?P<name>.+?):(?P<line>[1-9][0-9]{0,8})(?::[0-9]+)?:?")
#: What stands for standard input.
STDIN = "-"


class Targets:
    """What was named and exists.

    ``lines`` are those that were named of a file, by its resolved path. ``text`` is what came on standard input, in
    the place of the one path. ``missing`` is true where something that was named is not there.
    """

    def __init__(self, paths: list[Path], text: bytes | None = None) -> None:
        self.paths = paths
        self.lines: dict[Path, list[range]] = {}
        self.text = text
        self.missing = False


def find_targets(words: list[str], stdin_filename: str) -> Targets:
    """What the words for paths stand for; what does not exist is said on stderr. Raises UsageError."""
    if STDIN in words:
        return _on_stdin(words, stdin_filename)
    found = Targets([])
    for word in words or ["."]:
        path, line = Path(word), 0
        named = _LINE.fullmatch(word)
        if named is not None and not path.exists() and Path(named["name"]).is_file():
            path, line = Path(named["name"]), int(named["line"])
        ranged = re.fullmatch(r"(.+?):[0-9,-]+", word)
        if ranged is not None and not path.exists() and Path(ranged[1]).is_file():
            raise UsageError(f"{word}: write FILE:LINE with one line, counted from 1, for example {ranged[1]}:14")
        if not path.exists():
            warn(f"{path}: no such file or folder{hint(str(path))}")
            found.missing = True
            continue
        if not path.is_dir() and not path.is_file():
            raise UsageError(f"{path}: neither a file nor a folder")
        if path.is_file() and not is_python(path) and "templates" not in path.resolve().parts:
            warn(f"{path}: skipped, it is no Python file by its name or first line")
        found.paths.append(path)
        if line:
            found.lines.setdefault(path.resolve(), []).append(range(line, line + 1))
    return found


def _on_stdin(words: list[str], stdin_filename: str) -> Targets:
    if len(words) > 1:
        raise UsageError("`-` is standard input, and cannot be combined with other paths")
    path = Path(stdin_filename or "stdin.py")
    if path.is_dir():
        raise UsageError(f"--stdin-filename {path}: a folder, not a file")
    if not path.parent.is_dir():
        raise UsageError(f"--stdin-filename {path}: no such folder: {path.parent}")
    if sys.stdin is None:
        raise UsageError("`-`: there is no standard input")
    return Targets([path], text=sys.stdin.buffer.read())
