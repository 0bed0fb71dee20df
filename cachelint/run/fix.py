"""``--fix`` and ``--diff``: the fixes of a run, applied or shown."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cachelint.findings import Applicability, Finding
from cachelint.fixes.apply.driver import Project, Repair, fix_all
from cachelint.fixes.apply.transaction import NotWritten, recover, write
from cachelint.project.source import Source, read_source
from cachelint.run.analysis import Outcome, analyse
from cachelint.run.before import resolved
from cachelint.run.files import files_of
from cachelint.run.formatter import tidied
from cachelint.run.options import Options
from cachelint.run.verify import Verifier


@dataclass
class Repaired:
    """What is left after fixing, and the changes."""

    outcome: Outcome
    repair: Repair
    summary: str
    failed: str = ""


def repair(
    options: Options,
    *,
    unsafe: bool,
    write_files: bool,
    verify: str = "",
    shown: Callable[[Finding], bool] = lambda finding: True,
) -> Repaired:
    """Fix what can be fixed of what is ``shown``. Files are written only where ``write_files`` says so.

    ``verify`` is a command that must pass with each fix that is kept. Raises UsageError where it fails without any.
    """
    finished = recover(options.root) if write_files else []
    options = resolved(options)
    files = files_of(options).files
    last: list[Outcome] = []

    def check(staged: dict[str, Source]) -> tuple[list[Finding], dict[str, str]]:
        outcome = analyse(options, files, staged)
        last.append(outcome)
        return outcome.findings, outcome.problems

    def read(path: str) -> Source | None:
        return read_source(options.root / path, path) if (options.root / path).exists() else None

    verifier = Verifier(verify, options.root) if verify else None
    if verifier is not None:
        verifier.check_before()
    done = fix_all(Project(check, read, verifier), unsafe=unsafe, shown=shown)  # type: ignore[arg-type]
    in_order = tidied(options.root, done.changed, done.original)
    is_tidied = any(source.text != done.changed[path].text for path, source in in_order.items())
    done.changed = in_order
    failed = ""
    if write_files and done.changed:
        try:
            write(options.root, done.changed, done.original)
        except NotWritten as error:
            failed = str(error)
    if failed:
        # What is reported is what is on the disk.
        return Repaired(analyse(options, files), done, "", failed)
    outcome = last[-1]
    if done.taken_back or is_tidied:
        outcome = analyse(options, files, done.changed)
        done.left = [finding for finding in outcome.findings if shown(finding)]
    summary = _summary(done, options, verifier, written=write_files)
    if finished:
        summary = f"Finished an interrupted run: wrote {', '.join(finished)}.\n{summary}"
    return Repaired(outcome, done, summary, failed)


def _summary(done: Repair, options: Options, verifier: Verifier | None, *, written: bool) -> str:
    fixed, files = len(done.fixed), len(done.changed)
    unsafe = sum(1 for f in done.left if f.fix is not None and f.fix.applicability is Applicability.UNSAFE)
    text = (
        f"{'Fixed' if written else 'Would fix'} {fixed} problem{'s' * (fixed != 1)} in {files} file{'s' * (files != 1)}"
    )
    text += f", {unsafe} fixable with --unsafe-fixes, {len(done.left) - unsafe} not fixable."
    if done.changed and written:
        shown = (path if path in done.original else f"{path} (new)" for path in sorted(done.changed))
        text += f"\nChanged: {', '.join(shown)}."
    named = [path for path in options.paths if path != "."]
    others = [p for p in sorted(done.changed) if named and not any(p == n or p.startswith(f"{n}/") for n in named)]
    if others:
        text += f"\nAlso changed, commit together: {', '.join(others)}."
    for finding, reason in done.taken_back:
        why, _, more = reason.partition("\n")
        text += f"\nFix reverted at {finding.place.path}:{finding.place.line}: {why} ({finding.code})."
        text += f"\n{more}" if more else ""
    if verifier is not None:
        text += f"\nVerified by {verifier.runs} runs of `{verifier.command}`, before anything was changed and after."
    return text


def fixes_text(done: Repair, folder: str = "") -> str:
    """What was fixed, what is left to be read first, and what stands in the way of the rest, a line each."""
    base = f"{folder}/" if folder else ""
    lines = [f"fixed {base}{_place(f)} {f.code}: {f.fix.title}" for f in done.fixed if f.fix is not None]
    for finding in done.left:
        if finding.fix is None:
            why = f": {finding.no_fix}" if finding.no_fix else ""
            lines.append(f"not fixable {base}{_place(finding)} {finding.code}{why}")
        else:
            reason = f" ({finding.fix.reason})" if finding.fix.reason else ""
            lines.append(
                f"{finding.fix.applicability.value} {base}{_place(finding)} {finding.code}: {finding.fix.title}{reason}"
            )
    return "".join(f"{line}\n" for line in lines)


def _place(finding: Finding) -> str:
    return f"{finding.place.path}:{finding.place.line}"


def diff_text(done: Repair, folder: str = "") -> str:
    """What fixing would write, as a unified diff; ``folder`` is where its root lies below the paths' own."""
    parts: list[str] = []
    base = f"{folder}/" if folder else ""
    for path, source in sorted(done.changed.items()):
        original = done.original.get(path)
        before = _lines(original.text) if original is not None else []
        name = f"a/{base}{path}" if original is not None else "/dev/null"
        for line in difflib.unified_diff(before, _lines(source.text), name, f"b/{base}{path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)


def _lines(text: str) -> list[str]:
    """Lines as whoever applies a patch counts them: a form feed ends none."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
