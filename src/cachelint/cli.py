"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from cachelint import __version__
from cachelint.config import ConfigError, expand, make_options
from cachelint.report.paths import shown_path
from cachelint.session import Options, Outcome, run

#: Exit codes.
CLEAN, FINDINGS, FAILED = 0, 1, 2

_DESCRIPTION = "Finds, and repairs, misuse of Django's low-level cache API. Without PATHS: the working directory."
_EPILOG = """\
`cachelint rule CL101` explains a rule, `cachelint rule` lists them.
Exit code: 0 nothing found, 1 findings are left, 2 something that was asked for could not be done.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["rule"]:
            return _explain(words[1:])
        return _lint(_parser().parse_args(words))
    except BrokenPipeError:
        # Whoever reads the output has seen enough.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        _say("interrupted")
        return FAILED


def program() -> None:
    """The command: :func:`main`, and an end at once. Taking apart all trees and kinds would take a third of its time."""
    code = main()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "cachelint", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", metavar="PATHS", help="files or folders to report on")
    parser.add_argument("--version", action="version", version=f"cachelint {__version__}")
    fixing = parser.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="apply the fixes that change nothing else")
    fixing.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: those to be read first, too")
    fixing.add_argument(
        "--show-fixes", action="store_true", help="with --fix: each fix, and what stands in the way of others"
    )
    fixing.add_argument("--diff", action="store_true", help="show what --fix would write, and write nothing")
    rules = parser.add_argument_group("rules")
    rules.add_argument("--select", metavar="CODES", action="append", help="only these rules: CL101,CL2,model-instance")
    rules.add_argument("--ignore", metavar="CODES", action="append", help="not these rules")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "concise", "json"), default="text", help="default: text")
    output.add_argument("--no-cache", action="store_true", help="neither read nor write results kept on disk")
    return parser


def _say(message: str) -> None:
    print(f"cachelint: {message}", file=sys.stderr)


# -- linting -----------------------------------------------------------------------------------------------


def _lint(words: argparse.Namespace) -> int:
    if words.unsafe_fixes and not (words.fix or words.diff):
        _say("--unsafe-fixes goes with --fix or --diff")
        return FAILED
    if words.show_fixes and not words.fix:
        _say("--show-fixes goes with --fix")
        return FAILED
    given = [Path(path) for path in words.paths] or [Path()]
    existing = [path for path in given if path.exists()]
    missing = [path for path in given if path not in existing]
    for path in missing:
        _say(f"{path}: no such file or folder")
    if not existing:
        return FAILED
    try:
        options = make_options(existing, words.select, words.ignore, use_store=not words.no_cache)
    except ConfigError as error:
        _say(str(error))
        return FAILED
    with _progress():
        outcome, fixed = _run(options, words)
    _print(outcome, words.format if not words.diff else "none")
    for name, message in sorted(outcome.problems.items()):
        _say(f"{shown_path(outcome.root, name)}: {message}" if name else message)
    if words.format == "text" and not words.diff:
        _summary(outcome, fixed)
    if missing or outcome.problems:
        return FAILED
    return FINDINGS if outcome.findings else CLEAN


def _run(options: Options, words: argparse.Namespace) -> tuple[Outcome, str]:
    if not (words.fix or words.diff):
        return run(options), ""
    from cachelint.repair import diff_text, fixes_text, repair

    repaired = repair(options, unsafe=words.unsafe_fixes, write_files=not words.diff)
    if words.diff:
        sys.stdout.write(diff_text(repaired.repair, options.root))
    if words.show_fixes:
        sys.stdout.write(fixes_text(repaired.repair))
    if repaired.failed:
        repaired.outcome.problems[""] = repaired.failed
    return repaired.outcome, repaired.summary


def _print(outcome: Outcome, style: str) -> None:
    if style == "json":
        from cachelint.report import json

        sys.stdout.write(json.render(outcome))
    elif style == "concise":
        from cachelint.report import concise

        sys.stdout.write(concise.render(outcome))
    elif style == "text" and outcome.findings:
        from rich.console import Console

        from cachelint.report import text

        terminal = sys.stdout.isatty()
        console = Console(highlight=False, soft_wrap=not terminal, markup=False, emoji=False)
        text.write(outcome, console)


def _summary(outcome: Outcome, fixed: str) -> None:
    from cachelint.findings import Applicability

    if fixed:
        print(fixed)
    count = len(outcome.findings)
    if not outcome.uses_cache and not count:
        print(
            f"{_count(outcome.files, 'file')} read: nothing here imports Django's cache, so there is nothing to check."
        )
        return
    if not count:
        print(f"{_count(outcome.files, 'file')} read, nothing found.")
        return
    files = len({finding.place.path for finding in outcome.findings})
    print(f"Found {_count(count, 'problem')} in {_count(files, 'file')}.", end="")
    safe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.SAFE)
    unsafe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.UNSAFE)
    if safe or unsafe:
        more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
        print(f" {safe} fixable with --fix{more}.", end="")
    print(" `cachelint rule CODE` explains a rule.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """Say on a terminal that the program is at work, once that has taken a second."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()

    def show() -> None:
        if not done.wait(1):
            sys.stderr.write("cachelint: reading the project …")
            sys.stderr.flush()
            done.wait()
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


# -- explaining --------------------------------------------------------------------------------------------


def _explain(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("cachelint rule", description="Explain a rule; without CODE: list them all.")
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code or name: CL101, model-instance")
    wanted = parser.parse_args(list(words)).code
    from cachelint.rules.explain import listing, page
    from cachelint.rules.registry import find_rule

    if wanted is None:
        print(listing())
        return CLEAN
    rule = find_rule(wanted)
    if rule is None:
        try:
            expand([wanted])
            _say(f"{wanted} is a family of rules; name one of them")
        except ConfigError as error:
            _say(str(error))
        return FAILED
    text = page(rule)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)
    return CLEAN
