"""Imports that a fix needs, and those that it leaves without use."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection

import libcst as cst

from cachelint.findings import Edit, Place
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.project.codebase import Codebase
from cachelint.project.files import without_suffix
from cachelint.project.module import Module
from cachelint.project.syntax import descendants

#: Lines that an import may have.
_MAX_LINES = 200
#: An import that gets longer than this by a name is left alone: Black's own limit.
_WIDEST = 88


class Imports:
    """The imports that one fix needs: those from one module are written together."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[Module, str], set[str]] = {}

    def name(self, module: Module, home: str, name: str, taken: Collection[str]) -> str:
        """How a file can call ``home.name``: by what it imports already, else by an import to be added.

        ``taken`` are variables of the function that calls it. Raises FixBlocked where no name is free.
        """
        scope = module.outline.scope
        for bound, bindings in scope.imports.items():
            binding = bindings[0]
            if len(bindings) > 1 or binding.conditional or bound in scope.definitions or bound in taken:
                continue
            if binding.name == name and module.absolute(binding.module) == home:
                return bound
            if not binding.name and binding.module == home and "." not in home:
                return f"{bound}.{name}"

        def is_free(word: str) -> bool:
            return word not in scope.imports and word not in scope.definitions and word not in taken and not scope.stars

        if is_free(name) and _is_starred(module):
            raise FixBlocked(f"{module.path} is imported with `*` elsewhere: `{name}` would be handed on")
        if is_free(name):
            self._wanted.setdefault((module, home), set()).add(name)
            return name
        if is_free(home) and "." not in home:
            self._wanted.setdefault((module, home), set())
            return f"{home}.{name}"
        raise FixBlocked(
            f"`{name}` and `{home}` already mean something else in {module.path}, which would need `{home}.{name}`"
        )

    def edits(self) -> list[Edit]:
        """The edits that add them."""
        return [_added(module, home, sorted(names)) for (module, home), names in self._wanted.items()]


def _is_starred(module: Module) -> bool:
    """Whether another file takes all names of a module, and the module does not say which these are."""
    codebase = module.codebase
    if not isinstance(codebase, Codebase) or "__all__" in module.outline.scope.definitions:
        return False
    last = without_suffix(module.path).removesuffix("/__init__").rpartition("/")[2]
    pattern = re.compile(rb"from\s+[\w.]*\b" + re.escape(last.encode()) + rb"\s+import\s+\*")
    return any(other is not module for other in codebase.search(pattern, "import *"))


def local_import(function: Function, home: str, name: str) -> Edit:
    """An import at the beginning of a function: its file could not be loaded if it stood at the top."""
    body = function.tree.body
    inside = list(descendants(function.tree))
    imported = any(isinstance(node, cst.ImportAlias) and node.evaluated_name == name for node in inside)
    if not imported and any(isinstance(node, cst.Name) and node.value == name for node in inside):
        raise FixBlocked(f"`{name}` means something else in `{function.ref.definition.name}`")
    if not isinstance(body, cst.IndentedBlock):
        raise FixBlocked(f"`{function.ref.definition.name}` has no room for an import of `{name}`")
    first = next((s for s in body.body if not _is_docstring(s)), body.body[0])
    place = function.parsed.place(first)
    indent = function.ref.module.line(place.line)[: place.column - 1]
    written = _home_as_written(function.ref.module, home)
    return Edit(Place(place.path, place.line, 1, place.line, 1), f"{indent}from {written} import {name}\n")


