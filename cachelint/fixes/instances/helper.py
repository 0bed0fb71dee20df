"""The module of helpers that a fix adds to a project once, and the names by which its functions are called."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection
from importlib import resources

from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Place
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.project.files import is_test
from cachelint.project.module import Module
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.walk import walk

#: What the module may be called: the second where a project has another one of the first name.
_NAMES = ("cache_rows", "cached_rows")

#: What tells the folder of an app from one inside it.
_APP = ("apps.py", "models.py", "models/__init__.py")


@functools.cache
def helper_text() -> str:
    """The source of the module: plain Python for any Django, without a trace of this program."""
    return resources.files(__package__).joinpath("cache_rows.txt").read_text(encoding="utf-8")


class Helper:
    """The helpers as the files of one fix call them. ``near`` is a module that needs them."""

    def __init__(self, facts: Facts, near: Module, imports: Imports) -> None:
        self._imports = imports
        self._existing = _existing(facts, near)
        self._path, self._home = _place(facts, near) if self._existing is None else ("", self._existing.name)

    def name(self, module: Module, name: str, taken: Collection[str]) -> str:
        """How a module calls a helper. Raises FixBlocked where no name is free."""
        return self._imports.name(module, self._home, name, taken)

    def edits(self) -> list[Edit]:
        """What makes the file, where the project has none yet."""
        return [Edit(Place(self._path, 1, 1, 1, 1), helper_text())] if self._path else []


def _existing(facts: Facts, near: Module) -> Module | None:
    """A module of the project that has the same text, that of the same source root first."""
    found = [
        module
        for module in facts.codebase.containing("def from_items(")
        if "".join(module.source.text.split()) == "".join(helper_text().split())
    ]
    return min(found, key=lambda module: (module.root != near.root, module.path), default=None)


def _place(facts: Facts, near: Module) -> tuple[str, str]:
    """The path of the new module, and what it is imported as."""
    codebase = facts.codebase
    paths = codebase.modules
    folder = _shared_package(facts, near) or _app(facts, near)
    for name in _NAMES:
        path = f"{folder}/{name}.py" if folder else f"{name}.py"
        if path not in paths and not (codebase.root / path).exists():
            package = folder[len(near.root) :].strip("/").replace("/", ".")
            return path, f"{package}.{name}" if package else name
    raise FixBlocked(f"`{folder}/{_NAMES[0]}.py` is something else: there is no place for the helpers")


def _app(facts: Facts, near: Module) -> str:
    """The folder of the app that a module belongs to; its own where there is none."""
    paths = facts.codebase.modules
    folder = near.path.rpartition("/")[0]
    while folder != near.root and not any(f"{folder}/{name}" in paths for name in _APP):
        folder = folder.rpartition("/")[0]
    return folder if folder != near.root else near.path.rpartition("/")[0]


def _shared_package(facts: Facts, near: Module) -> str:
    """The package that all code of a source root stands in that stores instances, where that is more than one app."""
    found: dict[str, list[str]] = facts.memo.ask("modules that store instances", lambda: _storing(facts), {})
    apps = sorted({_app(facts, facts.codebase.modules[path]) for path in found.get(near.root, ())})
    if len(apps) < 2:
        return ""
    shared = os.path.commonpath([app or "." for app in apps])
    # Apps that stand side by side have no package: all of them share the file of the first.
    return apps[0] if shared in ("", ".", near.root) else shared


def _storing(facts: Facts) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for call in facts.calls:
        if call.writes and call.value is not None and not is_test(call.parsed.path):
            if any(isinstance(part, ModelInstance | QuerySet) for _, part in walk(call.value)):
                module = facts.codebase.modules[call.parsed.path]
                found.setdefault(module.root, []).append(module.path)
    return found
