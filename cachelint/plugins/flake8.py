"""The flake8 plugin: the findings of the command line, project-wide inference included, file by file.

The first file of a run has the whole project analysed; the others, and flake8's other worker processes, take the
findings from memory or from the store on disk.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cachelint import __version__
from cachelint.config.options import make_options
from cachelint.findings import Confidence, Finding
from cachelint.project.source import Source, SourceError
from cachelint.run.analysis import Outcome
from cachelint.run.baseline import remove_known
from cachelint.run.options import UsageError
from cachelint.run.session import Options, is_saved, run, run_with

#: The findings of a project, by its root and settings.
_known: dict[Options, dict[Path, list[Finding]]] = {}


class Flake8Plugin:
    """One file, as flake8 hands it over."""

    name = "cachelint"
    version = __version__

    def __init__(self, tree: ast.AST, filename: str = "(none)", lines: Sequence[str] = ()) -> None:
        self.filename = filename
        self.lines = lines

    def run(self) -> Iterator[tuple[int, int, str, type[Any]]]:
        """The findings of the file: line, column from 0, text."""
        try:
            findings = _findings(self.filename, "".join(self.lines))
        except UsageError as error:
            yield 1, 0, f"CL000 {error}", type(self)
            return
        for finding in findings:
            yield finding.place.line, finding.place.column - 1, f"{finding.code} {finding.message}", type(self)


def _findings(filename: str, text: str) -> list[Finding]:
    path = Path("stdin.py" if filename in ("stdin", "-", "(none)") else filename)
    options = make_options([path])
    if not _is_on_disk(path, text):
        # What an editor passes may not be saved yet.
        (name,) = options.paths
        return shown(run_with(options, Source(name, text)), options)
    whole = options._replace(paths=())
    # Who answers for the folders below is made anew for each file, and is the same for all.
    about = whole._replace(nested=None)
    if about not in _known:
        by_path: dict[Path, list[Finding]] = {}
        for finding in shown(run(whole), whole):
            by_path.setdefault((whole.root / finding.place.path).resolve(), []).append(finding)
        _known[about] = by_path
    return _known[about].get(path.resolve(), [])


def _is_on_disk(path: Path, text: str) -> bool:
    try:
        return path.is_file() and is_saved(path, text)
    except (OSError, SourceError):
        # flake8 reports such a file itself.
        return True


def shown(outcome: Outcome, options: Options) -> list[Finding]:
    """The findings that are shown where nothing else is asked for: none of low confidence or in a baseline."""
    outcome.findings = [
        f for f in outcome.findings
        if f.severity.reaches(options.min_severity) and f.confidence is not Confidence.LOW
    ]  # fmt: skip
    remove_known(outcome)
    return outcome.findings
