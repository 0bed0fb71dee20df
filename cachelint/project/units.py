"""Projects side by side below one root: which folders know nothing of one another.

A folder is a project by what stands in it (`manage.py`, a packaging file), or because it is what imports start from.
Two belong together where one imports a package of the other, or names it in its settings. Names like `tests`, which
every project has, join nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

#: Files that make the folder that they stand in a project.
_PROGRAMS = ("manage.py", "setup.py")
_PACKAGED = re.compile(rb"^\s*\[\s*(?:project|tool\.poetry)\s*\]", re.MULTILINE)
_METADATA = re.compile(rb"^\[metadata\]", re.MULTILINE)
#: The first part of each absolute import, and of the name of a module in quotes that only one project can have.
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)|import[ \t]+([A-Za-z_][\w.]*(?:[ \t]*,[ \t]*[A-Za-z_][\w.]*)*))", re.M
)
_NAMED = re.compile(rb"['\"]([A-Za-z_]\w*)(?:\.\w+)*\.(?:settings|apps|urls|wsgi|asgi|conf)\b[\w.]*['\"]")
_SETTINGS = (b"INSTALLED_APPS", b"DJANGO_SETTINGS_MODULE", b"ROOT_URLCONF")
#: Names that say nothing of whose they are.
_ANYBODYS = frozenset(
    {
        "admin", "api", "app", "apps", "base", "common", "config", "conftest", "constants", "core", "docs", "examples",
        "fixtures", "helpers", "lib", "libs", "local_settings", "main", "manage", "migrations", "models", "plugins",
        "project", "scripts", "server", "settings", "setup", "src", "test", "test_utils", "testing", "tests", "tools",
        "urls", "utils", "version", "views", "web", "website", "wsgi", "asgi", "celery", "tasks", "users", "accounts",
    }
)  # fmt: skip

#: By the path of a file, the packages that it imports or names.
Named = Callable[[str], Iterable[str]]


def names_in(data: bytes) -> list[str]:
    """The packages that a file imports, or names where it is settings or starts Django; each once, sorted."""
    found: set[str] = set()
    for one, several in _IMPORTS.findall(data):
        found.update(word.strip().split(b".")[0].decode() for word in (one or several).split(b","))
    if any(word in data for word in _SETTINGS):
        found.update(name.decode() for name in _NAMED.findall(data))
    return sorted(found - _ANYBODYS)


def units(root: Path, files: list[str], packaged: Iterable[str], named: Named) -> list[tuple[str, ...]]:
    """The folders of each project below a root, sorted; nothing where all is one project.

    ``packaged`` are the folders with a `pyproject.toml`. The empty folder stands for what lies in no other.
    """
    marked = set(_marked(root, files, packaged))
    known = set(files)
    if "" in marked or len(files) < 2:
        return []
    folder_of: dict[str, str] = {}
    for path in files:
        folder_of[path] = _folder(path, marked, known)
    folders = sorted(set(folder_of.values()))
    if len(folders) < 2:
        return []
    owners = _owners(files, folder_of, known)
    joined = {folder: folder for folder in folders}

    def top(folder: str) -> str:
        while joined[folder] != folder:
            folder = joined[folder]
        return folder

    for path in files:
        mine = folder_of[path]
        for name in named(path):
            owned = owners.get(name, frozenset())
            if owned and mine not in owned:
                for other in owned:
                    joined[top(other)] = top(mine)
    groups: dict[str, list[str]] = {}
    for folder in folders:
        groups.setdefault(top(folder), []).append(folder)
    found = sorted(tuple(group) for group in groups.values())
    return found if len(found) > 1 else []


def _marked(root: Path, files: Iterable[str], packaged: Iterable[str]) -> Iterator[str]:
    for path in files:
        folder, _, name = path.rpartition("/")
        if name in _PROGRAMS:
            yield folder
    for folder in (*packaged, ""):
        text = _read(root / folder / "pyproject.toml")
        if _PACKAGED.search(text) or (not folder and _METADATA.search(_read(root / "setup.cfg"))):
            yield folder


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""


def _folder(path: str, marked: set[str], known: set[str]) -> str:
    """The topmost marked folder that a file lies in and that is within no package, else the first of its path."""
    parts = path.split("/")[:-1]
    if not parts or f"{parts[0]}/__init__.py" in known:
        return ""
    for count in range(1, len(parts) + 1):
        folder = "/".join(parts[:count])
        if f"{folder}/__init__.py" in known:
            break
        if folder in marked:
            return folder
    return parts[0]


def _owners(files: Iterable[str], folder_of: Mapping[str, str], known: set[str]) -> dict[str, frozenset[str]]:
    """By the name of a package that the imports of a project can begin with, the folders that have one of that name."""
    found: dict[str, set[str]] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        above, _, package = folder.rpartition("/")
        if name != "__init__.py" or not package or f"{above}/__init__.py" in known:
            continue
        unit = folder_of[path]
        # What imports start from: the project's folder itself, `src`, or where its program stands.
        if above in (unit, f"{unit}/src", f"{unit}/lib", "src") or f"{above}/manage.py" in known:
            found.setdefault(package, set()).add(unit)
    return {name: frozenset(folders) for name, folders in found.items() if name not in _ANYBODYS}
