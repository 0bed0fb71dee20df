"""What settings modules say of caches, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.infer.interpreter import Interpreter
from cachelint.project.module import Module
from cachelint.project.symbols import ValueRef
from cachelint.types.base import Origin
from cachelint.types.containers import Dict
from cachelint.types.join import members
from cachelint.types.walk import settled


@dataclass(frozen=True, eq=False)
class CacheSettings(Fact):
    """An entry of ``CACHES`` in one settings module: ``alias`` with its ``options``, as far as they are known."""

    module: Module
    alias: str
    options: Dict
    origin: Origin

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.origin.place


def cache_settings(interpreter: Interpreter) -> Iterator[CacheSettings]:
    """The entries of ``CACHES`` in each settings module, where they are written out as dicts."""
    for module in interpreter.settings_modules:
        symbol = interpreter.codebase.resolve(module, "CACHES")
        if not isinstance(symbol, ValueRef):
            continue
        with interpreter.question():
            configured = settled(interpreter.value(symbol))
        for entries in members(configured):
            for alias, options in entries.entries if isinstance(entries, Dict) else ():
                for option in members(options):
                    if isinstance(alias, str) and isinstance(option, Dict) and option.origin is not None:
                        yield CacheSettings(module, alias, option, option.origin)
