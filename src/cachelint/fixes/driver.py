"""Applying fixes: stage them, check again, take back what did not do what it should, write at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cachelint.findings import Applicability, Edit, Finding, Fix
from cachelint.fixes.edits import Conflict, apply
from cachelint.project import Source

#: Rounds of fixing and checking; each sees what the one before left.
_MAX_ROUNDS = 6

#: Analyses the project as it would be with some files changed: the findings, and the files that can't be read.
Check = Callable[[Mapping[str, Source]], tuple[list[Finding], Mapping[str, str]]]


@dataclass
class Repair:
    """What fixing came to. ``changed`` holds the new text of each file, ``taken_back`` the reasons of failures."""

    changed: dict[str, Source] = field(default_factory=dict)
    original: dict[str, Source] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    taken_back: list[tuple[Finding, str]] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)


def fix_all(check: Check, read: Callable[[str], Source], *, unsafe: bool, reported: Callable[[str], bool]) -> Repair:
    """Apply all fixes of the allowed applicability until none is left, without writing anything.

    ``read`` gives the source of a file as it is on the disk; files for which ``reported`` is false are not the
    business of this run, but a fix may reach them.
    """
    repair = Repair()
    refused: set[object] = set()
    findings, problems = check({})
    for _ in range(_MAX_ROUNDS):
        wanted = [f for f in findings if _allowed(f, unsafe) and _identity(f) not in refused]
        batch = _compatible(wanted)
        if not batch:
            break
        staged = _stage(batch, repair, read)
        good, after, after_problems = _verified(check, repair, staged, batch, findings, problems)
        if not good:
            # One of them does harm: each by itself, so that only that one is taken back.
            good, after, after_problems = _one_by_one(check, repair, read, batch, findings, problems, refused)
        repair.fixed += good
        findings, problems = after, after_problems
    repair.left = [f for f in findings if reported(f.place.path)]
    for path in repair.changed:
        repair.original[path] = read(path)
    return repair


def _allowed(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.applicability is Applicability.SAFE)


def _identity(finding: Finding) -> object:
    return (finding.code, finding.place.path, finding.message)


def _compatible(findings: list[Finding]) -> list[Finding]:
    """As many fixes as don't touch one another's text; two that are the same count as one."""
    chosen: list[Finding] = []
    seen: list[Fix] = []
    taken: list[Edit] = []
    for finding in findings:
        fix = finding.fix
        if fix is None:
            continue
        if fix in seen:
            chosen.append(finding)
            continue
        if any(_touch(a, b) for a in fix.edits for b in taken):
            continue
        chosen.append(finding)
        seen.append(fix)
        taken += fix.edits
    return chosen


def _touch(a: Edit, b: Edit) -> bool:
    if a.place.path != b.place.path:
        return False
    first, second = sorted((a.place, b.place))
    return (second.line, second.column) <= (first.end_line, first.end_column)


def _stage(batch: list[Finding], repair: Repair, read: Callable[[str], Source]) -> dict[str, Source]:
    by_path: dict[str, list[Edit]] = {}
    for finding in batch:
        for edit in finding.fix.edits if finding.fix else ():
            by_path.setdefault(edit.place.path, []).append(edit)
    staged = dict(repair.changed)
    for path, edits in by_path.items():
        source = staged.get(path) or read(path)
        staged[path] = Source(path, apply(source, edits), source.encoding, source.bom)
    return staged


def _verified(
    check: Check, repair: Repair, staged: dict[str, Source], batch: list[Finding], before: list[Finding],
    problems: Mapping[str, str],
) -> tuple[list[Finding], list[Finding], Mapping[str, str]]:  # fmt: skip
    """Check the staged files. Commits them to ``repair`` where they are better; else gives back no findings."""
    after, after_problems = check(staged)
    if _worse(before, after, batch, problems, after_problems):
        return [], before, problems
    repair.changed = staged
    return batch, after, after_problems


def _worse(
    before: list[Finding], after: list[Finding], batch: list[Finding], problems: Mapping[str, str],
    after_problems: Mapping[str, str],
) -> str:  # fmt: skip
    """Why the state after a fix is no better; empty where it is."""
    broken = [path for path in after_problems if path not in problems]
    if broken:
        return f"{broken[0]} would not parse any more"
    old, new = Counter(f.code for f in before), Counter(f.code for f in after)
    for code in new:
        if new[code] > old[code]:
            return f"{code} would be reported where it was not"
    for code, count in Counter(f.code for f in batch).items():
        if old[code] - new[code] < count:
            return f"{code} would still be reported"
    return ""


def _one_by_one(
    check: Check, repair: Repair, read: Callable[[str], Source], batch: list[Finding], findings: list[Finding],
    problems: Mapping[str, str], refused: set[object],
) -> tuple[list[Finding], list[Finding], Mapping[str, str]]:  # fmt: skip
    """Apply the first fix of a batch that holds by itself, and refuse those before it."""
    for finding in batch:
        same = [f for f in batch if f.fix == finding.fix]
        try:
            staged = _stage(same, repair, read)
        except Conflict:
            refused.add(_identity(finding))
            repair.taken_back.append((finding, "its edits overlap"))
            continue
        after, after_problems = check(staged)
        reason = _worse(findings, after, same, problems, after_problems)
        if not reason:
            repair.changed = staged
            return same, after, after_problems
        refused.add(_identity(finding))
        repair.taken_back.append((finding, reason))
    return [], findings, problems
