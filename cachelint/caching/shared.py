"""Cache objects that a module or class takes out of ``caches`` and keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.infer.context import Context
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef
from cachelint.types.cache import CacheHandler
from cachelint.types.join import members
from cachelint.types.strings import constant

_KEPT = re.compile(rb"caches(?<!\wcaches)\s*\[")


@dataclass(frozen=True, eq=False)
class SharedCache(Fact):
    """A cache object that is given to a name at the top of a module or in a class; ``alias`` None where computed."""

    name: str
    alias: str | None
    at: Place

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.at


def shared_caches(interpreter: Interpreter) -> Iterator[SharedCache]:
    """All of a project, in the order of files and lines."""
    for module in interpreter.codebase.search(_KEPT, "caches"):
        if is_test(module.path):
            continue
        for definition in module.naming("caches"):
            if definition.form != "assignment":
                continue
            parsed = module.parsed(definition)
            owner = ClassRef(module, definition.parent) if definition.parent is not None else None
            for statement in parsed.statements if parsed is not None else ():
                for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
                    if (
                        not isinstance(small, cst.Assign)
                        or not isinstance(small.value, cst.Subscript)
                        or parsed is None
                    ):
                        continue
                    context = Context(interpreter, module, parsed, owner=owner, class_scope=owner is not None)
                    with interpreter.question():
                        base = members(context.evaluate(small.value.value))
                        index = small.value.slice[0].slice
                        alias = constant(context.evaluate(index.value)) if isinstance(index, cst.Index) else None
                    if base and all(isinstance(member, CacheHandler) for member in base):
                        name = dotted(small.targets[0].target) or definition.name
                        yield SharedCache(name, alias if isinstance(alias, str) else None, parsed.place(small))
