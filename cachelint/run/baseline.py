"""``--baseline``: findings that were there when the tool came; they stay quiet until somebody mends them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cachelint.findings import Finding
from cachelint.run.analysis import Outcome
from cachelint.run.options import Options, UsageError

VERSION = 1

#: The projects of a run: folder and options of each.
Parts = Sequence[tuple[str, Options]]
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


def remove_known(outcome: Outcome) -> dict[Path, int]:
    """Take the findings that baselines know out of an outcome; by baseline, how many. Raises BaselineError."""
    known: dict[Path, int] = {}
    left: list[Finding] = []
    for part, findings in _by_part(outcome.parts, outcome.findings):
        fresh, _ = _split(findings, read(part.baseline)) if part.baseline is not None else (findings, [])
        if part.baseline is not None:
            known[part.baseline] = len(findings) - len(fresh)
        left += fresh
    outcome.findings = sorted(left, key=lambda finding: finding.sort_key)
    return known


def gone(parts: Parts, found: Sequence[Finding], *, remove: bool = False) -> dict[Path, int]:
    """By baseline, how many of the findings that it knows are not among those that were ``found``, shown or not.

    ``remove`` takes them out of the files. Raises BaselineError.
    """
    numbers: dict[Path, int] = {}
    for part, findings in _by_part(parts, found):
        if part.baseline is not None:
            known = read(part.baseline)
            _, still = _split(findings, known)
            numbers[part.baseline] = known.total() - len(still)
            if remove and numbers[part.baseline]:
                write(part.baseline, still)
    return numbers


def _split(findings: Sequence[Finding], known: Counter[Mark]) -> tuple[list[Finding], list[Finding]]:
    """The findings that are not known, and those that are: as many of each sort as are known."""
    left = Counter(known)
    fresh: list[Finding] = []
    old: list[Finding] = []
    for finding in findings:
        if left[mark(finding)] > 0:
            left[mark(finding)] -= 1
            old.append(finding)
        else:
            fresh.append(finding)
    return fresh, old


def _by_part(parts: Parts, all_findings: Sequence[Finding]) -> list[tuple[Options, list[Finding]]]:
    """The findings of each project, by the innermost folder that they stand in."""
    innermost = sorted(parts, key=lambda part: -len(part[0]))
    found: list[list[Finding]] = [[] for _ in innermost]
    for finding in all_findings:
        path = finding.place.path
        for (folder, _), inside in zip(innermost, found, strict=True):
            if not folder or path.startswith(f"{folder}/"):
                inside.append(finding)
                break
    return [(options, findings) for (_, options), findings in zip(innermost, found, strict=True)]
