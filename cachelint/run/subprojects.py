"""Projects inside a repository, each looked at by itself: under its own configuration, or since none knows another."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cachelint.findings import Finding, Fix, Place
from cachelint.project.file_stat import status
from cachelint.project.files import Discovery
from cachelint.project.store.disk import LASTING, Store, name_of, program
from cachelint.project.units import names_in, units
from cachelint.run.options import Options

#: Where the packages that each file names are kept.
_NAMES = f"{LASTING}names"


def split(options: Options, found: Discovery) -> list[tuple[str, Options]]:
    """What to run for a project: by folder (relative to its root, empty for itself) with the options for it.

    A folder with a configuration of its own is reported under that, and neither knows the other's code. What is left
    is taken apart into the projects that know nothing of one another.
    """
    inner: dict[str, Options] = {}
    for folder in found.projects if options.nested is not None else ():
        made = options.nested(options.root / folder) if options.nested is not None else None
        if made is not None and not any(folder.startswith(f"{other}/") for other in inner):
            inner[folder] = made
    parts: list[tuple[str, Options]] = []
    rest = tuple(p for p in options.paths if not any(p == f or p.startswith(f"{f}/") for f in inner))
    if not inner:
        parts = _side_by_side(options, found)
    elif rest or not options.paths:
        left = Discovery(found.root)
        left.files = [path for path in found.files if not any(path.startswith(f"{folder}/") for folder in inner)]
        left.projects = [folder for folder in found.projects if folder not in inner]
        parts = _side_by_side(_without(options._replace(paths=rest), inner), left)
    for folder, made in inner.items():
        wanted = _inside(folder, options.paths)
        if wanted is not None:
            parts.append((folder, made._replace(paths=wanted, use_store=options.use_store)))
    return parts


def _without(options: Options, folders: Iterable[str]) -> Options:
    """The options with some folders left out of the project."""
    patterns = (f"/{_escaped(options.base + folder)}/" for folder in folders)
    return options._replace(exclude=(*options.exclude, *patterns), nested=None)


def _side_by_side(options: Options, found: Discovery) -> list[tuple[str, Options]]:
    """The projects below a root that know nothing of one another, each with its options."""
    groups = _groups(options, found) if options.kept_in is None else []
    if not groups:
        return [("", options)]
    everything = [folder for group in groups for folder in group]
    parts = [_part(options, group, everything, found) for group in groups]
    return [part for part in parts if part is not None]


def _part(
    options: Options, group: tuple[str, ...], everything: list[str], found: Discovery
) -> tuple[str, Options] | None:
    """One of the projects, by its folders; None where nothing of it is asked for."""
    kept_in = (options.root, name_of((options.base, group)))
    if len(group) == 1 and group[0]:
        folder = group[0]
        wanted = _inside(folder, options.paths)
        if wanted is None:
            return None
        part = options._replace(
            root=options.root / folder, paths=wanted, base=f"{options.base}{folder}/", kept_in=kept_in
        )
        below = [other[len(folder) + 1 :] for other in everything if other.startswith(f"{folder}/")]
        return folder, _without(part, below)
    others = [folder for folder in everything if folder not in group and folder]
    paths = tuple(p for p in options.paths if not any(p == o or p.startswith(f"{o}/") for o in others))
    if options.paths and not paths:
        return None
    if "" not in group:
        own = {folder.split("/")[0] for folder in group}
        beside = {path.split("/")[0] for path in found.files if "/" in path} - own
        others += sorted(beside - set(others))
    part = _without(options._replace(paths=paths, kept_in=kept_in), others)
    if "" not in group:
        loose = tuple(f"/{_escaped(options.base + path)}" for path in found.files if "/" not in path)
        part = part._replace(exclude=(*part.exclude, *loose))
    return "", part


def _groups(options: Options, found: Discovery) -> list[tuple[str, ...]]:
    """The folders of each project, as the configuration says or as they are found out; nothing where it is one."""
    if options.projects is not None:
        chosen = sorted(name.removeprefix("./").strip("/") for name in options.projects)
        there = [folder for folder in chosen if any(path.startswith(f"{folder}/") for path in found.files)]
        prefixes = tuple(f"{folder}/" for folder in there)
        rest = [("",)] if any(not path.startswith(prefixes) for path in found.files) else []
        return [*rest, *((folder,) for folder in there)] if there else []
    kept = _Kept(options)
    groups = units(options.root, found.files, found.projects, kept.named)
    kept.keep()
    return groups


class _Kept:
    """The packages that each file names, as far as it has not changed since they were looked for."""

    def __init__(self, options: Options) -> None:
        self.root = options.root
        self.store = Store(options.root) if options.use_store else None
        self.known: dict[str, Any] | None = None
        self.now: dict[str, Any] = {}
        self.is_new = False

    def named(self, path: str) -> list[str]:
        """The packages that a file names."""
        if self.known is None:
            values = self.store.load(_NAMES) if self.store is not None else None
            is_ours = isinstance(values, dict) and values.get("program") == program()
            names = values.get("names") if is_ours and isinstance(values, dict) else None
            self.known = names if isinstance(names, dict) else {}
        stands = status(f"{self.root}/{path}")
        entry = self.known.get(path)
        if not isinstance(entry, list) or len(entry) != 2 or entry[0] != stands or not isinstance(entry[1], list):
            self.is_new = True
            try:
                entry = [stands, names_in((self.root / path).read_bytes())]
            except OSError:
                entry = [stands, []]
        self.now[path] = entry
        return [str(name) for name in entry[1]]

    def keep(self) -> None:
        """Write what was looked for, where some of it is new."""
        if self.store is not None and self.is_new:
            self.store.save(_NAMES, {"program": program(), "names": self.now})


def _escaped(folder: str) -> str:
    """A folder's name as a pattern that matches it alone."""
    return re.sub(r"([\\*?\[\]!# ])", r"\\\1", folder)


def _inside(folder: str, paths: tuple[str, ...]) -> tuple[str, ...] | None:
    """What is asked for of a folder, relative to it; empty for all, None for nothing."""
    if not paths or any(path in (".", folder) or folder.startswith(f"{path}/") for path in paths):
        return ()
    return tuple(path[len(folder) + 1 :] for path in paths if path.startswith(f"{folder}/")) or None


def moved(finding: Finding, folder: str) -> Finding:
    """A finding of a folder as one of the project around it."""
    if not folder:
        return finding

    def place(inner: Place) -> Place:
        return inner._replace(path=f"{folder}/{inner.path}")

    fix: Fix | None = finding.fix
    if fix is not None:
        fix = fix._replace(edits=tuple(edit._replace(place=place(edit.place)) for edit in fix.edits))
    related = tuple(r._replace(place=place(r.place)) for r in finding.related)
    return finding._replace(place=place(finding.place), related=related, fix=fix)
