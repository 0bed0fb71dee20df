"""Imports that a fix needs, and those that it leaves without use."""

from __future__ import annotations

import re

from cachelint.findings import Edit, Place
from cachelint.project import Codebase, Source

_TOP_IMPORT = re.compile(r"^(?:from\s+\S+\s+import\s|import\s)")


def name_for(source: Source, module: str, name: str) -> tuple[str, Edit | None]:
    """How a file can call ``module.name``: by what it imports already, else by an import to be added."""
    for line in source.text.splitlines():
        if re.match(rf"from\s+{re.escape(module)}\s+import\s+(?:.*\W)?{name}\s*(?:,|$|#)", line):
            return name, None
        other = re.match(rf"from\s+{re.escape(module)}\s+import\s+(?:.*\W)?{name}\s+as\s+(\w+)", line)
        if other is not None:
            return other.group(1), None
        whole = re.match(rf"import\s+(?:.*,\s*)?{re.escape(module)}\s+as\s+(\w+)", line)
        if whole is not None:
            return f"{whole.group(1)}.{name}", None
        if re.match(rf"import\s+(?:.*,\s*)?{re.escape(module)}\s*(?:,|$|#)", line):
            return f"{module}.{name}", None
    if re.search(rf"\b{name}\s*=|\bdef\s+{name}\b|\bclass\s+{name}\b", source.text):
        return f"{module}.{name}", _added(source, f"import {module}")
    return name, _added(source, f"from {module} import {name}")


def _added(source: Source, text: str) -> Edit:
    """An import on a line of its own: before the first import of the file, after ``__future__``, or at its top."""
    lines = source.text.splitlines()
    future = [n for n, line in enumerate(lines, 1) if line.startswith("from __future__")]
    first = next((n for n, line in enumerate(lines, 1) if _TOP_IMPORT.match(line) and n not in future), None)
    if first is None:
        first = future[-1] + 1 if future else 1
    return Edit(Place(source.path, first, 1, first, 1), f"{text}\n")


def unused_after(codebase: Codebase, path: str, name: str, removed: int) -> Edit | None:
    """The removal of ``import name``, where the file uses the name nowhere but in ``removed`` places; else None."""
    source = codebase.source(path)
    lines = source.text.splitlines()
    found = [n for n, line in enumerate(lines, 1) if re.fullmatch(rf"import\s+{re.escape(name)}\s*", line)]
    if len(found) != 1 or len(re.findall(rf"\b{re.escape(name)}\b", source.text)) != removed + 1:
        return None
    last = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    asked = re.compile(rf"from\s+[\w.]*\b{re.escape(last)}\s+import\s+(?:[^#\n]*\b{re.escape(name)}\b|\*|\()".encode())
    if any(module.path != path for module in codebase.search(asked, last)):
        return None  # Another module may take it from here.
    line = found[0]
    # Nothing may be left of its line, but the last line of a file has no next one.
    if line >= len(source.line_starts):
        return None
    return Edit(Place(path, line, 1, line + 1, 1), "")