def _is_docstring(statement: cst.BaseStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    only = statement.body[0]
    return isinstance(only, cst.Expr) and isinstance(only.value, cst.SimpleString | cst.ConcatenatedString)


def _home_as_written(module: Module, home: str) -> str:
    """A module's name as the imports of a file would write it: with leading dots where they do so."""
    asked = [binding.module for bindings in module.outline.scope.imports.values() for binding in bindings]
    package = module.name if module.is_package else module.name.rpartition(".")[0]
    top = home.partition(".")[0]
    if not any(name.startswith(".") for name in asked) or any(name.partition(".")[0] == top for name in asked):
        return home
    dots = "."
    while package and home != package and not home.startswith(f"{package}."):
        package = package.rpartition(".")[0]
        dots += "."
    return f"{dots}{home[len(package) :].lstrip('.')}" if package and home != package else home


def _added(module: Module, home: str, names: list[str]) -> Edit:
    """An import where an orderly file has it: beside others from the same place, else in the order of the alphabet."""
    written = _home_as_written(module, home) if names else home
    definitions = [d.line for found in module.outline.scope.definitions.values() for d in found]
    code = min(definitions, default=sys.maxsize)
    lines = [(n, other) for n, other in module.outline.scope.import_lines if other != "__future__" and n < code]
    for line, other in lines:
        merged = _merged(module, line, names) if other == written and names else None
        if merged is not None:
            return merged
    text = f"from {written} import {', '.join(names)}\n" if names else f"import {home}\n"
    if not lines:
        futures = module.outline.scope.import_lines
        first = _line_after(module, futures[-1][0]) if futures else _after_docstring(module)
        return _line_edit(module, first, text if futures else f"{text}\n")
    group = [(line, other) for line, other in lines if _section(module, other) == _section(module, home)]
    alike = [(line, other) for line, other in group if _dots(other) == _dots(written)]
    later = next((line for line, other in alike if module.absolute(other) > home), None)
    if later is not None:
        return _line_edit(module, later, text)
    if group:
        return _line_edit(module, _line_after(module, (alike or group)[-1][0]), text)
    before = [line for line, other in lines if _section(module, other) < _section(module, home)]
    if before:
        return _line_edit(module, _line_after(module, before[-1]), f"\n{text}")
    return _line_edit(module, lines[0][0], f"{text}\n")


def _dots(home: str) -> int:
    return len(home) - len(home.lstrip("."))


def _line_edit(module: Module, line: int, text: str) -> Edit:
    return Edit(Place(module.path, line, 1, line, 1), text)


_ONE_LINE = re.compile(r"from\s+[\w.]+\s+import\s+(\w+(?:\s*,\s*\w+)*)\s*")
_ONE_EACH = re.compile(r"\s+(\w+),\s*")


def _merged(module: Module, line: int, names: list[str]) -> Edit | None:
    """Names added to an import that stands there; None where it is written in a way of its own."""
    text = module.line(line)
    match = _ONE_LINE.fullmatch(text)
    if match is not None:
        known = [name.strip() for name in match.group(1).split(",")]
        both = sorted({*known, *names}, key=str) if known == sorted(known) else [*known, *names]
        new = text[: match.start(1)] + ", ".join(both)
        if len(new) > _WIDEST:
            return None
        return Edit(Place(module.path, line, 1, line, len(text) + 1), new)
    if not text.rstrip().endswith("(") or len(names) > 1:
        return None
    number = line + 1
    while (entry := _ONE_EACH.fullmatch(module.line(number))) is not None and entry.group(1) < names[0]:
        number += 1
    if entry is None and module.line(number).strip() != ")":
        return None
    indent = module.line(line + 1)[: len(module.line(line + 1)) - len(module.line(line + 1).lstrip())]
    return _line_edit(module, number, f"{indent}{names[0]},\n")


def _section(module: Module, home: str) -> int:
    """0 for the standard library, 1 for other packages, 2 for those of the project, as most files group imports."""
    top = module.absolute(home).partition(".")[0]
    if home.startswith(".") or top == module.name.partition(".")[0]:
        return 2
    return 0 if top in sys.stdlib_module_names else 1


def _line_after(module: Module, line: int) -> int:
    """The line after an import that begins on a line, which may have several."""
    last = line + _MAX_LINES
    text = module.line(line)
    depth = text.partition("#")[0].count("(") - text.partition("#")[0].count(")")
    while depth > 0 or text.rstrip().endswith("\\"):
        line += 1
        text = module.line(line)
        depth += text.partition("#")[0].count("(") - text.partition("#")[0].count(")")
        if line > last:
            break
    return line + 1


def _after_docstring(module: Module) -> int:
    """The first line of a file that belongs to its code."""
    statements = module.outline.scope.statements
    if statements and statements[0].line == 1:
        text = module.text_of(statements[0])
        if text[:1] in (b'"', b"'"):
            return 1 + text.count(b"\n") + 1
    return 1


def unused_after(codebase: Codebase, path: str, name: str, removed: int) -> Edit | None:
    """The removal of ``import name``, where the file uses the name nowhere but in ``removed`` places; else None."""
    source = codebase.source(path)
    # Lines as Python counts them: `str.splitlines` also breaks at characters that end no line of code.
    wanted = re.compile(rf"import\s+{re.escape(name)}\s*")
    found = [n for n in range(1, len(source.line_starts) + 1) if wanted.fullmatch(source.line_text(n))]
    if len(found) != 1 or len(re.findall(rf"\b{re.escape(name)}\b", source.text)) != removed + 1:
        return None
    last = without_suffix(path).removesuffix("/__init__").rpartition("/")[2]
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
