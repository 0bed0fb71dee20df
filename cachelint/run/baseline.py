"""``--baseline``: findings that were there when the tool came; they stay quiet until somebody mends them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cachelint.findings import Finding
from cachelint.run.options import UsageError

VERSION = 1

#: What a finding is known by: rule, function and key template. Lines and files may change.
Mark = tuple[str, str, str]


class BaselineError(UsageError):
    """A baseline that can't be read or written; the message is one line that names the file."""


def mark(finding: Finding) -> Mark:
    """What a finding is known by."""
    return (finding.code, finding.function, finding.key)


def write(path: Path, findings: Sequence[Finding]) -> None:
    """Keep all findings as known. Raises BaselineError; an existing file is written over only if it is a baseline."""
    if path.exists() and path.suffix != ".json":
        try:
            read(path)
        except BaselineError:
            raise BaselineError(f"{path}: exists and is not a cachelint baseline; it was not overwritten") from None
    counts = Counter(mark(finding) for finding in findings)
    files: dict[Mark, str] = {}
    for finding in findings:
        files.setdefault(mark(finding), finding.place.path)
    entries = [
        {"code": code, "function": function, "key": key, "count": count, "path": files[code, function, key]}
        for (code, function, key), count in sorted(counts.items())
    ]
    try:
        path.write_text(
            json.dumps({"version": VERSION, "entries": entries}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written: {error.strerror or error}") from None


def read(path: Path) -> Counter[Mark]:
    """How often each finding is known. Raises BaselineError."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        if type(document["version"]) is not int:
            raise TypeError
        if document["version"] != VERSION:
            raise BaselineError(f"{path}: written by another version of cachelint; recreate it with --write-baseline")
        if not isinstance(document["entries"], list):
            raise TypeError
        known: Counter[Mark] = Counter()
        for entry in document["entries"]:
            key = (entry["code"], entry["function"], entry["key"])
            count = entry["count"]
            if not all(isinstance(part, str) for part in key) or type(count) is not int or count < 1:
                raise TypeError
            known[key] += count
        return known
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BaselineError(f"{path}: not a cachelint baseline; create one with --write-baseline") from None


def apply(findings: Sequence[Finding], known: Counter[Mark]) -> tuple[list[Finding], int]:
    """The findings that are not known, and how many known ones are not found any more."""
    left = Counter(known)
    fresh: list[Finding] = []
    for finding in findings:
        if left[mark(finding)] > 0:
            left[mark(finding)] -= 1
        else:
            fresh.append(finding)
    return fresh, sum(left.values())
