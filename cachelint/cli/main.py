"""The command line."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cachelint.cli.parser import CLEAN, COMMANDS, FAILED, FINDINGS, conflicts, hint, warn
from cachelint.cli.parser import parser as options_parser
from cachelint.config.file import ConfigError, make_options
from cachelint.findings import Confidence, Finding, Severity
from cachelint.project.gitignore import Patterns
from cachelint.report.formats import FORMATS, TEXT, plain_text, render
from cachelint.report.paths import shown_path
from cachelint.rules.names import UNUSED_IGNORE
from cachelint.run.options import UsageError
from cachelint.run.session import Options, Outcome, files_of, joined, run
from cachelint.run.subprojects import split

if TYPE_CHECKING:
    from cachelint.run.baseline import Mark


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] in COMMANDS:
            if os.path.isdir(words[0]):
                warn(f"`{words[0]}` is a command; the folder of that name is ./{words[0]}")
            # Imported here and below where it is used: most runs need none of it, and importing is half of their time.
            from cachelint.cli import commands

            return commands.BY_NAME[words[0]](words[1:])
        return _lint(options_parser().parse_args(words))
    except BrokenPipeError:
        # Whoever reads the output has seen enough.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except KeyboardInterrupt:
        warn("interrupted")
        return FAILED
    except OSError as error:
        warn(f"{error.filename or 'the output'} can't be read or written: {error.strerror or error}")
        return FAILED
    except Exception as error:
        if os.environ.get("CACHELINT_TRACEBACK"):
            raise
        warn(f"a bug in cachelint: {error!r}; CACHELINT_TRACEBACK=1 shows where, for a report")
        return FAILED


def program() -> None:
    """The command: :func:`main`, and an end at once: taking apart all trees and types would take long."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What a terminal of another encoding can't show is no reason to stop.
            stream.reconfigure(errors="replace")
    if "--fix" not in sys.argv:
        # One run, and the end: what it holds needs no looking after. Fixes analyse the project several times.
        gc.disable()
    code = main()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        pass
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            warn(f"the output can't be written: {error}")
        code = FAILED
    os._exit(code)


def _say_left_out(options: Options) -> None:
    """A path that was named and of which nothing is looked into is no clean one."""
    excluded = Patterns(options.exclude, options.base)
    files: list[str] | None = None
    for path in options.paths:
        if (options.root / path).is_file():
            # One that git ignores is looked into where it is named.
            if path.endswith(".py") and excluded.match(path):
                warn(f"{path}: is not looked into: the configuration excludes it")
            continue
        files = files_of(options).files if files is None else files
        if not any(file.startswith(f"{path}/") for file in files):
            warn(f"{path}: holds no Python files, but for what is excluded, ignored by git, or an environment")


def _say_problems(outcome: Outcome) -> None:
    for name, message in sorted(outcome.problems.items()):
        warn(f"{shown_path(outcome.root, name)}: {message}" if name else message)


