"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cachelint.findings import Severity

if TYPE_CHECKING:
    from cachelint.caching.keys.snapshot import Snapshot


class UsageError(Exception):
    """Something that was asked for can't be done; the message is one line that says what, ``more`` lines about it."""

    def __init__(self, message: str, more: str = "") -> None:
        super().__init__(message)
        self.more = more


class Before(NamedTuple):
    """What the keys of a project are compared with: a file, or a git revision (by its hash, and as it was named)."""

    file: Path | None = None
    revision: str = ""
    named: str = ""


class Options(NamedTuple):
    """What a run is asked to do.

    ``root`` is the project that inference sees; ``paths`` (relative to it, files or folders; empty: all) say what
    is reported. ``codes`` are the rules that are on. ``wrappers`` are functions of third-party code that write to a
    cache: full name, and role and name of each parameter (see caching.declared). ``fix_timeout`` are the seconds
    that the fix of a missing timeout writes; None: those that are in force. ``base`` is where the root lies below
    the folder of the configuration, with a slash at its end: the patterns of ``exclude`` and ``per_file_ignores``
    count from there. ``min_severity`` is the least that is shown, and ``baseline`` the file with what is not: all is
    found whatever they say. ``projects`` are the folders that the configuration says are projects of their own (None:
    they are found out). ``kept_in`` is where results are kept if not in the root: a root, and a name below.
    ``documentation`` is the address of the site that reports link to. ``all_in_tests`` is true where test files are
    held to timeouts and versions of keys as well. ``nested`` gives the options of a folder below the root that has a
    configuration of its own, and None for another. ``before`` says what the keys are
    compared with, if anything, and ``kept_keys`` are those, once they are read.
    """

    root: Path
    codes: frozenset[str]
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...] = ()
    wrappers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fix_timeout: int | None = None
    all_in_tests: bool = False
    use_store: bool = True
    min_severity: Severity = Severity.MEDIUM
    base: str = ""
    baseline: Path | None = None
    documentation: str = ""
    projects: tuple[str, ...] | None = None
    kept_in: tuple[Path, str] | None = None
    nested: Callable[[Path], Options | None] | None = None
    before: Before | None = None
    kept_keys: Snapshot | None = None
