"""``--since REV``: only what stands on lines that have changed since a revision; inference still knows everything."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from cachelint.run.options import UsageError

_FILE = re.compile(r"^\+\+\+ (?:b/)?(.*?)\t?$")
#: Files that may be Python's, for git: by their names, and scripts, whose names have no suffix.
_OF_PYTHON = (("*.py", "*.pyw"), (".", ":(exclude,glob)**/*.*"))
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")


class SinceError(UsageError):
    """Git could not say what has changed; the message is one line."""


def changed_lines(root: Path, revision: str) -> dict[str, list[range]]:
    """The lines that have changed since a revision, by path relative to ``root``; new files count whole.

    Raises SinceError.
    """
    # `--end-of-options`: a revision that begins with a dash is none, and no option either.
    # The prefixes are named because a user's git may be told to write others.
    options = (
        "--unified=0", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--relative",
        "--end-of-options",
    )  # fmt: skip
    diff = "".join(git(root, "diff", *options, revision, "--", *of_python) for of_python in _OF_PYTHON)
    found: dict[str, list[range]] = {}
    path = ""
    for line in diff.split("\n"):
        named = _FILE.match(line)
        hunk = _HUNK.match(line)
        if named is not None:
            path = named.group(1)
        elif hunk is not None:
            start, count = int(hunk.group(1)), int(hunk.group(2) or 1)
            found.setdefault(path, []).append(range(start, start + count))
    for of_python in _OF_PYTHON:
        for path in git(root, "ls-files", "--others", "--exclude-standard", "--", *of_python).split("\n"):
            if path:
                found[path] = [range(1, 1 << 31)]
    return found


def git(root: Path, *words: str) -> str:
    """What git says. Raises SinceError."""
    return git_bytes(root, b"", *words).decode("utf-8", "surrogateescape")


def git_bytes(root: Path, asked: bytes, *words: str) -> bytes:
    """What git says to something that it is asked on its standard input. Raises SinceError."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.quotepath=off", *words], cwd=root, input=asked, capture_output=True, check=False
        )
    except OSError as error:
        raise SinceError(f"--since requires git: {error.strerror or error}") from None
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip().splitlines()
        if any("not a git repository" in line.lower() for line in message):
            raise SinceError(f"--since: {root} is not in a git repository")
        raise SinceError(f"--since: git failed: {message[0] if message else 'no error message'}")
    return done.stdout
