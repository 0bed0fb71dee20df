"""``cachelint keys``: what a project keeps in its caches."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cachelint.caching.keys.inventory import NEVER, Inventory, KeyRecord
from cachelint.cli.parser import CLEAN, FAILED, Parser, warn
from cachelint.cli.progress import note_of_progress
from cachelint.cli.targets import find_targets
from cachelint.config.options import make_options
from cachelint.findings import Confidence, Finding
from cachelint.report.keys import as_json, table
from cachelint.report.keys.wording import findings_by_key
from cachelint.report.paths import shown_path
from cachelint.run.keys import Found, find_keys
from cachelint.run.options import Options, UsageError


def keys(words: Sequence[str]) -> int:
    """Print or write the keys; the exit code."""
    given = _parser().parse_args(list(words))
    try:
        targets = find_targets(given.paths, "")
        if not targets.paths:
            return FAILED
        options = make_options(targets.paths)._replace(paths=())
        with note_of_progress():
            found = find_keys(options)
        for path, message in sorted(found.problems.items()):
            warn(f"{shown_path(options.root, path)}: {message}")
        _print(given, options, found)
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
    )
    parser.add_argument("paths", nargs="*", metavar="PATHS", help="the project, or folders of it (default: here)")
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
    return parser


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
