"""Where a cache is asked for by its alias: ``caches["x"]``, ``cache_page(cache="x")``, settings that name one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst

from cachelint.caching.fact import Fact
from cachelint.caching.pages import CachedPage
from cachelint.findings import Place
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.enclosing import around
from cachelint.project.files import is_test
from cachelint.project.module import Module
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import External
from cachelint.project.syntax import descendants

#: Settings of Django that name a cache.
_SETTINGS = ("SESSION_CACHE_ALIAS", "CACHE_MIDDLEWARE_ALIAS")
_CACHES = "django.core.cache.caches"
_ASKED = re.compile(r"CACHES|\bin caches\b|hasattr|\bget\(")


@dataclass(frozen=True, eq=False)
class AliasUse(Fact):
    """One use. ``guarded`` is true where the code around asks first, or catches that there is none."""

    at: Place
    alias: str
    written: str
    guarded: bool = False

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.at


def alias_uses(interpreter: Interpreter, pages: Iterable[CachedPage]) -> Iterator[AliasUse]:
    """All uses outside of tests."""
    for module in interpreter.codebase.containing("caches"):
        if not is_test(module.path):
            for definition in module.naming("caches"):
                parsed = module.parsed(definition, header_only=definition.form == "class")
                if parsed is not None:
                    yield from _in_definition(interpreter, module, parsed)
    for page in pages:
        for argument in page.call.args if page.call is not None else ():
            named = argument.keyword is not None and argument.keyword.value == "cache"
            if named and isinstance(argument.value, cst.SimpleString):
                text = str(argument.value.evaluated_value)
                yield AliasUse(page.parsed.place(page.node), text, f'cache_page(cache="{text}")')
    for module in interpreter.settings_modules:
        for name in _SETTINGS:
            for definition in module.naming(name):
                parsed = module.parsed(definition) if definition.form == "assignment" else None
                for node in descendants(parsed.module) if parsed is not None else ():
                    if isinstance(node, cst.Assign) and isinstance(node.value, cst.SimpleString) and parsed is not None:
                        yield AliasUse(parsed.place(node), str(node.value.evaluated_value), name)


def _in_definition(interpreter: Interpreter, module: Module, parsed: ParsedDefinition) -> Iterator[AliasUse]:
    for node in descendants(parsed.module):
        if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
            continue
        name = dotted(node.value)
        index = node.slice[0].slice
        if name is None or not isinstance(index, cst.Index) or not isinstance(index.value, cst.SimpleString):
            continue
        symbol = interpreter.classes.resolve_dotted(module, name)
        if isinstance(symbol, External) and symbol.name == _CACHES:
            text = str(index.value.evaluated_value)
            yield AliasUse(parsed.place(node), text, f'caches["{text}"]', _is_guarded(node, parsed))


def _is_guarded(node: cst.CSTNode, parsed: ParsedDefinition) -> bool:
    for outer in around(node, parsed):
        if isinstance(outer, cst.Try):
            return True
        if isinstance(outer, cst.If | cst.IfExp) and _ASKED.search(parsed.code(outer.test)):
            return True
    return False
