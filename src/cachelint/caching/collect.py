"""Collecting the facts: running every candidate, and following wrappers to their callers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import libcst as cst

from cachelint.caching.candidates import Carriers, calls_of, candidates, loaders, names_of, uses_cache
from cachelint.caching.sites import ASPECTS, METHOD_NAMES, Load, Site, base_method, read_site
from cachelint.infer.context import Context, Observer
from cachelint.infer.functions import call_function, function_node
from cachelint.infer.interpreter import Interpreter
from cachelint.infer.known import caches
from cachelint.kinds.join import members
from cachelint.kinds.model import (
    UNKNOWN,
    Bound,
    CacheObject,
    Class,
    ExternalKind,
    Function,
    Instance,
    Kind,
    force,
)
from cachelint.kinds.walk import handed_in, params_of
from cachelint.project import ClassRef, Codebase, Definition, FunctionRef, Module
from cachelint.project.trees import CONTAINS

#: Functions that run what they are fed with, by full name, and the position of the data.
LOADERS: dict[str, str] = {
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
_LOADER_NAMES = frozenset(name.rpartition(".")[2] for name in LOADERS)
_SAFE_YAML = re.compile(r"\b(C?Safe|Base)Loader\b")

_MAX_ROUNDS = 6
_MAX_WRAPPER_DEPTH = 5
#: Definitions that are run to find the callers of one method.
_MAX_CALLERS = 250


@dataclass
class Facts:
    """What is known of a project's use of the cache."""

    interpreter: Interpreter
    sites: list[Site] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    uses_cache: bool = True

    @property
    def codebase(self) -> Codebase:
        """The code base that the facts are about."""
        return self.interpreter.codebase


def collect(codebase: Codebase) -> Facts:
    """All sites and loads of a project."""
    facts = Facts(Interpreter(codebase))
    if not uses_cache(codebase):
        facts.uses_cache = False
    collector = _Collector(facts)
    collector.run()
    facts.sites = sorted(collector.sites.values(), key=_order)
    facts.loads = sorted(collector.loads.values(), key=_order)
    return facts


def _order(fact: Site | Load) -> tuple[str, int, int]:
    return (fact.lift.path, fact.lift.first_line, id(fact.node) * 0)


