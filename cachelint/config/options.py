"""The options of a run, from the configuration and the command line."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from cachelint.config.file import Config, extended, load_config, read_table
from cachelint.config.selectors import expand
from cachelint.project.files import find_root, is_root
from cachelint.rules.registry import PREVIEW, UNUSED_IGNORE, find_code
from cachelint.run.before import FILE
from cachelint.run.options import Before, Options


def make_options(
    paths: Sequence[Path],
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    *,
    all_in_tests: bool = False,
    preview: bool = False,
    use_store: bool = True,
) -> Options:
    """What to do for some existing paths and selectors; raises ConfigError."""
    absolute = [path.resolve() for path in paths]
    folders = [path if path.is_dir() else path.parent for path in absolute]
    cwd = Path.cwd()
    inside = all(folder == cwd or cwd in folder.parents for folder in folders)
    start = cwd if inside else Path(os.path.commonpath(folders))
    root = find_root(start)
    if inside and not is_root(root):
        # The project that what was named lies in; where nothing marks one, what the program is run in.
        root = find_root(Path(os.path.commonpath(folders))) if folders else cwd
        root = root if is_root(root) else cwd
    config = load_config(root)

    def nested(folder: Path) -> Options | None:
        path = folder / "pyproject.toml"
        table = read_table(path)
        if table is None:
            return None
        return _options(folder, extended(path, table), (), select, ignore, all_in_tests, preview, use_store, nested)

    relative = tuple(path.relative_to(root).as_posix() for path in absolute)
    paths_inside = () if "." in relative else relative
    return _options(root, config, paths_inside, select, ignore, all_in_tests, preview, use_store, nested)


def _options(
    root: Path, config: Config, paths: tuple[str, ...], select: Sequence[str] | None, ignore: Sequence[str] | None,
    all_in_tests: bool, preview: bool, use_store: bool, nested: Callable[[Path], Options | None],
) -> Options:  # fmt: skip
    return Options(
        root,
        _codes(config, select, ignore, preview),
        paths,
        config.exclude,
        tuple((pattern, expand(codes)) for pattern, codes in config.per_file_ignores),
        config.wrappers,
        config.fix_timeout,
        config.all_in_tests or all_in_tests,
        use_store,
        config.min_severity,
        _base(root, config),
        config.path.parent / config.baseline if config.path is not None and config.baseline else None,
        config.documentation,
        config.projects,
        None,
        nested,
        Before(root / FILE) if (root / FILE).is_file() else None,
    )


def _base(root: Path, config: Config) -> str:
    """Where a root lies below the folder of its configuration."""
    if config.path is None or config.path.parent == root:
        return ""
    return f"{root.relative_to(config.path.parent).as_posix()}/"


def _codes(
    config: Config, select: Sequence[str] | None, ignore: Sequence[str] | None, preview: bool
) -> frozenset[str]:  # fmt: skip
    chosen = _split(select) if select else (config.select if config.select is not None else ("ALL",))
    dropped = (*config.ignore, *_split(ignore or ())) if not select else _split(ignore or ())
    found = expand(chosen) | {UNUSED_IGNORE}
    if not preview and not config.preview:
        # Who names a rule by itself knows what it is.
        found -= PREVIEW - {find_code(word) for word in chosen}
    return found - expand(dropped)


def _split(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for value in values for word in value.replace(",", " ").split())
