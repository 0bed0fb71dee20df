"""``cachelint keys``: what a project keeps in its caches."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cachelint.caching.keys.inventory import NEVER, Inventory, KeyRecord
from cachelint.caching.keys.snapshot import FILE, Snapshot, SnapshotError, read, taken, text_of
from cachelint.cli.output import count
from cachelint.cli.parser import CLEAN, FAILED, FINDINGS, Parser, warn
from cachelint.cli.progress import note_of_progress
from cachelint.cli.targets import find_targets
from cachelint.config.options import make_options
from cachelint.findings import Confidence, Finding
from cachelint.printable import printable
from cachelint.report.keys import as_json, difference, readiness, table
from cachelint.report.keys.wording import findings_by_key
from cachelint.report.paths import shown_path
from cachelint.run.keys import Found, find_keys, keys_before
from cachelint.run.options import Options, UsageError
from cachelint.run.revision import revision_before


def keys(words: Sequence[str]) -> int:
    """Print or write the keys; the exit code."""
    given = _parser().parse_args(list(words))
    refusal = _refusal(given)
    if refusal:
        warn(refusal)
        return FAILED
    try:
        targets = find_targets(given.paths, "")
        if not targets.paths:
            return FAILED
        options = make_options(targets.paths)._replace(paths=())
        before = revision_before(options.root, given.since) if given.since is not None else None
        with note_of_progress():
            found = find_keys(options)
            old = keys_before(options, before) if before is not None else None
        for path, message in sorted(found.problems.items()):
            warn(f"{shown_path(options.root, path)}: {message}")
        differs = False
        if given.write:
            _write(options.root / FILE, text_of(taken(found.keys, FILE)))
            print(f"Wrote {shown_path(options.root, FILE)}: {count(len(found.keys.keys), 'key')}.")
        elif given.check:
            differs = _tell(_kept(options.root / FILE), found.keys, given.check)
        elif old is not None:
            differs = _tell(old, found.keys, False)
        elif given.for_json:
            sys.stdout.write(readiness.render(found.keys))
        else:
            _print(given, options, found)
        if differs:
            return FINDINGS
    except UsageError as error:
        warn(str(error))
        return FAILED
    return FAILED if targets.missing else CLEAN


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        "cachelint keys",
        usage="cachelint keys [options] [PATHS ...]",
        description="Show what a project keeps in its caches: each key with its writers and readers, how long its"
        " entries live, and what is stored.",
        epilog="Exit code: 0 all is well, 1 --check or --since found a difference, 2 something could not be done.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATHS", help="the project, listed whole (default: here)")
    chosen = parser.add_argument_group("which keys")
    chosen.add_argument("--key", metavar="PATTERN", help="those whose text matches: 'book:*', or contains it: book")
    chosen.add_argument("--model", metavar="NAME", help="those that hold rows of a model: Book, shop.models.Book")
    chosen.add_argument("--alias", metavar="NAME", help="those of one cache")
    chosen.add_argument("--unread", action="store_true", help="those that are written and not read")
    chosen.add_argument("--no-timeout", action="store_true", help="those that are written without one, or never expire")
    output = parser.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--html", metavar="FILE", type=Path, help="write a page, which needs no server and no network")
    output.add_argument(
        "--source-url", metavar="URL", default="", help="with --html: where lines are, as https://…/{path}#L{line}"
    )
    output.add_argument("--for-json", action="store_true", help="say of each cache whether it could leave pickle")
    kept = parser.add_argument_group("comparing")
    kept.add_argument("--write", action="store_true", help=f"write {FILE}, for CL310 to compare with later")
    kept.add_argument(
        "--check", action="store_true", help=f"exit 1 and say what differs where {FILE} is not up to date"
    )
    kept.add_argument("--since", metavar="REV", help="print what differs from a git revision")
    return parser


def _refusal(given: argparse.Namespace) -> str:
    """Which of the options contradict one another, in a line; empty where all is well."""
    doing = {
        "--json": given.json, "--html": given.html is not None, "--for-json": given.for_json, "--write": given.write,
        "--check": given.check, "--since": given.since is not None,
    }  # fmt: skip
    chosen = [name for name, on in doing.items() if on]
    if len(chosen) > 1:
        return f"{chosen[0]} cannot be combined with {chosen[1]}"
    choosing = given.key or given.model or given.alias or given.unread or given.no_timeout
    if choosing and any(name in chosen for name in ("--for-json", "--write", "--check", "--since")):
        return (
            f"{chosen[0]} is about all keys: it cannot be combined with --key, --model, --alias, --unread, --no-timeout"
        )
    if given.source_url and given.html is None:
        return "--source-url requires --html"
    return ""


def _print(given: argparse.Namespace, options: Options, found: Found) -> None:
    chosen = found.keys._replace(keys=tuple(key for key in found.keys.keys if _is_wanted(given, key)))
    if len(chosen.keys) < len(found.keys.keys):
        chosen = chosen._replace(opaque=())
    findings = findings_by_key(
        chosen, [finding for finding in found.findings if finding.confidence is not Confidence.LOW]
    )

    def path(name: str) -> str:
        return shown_path(options.root, name)

    if given.json:
        sys.stdout.write(as_json.render(chosen, findings, path))
        return
    if given.html is not None:
        from cachelint.report.keys import html

        _write(given.html, html.render(chosen, findings, options.root.name, given.source_url))
        print(f"Wrote {given.html}.")
        return
    _print_table(chosen, findings)


def _kept(path: Path) -> Snapshot:
    try:
        return read(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        hint = "; `cachelint keys --write` writes it" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{path.name}: cannot be read: {error.strerror or error}{hint}") from None
    except (SnapshotError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: {error}") from None


def _tell(before: Snapshot, found: Inventory, as_file: bool) -> bool:
    """Print what differs from keys of before, in words; whether anything does."""
    lines = list(difference.lines(before, found))
    for line in lines:
        print(printable(line))
    if as_file and not lines and text_of(before) != text_of(taken(found, before.name)):
        lines.append("the places or readers of some keys have changed")
        print(lines[-1])
    if as_file:
        print(
            f"{before.name} is not up to date: `cachelint keys --write` writes it."
            if lines
            else f"{before.name} is up to date."
        )
    elif not lines:
        print(f"No key has changed since {before.name}.")
    return bool(lines)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


def _print_table(chosen: Inventory, findings: dict[str, list[Finding]]) -> None:
    from rich.console import Console

    terminal = sys.stdout.isatty()
    plain = {"color_system": None} if os.environ.get("NO_COLOR") else {}
    console = Console(highlight=False, soft_wrap=not terminal, markup=False, emoji=False, **plain)  # type: ignore[arg-type]
    table.write(chosen, findings, console, console.width if terminal else None)


def _is_wanted(given: argparse.Namespace, key: KeyRecord) -> bool:
    texts = ["".join(part.text if part.is_fixed else f"{{{part.text}}}" for part in parts) for parts in key.templates]
    if given.key and not any(given.key in text or fnmatch.fnmatchcase(text, given.key) for text in texts):
        return False
    if given.model and not any(name == given.model or name.endswith(f".{given.model}") for name in key.models):
        return False
    if given.alias and key.alias != given.alias:
        return False
    if given.unread and not (key.count("write") and not key.count("read")):
        return False
    if given.no_timeout:
        writes = [use for use in key.uses if "write" in use.roles]
        return any(not use.passes_timeout or use.timeout == NEVER for use in writes)
    return True
