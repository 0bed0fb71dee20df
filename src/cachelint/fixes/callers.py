"""The calls of a function of the project: all of them, or the mention of its name that can't be accounted for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst

from cachelint.caching.collect import Facts
from cachelint.fixes.tree import Escapes
from cachelint.infer.scan import called_name
from cachelint.project import Codebase, Definition, FunctionRef, Lift, Module
from cachelint.project.trees import descendants

#: Lines that name a function without using it.
_NO_USE = re.compile(rb"\s*(?:#|from\s.*\bimport\b|import\s)")
#: A line of an import over several lines, or of ``__all__``.
_IMPORTED = re.compile(rb"\s*(?:\w+|['\"]\w+['\"]),?\s*\)?\s*$")


def calls_of(
    ref: FunctionRef, facts: Facts, known: Collection[tuple[str, str]] = ()
) -> list[tuple[FunctionRef, Lift, cst.Call]]:
    """Every call of a function, with the function around it.

    ``known`` are other mentions that are accounted for: file and name of each.

    Raises Escapes where it may be used in another way.
    """
    name = ref.definition.name
    lift = ref.module.lift(ref.definition)
    tree = lift.function if lift is not None else None
    if lift is None or tree is None or tree.decorators:
        raise Escapes(f"`{name}` is decorated, so that others than the calls that are seen may use what it returns")
    word = re.compile(rb"\b" + re.escape(name.encode()) + rb"\b")
    found: list[tuple[FunctionRef, Lift, cst.Call]] = []
    for module in facts.codebase.containing(name, word):
        here = list(_calls_in(module, name, word))
        others = [other for other, _, _ in here if other.definition.name == name and other != ref]
        if others or _definitions(module, name) != (1 if module is ref.module else 0):
            raise Escapes(f"`{name}` is the name of more than one function")
        home = lift.place(tree.name).line if module is ref.module else 0
        mentions = [mention for mention in _mentions(module, word) if mention[0] != home]
        if len(mentions) != len(here) + list(known).count((module.path, name)):
            seen = {lift.place(call).line for _, lift, call in here}
            line = next((number for number, _ in mentions if number not in seen), mentions[0][0] if mentions else 1)
            raise Escapes(f"`{name}` is named at {module.path}:{line} in a way that is not followed")
        found += here
    if not found and name not in {other for _, other in known}:
        raise Escapes(f"nothing that calls `{name}` is seen")
    return found


def _definitions(module: Module, name: str) -> int:
    return sum(1 for definition in module.outline.walk() if definition.name == name)


def _calls_in(module: Module, name: str, word: re.Pattern[bytes]) -> Iterator[tuple[FunctionRef, Lift, cst.Call]]:
    for definition in module.outline.walk():
        if definition.form != "function" or not word.search(module.text_of(definition)):
            continue
        lift = module.lift(definition)
        tree = lift.function if lift is not None else None
        for node in descendants(tree) if tree is not None else ():
            if isinstance(node, cst.Call) and called_name(node) == name and lift is not None:
                yield FunctionRef(module, definition), lift, node


@dataclass(frozen=True)
class Mention:
    """A place where a name stands; ``function`` is the function around it, ``offset`` its bytes from the start."""

    module: Module
    line: int
    offset: int
    function: Definition | None


def mentions(name: str, codebase: Codebase) -> Iterator[Mention]:
    """Each place of the project where a name is used: not where it is bound, imported or commented on."""
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"\b")
    bound = re.compile(rb"\s*(?:(?:async\s+)?def\s+|class\s+)?" + re.escape(name.encode()) + rb"\s*(?:[:(]|=(?!=))")
    for module in codebase.containing(name, word):
        functions = [d for d in module.outline.walk() if d.form == "function"]
        offset = 0
        for number, line in enumerate(module.source.data.splitlines(keepends=True), 1):
            for match in word.finditer(line) if not _NO_USE.match(line) else ():
                if match.start() == len(line) - len(line.lstrip()) + _lead(line) and bound.match(line):
                    continue
                at = offset + match.start()
                function = next((f for f in functions if f.start <= at < f.end), None)
                if function is not None or not _IMPORTED.match(line):
                    yield Mention(module, number, at, function)
            offset += len(line)


def _lead(line: bytes) -> int:
    """How far from its indentation the name that a line binds stands."""
    match = re.match(rb"\s*((?:async\s+)?def\s+|class\s+)", line)
    return len(match.group(1)) if match else 0


def _mentions(module: Module, word: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each place where a name stands, by line, but in imports and comments."""
    for number, line in enumerate(module.source.data.splitlines(), 1):
        if not _NO_USE.match(line):
            for match in word.finditer(line):
                yield number, match.group()