def _lint(words: argparse.Namespace) -> int:
    if words.unsafe_fixes and not (words.fix or words.diff):
        warn("--unsafe-fixes goes with --fix or --diff")
        return FAILED
    if words.show_fixes and not words.fix:
        warn("--show-fixes goes with --fix")
        return FAILED
    refusal = conflicts(words)
    if refusal:
        warn(refusal)
        return FAILED
    if "" in words.paths:
        warn("one of the paths is empty; `.` is the working directory")
        return FAILED
    given = [Path(path) for path in words.paths] or [Path()]
    existing = [path for path in given if path.exists()]
    missing = [path for path in given if path not in existing]
    for path in missing:
        warn(f"{path}: no such file or folder{hint(str(path))}")
    if not existing:
        return FAILED
    for path in existing:
        if not path.is_dir() and not path.is_file():
            warn(f"{path}: is neither a file nor a folder")
            return FAILED
        if path.is_file() and path.suffix != ".py":
            warn(f"{path}: is not looked into: its name does not end in .py")
    try:
        outputs = _outputs(words.output)
        options = make_options(
            existing, words.select, words.ignore, all_in_tests=words.all_in_tests, use_store=not words.no_cache
        )
        known = None
        if words.baseline:
            from cachelint.run import baseline

            known = baseline.read(words.baseline)
        changed = _changed(options, words)
        with _progress():
            outcome, fixed = _run(options, words)
        if not outcome.findings:
            _say_left_out(options)
        _choose(outcome, words, changed)
        if words.write_baseline:
            from cachelint.run import baseline

            baseline.write(words.write_baseline, outcome.findings)
            print(f"{_count(len(outcome.findings), 'finding')} kept in {words.write_baseline}.")
            _say_problems(outcome)
            return FAILED if missing or outcome.problems else CLEAN
        gone = _quiet(outcome, known)
        commented = _add_ignores(outcome, words.reason) if words.add_ignores else 0
        if commented:
            # What the comments have silenced, and what they have not, is for the next run to say.
            before, problems = len(outcome.findings), outcome.problems
            outcome = run(options)
            outcome.problems = {**outcome.problems, **problems}
            _choose(outcome, words, _changed(options, words))
            _quiet(outcome, known)
            silenced = _count(before - len(outcome.findings), "finding")
            fixed = f"Silenced {silenced} in {_count(commented, 'file')}."
        style = "statistics" if words.statistics else words.format if not words.diff else "none"
        _print(outcome, style)
        for name, path in outputs:
            _write_output(outcome, name, path)
    except UsageError as error:
        warn(str(error))
        return FAILED
    _say_problems(outcome)
    if style == TEXT:
        _summary(outcome, fixed, options.codes - {UNUSED_IGNORE})
        if gone and not options.paths and not words.since:
            entries = _count(gone, "entry", "entries")
            print(f"{entries} of {words.baseline} no longer found; --write-baseline removes them.")
    if missing or outcome.problems:
        return FAILED
    return FINDINGS if not words.exit_zero and _fails(outcome, Severity(words.fail_on)) else CLEAN


_ORDER = list(Severity)


def _fails(outcome: Outcome, least: Severity) -> bool:
    return any(_ORDER.index(finding.severity) >= _ORDER.index(least) for finding in outcome.findings)


def _changed(options: Options, words: argparse.Namespace) -> dict[str, list[range]] | None:
    """The lines that `--since` speaks of; None where it was not given."""
    if not words.since:
        return None
    from cachelint.run import git_diff

    return git_diff.changed_lines(options.root, words.since)


def _choose(outcome: Outcome, words: argparse.Namespace, changed: dict[str, list[range]] | None) -> None:
    """Leave what was asked for of the findings."""
    order = list(Confidence)
    least = order.index(Confidence(words.min_confidence))
    outcome.findings = [f for f in outcome.findings if order.index(f.confidence) >= least]
    if changed is not None:
        from cachelint.run import git_diff

        outcome.findings = git_diff.only_changed(outcome.findings, changed)


def _quiet(outcome: Outcome, known: Counter[Mark] | None) -> int:
    """Leave what no baseline knows; how many of those that it knows are not found any more."""
    if known is None:
        return 0
    from cachelint.run import baseline

    outcome.findings, gone = baseline.apply(outcome.findings, known)
    return gone


def _outputs(words: Sequence[str]) -> list[tuple[str, Path]]:
    outputs = [_output(word) for word in words]
    places = [path.resolve() for _, path in outputs]
    for (name, path), place in zip(outputs, places, strict=True):
        if places.count(place) > 1:
            raise ConfigError(f"--output {name}={path}: two reports can't be written to one file")
    return outputs


def _output(word: str) -> tuple[str, Path]:
    name, _, path = word.partition("=")
    if path.endswith(".py"):
        raise ConfigError(f"--output {word}: would be written over Python code")
    if name not in (TEXT, *FORMATS) or not path:
        known = ", ".join((TEXT, *FORMATS))
        raise ConfigError(f"--output {word}: write FORMAT=FILE, where FORMAT is one of {known}")
    if path == "-":
        raise ConfigError(f"--output {word}: names a file; what is printed is chosen by --format {name}")
    place = Path(path)
    if place.is_dir():
        raise ConfigError(f"--output {word}: is a folder")
    if not place.parent.is_dir():
        raise ConfigError(f"--output {word}: there is no folder {place.parent}")
    return name, place


