"""Collecting the facts: running every candidate, and following wrappers to their callers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import libcst as cst

from cachelint.caching.calls import METHOD_NAMES, CacheCall, Deserialization, base_method, read_call
from cachelint.caching.candidates import CacheNames, calls_of, candidates, loaders, names_of, uses_cache
from cachelint.caching.declared import Declared, site_of
from cachelint.caching.keys.graph import KeyGraph
from cachelint.caching.references import References
from cachelint.caching.wrappers import (
    FreeParameters,
    WrapperCallObserver,
    closure_parameter_names,
    parameter_names,
    unaffected_roles,
)
from cachelint.infer import events
from cachelint.infer.context import Context
from cachelint.infer.decorators import decorator_context
from cachelint.infer.events import called_name, closure_parameter, is_closure_parameter
from cachelint.infer.functions import call_closure, call_function
from cachelint.infer.instance_attributes import OWN_STATE
from cachelint.infer.interpreter import Interpreter
from cachelint.infer.library import caches
from cachelint.project.classes import dotted
from cachelint.project.codebase import Codebase, Module
from cachelint.project.files import is_test
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.project.syntax import CONTAINS
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Type, force
from cachelint.types.cache import CacheObject
from cachelint.types.code import BoundMethod, Class, Closure, ExternalSymbol, Function, Instance, Partial
from cachelint.types.join import join_all, members
from cachelint.types.walk import params_of, settled

#: Functions that run what they are fed with, by full name, and the position of the data.
DESERIALIZERS: dict[str, str] = {
    **{
        f"{module}.{name}": f"{module.rpartition('.')[2]}.{name}"
        for module in ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "six.moves.cPickle")
        for name in ("loads", "load", "Unpickler")
    },
    "joblib.load": "joblib.load",
    "shelve.open": "shelve.open",
    "jsonpickle.decode": "jsonpickle.decode",
    "jsonpickle.loads": "jsonpickle.loads",
    "yaml.load": "yaml.load",
    "yaml.unsafe_load": "yaml.unsafe_load",
    "yaml.full_load": "yaml.full_load",
    "builtins.eval": "eval",
    "builtins.exec": "exec",
}
_DESERIALIZER_NAMES = frozenset(name.rpartition(".")[2] for name in DESERIALIZERS)
_SAFE_YAML = re.compile(r"\b(C?Safe|Base)Loader\b")

_MAX_ROUNDS = 6
_MAX_WRAPPER_DEPTH = 5
#: Definitions that are run to find the callers of one method.
_MAX_CALLERS = 250


@dataclass
class Facts:
    """What is known of a project's use of the cache; ``fix_timeout`` is what the configuration wants to be written."""

    interpreter: Interpreter
    sites: list[CacheCall] = field(default_factory=list)
    deserializations: list[Deserialization] = field(default_factory=list)
    uses_cache: bool = True
    fix_timeout: int | None = None
    #: What was worked out for one finding and is the same for others, by what it is about.
    shared: dict[tuple[object, ...], Any] = field(default_factory=dict)

    @property
    def codebase(self) -> Codebase:
        """The code base that the facts are about."""
        return self.interpreter.codebase

    @cached_property
    def keys(self) -> KeyGraph:
        """The keys of the project, for whoever asks for one after all sites are collected."""
        return KeyGraph(self)

    @cached_property
    def references(self) -> References:
        """Where things of the project are named."""
        return References(self.interpreter)


def collect(codebase: Codebase, declared: Mapping[str, Declared] | None = None) -> Facts:
    """All sites and loads of a project; ``declared`` are wrappers of third-party code, by full name."""
    facts = Facts(Interpreter(codebase))
    if not uses_cache(codebase):
        facts.uses_cache = False
    collector = _Collector(facts, declared or {})
    collector.run()
    facts.sites = sorted(collector.sites.values(), key=_order)
    facts.deserializations = sorted(collector.deserializations.values(), key=_order)
    return facts


def _order(fact: CacheCall | Deserialization) -> tuple[str, int, int]:
    return (fact.parsed.path, fact.parsed.first_line, id(fact.node) * 0)


