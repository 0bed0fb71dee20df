"""Projects inside a repository: folders with a configuration of their own, each looked at by itself."""

from __future__ import annotations

import re

from cachelint.findings import Finding, Fix, Place
from cachelint.project.files import Discovery
from cachelint.run.options import Options


def split(options: Options, found: Discovery) -> list[tuple[str, Options]]:
    """What to run for a project: by folder (relative to its root, empty for itself) with the options for it.

    A folder with a configuration of its own is reported under that, and neither knows the other's code.
    """
    inner: dict[str, Options] = {}
    for folder in found.projects if options.nested is not None else ():
        made = options.nested(options.root / folder) if options.nested is not None else None
        if made is not None and not any(folder.startswith(f"{other}/") for other in inner):
            inner[folder] = made
    if not inner:
        return [("", options)]
    parts: list[tuple[str, Options]] = []
    rest = tuple(p for p in options.paths if not any(p == f or p.startswith(f"{f}/") for f in inner))
    if rest or not options.paths:
        without = (*options.exclude, *(f"/{_escaped(options.base + folder)}/" for folder in inner))
        parts.append(("", options._replace(paths=rest, exclude=without, nested=None)))
    for folder, made in inner.items():
        wanted = _inside(folder, options.paths)
        if wanted is not None:
            parts.append((folder, made._replace(paths=wanted, use_store=options.use_store)))
    return parts


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
