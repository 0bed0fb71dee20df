"""``cachelint init``: what a project needs to keep cachelint, written into its files."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from cachelint.cli.adopt import near, write_baseline
from cachelint.cli.output import count
from cachelint.cli.parser import CLEAN, FAILED, Parser, warn
from cachelint.cli.progress import note_of_progress
from cachelint.config.file import load_config, read_table
from cachelint.config.options import make_options
from cachelint.findings import Confidence
from cachelint.project.files import find_root
from cachelint.run.options import UsageError
from cachelint.run.session import run

_BASELINE = "cachelint-baseline.json"
_HOOKS = ".pre-commit-config.yaml"
_TABLE = """\
[tool.cachelint]
# `cachelint config` shows all settings. To see problems of low severity too: min-severity = "low"
"""
_HOOK = """\
- repo: local
  hooks:
    - id: cachelint
      name: cachelint
      entry: cachelint
      language: system
      types: [python]
      require_serial: true
"""


def init(words: Sequence[str]) -> int:
    """Write configuration, baseline and hook, each as the flags say or as its user answers; the exit code."""
    parser = Parser(
        "cachelint init",
        description="Set a project up: a table in pyproject.toml, a baseline of what is found now, a pre-commit hook."
        " Asks on a terminal; without one, or with --yes, takes what a project of this kind needs.",
    )
    parser.add_argument("--baseline", action="store_true", default=None, help="write a baseline")
    parser.add_argument("--no-baseline", dest="baseline", action="store_false", help="write none")
    parser.add_argument("--hook", action="store_true", default=None, help=f"add a hook to {_HOOKS}")
    parser.add_argument("--no-hook", dest="hook", action="store_false", help="add none")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    given = parser.parse_args(list(words))
    asks = not given.yes and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    root = find_root(Path.cwd())
    try:
        return _Init(root, asks=asks).run(given.baseline, given.hook)
    except UsageError as error:
        warn(str(error))
        return FAILED


class _Init:
    """One setting up of a project."""

    def __init__(self, root: Path, *, asks: bool) -> None:
        self.root = root
        self.asks = asks

    def run(self, baseline: bool | None, hook: bool | None) -> int:
        """Do what is asked for; None is to be asked. Raises UsageError."""
        config = load_config(self.root)
        with note_of_progress():
            outcome = run(make_options([self.root]))
        shown = [
            f for f in outcome.findings
            if f.severity.reaches(config.min_severity) and f.confidence is not Confidence.LOW
        ]  # fmt: skip
        outcome.findings = shown
        if not outcome.files:
            raise UsageError(f"{self.root}: no Python files here; run it in a Django project")
        print(f"{self.root}: {count(outcome.files, 'Python file')}, {count(len(shown), 'problem')} now.")
        if baseline is None:
            question = f"Write {_BASELINE}, so that only new problems are reported?"
            baseline = bool(shown) and not config.baseline and self._ask(question)
        if hook is None:
            hook = self._ask(f"Add a hook to {_HOOKS}?") if self.asks else (self.root / _HOOKS).is_file()
        if baseline:
            at = self.root / (config.baseline or _BASELINE)
            write_baseline(shown, at)
        self._configure(_BASELINE if baseline and not config.baseline else "")
        if hook:
            self._add_hook()
        elif not (self.root / _HOOKS).is_file():
            print(f"There is no {_HOOKS}: --hook makes one with a hook for cachelint.")
        print("From now on: `cachelint` reports problems, `cachelint --fix` repairs what is safe.")
        return CLEAN

    def _ask(self, question: str) -> bool:
        if not self.asks:
            return True
        with contextlib.suppress(EOFError):
            while (answer := input(f"{question} [Y/n] ").strip().lower()) not in ("", "y", "yes", "n", "no"):
                pass
            return answer in ("", "y", "yes")
        return False

    def _configure(self, baseline: str) -> None:
        """The table in pyproject.toml, with the baseline where there is a new one."""
        path = self.root / "pyproject.toml"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        line = f'baseline = "{baseline}"\n' if baseline else ""
        if not path.is_file() or read_table(path) is None:
            gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
            _write(path, f"{text}{gap}{_TABLE}{line}")
            print(f"Added [tool.cachelint] to {near(path)}.")
        elif line:
            header = re.compile(r"^\[\s*tool\s*\.\s*cachelint\s*\][^\n]*\n?", re.MULTILINE)
            found = header.search(text)
            if found is None:
                raise UsageError(f"{path}: add `{line.strip()}` to the settings of cachelint by hand")
            end = found.group() if found.group().endswith("\n") else f"{found.group()}\n"
            _write(path, f"{text[: found.start()]}{end}{line}{text[found.end() :]}")
            print(f"Added the baseline to {near(path)}.")

    def _add_hook(self) -> None:
        path = self.root / _HOOKS
        text = path.read_text(encoding="utf-8") if path.is_file() else "repos:\n"
        if "cachelint" in text:
            print(f"{near(path)} has a hook already.")
            return
        # The text as it is, comments and all, with one item more at the top of the list.
        found = re.search(
            r"^repos:[ \t]*(?:#[^\n]*)?\n(?P<before>(?:[ \t]*(?:#[^\n]*)?\n)*)(?P<indent>[ \t]*)(?=-|\Z)", text, re.M
        )
        if found is None:
            raise UsageError(f"{path}: add the hook by hand, docs/ci.md has its text")
        hook = "".join(f"{found['indent']}{line}\n" for line in _HOOK.splitlines())
        at = found.start("before")
        _write(path, f"{text[:at]}{hook}{text[at:]}")
        print(f"Added a hook to {near(path)}.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
