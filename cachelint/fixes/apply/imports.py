"""Imports that a fix needs, and those that it leaves without use."""

from __future__ import annotations

import re
from collections.abc import Collection

from cachelint.findings import Edit, Place
from cachelint.fixes.base import FixBlocked
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module


def name_for(module: Module, home: str, name: str, taken: Collection[str]) -> tuple[str, Edit | None]:
    """How a file can call ``home.name``: by what it imports already, else by an import to be added.

    ``taken`` are variables of the function that calls it. Raises FixBlocked where no name is free.
    """
    scope = module.outline.scope
    for bound, bindings in scope.imports.items():
        binding = bindings[0]
        if len(bindings) > 1 or binding.conditional or bound in scope.definitions or bound in taken:
            continue
        if binding.module == home and binding.name in (name, "") and "." not in home:
            return f"{bound}.{name}" if not binding.name else bound, None

    def is_free(word: str) -> bool:
        return word not in scope.imports and word not in scope.definitions and word not in taken and not scope.stars

    if is_free(name):
        return name, _added(module, f"from {home} import {name}")
    if is_free(home):
        return f"{home}.{name}", _added(module, f"import {home}")
    raise FixBlocked(
        f"`{name}` and `{home}` already mean something else in {module.path}, which would need `{home}.{name}`"
    )


def _added(module: Module, text: str) -> Edit:
    """An import on a line of its own: before the first import of the file, after ``__future__``, or at its top."""
    lines = module.outline.scope.import_lines
    first = next((line for line, home in lines if home != "__future__"), None)
    if first is None:
        first = lines[-1][0] + 1 if lines else 1
    return Edit(Place(module.path, first, 1, first, 1), f"{text}\n")


def unused_after(codebase: Codebase, path: str, name: str, removed: int) -> Edit | None:
    """The removal of ``import name``, where the file uses the name nowhere but in ``removed`` places; else None."""
    source = codebase.source(path)
    # Lines as Python counts them: `str.splitlines` also breaks at characters that end no line of code.
    wanted = re.compile(rf"import\s+{re.escape(name)}\s*")
    found = [n for n in range(1, len(source.line_starts) + 1) if wanted.fullmatch(source.line_text(n))]
    if len(found) != 1 or len(re.findall(rf"\b{re.escape(name)}\b", source.text)) != removed + 1:
        return None
    last = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    asked = re.compile(rf"from\s+[\w.]*\b{re.escape(last)}\s+import\s+(?:[^#\n]*\b{re.escape(name)}\b|\*|\()".encode())
    # By whatever name the other module knows this one: `from . import app as here`, then `here.pickle`.
    through = re.compile(rb"\." + name.encode() + rb"\b")
    named = codebase.containing(last)
    taking = [*codebase.search(asked, last), *(m for m in codebase.search(through, f".{name}") if m in named)]
    if any(module.path != path for module in taking):
        return None  # Another module may take it from here.
    line = found[0]
    # Nothing may be left of its line, but the last line of a file has no next one.
    if line >= len(source.line_starts):
        return None
    return Edit(Place(path, line, 1, line + 1, 1), "")
