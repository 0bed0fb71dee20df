"""The commands beside the lint itself: ``cachelint rule``, ``keys``, ``config`` and others."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cachelint.cli.parser import CLEAN, COMMANDS, FAILED, Parser, warn
from cachelint.cli.parser import parser as options_parser
from cachelint.config.file import load_config, settings_of
from cachelint.config.options import make_options
from cachelint.config.selectors import ConfigError, expand
from cachelint.project.files import discover, find_root
from cachelint.project.store.disk import FOLDER
from cachelint.report.formats import FORMATS, TEXT
from cachelint.rules.registry import NAMES
from cachelint.run.files import files_of
from cachelint.run.options import UsageError
from cachelint.run.subprojects import split


def _explain(words: Sequence[str]) -> int:
    parser = Parser("cachelint rule", description="Explain a rule. Without CODE, list all rules.")
    parser.add_argument("codes", nargs="*", metavar="CODE", help="codes, names or families: CL101, model-instance, CL5")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    given = parser.parse_args(list(words))
    from cachelint.rules.explain import UNUSED, as_json, listing, page
    from cachelint.rules.loading import rules
    from cachelint.rules.registry import UNUSED_IGNORE

    try:
        wanted = expand(given.codes) if given.codes else frozenset(rule.code for rule in rules())
    except ConfigError as error:
        warn(str(error))
        return FAILED
    chosen = [rule for rule in rules() if rule.code in wanted]
    if given.format == "json":
        print(as_json(chosen))
    elif not given.codes:
        print(listing())
    else:
        pages = [page(rule) for rule in chosen]
        _show_page("\n\n".join([UNUSED, *pages] if UNUSED_IGNORE in wanted else pages))
    return CLEAN


def _show_page(text: str) -> None:
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)


def _clean(words: Sequence[str]) -> int:
    parser = Parser("cachelint clean", description="Remove the results stored on disk.")
    parser.parse_args(list(words))
    root = find_root(Path.cwd())
    folders = [place / FOLDER for place in (root, *(root / inner for inner in discover(root).projects))]
    kept = [folder for folder in folders if folder.is_dir()]
    for folder in kept:
        try:
            shutil.rmtree(folder)
        except OSError as error:
            warn(f"{folder}: cannot be removed: {error.strerror or error}")
            return FAILED
        print(f"Removed {folder}.")
    if not kept:
        print("Nothing to remove.")
    return CLEAN


def _config(words: Sequence[str]) -> int:
    parser = Parser("cachelint config", description="Show the settings and where they come from.")
    parser.parse_args(list(words))
    root = find_root(Path.cwd())
    try:
        config = load_config(root)
    except ConfigError as error:
        warn(str(error))
        return FAILED
    print(f"project: {root}")
    print(f"configuration: {config.path or 'none, all settings have their defaults'}")
    for path in config.extends:
        print(f"extends: {path}")
    for name, value, said_by in settings_of(config):
        # Which file says so is clear where there is one.
        source = "  # default" if said_by is None else f"  # {said_by}" if config.extends else ""
        print(f"{name} = {value}{source}")
    try:
        options = make_options([root])
        parts = split(options, files_of(options))
    except ConfigError as error:
        warn(str(error))
        return FAILED
    for folder, part in parts:
        if folder and part.kept_in is None:
            print(f"{folder}: a separate project, configured in {folder}/pyproject.toml")
        elif len(parts) > 1 and part.kept_in is not None:
            print(f"{folder or 'all other folders'}: a project of its own")
    return CLEAN


def _reveal(words: Sequence[str]) -> int:
    parser = Parser(
        "cachelint reveal",
        description="Print what cachelint knows at a line: the variables, and each cache call with its key, value and"
        " timeout.",
    )
    parser.add_argument("place", metavar="FILE:LINE")
    place = parser.parse_args(list(words)).place
    # A column is taken too: findings are printed with one.
    matched = re.fullmatch(r"(.+?):([0-9]+)(?::[0-9]+)?", place)
    if matched is None:
        warn(f"{place}: write FILE:LINE, for example shop/views.py:14")
        return FAILED
    name, number = matched.groups()
    path = Path(name)
    if not path.is_file():
        warn(f"{name}: no such file")
        return FAILED
    # Imported here: other commands need no interpreter.
    from cachelint.run.reveal import reveal

    try:
        found = reveal(make_options([path]), path.resolve(), int(number))
    except UsageError as error:
        warn(str(error))
        return FAILED
    print(f"{found.place}{f' in {found.function}' if found.function else ''}")
    _print_rows("variables", found.variables)
    for called, rows in found.calls:
        _print_rows(called, rows)
    if not found.variables and not found.calls:
        print("\nnothing is known here: no variable is bound on this line, and no cache is called")
    return CLEAN


def _print_rows(title: str, rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        width = max(len(name) for name, _ in rows)
        print(f"\n{title}")
        for name, text in rows:
            print(f"  {name:{width}}  {text}")


_BASH_FIRST = f"""\
_cachelint_first() {{
  case "${{COMP_WORDS[1]}}" in
    rule) [ "$COMP_CWORD" -gt 1 ] && compgen -W "{" ".join(NAMES)} {" ".join(NAMES.values())}" -- "$1" && return;;
    completion) [ "$COMP_CWORD" -gt 1 ] && compgen -W "bash zsh fish tcsh powershell" -- "$1" && return;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && compgen -W "{" ".join(COMMANDS)}" -- "$1"
  compgen -f -- "$1"
}}
"""
_ZSH_FIRST = f"_alternative 'commands:command:({' '.join(COMMANDS)})' 'files:file:_files'"


def _completion(words: Sequence[str]) -> int:
    parser = Parser(
        "cachelint completion",
        description="Print a shell completion script for cachelint.",
        epilog="bash: cachelint completion bash > ~/.local/share/bash-completion/completions/cachelint\n"
        "zsh:  cachelint completion zsh > FOLDER/_cachelint, where $fpath contains FOLDER",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Imported here: nobody else needs it.
    import shtab

    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS)
    shell = parser.parse_args(list(words)).shell
    options = options_parser()
    for action in options._actions:
        if action.dest in ("baseline", "write_baseline", "stdin_filename"):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.dest in ("select", "ignore"):
            action.choices = [*NAMES]
        elif action.dest == "output":
            action.choices = [f"{name}=" for name in (TEXT, *FORMATS)]
        elif action.dest == "paths":
            # shtab takes words or files, where ours may be both: the words in the shells that can be told so.
            action.complete = {**shtab.FILE, "bash": "_cachelint_first", "zsh": _ZSH_FIRST}  # type: ignore[attr-defined]
    print(shtab.complete(options, shell, preamble={"bash": _BASH_FIRST}))  # type: ignore[arg-type]
    return CLEAN


def _init(words: Sequence[str]) -> int:
    # Imported here: it runs a whole analysis.
    from cachelint.cli.init import init

    return init(words)


def _keys(words: Sequence[str]) -> int:
    # Imported here: it runs a whole analysis.
    from cachelint.cli.keys import keys

    return keys(words)


#: By the first word of the command line, who does it.
BY_NAME: dict[str, Callable[[Sequence[str]], int]] = {
    "rule": _explain,
    "reveal": _reveal,
    "keys": _keys,
    "init": _init,
    "config": _config,
    "clean": _clean,
    "completion": _completion,
}
