"""What the project's own templates read of a variable that a view gives them."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.infer.events import called_name
from cachelint.project.codebase import Codebase

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_MORE = re.compile(r"(?:include|extends)\s+(?:'([^']+)'|\"([^\"]+)\"|(\S+))")
_LOOP = re.compile(r"for\s+(\w+)\s+in\s+([\w.]+)")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_MAX_TEMPLATES = 20


def names_in_templates(
    codebase: Codebase, function: Function, call: cst.Call, name: str, rows: bool
) -> list[tuple[str, str]]:
    """The fields that a template reads of an instance (or of each of many), with file and line of each.

    Raises FixBlocked where the template is not found, or uses the value in another way.
    """
    template = next((a.value for a in call.args if isinstance(a.value, cst.SimpleString)), None)
    if template is None:
        raise FixBlocked(f"{function.where(call)}: the name of the template is unknown")
    reader = _Reader(codebase, f"{function.where(call)}")
    if called_name(call) == "render" and len(call.args) > 1 and call.args[1].value is not template:
        raise FixBlocked(f"{function.where(call)}: the name of the template is unknown")
    reader.read(str(template.evaluated_value), name, rows)
    return reader.found


class _Reader:
    def __init__(self, codebase: Codebase, where: str) -> None:
        self.codebase = codebase
        self.where = where
        self.found: list[tuple[str, str]] = []
        self.done: set[str] = set()

    def read(self, template: str, name: str, rows: bool) -> None:
        """Read a template and those that it includes or extends."""
        if template in self.done:
            return
        self.done.add(template)
        paths = self.codebase.others(("templates", "jinja2"), template)
        if not paths or len(self.done) > _MAX_TEMPLATES:
            raise FixBlocked(f"{self.where} passes it to the template {template!r}, which is not in the project")
        for path in paths:
            text = (self.codebase.root / path).read_text(encoding="utf-8", errors="replace")
            self._scan(path, text, name, rows)
            looped = rows and any(m.group(2) == name for m in _LOOP.finditer(text))
            for match in _MORE.finditer(text):
                if looped and match.group().startswith("include"):
                    raise FixBlocked(f"{path} includes a template that can also use the loop variable")
                if match.group(3):
                    raise FixBlocked(f"{path} includes a template whose name is unknown")
                self.read(match.group(1) or match.group(2), name, rows)

    def _scan(self, path: str, text: str, name: str, rows: bool) -> None:
        loops = [m.group(1) for m in _LOOP.finditer(text) if rows and m.group(2) == name]
        items = loops if rows else [name]
        for match in _TAG.finditer(text):
            inner = _STRING.sub("''", match.group(1) or match.group(2) or "")
            where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            loop = _LOOP.search(inner)
            for item in items:
                for used in re.finditer(rf"(?<![\w.]){re.escape(item)}\b(?:\.(\w+))?(\.)?", inner):
                    if loop is not None and loop.group(1) == item and used.start() == loop.start(1):
                        continue
                    if used.group(1) is None and match.group(2) is not None and _is_test(inner, item):
                        continue
                    if used.group(1) is None or used.group(2):
                        raise FixBlocked(f"{where} uses `{item}` in a way that a dict does not support")
                    self.found.append((used.group(1), where))
            if rows:
                rest = re.sub(rf"for\s+\w+\s+in\s+{re.escape(name)}\b", "", inner)
                if re.search(rf"(?<![\w.]){re.escape(name)}\b", rest) and not _is_test(inner, name):
                    raise FixBlocked(f"{where} uses `{name}` in a way that a list of dicts does not support")


def _is_test(tag: str, name: str) -> bool:
    """``{% if book %}``, ``{% if not books %}``."""
    return re.fullmatch(rf"\s*(?:el)?if\s+(?:not\s+)?{re.escape(name)}\s*", tag) is not None
