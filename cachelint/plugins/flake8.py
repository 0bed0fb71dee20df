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
from cachelint.config.selectors import ConfigError
from cachelint.findings import Confidence, Finding, Severity
from cachelint.project.source import Source, SourceError, read_source
from cachelint.run.session import Options, run, run_with

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
        except ConfigError as error:
            yield 1, 0, f"CL000 {error}", type(self)
            return
        for finding in findings:
            yield finding.place.line, finding.place.column - 1, f"{finding.code} {finding.message}", type(self)


def _findings(filename: str, text: str) -> list[Finding]:
    path = Path(filename)
    if filename in ("stdin", "-", "(none)") or not path.is_file():
        return _unsaved(path if filename not in ("stdin", "-", "(none)") else Path("stdin.py"), text)
    options = make_options([path])
    whole = options._replace(paths=())
    resolved = path.resolve()
    if not _is_on_disk(resolved, text):
        return _unsaved(path, text)
    # Who answers for the folders below is made anew for each file, and is the same for all.
    about = whole._replace(nested=None)
    if about not in _known:
        by_path: dict[Path, list[Finding]] = {}
        for finding in shown(run(whole).findings, whole):
            by_path.setdefault((whole.root / finding.place.path).resolve(), []).append(finding)
        _known[about] = by_path
    return _known[about].get(resolved, [])


def _is_on_disk(path: Path, text: str) -> bool:
    """Whether flake8 was given what stands on the disk (an editor may pass what is not saved yet)."""
    try:
        return _plain(read_source(path, path.name).text) == _plain(text)
    except (OSError, SourceError):
        # flake8 reports such a file itself.
        return True


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").rstrip("\n")


def _unsaved(path: Path, text: str) -> list[Finding]:
    """The findings of a text that is not (or not yet) on the disk, as part of its project."""
    folder = path.parent if path.parent.is_dir() else Path()
    options = make_options([folder])
    name = (folder.resolve() / path.name).relative_to(options.root).as_posix()
    whole = options._replace(paths=(name,), use_store=False)
    return shown(run_with(whole, Source(name, text)).findings, whole)


def shown(findings: Sequence[Finding], options: Options) -> list[Finding]:
    """The findings that are shown where nothing else is asked for: those of low confidence are not."""
    least = list(Severity).index(options.min_severity)
    return [f for f in findings if list(Severity).index(f.severity) >= least and f.confidence is not Confidence.LOW]
