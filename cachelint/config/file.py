"""``[tool.cachelint]`` in pyproject.toml."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from cachelint.config.selectors import ConfigError, expand, nearest
from cachelint.findings import Severity
from cachelint.project.gitignore import is_pattern

_KEYS = (
    "extend",
    "select",
    "ignore",
    "exclude",
    "per-file-ignores",
    "wrappers",
    "fix-timeout",
    "all-in-tests",
    "preview",
    "min-severity",
    "baseline",
    "documentation",
    "projects",
)


#: Files that extend one another.
_MAX_EXTENDS = 8


class Config(NamedTuple):
    """What the configuration file says. ``select`` None where it says nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wrappers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fix_timeout: int | None = None
    all_in_tests: bool = False
    preview: bool = False
    min_severity: Severity = Severity.MEDIUM
    #: Relative to the folder of ``path``; empty for none.
    baseline: str = ""
    documentation: str = ""
    projects: tuple[str, ...] | None = None
    path: Path | None = None
    #: The files that it extends, the nearest first.
    extends: tuple[Path, ...] = ()
    #: By setting, the file that says it.
    said_by: tuple[tuple[str, Path], ...] = ()


def load_config(root: Path) -> Config:
    """The configuration of the nearest pyproject.toml with a ``[tool.cachelint]``, from ``root`` upwards.

    Raises ConfigError where a file can't be parsed or a key or value is wrong.
    """
    for folder in (root, *root.parents):
        path = folder / "pyproject.toml"
        if not (path.exists() or path.is_symlink()):
            continue
        table = read_table(path)
        if table is not None:
            return extended(path, table)
        if (folder / ".git").exists():
            break
    return Config()


def extended(path: Path, table: Any) -> Config:
    """The settings of a table, and of the files that it extends where it says nothing itself. Raises ConfigError."""
    extends: list[Path] = []
    said_by: dict[str, Path] = {}
    config = _check(path, _joined(path, table, extends, said_by))
    return config._replace(extends=tuple(extends), said_by=tuple(said_by.items()))


def _joined(path: Path, table: Any, extends: list[Path], said_by: dict[str, Path]) -> Any:
    if not isinstance(table, dict):
        return table
    for key in table:
        said_by.setdefault(key, path)
    if "extend" not in table:
        return table
    name = table["extend"]
    if not isinstance(name, str):
        raise ConfigError(f"{path}: tool.cachelint.extend must be the path of a TOML file, not {name!r}")
    other = Path(os.path.normpath(path.parent / name))
    if not name or other.resolve() == path.resolve():
        raise ConfigError(
            f"{path}: tool.cachelint.extend: {'the path is empty' if not name else 'the file extends itself'}"
        )
    if len(extends) >= _MAX_EXTENDS:
        raise ConfigError(f"{path}: tool.cachelint.extend: more than {_MAX_EXTENDS} files extend one another")
    if not other.resolve().is_relative_to(_repository(path)):
        # What a stranger's configuration names is not the business of whoever runs this: nothing is said of it.
        raise ConfigError(f"{path}: tool.cachelint.extend: {name} lies outside of the repository, and is not read")
    if not other.is_file():
        raise ConfigError(f"{path}: tool.cachelint.extend: {name}: no such file")
    inherited = read_table(other)
    if inherited is None:
        raise ConfigError(f"{path}: tool.cachelint.extend: {name} has no [tool.cachelint] table")
    _check(other, inherited)
    extends.append(other)
    return {
        **_joined(other, inherited, extends, said_by),
        **{key: value for key, value in table.items() if key != "extend"},
    }


def _repository(path: Path) -> Path:
    """The folder that a configuration may read files of: its repository, else the working directory it lies in."""
    folder = path.resolve().parent
    for above in (folder, *folder.parents):
        if any((above / marker).exists() for marker in (".git", ".hg")):
            return above
    cwd = Path.cwd().resolve()
    return cwd if folder.is_relative_to(cwd) else folder


def settings_of(config: Config) -> list[tuple[str, str, Path | None]]:
    """Each setting with its value as TOML would have it, and the file that says so; None for a default."""
    values: dict[str, Any] = {
        "select": config.select if config.select is not None else ("ALL",),
        "ignore": config.ignore,
        "exclude": config.exclude,
        "per-file-ignores": dict(config.per_file_ignores),
        "wrappers": dict(config.wrappers),
        "fix-timeout": config.fix_timeout,
        "all-in-tests": config.all_in_tests,
        "preview": config.preview,
        "min-severity": config.min_severity.value,
        "baseline": config.baseline,
        "documentation": config.documentation,
        "projects": config.projects if config.projects is not None else "found by manage.py, packaging and imports",
    }
    said_by = dict(config.said_by)
    return [(name, _toml(value), said_by.get(name)) for name, value in values.items()]