class _Collector:
    """Runs candidates; as an observer it sees the calls in them."""

    def __init__(self, facts: Facts, declared: Mapping[str, Declared]) -> None:
        self.facts = facts
        self.declared = declared
        self.interpreter = facts.interpreter
        self.codebase = facts.codebase
        #: By the id of the call's node and of that of the call of the cache, which a wrapper makes for its caller.
        self.sites: dict[tuple[int, int], CacheCall] = {}
        self.deserializations: dict[tuple[str, int], Deserialization] = {}
        #: Functions that hand parameters on → what is left to their callers, by the id of the call inside.
        self.wrappers: dict[FunctionRef, dict[int, FreeParameters]] = {}
        #: The same for lambdas and local functions, by the id of their tree.
        self.local_wrappers: dict[int, dict[int, FreeParameters]] = {}
        self.from_callers: list[tuple[CacheCall, int, str, Type]] = []
        #: What wrappers, and functions that load, are called by; methods of caches matter where a cache is named.
        self.subscribed: set[str] = {*_DESERIALIZER_NAMES, *(d.short_name for d in declared.values())}
        self.cache_names: set[str] = set()
        self.naming_caches: set[tuple[str, int]] = set()
        self.names_caches = False
        self.done: set[tuple[str, int]] = set()
        #: What is counted are changes of wrappers: which was each one's last, and which had happened when a definition
        #: was run, which need not be run again for those that it knew.
        self.changes = 0
        self.changed_at: dict[FunctionRef, int] = {}
        self.begun_at: dict[tuple[str, int], int] = {}
        self.function: FunctionRef | None = None

    # -- the rounds ----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run all candidates, then those that call what turned out to be a wrapper, until none is new."""
        self._run_rounds()
        for inner, node, role, typ in self.from_callers:
            site = self.general(inner, node)
            if site is not None:
                setattr(site, role, join_all([getattr(site, role), typ]))

    def _run_rounds(self) -> None:
        cache_names = CacheNames(self.codebase)
        self.cache_names = cache_names.words
        names = {d.short_name for d in self.declared.values()}
        declared = candidates(self.codebase, names, names) if names else ()
        # Those first that name Django's cache themselves: what wraps it is known to the others then, wherever they are.
        importing = {module.path for module in self.codebase.containing("django.core.cache")}
        near_caches = sorted(candidates(self.codebase, cache_names.words), key=lambda c: c[0].path not in importing)
        self.naming_caches.update((module.path, definition.start) for module, definition in near_caches)
        for module, definition in [*near_caches, *loaders(self.codebase), *declared]:
            self.enter(module, definition)
        known: set[FunctionRef] = set()
        for _ in range(_MAX_ROUNDS):
            fresh = [ref for ref in self.wrappers if ref not in known]
            if not fresh:
                return
            known.update(fresh)
            for module, definition in self._callers(fresh, cache_names):
                if self._knew(module, definition, fresh):
                    continue
                self.done.discard((module.path, definition.start))
                self.enter(module, definition)

    def _knew(self, module: Module, definition: Definition, wrappers: list[FunctionRef]) -> bool:
        """Whether those of some wrappers that a definition names were known as they are when it was last run."""
        begun = self.begun_at.get((module.path, definition.start))
        if begun is None:
            return False
        late = [ref for ref in wrappers if self.changed_at[ref] > begun]
        names = {_called_by(ref.definition) for ref in late}
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
            self.subscribed.add(name)
            if parent is None:
                plain.add(name)
                continue
            owner = ClassRef(ref.module, parent)
            if name == "__init__":
                plain.add(parent.name)
                self.subscribed.add(parent.name)
            if name == "__call__":
                # An instance is called by whatever name it travels under.
                instances = names_of(cache_names.travelling({f"{parent.name}()"}))
                plain |= instances
                self.subscribed |= instances
            for inner in self._inside(owner, name):
                found[(inner[0].path, inner[1].start)] = inner
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
        self.begun_at[key] = self.changes
        self.names_caches = key in self.naming_caches
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
            self.function = None

    def _run_definition(self, module: Module, definition: Definition) -> None:
        if definition.form == "function":
            self.function = FunctionRef(module, definition)
            self.interpreter.run(Function(self.function), observer=self)
            function, self.function = self.function, None
            self._decorated(function)
            return
        self.function = None
        parsed = module.parsed(definition)
        if parsed is not None:
            owner = ClassRef(module, definition.parent) if definition.parent else None
            context = Context(
                self.interpreter, module, parsed, owner=owner, observer=self, class_scope=owner is not None
            )
            context.run(parsed.statements)

    # -- observing -----------------------------------------------------------------------------------------

    def subscribes(self, name: str) -> bool:
        """See Observer."""
        return name in self.subscribed or (self.names_caches and (name in METHOD_NAMES or name == CONTAINS))

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        for fact in self.facts_of(context, node, 0):
            self._keep(fact, node)
            if self.function is not None:
                self._note_wrappers(context, fact, node, self.function)

    def _keep(self, fact: CacheCall | Deserialization, node: cst.BaseExpression) -> None:
        self._settle(fact)
        if isinstance(fact, CacheCall):
            # A wrapper may hold several sites: each is a fact of its own about this call.
            self.sites[id(node), id(fact.innermost.node)] = fact
        else:
            self._keep_load(fact)

    def _note_wrappers(
        self, context: Context, fact: CacheCall | Deserialization, node: cst.Call, function: FunctionRef
    ) -> None:
        """Remember which functions around a call leave something of it to their callers."""
        undecided = _left_to_callers(fact)
        if not undecided:
            return
        own = _left_to_callers(fact, of_closures=False)
        around = list(context.local_functions())
        ends_in = id(fact.innermost.node if isinstance(fact, CacheCall) else fact.node)
        for tree in around:
            left = self.local_wrappers.setdefault(id(tree), {})
            left.setdefault(id(node), FreeParameters(called_name(node), {})).roles[ends_in] = undecided
            name = tree.name.value if isinstance(tree, cst.FunctionDef) else "lambda"
            self.subscribed.add(name)
        # A function whose local function leaves something open may be one that makes decorators.
        if own or around:
            left = self.wrappers.setdefault(function, {})
            roles = left.setdefault(id(node), FreeParameters(called_name(node), {})).roles
            if roles.get(ends_in) != own:
                roles[ends_in] = own
                self.changes += 1
                self.changed_at[function] = self.changes
                self.subscribed.add(_called_by(function.definition))

    def _decorated(self, ref: FunctionRef) -> None:
        """A decorator that caches what the function gives is a call of a wrapper with that function."""
        parsed = ref.module.parsed(ref.definition)
        node = parsed.function if parsed is not None else None
        if parsed is None or node is None:
            return
        for decorator in node.decorators:
            name = (dotted(decorator.decorator) or called_name(decorator.decorator)).rpartition(".")[2]
            if not self.subscribes(name):
                continue
            context = decorator_context(self.interpreter, ref, parsed)
            if isinstance(decorator.decorator, cst.Call):
                context.observer = self
                events.expression(context, decorator.decorator)
            for fact in self._decorating(context, decorator.decorator, Function(ref, bare=True)):
                if isinstance(fact, CacheCall):
                    fact.decorates = ref.definition.name
                self._keep(fact, decorator.decorator)

    def _decorating(
        self, context: Context, node: cst.BaseExpression, function: Function
    ) -> list[CacheCall | Deserialization]:
        named = force(context.evaluate(node.func if isinstance(node, cst.Call) else node))
        if isinstance(named, ExternalSymbol) and named.name in self.declared:
            return [site_of(self.declared[named.name], context, node, self._arguments(context, node), function)]
        callee = force(context.evaluate(node))
        return self._facts(context, node, callee, Arguments((function,)), 0)

    def _settle(self, fact: CacheCall | Deserialization) -> None:
        """Work out all that a rule will ask of a fact, each with steps of its own: an endless one costs no other."""
        for role in ("key", "timeout", "version", "value") if isinstance(fact, CacheCall) else ("data",):
            typ = getattr(fact, role)
            if typ is not None:
                with self.interpreter.question():
                    setattr(fact, role, settled(typ))

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer."""
        container = node.comparisons[0].comparator
        name = container.attr.value if isinstance(container, cst.Attribute) else getattr(container, "value", "")
        if name not in self.cache_names:
            return
        for member in members(context.evaluate(container)):
            if isinstance(member, CacheObject):
                key = context.lazy(node.left)
                site = CacheCall("has_key", member.alias, context.parsed, node, context.function, key)
                site.nodes = {"key": node.left}
                self.sites[id(node), id(node)] = site

    def general(self, fact: CacheCall, node: int) -> CacheCall | None:
        """The same site as it is when nothing is known of the caller."""
        return self.sites.get((node, id(fact.innermost.node)))

    def _keep_load(self, load: Deserialization) -> None:
        key = (load.parsed.path, id(load.node))
        before = self.deserializations.get(key)
        if before is None or not _from_cache(before.data):
            self.deserializations[key] = load

    def facts_of(self, context: Context, node: cst.Call, depth: int) -> list[CacheCall | Deserialization]:
        """The sites and loads that a call is, or, for a call of a wrapper, leads to."""
        callee = force(context.evaluate(node.func))
        found: list[CacheCall | Deserialization] = []
        caches_met = {
            (cache, member.name)
            for member in members(callee)
            if isinstance(member, BoundMethod) and member.name in METHOD_NAMES
            for cache in members(member.receiver)
            if isinstance(cache, CacheObject)
        }
        if caches_met:
            # One of several caches: whatever differs between them is not known.
            cache, name = next(iter(caches_met)) if len(caches_met) == 1 else (CacheObject(None), called_name(node))
            found.append(self._site(context, node, cache, base_method(name)))
        for member in members(callee):
            match member:
                case BoundMethod(receiver=receiver) if any(isinstance(m, CacheObject) for m in members(receiver)):
                    continue
                case ExternalSymbol(name=name) if name in DESERIALIZERS:
                    load = self._load(context, node, name)
                    if load is not None:
                        found.append(load)
                case _:
                    found += self._facts(context, node, member, None, depth)
        return found

    def _facts(
        self, context: Context, node: cst.BaseExpression, callee: Type, given: Arguments | None, depth: int
    ) -> list[CacheCall | Deserialization]:
        """What a call of a wrapper leads to; ``given`` None where the arguments are those that stand at ``node``."""
        if depth >= _MAX_WRAPPER_DEPTH:
            return []
        match callee:
            case ExternalSymbol(name=name) if name in self.declared:
                arguments = given if given is not None else self._arguments(context, node)
                return [site_of(self.declared[name], context, node, arguments, None)]
            case Function(ref=ref) if ref in self.wrappers:
                return self._wrapped(context, node, callee, given, depth)
            case Closure(node=tree) if id(tree) in self.local_wrappers:
                return self._wrapped_locally(context, node, callee, given, depth)
            case Class(ref=ref):
                return self._called_member(context, node, Instance(ref), "__init__", given, depth)
            case Instance():
                return self._called_member(context, node, callee, "__call__", given, depth)
            case Partial():
                arguments = given if given is not None else self._arguments(context, node)
                merged = Arguments(
                    (*callee.positional, *arguments.positional), {**dict(callee.keywords), **arguments.keywords},
                    arguments.star,
                )  # fmt: skip
                return self._facts(context, node, force(callee.function), merged, depth)
        return []

    def _arguments(self, context: Context, node: cst.BaseExpression) -> Arguments:
        return context.arguments(node) if isinstance(node, cst.Call) else Arguments()

    def _site(self, context: Context, node: cst.Call, cache: CacheObject, method: str) -> CacheCall:
        arguments = context.arguments(node)
        value: Type | None = None
        if method in ("set", "add"):
            value = arguments.get(1, "value") or UNKNOWN
        elif method == "get_or_set":
            value = caches.default_value(context, arguments.get(1, "default") or UNKNOWN)
        site = read_call(method, cache.alias, arguments, context.parsed, node, context.function, value)
        site.called_value = method == "get_or_set" and caches.is_callable(arguments.get(1, "default") or UNKNOWN)
        return site

    def _load(self, context: Context, node: cst.Call, name: str) -> Deserialization | None:
        if name == "yaml.load" and _SAFE_YAML.search(context.parsed.code(node)):
            return None
        data = context.arguments(node).get(0)
        if data is None:
            return None
        return Deserialization(DESERIALIZERS[name], context.parsed, node, context.function, data)

    def _wrapped(
        self, context: Context, node: cst.BaseExpression, function: Function, given: Arguments | None, depth: int
    ) -> list[CacheCall | Deserialization]:
        if context.frame.count(function.ref):
            return []
        positions = parameter_names(self.interpreter, function)
        arguments = given if given is not None else self._arguments(context, node)
        passed = {**dict(zip(positions, arguments.positional, strict=False)), **arguments.keywords}
        if isinstance(function.receiver, Instance) and function.receiver.attributes:
            passed[OWN_STATE] = function.receiver
        if is_test(context.parsed.path) and self._decides_nothing(function.ref, passed):
            return []
        inner = WrapperCallObserver(self, self.wrappers[function.ref], positions, depth + 1, function)
        call_function(context, function, arguments, inner)
        return inner.facts(context, node, passed)

    def _decides_nothing(self, wrapper: FunctionRef, passed: Mapping[str, Type]) -> bool:
        """Whether a call that passes some arguments leaves all in a wrapper as that makes it.

        What the wrapper stores then is learnt from such calls as well, but not from those in tests: to run it for each
        of them would be for nothing.
        """
        for node, left in self.wrappers[wrapper].items():
            for ends_in, roles in left.roles.items():
                general = self.sites.get((node, ends_in))
                if general is None or not roles <= unaffected_roles(general, passed):
                    return False
        return True

    def _wrapped_locally(
        self, context: Context, node: cst.BaseExpression, closure: Closure, given: Arguments | None, depth: int
    ) -> list[CacheCall | Deserialization]:
        positions = closure_parameter_names(closure)
        inner = WrapperCallObserver(self, self.local_wrappers[id(closure.node)], positions, depth + 1)
        arguments = given if given is not None else self._arguments(context, node)
        call_closure(context.frame, closure, arguments, inner)
        passed = dict(zip(positions, arguments.positional, strict=False))
        passed.update({closure_parameter(closure, name): typ for name, typ in arguments.keywords.items()})
        return inner.facts(context, node, passed)

    def _called_member(
        self, context: Context, node: cst.BaseExpression, receiver: Instance, name: str, given: Arguments | None,
        depth: int,
    ) -> list[CacheCall | Deserialization]:  # fmt: skip
        found = self.interpreter.classes.member(receiver.ref, name)
        if found is None:
            return []
        ref = FunctionRef(found[0].module, found[1][-1])
        return self._wrapped(context, node, Function(ref, receiver), given, depth) if ref in self.wrappers else []

    def from_caller(self, fact: CacheCall, node: int, role: str) -> None:
        """See wrappers.Collector."""
        if fact.inner is not None and not is_test(fact.parsed.path):
            self.from_callers.append((fact.inner, node, role, getattr(fact, role)))


def _called_by(definition: Definition) -> str:
    """The name that calls of a function go by: for the making of an instance that of the class."""
    parent = definition.parent
    return parent.name if parent is not None and definition.name == "__init__" else definition.name


def _left_to_callers(fact: CacheCall | Deserialization, *, of_closures: bool = True) -> frozenset[str]:
    """What the callers of the function around a call decide; of reads, which are not judged, the key alone."""
    if isinstance(fact, Deserialization):
        return frozenset({"data"}) if _decided_by(params_of(fact.data), of_closures) else frozenset()
    undecided = fact.undecided() if fact.writes else fact.undecided() & {"key"}
    return frozenset(a for a in undecided if _decided_by(params_of(getattr(fact, a)), of_closures))


def _decided_by(params: frozenset[str], of_closures: bool) -> bool:
    return any(of_closures or not is_closure_parameter(name) for name in params)


def _from_cache(typ: Type) -> bool:
    from cachelint.types.cache import Cached

    return any(isinstance(member, Cached) for member in members(typ))
