"""The words of the command line: which there are, and which do not go together."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from pathlib import Path
from typing import NoReturn

from cachelint import __version__
from cachelint.did_you_mean import closest
from cachelint.findings import Confidence, Severity
from cachelint.printable import printable
from cachelint.report.formats import FORMATS, TEXT

_DESCRIPTION = "Finds and fixes misuse of Django's low-level cache API. PATHS defaults to the working directory."
_EPILOG = """\
`cachelint rule CL101` explains a rule, `cachelint rule` lists all rules. `cachelint keys` shows what the caches hold,
`cachelint reveal FILE:LINE` what is known at a line, `cachelint config` the current settings. `cachelint init` sets a
project up, `cachelint clean` removes results stored on disk, `cachelint completion SHELL` prints a completion script.
Exit code: 0 nothing found, 1 findings left, 2 something that was asked for could not be done.
"""


#: What the first word may be instead of a path; cachelint.commands has what each does.
COMMANDS = ("rule", "reveal", "keys", "init", "config", "clean", "completion")
#: Exit codes.
CLEAN, FINDINGS, FAILED, INTERRUPTED = 0, 1, 2, 130


def warn(message: str) -> None:
    """One line on stderr."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"cachelint: {printable(message)}\n")


def hint(word: str) -> str:
    """What somebody may have meant by a word that is no path: a command, or a rule; empty where nothing is near."""
    if word == "help":
        return "; `cachelint --help` shows the options"
    from cachelint.rules.registry import find_code

    code = find_code(word)
    if code is not None:
        return f"; `cachelint rule {code}` explains the rule"
    close = closest(word, COMMANDS, 0.7)
    return f"; did you mean `cachelint {close}`?" if close else ""


#: Options that others have, or that are settings here.
_ELSEWHERE = {
    "--min-severity": "it is a setting: `min-severity` in pyproject.toml, or --pedantic for problems of low severity",
    "--exclude": "it is a setting: `exclude` in pyproject.toml",
    "--show-settings": "`cachelint config` shows the settings",
    "--config": "settings are read from the nearest pyproject.toml with a [tool.cachelint] table",
}


class Parser(argparse.ArgumentParser):
    """A parser that says in a line what is wrong with a word, and which one may have been meant."""

    def error(self, message: str) -> NoReturn:
        """One line on stderr, and the end."""
        warn(f"{message[:1].lower()}{message[1:]}{self._meant(message)}")
        raise SystemExit(FAILED)

    def _meant(self, message: str) -> str:
        unknown = re.match(r"unrecognized arguments: (-[^\s=]+)", message)
        if unknown is not None:
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            if unknown[1] in _ELSEWHERE:
                return f"; {_ELSEWHERE[unknown[1]]}"
            close = closest(unknown[1], known, 0.6)
            return f"; did you mean {close}?" if close else f"; `{self.prog} --help` lists the options"
        choice = re.search(r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<known>.*)\)", message)
        if choice is not None:
            close = closest(choice["word"], re.findall(r"[\w-]+", choice["known"]), 0.6)
            return f"; did you mean {close}?" if close else ""
        return ""


def parser() -> argparse.ArgumentParser:
    """The parser of all options."""
    made = Parser(
        "cachelint",
        usage="cachelint [options] [PATHS ...]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        # Each option asks one how it would look: that of the help, set below, imports half the standard library.
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=80),
        allow_abbrev=False,
    )
    made.add_argument("paths", nargs="*", metavar="PATHS", help="files, folders, FILE:LINE; - is standard input")
    made.add_argument("--stdin-filename", metavar="FILE", default="", help="with -: the file that it will be saved as")
    made.add_argument("--watch", action="store_true", help="run again when files change, and print what is new")
    made.add_argument("--version", action="version", version=f"cachelint {__version__}")
    fixing = made.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="apply the safe fixes")
    fixing.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: also the unsafe fixes")
    fixing.add_argument(
        "--show-fixes", action="store_true", help="with --fix: list fixes, and why others were not made"
    )
    fixing.add_argument(
        "--verify", metavar="COMMAND", default="", help="with --fix: keep fixes with which this command passes"
    )
    fixing.add_argument("--diff", action="store_true", help="show what --fix would change, without writing it")
    rules = made.add_argument_group("rules")
    rules.add_argument("--select", metavar="CODES", action="append", help="only these rules: CL101,CL2,model-instance")
    rules.add_argument("--ignore", metavar="CODES", action="append", help="disable these rules")
    rules.add_argument("--all-in-tests", action="store_true", help="report all rules in test files too")
    rules.add_argument(
        "--min-confidence",
        choices=[c.value for c in Confidence],
        default="medium",
        metavar="LEVEL",
        help="lowest confidence to report: low, medium (default), high",
    )
    rules.add_argument("--pedantic", action="store_true", help="report problems of low severity too")
    rules.add_argument("--preview", action="store_true", help="also run the rules that are still in preview")
    rules.add_argument("--since", metavar="REV", help="report only lines changed since a git revision")
    adoption = made.add_argument_group("adopting cachelint")
    adoption.add_argument("--baseline", type=Path, metavar="FILE", help="do not report the findings in this file")
    adoption.add_argument("--write-baseline", type=Path, metavar="FILE", help="save all findings as known, exit 0")
    adoption.add_argument("--update-baseline", action="store_true", help="remove what is gone from the baseline")
    adoption.add_argument("--no-baseline", action="store_true", help="report what the configured baseline knows too")
    adoption.add_argument("--add-ignores", action="store_true", help="add an ignore comment to calls with findings")
    adoption.add_argument("--reason", metavar="TEXT", default="", help="reason to write in these comments")
    _add_output(made)
    made.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, max_help_position=26)
    return made