def _write_output(outcome: Outcome, name: str, path: Path) -> None:
    text = plain_text(outcome) if name == TEXT else render(name, outcome)
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror or error}") from None


def _add_ignores(outcome: Outcome, reason: str) -> int:
    """Write a comment for each finding; in how many files."""
    from cachelint.fixes.apply.transaction import NotWritten, write
    from cachelint.project.source import Source, read_source
    from cachelint.suppression.add import with_ignores

    by_path: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        # A comment that silences nothing is taken away by hand; a second one would not help.
        if finding.code != UNUSED_IGNORE:
            by_path.setdefault(finding.place.path, []).append(finding)
    original: dict[str, Source] = {path: read_source(outcome.root / path, path) for path in by_path}
    changed = {path: with_ignores(original[path], found, reason) for path, found in by_path.items()}
    try:
        write(outcome.root, changed, original)
    except NotWritten as error:
        outcome.problems[""] = str(error)
        return 0
    return len(changed)


def _run(options: Options, words: argparse.Namespace) -> tuple[Outcome, str]:
    if not (words.fix or words.diff):
        return run(options), ""
    from cachelint.run.fix import diff_text, fixes_text, repair

    outcomes: list[tuple[str, Outcome]] = []
    annotated: list[str] = []
    for folder, inner in split(options, files_of(options)):
        repaired = repair(inner, unsafe=words.unsafe_fixes, write_files=not words.diff)
        if words.diff:
            sys.stdout.write(diff_text(repaired.repair, folder))
        if words.show_fixes:
            sys.stdout.write(fixes_text(repaired.repair, folder))
        if repaired.failed:
            repaired.outcome.problems[""] = repaired.failed
        outcomes.append((folder, repaired.outcome))
        annotated.append(f"{folder}: {repaired.summary}" if folder and repaired.summary else repaired.summary)
    return joined(options.root, outcomes), "\n".join(filter(None, annotated))


def _print(outcome: Outcome, style: str) -> None:
    if style in FORMATS:
        sys.stdout.write(render(style, outcome))
    elif style == TEXT and outcome.findings:
        from rich.console import Console

        from cachelint.report import text

        terminal = sys.stdout.isatty()
        console = Console(highlight=False, soft_wrap=not terminal, markup=False, emoji=False)
        text.write(outcome, console)


def _summary(outcome: Outcome, fixed: str, codes: frozenset[str]) -> None:
    from cachelint.findings import Applicability

    if fixed:
        print(fixed)
    count = len(outcome.findings)
    if not codes:
        print("No rule is on: nothing was looked for. `cachelint config` shows the settings.")
        return
    if not outcome.files:
        print(
            f"No Python files below {outcome.root}: run it in the folder of a Django project, or name files or folders."
        )
        return
    if not outcome.uses_cache and not count:
        print(
            f"{_count(outcome.files, 'file')} read: nothing here imports Django's cache, so there is nothing to check."
        )
        return
    if not count:
        print(f"{_count(outcome.files, 'file')} read, nothing found.")
        return
    files = len({finding.place.path for finding in outcome.findings})
    grades = ", ".join(
        f"{number} {severity.value}"
        for severity in reversed(_ORDER)
        if (number := sum(1 for finding in outcome.findings if finding.severity is severity))
    )
    print(f"Found {_count(count, 'problem')} in {_count(files, 'file')}: {grades}.", end="")
    safe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.SAFE)
    unsafe = sum(1 for f in outcome.findings if f.fix and f.fix.applicability is Applicability.UNSAFE)
    if safe or unsafe:
        more = f" ({unsafe} more with --unsafe-fixes)" if unsafe else ""
        print(f" {safe} fixable with --fix{more}.", end="")
    print(" `cachelint rule CODE` explains a rule.")


def _count(number: int, noun: str, several: str = "") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """Say on a terminal that the program is at work, once that has taken a second."""
    if not sys.stderr.isatty():
        yield
        return
    import threading

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