class _Collector:
    """Runs candidates; as an observer it sees the calls in them."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.interpreter = facts.interpreter
        self.codebase = facts.codebase
        self.sites: dict[tuple[str, int], Site] = {}
        self.loads: dict[tuple[str, int], Load] = {}
        #: Functions that hand parameters on → what is left to their callers, by the id of the call inside.
        self.wrappers: dict[FunctionRef, dict[int, frozenset[str]]] = {}
        self.watched: set[str] = {*METHOD_NAMES, *_LOADER_NAMES, CONTAINS}
        self.carriers: set[str] = set()
        self.done: set[tuple[str, int]] = set()
        self.function: FunctionRef | None = None

    # -- the rounds ----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run all candidates, then those that call what turned out to be a wrapper, until none is new."""
        carriers = Carriers(self.codebase)
        self.carriers = carriers.words
        for module, definition in [*candidates(self.codebase, carriers.words), *loaders(self.codebase)]:
            self.enter(module, definition)
        known: set[FunctionRef] = set()
        for _ in range(_MAX_ROUNDS):
            fresh = [ref for ref in self.wrappers if ref not in known]
            if not fresh:
                return
            known.update(fresh)
            for module, definition in self._callers(fresh, carriers):
                self.done.discard((module.path, definition.start))
                self.enter(module, definition)

    def _callers(self, wrappers: list[FunctionRef], carriers: Carriers) -> list[tuple[Module, Definition]]:
        found: dict[tuple[str, int], tuple[Module, Definition]] = {}
        plain: set[str] = set()
        for ref in wrappers:
            name = ref.definition.name
            parent = ref.definition.parent
            self.watched.add(name)
            if parent is None:
                plain.add(name)
                continue
            owner = ClassRef(ref.module, parent)
            if name == "__init__":
                plain.add(parent.name)
                self.watched.add(parent.name)
            for inner in self._inside(owner, name):
                found[(inner[0].path, inner[1].start)] = inner
            names = {parent.name} | {c.definition.name for c in self.interpreter.classes.subclasses(owner)}
            words = names_of(carriers.travelling(names | {f"{n}()" for n in names}))
            callers = list(candidates(self.codebase, words, calls_of([name])))
            # A name that half the project calls says nothing of who calls this method.
            for inner in callers if len(callers) <= _MAX_CALLERS else ():
                found[(inner[0].path, inner[1].start)] = inner
        if plain:
            for inner in candidates(self.codebase, plain, calls_of(plain)):
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
                    if definition.form == "function" and pattern.search(ref.module.text_of(definition)):
                        found.append((ref.module, definition))
        return found

    def enter(self, module: Module, definition: Definition) -> None:
        """Run one definition from outside, with nothing known of its callers."""
        key = (module.path, definition.start)
        if key in self.done:
            return
        self.done.add(key)
        self.interpreter.steps = 0
        self.codebase.count("interpreted")
        try:
            if definition.form == "function":
                self.function = FunctionRef(module, definition)
                self.interpreter.run(Function(self.function), entry=True, observer=self)
            else:
                self.function = None
                lift = module.lift(definition)
                if lift is not None:
                    owner = ClassRef(module, definition.parent) if definition.parent else None
                    context = Context(
                        self.interpreter, module, lift, owner=owner, observer=self, class_scope=owner is not None
                    )
                    context.run(lift.statements)
        except RecursionError:
            self.codebase.problem(module.path, f"too deeply nested to be followed near line {definition.line}")
            self.interpreter.active.clear()
        finally:
            self.function = None

    # -- observing -----------------------------------------------------------------------------------------

    def watches(self, name: str) -> bool:
        """See Observer."""
        return name in self.watched

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        for fact in self.facts_of(context, node, 0):
            self._settle(fact)
            key = (context.lift.path, id(node))
            if isinstance(fact, Site):
                self._keep_site(key, fact)
            else:
                self._keep_load(fact)
            if self.function is not None:
                undecided = _left_to_callers(fact)
                if undecided:
                    self.wrappers.setdefault(self.function, {})[id(node)] = undecided

    def _settle(self, fact: Site | Load) -> None:
        """Work out all that a rule will ask of a fact, each with steps of its own: an endless one costs no other."""
        kinds = (fact.key, fact.timeout, fact.version, fact.value) if isinstance(fact, Site) else (fact.data,)
        for kind in kinds:
            if kind is not None:
                self.interpreter.steps = 0
                params_of(kind)
        self.interpreter.steps = 0

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer."""
        container = node.comparisons[0].comparator
        name = container.attr.value if isinstance(container, cst.Attribute) else getattr(container, "value", "")
        if name not in self.carriers:
            return
        for member in members(context.evaluate(container)):
            if isinstance(member, CacheObject):
                key = context.lazy(node.left)
                site = Site("has_key", member.alias, context.lift, node, context.function, key)
                site.nodes = {"key": node.left}
                self.sites[(context.lift.path, id(node))] = site

    def _keep_site(self, key: tuple[str, int], site: Site) -> None:
        if site.inner is not None:
            # A wrapper may hold several sites: each is a fact of its own about this call.
            key = (key[0], key[1] * 31 + id(site.innermost.node))
        self.sites[key] = site

    def general(self, fact: Site, node: int) -> Site | None:
        """The same site as it is when nothing is known of the caller."""
        path = fact.lift.path
        return self.sites.get((path, node)) or self.sites.get((path, node * 31 + id(fact.innermost.node)))

    def _keep_load(self, load: Load) -> None:
        key = (load.lift.path, id(load.node))
        before = self.loads.get(key)
        if before is None or not _from_cache(before.data):
            self.loads[key] = load

    def facts_of(self, context: Context, node: cst.Call, depth: int) -> list[Site | Load]:
        """The sites and loads that a call is, or, for a call of a wrapper, leads to."""
        callee = force(context.evaluate(node.func))
        found: list[Site | Load] = []
        for member in members(callee):
            match member:
                case Bound(receiver=receiver, name=name) if name in METHOD_NAMES:
                    caches_met = [cache for cache in members(receiver) if isinstance(cache, CacheObject)]
                    if caches_met:
                        # One of several caches: whatever differs between them is not known.
                        cache = caches_met[0] if len(caches_met) == 1 else CacheObject(None)
                        found.append(self._site(context, node, cache, base_method(name)))
                case ExternalKind(name=name) if name in LOADERS:
                    load = self._load(context, node, name)
                    if load is not None:
                        found.append(load)
                case Function(ref=ref) if ref in self.wrappers and depth < _MAX_WRAPPER_DEPTH:
                    found += self._wrapped(context, node, member, depth)
                case Class(ref=ref) if depth < _MAX_WRAPPER_DEPTH:
                    found += self._constructed(context, node, ref, depth)
        return found

    def _site(self, context: Context, node: cst.Call, cache: CacheObject, method: str) -> Site:
        arguments = context.arguments(node)
        value: Kind | None = None
        if method in ("set", "add"):
            value = arguments.get(1, "value") or UNKNOWN
        elif method == "get_or_set":
            value = caches.default_value(context, arguments.get(1, "default") or UNKNOWN)
        return read_site(method, cache.alias, arguments, context.lift, node, context.function, value)

    def _load(self, context: Context, node: cst.Call, name: str) -> Load | None:
        if name == "yaml.load" and _SAFE_YAML.search(context.lift.code(node)):
            return None
        data = context.arguments(node).get(0)
        if data is None:
            return None
        return Load(LOADERS[name], context.lift, node, context.function, data)

    def _wrapped(self, context: Context, node: cst.Call, function: Function, depth: int) -> list[Site | Load]:
        if self.interpreter.active.count(function.ref) > 0:
            return []
        inner = _Inside(self, function.ref, depth + 1)
        arguments = context.arguments(node)
        call_function(self.interpreter, function, arguments, inner)
        inner.positions = _parameter_names(self.interpreter, function)
        return inner.facts(
            context, node, {**dict(zip(inner.positions, arguments.positional, strict=False)), **arguments.keywords}
        )

    def _constructed(self, context: Context, node: cst.Call, ref: ClassRef, depth: int) -> list[Site | Load]:
        found = self.interpreter.classes.member(ref, "__init__")
        if found is None:
            return []
        init = FunctionRef(found[0].module, found[1][-1])
        if init not in self.wrappers:
            return []
        return self._wrapped(context, node, Function(init, Instance(ref)), depth)


def _parameter_names(interpreter: Interpreter, function: Function) -> list[str]:
    """The parameters of a function that a call fills by position."""
    tree = function_node(interpreter, function.ref)
    if tree is None:
        return []
    names = [p.name.value for p in (*tree.params.posonly_params, *tree.params.params)]
    return names[1:] if function.receiver is not None else names


def _left_to_callers(fact: Site | Load) -> frozenset[str]:
    """What the callers of the function around a write or a load decide; of reads nothing is judged."""
    if isinstance(fact, Load):
        return frozenset({"data"}) if params_of(fact.data) else frozenset()
    return fact.undecided() if fact.writes else frozenset()


def _from_cache(kind: Kind) -> bool:
    from cachelint.kinds.model import Cached

    return any(isinstance(member, Cached) for member in members(kind))


class _Inside(Observer):
    """Watches the body of a wrapper while it runs with the arguments of one call."""

    def __init__(self, collector: _Collector, ref: FunctionRef, depth: int) -> None:
        self.collector = collector
        self.left = collector.wrappers.get(ref, {})
        self.positions: list[str] = []
        self.depth = depth
        self.found: dict[int, list[Site | Load]] = {}

    def watches(self, name: str) -> bool:
        """See Observer."""
        return self.collector.watches(name)

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer: reads say nothing of what a caller decides."""

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        if id(node) in self.left:
            self.found[id(node)] = self.collector.facts_of(context, node, self.depth)

    def facts(self, context: Context, node: cst.Call, passed: dict[str, Kind]) -> list[Site | Load]:
        """What was met, as facts about the call of the wrapper at ``node``, which passes some arguments."""
        facts: list[Site | Load] = []
        for key, inner_facts in self.found.items():
            for fact in inner_facts:
                if isinstance(fact, Load):
                    made = Load(fact.loader, fact.lift, fact.node, fact.function, fact.data)
                    made.via_place = context.lift.place(node)
                    facts.append(made)
                    continue
                facts.append(self._outer(context, node, key, fact, passed))
        return facts

    def _outer(self, context: Context, node: cst.Call, key: int, fact: Site, passed: dict[str, Kind]) -> Site:
        site = Site(fact.method, fact.alias, context.lift, node, context.function, fact.key, fact.value)
        site.timeout, site.version = fact.timeout, fact.version
        site.aspects = self.left[key] & fact.aspects
        site.inner = fact
        general = self.collector.general(fact, key)
        if general is not None:
            site.common_value = general.value
            if general.value is not None and not handed_in(general.value) & passed.keys():
                # What the wrapper makes of the arguments by itself is its own business, on paths that no call decides.
                site.aspects -= {"value"}
            site.given_keys = tuple(passed[name] for name in sorted(params_of(general.key)) if name in passed)
            site.nodes = self._nodes(node, general)
        return site

    def _nodes(self, node: cst.Call, general: Site) -> dict[str, cst.BaseExpression]:
        """The arguments of the call that decide key, value and timeout, where one alone does."""
        found: dict[str, cst.BaseExpression] = {}
        plain = [argument for argument in node.args if argument.keyword is None]
        for aspect in ASPECTS:
            kind = getattr(general, aspect)
            names = params_of(kind) if kind is not None else frozenset()
            if len(names) != 1 or any(argument.star for argument in node.args):
                continue
            (name,) = names
            for argument in node.args:
                if argument.keyword is not None and argument.keyword.value == name:
                    found[aspect] = argument.value
            index = self.positions.index(name) if name in self.positions else len(plain)
            if index < len(plain):
                found[aspect] = plain[index].value
        return found