def _add_output(made: argparse.ArgumentParser) -> None:
    output = made.add_argument_group("output")
    output.add_argument(
        "--format", choices=(TEXT, *FORMATS), default=TEXT, metavar="FORMAT", help="report format (default: text)"
    )
    output.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        help=f"also write a report to a file: {', '.join((TEXT, *FORMATS))}",
    )
    output.add_argument(
        "--sort",
        choices=("severity", "path"),
        default="severity",
        metavar="ORDER",
        help="of text: severity (default), path",
    )
    output.add_argument(
        "--group-by", choices=("file", "rule", "key"), metavar="WHAT", help="headings in text: file, rule, key"
    )
    output.add_argument("--statistics", action="store_true", help="print only how often each rule was broken")
    output.add_argument(
        "--fail-on",
        choices=[s.value for s in Severity],
        default="low",
        metavar="LEVEL",
        help="lowest severity that gives exit code 1: low (default), medium, high",
    )
    output.add_argument("--exit-zero", action="store_true", help="exit 0 even if there are findings")
    output.add_argument("--no-cache", action="store_true", help="do not read or write results on disk")


def conflicts(words: argparse.Namespace) -> str:
    """Which of the options contradict one another or say nothing, in a line; empty where all is well."""
    changing = [name for name, on in (("--fix", words.fix), ("--diff", words.diff)) if on]
    if words.unsafe_fixes and not changing:
        return "--unsafe-fixes requires --fix or --diff"
    if words.show_fixes and not words.fix:
        return "--show-fixes requires --fix"
    if words.verify and not words.fix:
        return "--verify requires --fix"
    choosing = {
        "--baseline": words.baseline is not None,
        "--write-baseline": words.write_baseline is not None,
        "--update-baseline": words.update_baseline,
        "--add-ignores": words.add_ignores,
        "--min-confidence": words.min_confidence != "medium",
    }
    for name, on in choosing.items():
        if on and changing:
            return f"{name} cannot be combined with {changing[0]}: name the files or rules to fix instead"
    if words.write_baseline and (words.paths or words.since or words.select or words.add_ignores):
        return (
            "--write-baseline cannot be combined with paths, --select, --since or --add-ignores: it saves all findings"
        )
    if words.update_baseline and (words.paths or words.since or words.select or words.ignore or words.no_baseline):
        return "--update-baseline cannot be combined with paths, --select, --ignore, --since or --no-baseline"
    if words.baseline is not None and words.no_baseline:
        return "--baseline cannot be combined with --no-baseline"
    if words.stdin_filename and "-" not in words.paths:
        return "--stdin-filename requires `-` as the path"
    if "-" in words.paths and (changing or words.since or words.add_ignores or words.watch):
        return "`-` is only read: it cannot be combined with --fix, --diff, --since, --add-ignores or --watch"
    if words.watch and (changing or words.format != TEXT or words.statistics or words.output):
        return "--watch cannot be combined with --fix, --diff, --format, --output or --statistics"
    if words.watch and (words.add_ignores or words.write_baseline or words.update_baseline):
        return "--watch cannot be combined with --add-ignores, --write-baseline or --update-baseline"
    if words.diff and (words.format != TEXT or words.statistics or words.output):
        return "--diff cannot be combined with --format, --output or --statistics"
    if words.statistics and words.format != TEXT:
        return "--statistics cannot be combined with --format: it is a format itself"
    if words.reason and not words.add_ignores:
        return "--reason requires --add-ignores"
    if not words.reason.isprintable():
        return "--reason must be one line of text"
    if "" in words.paths:
        return "one of the paths is empty; `.` is the working directory"
    for name in ("since", "select", "ignore"):
        value = getattr(words, name)
        if value is not None and not "".join(value).strip(", "):
            return f"--{name} is empty"
    return ""
