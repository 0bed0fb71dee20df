"""Collecting the facts: running every candidate, and following wrappers to their callers, round by round."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cachelint.caching.calls import CacheCall
from cachelint.caching.candidates import (
    CacheNames,
    bound_to_method,
    calls_of,
    candidates,
    loaders,
    names_of,
    uses_cache,
)
from cachelint.caching.declared import Declared
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.caching.observer import CallCollector, called_by
from cachelint.caching.stored_again import fill_in
from cachelint.infer.context import Context
from cachelint.infer.interpreter import Interpreter
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.code import Function
from cachelint.types.join import join_all

_MAX_ROUNDS = 6
#: Definitions that are run to find the callers of one method.
_MAX_CALLERS = 250


def collect(
    codebase: Codebase, declared: Mapping[str, Declared] | None = None, fix_timeout: int | None = None
) -> Facts:
    """All facts of a project; ``declared`` are wrappers of third-party code, by full name."""
    interpreter = Interpreter(codebase)
    uses = uses_cache(codebase)
    # Those of our own table matter where their package is used at all.
    used = {
        name: each
        for name, each in (declared or {}).items()
        if not each.by_table or _is_imported(codebase, name.partition(".")[0])
    }
    collector = CallCollector(interpreter, used)
    names = _Rounds(collector).run()
    calls = sorted(collector.calls.values(), key=_order)
    fill_in(calls)
    deserializations = sorted(collector.deserializations.values(), key=_order)
    return Facts(interpreter, calls, deserializations, names, uses_cache=uses, fix_timeout=fix_timeout)


def _is_imported(codebase: Codebase, package: str) -> bool:
    pattern = re.compile(rb"^[ \t]*(?:from|import)[ \t]+" + package.encode() + rb"\b", re.MULTILINE)
    return bool(codebase.search(pattern, package))


def _order(fact: CacheCall | Deserialization) -> tuple[str, int]:
    """By file and definition; those of one definition stay in the order in which they were met."""
    return (fact.parsed.path, fact.parsed.first_line)


class _Rounds:
    """Runs candidates under a collector until no new wrapper turns up."""

    def __init__(self, collector: CallCollector) -> None:
        self.collector = collector
        self.interpreter = collector.interpreter
        self.codebase = collector.interpreter.codebase
        self.naming_caches: set[tuple[str, int]] = set()
        self.done: set[tuple[str, int]] = set()
        #: How many changes of wrappers had happened when a definition was run: it need not be run again for those.
        self.begun_at: dict[tuple[str, int], int] = {}

    def run(self) -> CacheNames:
        """Run all candidates, then those that call what turned out to be a wrapper, until none is new."""
        names = CacheNames(self.codebase)
        self._run_rounds(names)
        for inner, node, role, typ in self.collector.from_callers:
            call = self.collector.general(inner, node)
            if call is not None:
                setattr(call, role, join_all([getattr(call, role), typ]))
        return names

    def _run_rounds(self, cache_names: CacheNames) -> None:
        self.collector.cache_names = cache_names.words
        names = {d.short_name for d in self.collector.declared.values()}
        declared = candidates(self.codebase, names, names) if names else ()
        # Those first that name Django's cache themselves: what wraps it is known to the others then, wherever they are.
        importing = {module.path for module in self.codebase.containing("django.core.cache")}
        near_caches = sorted(candidates(self.codebase, cache_names.words), key=lambda c: c[0].path not in importing)
        self.naming_caches.update((module.path, definition.start) for module, definition in near_caches)
        bound = cache_names.methods()
        self.collector.subscribed |= bound
        calling = candidates(self.codebase, bound, bound) if bound else ()
        first = [*near_caches, *loaders(self.codebase), *declared, *calling]
        self.codebase.expect("interpreted", len(first))
        for module, definition in first:
            self.enter(module, definition)
        known: set[FunctionRef] = set()
        for _ in range(_MAX_ROUNDS):
            fresh = [ref for ref in self.collector.wrappers if ref not in known]
            if not fresh:
                return
            known.update(fresh)
            callers = self._callers(fresh, cache_names)
            self.codebase.expect("interpreted", len(callers))
            for module, definition in callers:
                if self._knew(module, definition, fresh):
                    continue
                self.done.discard((module.path, definition.start))
                self.enter(module, definition)

    def _knew(self, module: Module, definition: Definition, wrappers: list[FunctionRef]) -> bool:
        """Whether those of some wrappers that a definition names were known as they are when it was last run."""
        begun = self.begun_at.get((module.path, definition.start))
        if begun is None:
            return False
        late = [ref for ref in wrappers if self.collector.changed_at[ref] > begun]
        names = {called_by(ref.definition) for ref in late}
        # An instance is called by whatever name it travels under.
        if "__call__" in names:
            return False
        return not any(definition is around for name in names for around in module.naming(name))

    def _callers(self, wrappers: list[FunctionRef], cache_names: CacheNames) -> list[tuple[Module, Definition]]:
        found: dict[tuple[str, int], tuple[Module, Definition]] = {}
        plain: set[str] = set()
        #: Methods whose callers were looked for: classes of one name are told apart where the calls are run.
        sought: set[tuple[frozenset[str], str]] = set()
        for ref in wrappers:
            name = ref.definition.name
            parent = ref.definition.parent
            self.collector.subscribed.add(name)
            if parent is None:
                plain.add(name)
                continue
            owner = ClassRef(ref.module, parent)
            if name == "__init__":
                plain.add(parent.name)
                self.collector.subscribed.add(parent.name)
            if name == "__call__":
                # An instance is called by whatever name it travels under.
                instances = names_of(cache_names.travelling({f"{parent.name}()"}))
                plain |= instances
                self.collector.subscribed |= instances
            for inner in self._inside(owner, name):
                found[(inner[0].path, inner[1].start)] = inner
            # The name that a method of an instance is given in a module, for others to call.
            for instance in names_of(cache_names.travelling({f"{parent.name}()"})):
                named = set(bound_to_method(self.codebase, instance, (name,)))
                plain |= named
                self.collector.subscribed |= named
            # A method that its own family calls, and nobody else, has no callers that a search by names would find.
            if not self.codebase.search(calls_of([name], not_on=("self", "cls")), name):
                continue
            names = {parent.name} | {c.definition.name for c in self.interpreter.classes.subclasses(owner)}
            if (frozenset(names), name) in sought:
                continue
            sought.add((frozenset(names), name))
            words = names_of(cache_names.travelling(names | {f"{n}()" for n in names}))
            callers = list(candidates(self.codebase, words, [name]))
            # A name that half the project calls says nothing of who calls this method.
            for inner in callers if len(callers) <= _MAX_CALLERS else ():
                found[(inner[0].path, inner[1].start)] = inner
        if plain:
            for inner in candidates(self.codebase, plain, plain):
                found[(inner[0].path, inner[1].start)] = inner
        return list(found.values())

    def _inside(self, owner: ClassRef, name: str) -> list[tuple[Module, Definition]]:
        """Methods of the class, its bases and its subclasses that call ``self.name``."""
        pattern = re.compile(rb"\b(?:self|cls|super\(\))\." + re.escape(name.encode()) + rb"\s*\(")
        found: list[tuple[Module, Definition]] = []
        classes = self.interpreter.classes
        family = [*(b for b in classes.order(owner) if isinstance(b, ClassRef)), *classes.subclasses(owner)]
        for ref in family:
            for definitions in ref.definition.scope.definitions.values() if ref.definition.scope else ():
                for definition in definitions:
                    if definition.form == "function" and ref.module.matches(definition, pattern):
                        found.append((ref.module, definition))
        return found

    def enter(self, module: Module, definition: Definition) -> None:
        """Run one definition from outside, with nothing known of its callers."""
        key = (module.path, definition.start)
        if key in self.done:
            return
        self.done.add(key)
        self.begun_at[key] = self.collector.changes
        self.collector.names_caches = key in self.naming_caches
        self.codebase.count("interpreted")
        try:
            with self.interpreter.question():
                self._run_definition(module, definition)
        except RecursionError:
            # The end of what is followed, as with the other bounds: nothing more is known of this definition.
            self.codebase.count("given up")
            self.interpreter.give_up()
        except Exception as error:
            # Our own mistake about one definition must not cost the findings of all others.
            self.codebase.problem(module.path, f"a bug in cachelint near line {definition.line}: {error!r}")
            self.interpreter.give_up()
        finally:
            self.collector.function = None

    def _run_definition(self, module: Module, definition: Definition) -> None:
        if definition.form == "function":
            self.collector.function = FunctionRef(module, definition)
            self.interpreter.run(Function(self.collector.function), observer=self.collector)
            function, self.collector.function = self.collector.function, None
            self.collector.decorated(function)
            return
        self.collector.function = None
        parsed = module.parsed(definition)
        if parsed is not None:
            owner = ClassRef(module, definition.parent) if definition.parent else None
            context = Context(
                self.interpreter, module, parsed, owner=owner, observer=self.collector, class_scope=owner is not None
            )
            context.run(parsed.statements)
