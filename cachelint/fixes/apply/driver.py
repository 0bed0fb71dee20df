"""Applying fixes: stage them, check again, take back what did not do what it should, write at the end."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import field

from cachelint.findings import Applicability, Edit, Finding, Fix
from cachelint.fixes.apply.edits import Conflict, apply
from cachelint.frozen import dataclass
from cachelint.project.source import Source

#: Rounds of fixing and checking; each applies or refuses something, and sees what the one before left.
_MAX_ROUNDS = 100

#: Analyses the project as it would be with some files changed: the findings, and the files that can't be read.
Check = Callable[[Mapping[str, Source]], tuple[list[Finding], Mapping[str, str]]]
#: The source of a file as it is on the disk; None where there is no such file, which a fix makes.
Read = Callable[[str], Source | None]
#: Why some changed files are no good, as the project's own tests say; empty where they are.
Verify = Callable[[Mapping[str, Source]], str]


@dataclass(frozen=True)
class Project:
    """What fixing asks of the project that it repairs."""

    check: Check
    read: Read
    verify: Verify | None = None


@dataclass
class Repair:
    """What fixing came to.

    ``changed`` holds the new text of each file, ``original`` what it was (nothing where a fix makes the file),
    ``taken_back`` the reasons of failures.
    """

    changed: dict[str, Source] = field(default_factory=dict)
    original: dict[str, Source] = field(default_factory=dict)
    fixed: list[Finding] = field(default_factory=list)
    taken_back: list[tuple[Finding, str]] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)


def fix_all(project: Project, *, unsafe: bool, shown: Callable[[Finding], bool]) -> Repair:
    """Apply all fixes of the allowed applicability until none is left, without writing anything.

    Findings for which ``shown`` is false are not the business of this run: nobody has been told of them.
    """
    repair = Repair()
    refused: set[object] = set()
    state = _State(*project.check({}))
    for _ in range(_MAX_ROUNDS):
        wanted = [f for f in state.findings if _allowed(f, unsafe) and shown(f) and _identity(f) not in refused]
        batch = _compatible(wanted)
        if not batch:
            break
        state = _apply_what_holds(project, repair, batch, state, refused)
    repair.left = [f for f in state.findings if shown(f)]
    for path in repair.changed:
        before = project.read(path)
        if before is not None:
            repair.original[path] = before
    return repair


@dataclass(frozen=True)
class _State:
    """What an analysis says of the project as it is staged."""

    findings: list[Finding]
    problems: Mapping[str, str]


def _apply_what_holds(
    project: Project, repair: Repair, batch: list[Finding], state: _State, refused: set[object]
) -> _State:
    """Stage a batch; where that does harm, leave out the fixes that did, or half of them, down to the one to refuse.

    What holds is kept in ``repair``, and the state after it given back: places have moved, so that all other fixes
    are to be made anew.
    """
    while True:
        try:
            staged = _stage(batch, repair, project.read)
        except Conflict:
            reason, after = "its edits overlap", state
        else:
            after = _State(*project.check(staged))
            reason = _unparsable(staged, repair, project.read) or _worse(state, after, batch)
            if not reason and project.verify is not None:
                reason = project.verify(staged)
            if not reason:
                repair.changed = staged
                repair.fixed += batch
                return after
        if len({f.fix for f in batch}) == 1:
            refused.update(_identity(finding) for finding in batch)
            repair.taken_back.append((batch[0], reason))
            return state
        harmless = [finding for finding in batch if not _suspect(finding, state, after)]
        batch = harmless if 0 < len(harmless) < len(batch) else _half(batch)


def _half(batch: list[Finding]) -> list[Finding]:
    """The findings of the first half of the fixes."""
    fixes = list(dict.fromkeys(f.fix for f in batch))
    chosen = set(fixes[: len(fixes) // 2])
    return [finding for finding in batch if finding.fix in chosen]


def _suspect(finding: Finding, before: _State, after: _State) -> bool:
    """Whether a fix changed a file in which something is worse, or left its own finding."""
    old = Counter((f.code, f.place.path) for f in before.findings)
    new = Counter((f.code, f.place.path) for f in after.findings)
    lesser = finding.fix.leaves if finding.fix is not None else ()
    hurt = {path for (code, path), count in new.items() if count > old[code, path] and code not in lesser}
    hurt |= {path for path in after.problems if path not in before.problems}
    own = (finding.code, finding.place.path)
    return new[own] >= old[own] or any(edit.place.path in hurt for edit in (finding.fix.edits if finding.fix else ()))


def _allowed(finding: Finding, unsafe: bool) -> bool:
    return finding.fix is not None and (unsafe or finding.fix.applicability is Applicability.SAFE)


def _identity(finding: Finding) -> object:
    # Not by its line, which moves with the fixes above it.
    return (finding.code, finding.place.path, finding.function, finding.key, finding.message)


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
    if a.place.path != b.place.path or a == b:
        return False  # The same edit of two fixes is made once: an import, a file that both need.
    first, second = sorted((a.place, b.place))
    return (second.line, second.column) <= (first.end_line, first.end_column)


def _stage(batch: list[Finding], repair: Repair, read: Read) -> dict[str, Source]:
    by_path: dict[str, list[Edit]] = {}
    for finding in batch:
        for edit in finding.fix.edits if finding.fix else ():
            by_path.setdefault(edit.place.path, []).append(edit)
    staged = dict(repair.changed)
    for path, edits in by_path.items():
        source = staged.get(path) or read(path) or Source(path, "")
        staged[path] = Source(path, apply(source, edits), source.encoding, source.bom)
    return staged


def _unparsable(staged: Mapping[str, Source], repair: Repair, read: Read) -> str:
    """A file that the Python that runs here could parse before, and could not any more; empty if there is none.

    libcst, which all files are parsed with otherwise, takes what only later versions of Python do.
    """
    for path, source in staged.items():
        before = repair.changed.get(path) or read(path) or Source(path, "")
        if before.text != source.text and not _parses(source.text) and _parses(before.text):
            return f"{path} would no longer parse"
    return ""


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _worse(before: _State, after: _State, batch: list[Finding]) -> str:
    """Why the state after a fix is no better; empty where it is."""
    broken = [path for path in after.problems if path not in before.problems]
    if broken:
        return f"{broken[0]} would no longer parse"
    old, new = Counter(f.code for f in before.findings), Counter(f.code for f in after.findings)
    lesser = Counter(code for f in batch if f.fix is not None for code in f.fix.leaves)
    for code in new:
        if new[code] > old[code] + lesser[code]:
            return f"it would introduce a new {code} finding"
    for code, count in Counter(f.code for f in batch).items():
        if old[code] - new[code] < count:
            return f"{code} would still be reported"
    return ""
