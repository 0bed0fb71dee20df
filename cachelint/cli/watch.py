"""``--watch``: run again whenever a file changes, and print what that changed."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from cachelint.cli.output import count, print_report
from cachelint.cli.parser import CLEAN, warn
from cachelint.findings import Finding
from cachelint.project.file_stat import status
from cachelint.report.formats import TEXT
from cachelint.report.paths import shown_path
from cachelint.run.analysis import Outcome
from cachelint.run.files import files_of
from cachelint.run.options import Options, UsageError

#: Seconds between two looks at the files.
_PAUSE = 0.5
#: Changed files that are named.
_NAMED = 3


def watch(
    make_options: Callable[[], Options], shown: Callable[[], Outcome], *, sort: str, group: str | None
) -> int:  # fmt: skip
    """Report, and report again what has changed whenever a file does, until interrupted.

    ``make_options`` and ``shown`` are asked anew each time: the configuration may be what has changed.
    """
    states: Mapping[str, object] | None = None
    before: Outcome | None = None
    said = ""
    while True:
        try:
            now = _states(make_options())
            if now != states:
                changed = [path for path in {**now, **(states or {})} if now.get(path) != (states or {}).get(path)]
                states = now
                outcome = shown()
                _print(outcome, before, changed, sort, group)
                before = outcome
        except UsageError as error:
            # Half a configuration, most likely: its writer is not done yet.
            if str(error) != said:
                said = str(error)
                warn(said)
        try:
            time.sleep(_PAUSE)
        except KeyboardInterrupt:
            # How it is meant to end.
            return CLEAN


def _states(options: Options) -> dict[str, object]:
    """How all files stand that a run depends on."""
    settings = [*(folder / "pyproject.toml" for folder in (options.root, *options.root.parents)), options.baseline]
    texts = [*(str(options.root / path) for path in files_of(options).files), *(str(path) for path in settings if path)]
    return {path: status(path) for path in texts}


def _print(outcome: Outcome, before: Outcome | None, changed: list[str], sort: str, group: str | None) -> None:
    known = Counter(_identity(finding) for finding in before.findings) if before is not None else Counter()
    fresh: list[Finding] = []
    for finding in outcome.findings:
        if known[_identity(finding)]:
            known[_identity(finding)] -= 1
        else:
            fresh.append(finding)
    everything, outcome.findings = outcome.findings, fresh
    print_report(outcome, TEXT, sort=sort, group=group)
    outcome.findings = everything
    for name, message in sorted(outcome.problems.items()):
        if before is None or before.problems.get(name) != message:
            warn(f"{shown_path(outcome.root, name)}: {message}" if name else message)
    left = count(len(everything), "problem")
    if before is None:
        print(f"{left}. Watching {count(outcome.files, 'file')}; Ctrl+C ends.", flush=True)
        return
    names = [shown_path(outcome.root, str(Path(path))) for path in changed]
    what = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    print(f"{time.strftime('%H:%M:%S')} {what} changed: {len(fresh)} new, {sum(known.values())} gone, {left}.")
    sys.stdout.flush()


def _identity(finding: Finding) -> tuple[str, ...]:
    """What a finding is the same by where lines move."""
    return (finding.code, finding.place.path, finding.function, finding.key, finding.message)
