"""``cachelint reveal FILE:LINE``: what inference knows there, for whoever asks why something is found, or is not."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.declared import by_name
from cachelint.caching.facts import Facts
from cachelint.caching.rounds import collect
from cachelint.infer.context import Context, Run
from cachelint.infer.interpreter import Interpreter
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import FunctionRef
from cachelint.run.files import files_of
from cachelint.run.options import Options, UsageError
from cachelint.run.subprojects import split
from cachelint.types.base import NO_VALUE, Type, Unknown
from cachelint.types.cache import Cached
from cachelint.types.code import Function
from cachelint.types.display import describe
from cachelint.types.join import join_all, members
from cachelint.types.strings import constant
from cachelint.types.template import templates
from cachelint.types.walk import params_of, settled


class Revealed(NamedTuple):
    """What is known at a line. ``calls`` are the calls of caches, each with its rows."""

    place: str
    function: str
    variables: list[tuple[str, str]]
    calls: list[tuple[str, list[tuple[str, str]]]]


def reveal(options: Options, file: Path, line: int) -> Revealed:
    """What inference knows at a line of a file. Raises UsageError where the project has no such line.

    ``options`` are those of a run on that file.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 20_000))
    options, files = _project_of(options)
    path = file.relative_to(options.root).as_posix()
    codebase = Codebase(options.root, files)
    module = codebase.modules.get(path)
    if module is None:
        raise UsageError(f"{path}: not a Python file of this project")
    count = len(module.reading.data.splitlines())
    if not 1 <= line <= count:
        raise UsageError(f"{path}:{line}: the file has {count} lines")
    facts = collect(codebase, by_name(dict(options.wrappers)), options.fix_timeout)
    definition = _around(module, line)
    variables = _variables(codebase, module, definition, line) if definition is not None else []
    return Revealed(
        f"{path}:{line}",
        definition.qualname if definition is not None else "",
        variables,
        list(_calls(facts, path, line)),
    )


def _project_of(options: Options) -> tuple[Options, list[str]]:
    """The project that the one file of ``options`` belongs to, which may lie inside another, and its files."""
    found = files_of(options)
    parts = split(options, found)
    if parts == [("", options)]:
        return options, found.files
    return _project_of(next(part for _, part in parts if part.paths))


def _around(module: Module, line: int) -> Definition | None:
    """The innermost function around a line, or the statement of a module or class that it belongs to."""
    found: Definition | None = None
    data = module.reading.data
    for definition in module.outline.walk():
        last = definition.line + data.count(b"\n", definition.start, definition.end)
        if definition.form != "class" and definition.line <= line <= last:
            found = definition
    return found


class _Stopping(Interpreter):
    """Runs statements one by one, and takes down the variables as they are after those of one line."""

    def __init__(self, codebase: Codebase, path: str, line: int) -> None:
        super().__init__(codebase)
        self.path = path
        self.line = line
        self.seen: dict[str, list[Type]] = {}
        inner = self.run_block

        def run_block(context: Context, statements: Iterable[cst.CSTNode], run: Run | None = None) -> bool:
            for statement in statements:
                body = statement.body if isinstance(statement, cst.IndentedBlock) else [statement]
                for node in body:
                    alive = inner(context, [node], run)
                    self._look(context, node)
                    if not alive:
                        return False
            return True

        self.run_block = run_block

    def _look(self, context: Context, node: cst.CSTNode) -> None:
        if context.parsed.path != self.path or context.observer is None:
            return
        place = context.parsed.place(node)
        header = place.line if hasattr(node, "body") and not isinstance(node, cst.SimpleStatementLine) else 0
        if header == self.line or (not header and place.line <= self.line <= place.end_line):
            for name in context.env.names():
                found = context.env.get(name)
                if found is not None:
                    self.seen.setdefault(name, []).append(settled(found))


class _Everything:
    """An observer that marks the run which is looked at, and sees nothing itself."""

    def subscribes(self, name: str) -> bool:
        """See Observer."""
        return False

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""

    def stored(self, context: Context, target: cst.Subscript, value: Type) -> None:
        """See Observer."""

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer."""


def _variables(codebase: Codebase, module: Module, definition: Definition, line: int) -> list[tuple[str, str]]:
    interpreter = _Stopping(codebase, module.path, line)
    with interpreter.question():
        if definition.form == "function":
            interpreter.run(Function(FunctionRef(module, definition)), observer=_Everything())
        else:
            parsed = module.parsed(definition)
            if parsed is not None:
                Context(interpreter, module, parsed, observer=_Everything()).run(parsed.statements)
    return [(name, shown(join_all(types), module.path)) for name, types in interpreter.seen.items()]


def _calls(facts: Facts, path: str, line: int) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for call in facts.calls:
        place = call.place
        if place.path == path and place.line <= line <= place.end_line:
            yield call.called, list(_rows(call))
    for load in facts.deserializations:
        place = load.place
        if place.path == path and place.line <= line <= place.end_line:
            yield load.loader, [("data", shown(load.data, path))]


def _rows(call: CacheCall) -> Iterator[tuple[str, str]]:
    yield "method", call.method if call.inner is None else f"{call.method}, by `{call.innermost.called}` inside"
    yield "cache", "unknown" if call.alias is None else call.alias
    texts = [template.template for template in templates(call.key)]
    yield "key", " | ".join(f'"{text}"' for text in texts) or shown(call.key, call.parsed.path)
    for name in ("value", "timeout", "version"):
        typ: Type | None = getattr(call, name)
        if typ is not None:
            yield name, shown(typ, call.parsed.path)
        elif name == "timeout" and call.writes:
            yield name, "none is passed"
    if call.inner is not None:
        yield "decided here", ", ".join(sorted(call.roles)) or "nothing"


def shown(typ: Type, path: str) -> str:
    """A type for people, with the parameters that decide it, and where in or outside of ``path`` it was made."""
    known = constant(typ)
    text = describe(typ).replace("?", "unknown") if known is NO_VALUE else repr(known)
    if any(isinstance(member, Unknown) for member in members(typ)):
        decided = ", ".join(f"`{name}`" for name in sorted(params_of(typ)))
        text += f", decided by {decided}" if decided else ""
    if any(isinstance(member, Cached) for member in members(typ)):
        text = f"{text} (out of the cache)"
    if typ.origin is not None:
        place = typ.origin.place
        where = f"line {place.line}" if place.path == path else f"{place.path}:{place.line}"
        text += f"  from `{typ.origin.code}` ({where})"
    return text