def _toml(value: Any) -> str:
    if value is None:
        return '"the current default"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def read_table(path: Path) -> Any | None:
    """The ``[tool.cachelint]`` of a file; None where it has none. Raises ConfigError."""
    if not path.is_file():
        raise ConfigError(f"{path}: not a file that can be read")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    # Most say nothing to us, and a start is quicker without the parser. A NUL: text in an encoding that hides words.
    if b"cachelint" not in data and b"\0" not in data:
        return None
    tool = _parsed(path, data).get("tool")
    return tool.get("cachelint") if isinstance(tool, dict) else None


def _parsed(path: Path, data: bytes) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        # Some editors put a mark before the first line.
        return tomllib.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise ConfigError(f"{path}: invalid TOML: too deeply nested") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: invalid TOML: {error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: invalid TOML: not UTF-8") from None


def _check(path: Path, table: Any) -> Config:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.cachelint must be a table")
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"{path}: tool.cachelint: unknown key {key!r}{nearest(key, _KEYS)}")
    select = _strings(path, "select", table["select"]) if "select" in table else None
    ignore = _strings(path, "ignore", table.get("ignore", []))
    exclude = _strings(path, "exclude", table.get("exclude", []))
    for pattern in (*exclude, *(table.get("per-file-ignores") or {})):
        if not is_pattern(pattern):
            raise ConfigError(f"{path}: tool.cachelint: {pattern!r} is not a valid .gitignore pattern")
    ignores = table.get("per-file-ignores", {})
    if not isinstance(ignores, dict):
        raise ConfigError(f"{path}: tool.cachelint.per-file-ignores must be a table from patterns to lists of codes")
    per_file = tuple(
        (pattern, _strings(path, f"per-file-ignores.{pattern!r}", codes)) for pattern, codes in ignores.items()
    )
    for name, codes in (
        ("select", select or ()),
        ("ignore", ignore),
        *((f"per-file-ignores.{p!r}", c) for p, c in per_file),
    ):
        try:
            expand(codes)
        except ConfigError as error:
            raise ConfigError(f"{path}: tool.cachelint.{name}: {error}") from None
    timeout = table.get("fix-timeout")
    if timeout is not None and (not isinstance(timeout, int) or isinstance(timeout, bool) or timeout <= 0):
        raise ConfigError(f"{path}: tool.cachelint.fix-timeout must be a positive number of seconds, not {timeout!r}")
    tests = table.get("all-in-tests", False)
    if not isinstance(tests, bool):
        raise ConfigError(f"{path}: tool.cachelint.all-in-tests must be true or false, not {tests!r}")
    preview = table.get("preview", False)
    if not isinstance(preview, bool):
        raise ConfigError(f"{path}: tool.cachelint.preview must be true or false, not {preview!r}")
    least = table.get("min-severity", Severity.MEDIUM.value)
    if least not in [severity.value for severity in Severity]:
        raise ConfigError(f"{path}: tool.cachelint.min-severity must be low, medium or high, not {least!r}")
    baseline = table.get("baseline", "")
    if not isinstance(baseline, str):
        raise ConfigError(f"{path}: tool.cachelint.baseline must be the path of a file, not {baseline!r}")
    documentation = table.get("documentation", "")
    if not isinstance(documentation, str) or not re.fullmatch(r"(https?://[!-~]+)?", documentation):
        raise ConfigError(f"{path}: tool.cachelint.documentation must be an address (https://…), not {documentation!r}")
    projects = _strings(path, "projects", table["projects"]) if "projects" in table else None
    if any(name.startswith(("/", "..")) for name in projects or ()):
        raise ConfigError(f"{path}: tool.cachelint.projects must be folders below this one")
    wrappers = _wrappers(path, table.get("wrappers", {}))
    return Config(
        select, ignore, exclude, per_file, wrappers, timeout, tests, preview, Severity(least), baseline, documentation,
        projects, path,
    )  # fmt: skip


def _wrappers(path: Path, table: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.cachelint.wrappers must be a table from full names to lists of parameters")
    wrappers = {name: _strings(path, f"wrappers.{name!r}", parameters) for name, parameters in table.items()}
    if wrappers:
        from cachelint.caching.declared import by_name

        try:
            by_name(wrappers)
        except ValueError as error:
            raise ConfigError(f"{path}: tool.cachelint.wrappers: {error}") from None
    return tuple(wrappers.items())


def _strings(path: Path, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        hint = "; put a name with dots in quotes" if key.startswith("wrappers.") and isinstance(value, dict) else ""
        raise ConfigError(f"{path}: tool.cachelint.{key} must be a list of strings, not {value!r}{hint}")
    return tuple(value)
