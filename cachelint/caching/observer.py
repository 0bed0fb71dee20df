"""Seeing the calls of caches, of wrappers and of what deserialises, while definitions are run."""

from __future__ import annotations

import re
from collections.abc import Mapping

import libcst as cst

from cachelint.caching.calls import CacheCall, Read, read_call
from cachelint.caching.declared import Declared, site_of
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.wrappers import (
    FreeParameters,
    WrapperCallObserver,
    closure_parameter_names,
    parameter_names,
    rest_of,
    unaffected_roles,
)
from cachelint.django.cache_api import METHOD_NAMES, synchronous
from cachelint.infer import events
from cachelint.infer.context import Context
from cachelint.infer.decorators import decorator_context
from cachelint.infer.events import called_name, closure_parameter, is_closure_parameter
from cachelint.infer.functions import call_closure, call_function
from cachelint.infer.instance_attributes import OWN_STATE
from cachelint.infer.interpreter import Interpreter
from cachelint.infer.library import caches, deferred
from cachelint.library.picklers import DESERIALIZER_NAMES, DESERIALIZERS
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.outline import Definition
from cachelint.project.symbols import FunctionRef
from cachelint.project.syntax import CONTAINS, last_name
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Type, Unknown, force
from cachelint.types.cache import Cached, CacheObject
from cachelint.types.code import BoundMethod, Class, Closure, ExternalSymbol, Function, Instance, Partial, Transferred
from cachelint.types.join import join_all, members
from cachelint.types.walk import params_of, settled

_SAFE_YAML = re.compile(r"\b(C?Safe|Base)Loader\b")
_MAX_WRAPPER_DEPTH = 5


class CallCollector:
    """Takes down the calls of caches, and which functions leave something of such a call to their callers.

    ``function`` is the definition that is being run, ``names_caches`` whether it names a cache at all.
    """

    def __init__(self, interpreter: Interpreter, declared: Mapping[str, Declared]) -> None:
        self.interpreter = interpreter
        self.declared = declared
        #: By the id of the call's node and of that of the call of the cache, which a wrapper makes for its caller.
        self.calls: dict[tuple[int, int], CacheCall] = {}
        self.deserializations: dict[tuple[str, int], Deserialization] = {}
        #: Functions that hand parameters on → what is left to their callers, by the id of the call inside.
        self.wrappers: dict[FunctionRef, dict[int, FreeParameters]] = {}
        #: The same for lambdas and local functions, by the id of their tree.
        self.local_wrappers: dict[int, dict[int, FreeParameters]] = {}
        self.from_callers: list[tuple[CacheCall, int, str, Type]] = []
        #: What wrappers, and functions that load, are called by; methods of caches matter where a cache is named.
        self.subscribed: set[str] = {*DESERIALIZER_NAMES, *(d.short_name for d in declared.values())}
        self.cache_names: set[str] = set()
        self.names_caches = False
        #: What is counted are changes of wrappers, and which was each one's last.
        self.changes = 0
        self.changed_at: dict[FunctionRef, int] = {}
        self.function: FunctionRef | None = None

    def subscribes(self, name: str) -> bool:
        """See Observer."""
        return name in self.subscribed or (self.names_caches and (name in METHOD_NAMES or name == CONTAINS))

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        # With steps of its own: what came before may have taken those of the definition.
        with self.interpreter.question():
            facts = self.facts_of(context, node, 0)
        for fact in facts:
            self._keep(fact, node)
            if self.function is not None:
                self._note_wrappers(context, fact, node, self.function)

    def _keep(self, fact: CacheCall | Deserialization, node: cst.BaseExpression) -> None:
        self._settle(fact)
        if isinstance(fact, CacheCall):
            # A wrapper may hold several sites: each is a fact of its own about this call.
            self.calls[id(node), id(fact.innermost.node)] = fact
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
                self.subscribed.add(called_by(function.definition))

    def decorated(self, ref: FunctionRef) -> None:
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

    def stored(self, context: Context, target: cst.Subscript, value: Type) -> None:
        """See Observer: nobody subscribes to it here."""

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer."""
        container = node.comparisons[0].comparator
        name = container.attr.value if isinstance(container, cst.Attribute) else getattr(container, "value", "")
        if name not in self.cache_names:
            return
        for member in members(context.evaluate(container)):
            if isinstance(member, CacheObject):
                key = context.lazy(node.left)
                site = Read("has_key", member.alias, context.parsed, node, context.function, key)
                site.nodes = {"key": node.left}
                self.calls[id(node), id(node)] = site

    def general(self, fact: CacheCall, node: int) -> CacheCall | None:
        """The same site as it is when nothing is known of the caller."""
        return self.calls.get((node, id(fact.innermost.node)))

    def _keep_load(self, load: Deserialization) -> None:
        key = (load.parsed.path, id(load.node))
        before = self.deserializations.get(key)
        if before is None or not _from_cache(before.data):
            self.deserializations[key] = load

    def facts_of(self, context: Context, node: cst.Call, depth: int) -> list[CacheCall | Deserialization]:
        """The sites and loads that a call is, or, for a call of a wrapper, leads to."""
        run = deferred.run_by(context, node)
        if run is not None:
            function, given = run
            facts = [f for m in members(function) for f in self._facts(context, node, m, given, depth)]
            for fact in facts:
                if isinstance(fact, CacheCall):
                    fact.made_by = fact.called
                    fact.nodes = {}
            return facts
        callee = join_all(
            member.function if isinstance(member, Transferred) else member
            for member in members(context.evaluate(node.func))
        )
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
            site = self._site(context, node, cache, synchronous(name))
            if last_name(node.func) != name:
                site.made_by = site.called
            site.mixed = _is_mixed(callee)
            found.append(site)
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
            case BoundMethod(receiver=receiver, name=name) if name in METHOD_NAMES:
                # Of a cache that another function is handed the method of.
                met = {m for m in members(receiver) if isinstance(m, CacheObject)}
                arguments = given if given is not None else self._arguments(context, node)
                if not met or not isinstance(node, cst.Call):
                    return []
                cache = next(iter(met)) if len(met) == 1 else CacheObject(None)
                return [self._site(context, node, cache, synchronous(name), arguments)]
            case Transferred(function=function):
                return [f for m in members(function) for f in self._facts(context, node, m, given, depth)]
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

    def _site(
        self, context: Context, node: cst.Call, cache: CacheObject, method: str, given: Arguments | None = None
    ) -> CacheCall:
        arguments = given if given is not None else context.arguments(node)
        value: Type | None = None
        if method in ("set", "add"):
            value = arguments.get(1, "value") or UNKNOWN
        elif method == "get_or_set":
            value = caches.default_value(context, arguments.get(1, "default") or UNKNOWN)
        site = read_call(method, cache.alias, arguments, context.parsed, node, context.function, value)
        if given is not None:
            # What stands at the call is not in the order of the method's parameters.
            site.made_by, site.nodes = site.called, {}
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
        passed.update(rest_of(self.interpreter, function, positions, arguments))
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
                general = self.calls.get((node, ends_in))
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


def _is_mixed(callee: Type) -> bool:
    """Whether what is called may be the method of something else: parameters are asked for where they are passed."""
    receivers = [
        receiver
        for member in members(callee)
        for receiver in (members(member.receiver) if isinstance(member, BoundMethod) else (member,))
    ]
    return any(
        not isinstance(r, CacheObject) and not (isinstance(r, Unknown) and r.params - {OWN_STATE}) for r in receivers
    )


def called_by(definition: Definition) -> str:
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
    return any(isinstance(member, Cached) for member in members(typ))
