"""Calls of wrappers: what the sites inside a project's own function are when it runs with the arguments of one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

import libcst as cst

from cachelint.caching.calls import ROLES, CacheCall, made_elsewhere
from cachelint.caching.deserializations import Deserialization
from cachelint.infer.calls import passed_sources
from cachelint.infer.context import Context, Observer
from cachelint.infer.definitions import function_node
from cachelint.infer.events import closure_parameter
from cachelint.infer.instance_attributes import OWN_STATE
from cachelint.infer.interpreter import Interpreter
from cachelint.infer.library.caches import is_callable
from cachelint.infer.strings import renamed
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, Type
from cachelint.types.code import Closure, Function
from cachelint.types.containers import Dict, Tuple
from cachelint.types.join import join_all, map_members
from cachelint.types.walk import handed_in, params_of


class FreeParameters(NamedTuple):
    """A call inside a wrapper, by the name of what is called, and what of it is left to the wrapper's callers.

    ``roles`` are those of each call of the cache that it leads to, by the id of that call's node; of a load ``data``.
    """

    name: str
    roles: dict[int, frozenset[str]]


#: The calls inside a wrapper that leave something open, by the ids of their nodes.
Left = Mapping[int, FreeParameters]


class Collector(Protocol):
    """What is asked of whoever collects the facts."""

    def facts_of(self, context: Context, node: cst.Call, depth: int) -> list[CacheCall | Deserialization]:
        """The sites and loads that a call is, or leads to."""

    def general(self, fact: CacheCall, node: int) -> CacheCall | None:
        """The same site as it is when nothing is known of the caller."""

    def from_caller(self, fact: CacheCall, node: int, role: str) -> None:
        """A caller decides what a wrapper makes of its arguments at the call ``node``: ``fact`` is as it is then."""


def parameter_names(interpreter: Interpreter, function: Function) -> list[str]:
    """The parameters of a function that a call fills by position."""
    tree = function_node(interpreter, function.ref)
    if tree is None:
        return []
    names = [p.name.value for p in (*tree.params.posonly_params, *tree.params.params)]
    return names[1:] if function.receiver is not None else names


def rest_of(
    interpreter: Interpreter, function: Function, positions: list[str], arguments: Arguments
) -> dict[str, Type]:
    """What a call passes for ``*args`` and ``**kwargs`` of a function, by their names."""
    tree = function_node(interpreter, function.ref)
    if tree is None:
        return {}
    found: dict[str, Type] = {}
    more = arguments.positional[len(positions) :]
    if isinstance(tree.params.star_arg, cst.Param) and more:
        found[tree.params.star_arg.name.value] = Tuple(join_all(more), more)
    own = {*positions, *(p.name.value for p in tree.params.kwonly_params)}
    named = tuple((name, typ) for name, typ in arguments.keywords.items() if name not in own)
    if tree.params.star_kwarg is not None and named:
        found[tree.params.star_kwarg.name.value] = Dict(NEVER, NEVER, named)
    return found


def closure_parameter_names(closure: Closure) -> list[str]:
    """The same for a local function."""
    parameters = closure.node.params
    return [closure_parameter(closure, p.name.value) for p in (*parameters.posonly_params, *parameters.params)]


class WrapperCallObserver(Observer):
    """Watches the body of a wrapper while it runs with the arguments of one call."""

    def __init__(
        self, collector: Collector, left: Left, positions: list[str], depth: int, function: Function | None = None
    ) -> None:
        self.collector = collector
        self.function = function
        self.left = left
        self.names = frozenset(call.name for call in left.values())
        self.positions = positions
        self.depth = depth
        self.found: dict[int, list[CacheCall | Deserialization]] = {}

    def subscribes(self, name: str) -> bool:
        """See Observer."""
        return name in self.names

    def stored(self, context: Context, target: cst.Subscript, value: Type) -> None:
        """See Observer."""

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer: reads say nothing of what a caller decides."""

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        if id(node) in self.left:
            self.found[id(node)] = self.collector.facts_of(context, node, self.depth)

    def facts(
        self, context: Context, node: cst.BaseExpression, passed: dict[str, Type]
    ) -> list[CacheCall | Deserialization]:
        """What was met, as facts about the call of the wrapper at ``node``, which passes some arguments."""
        facts: list[CacheCall | Deserialization] = []
        for key, inner_facts in self.found.items():
            for fact in inner_facts:
                if isinstance(fact, Deserialization):
                    made = Deserialization(fact.loader, fact.parsed, fact.node, fact.function, fact.data)
                    made.via_place = context.parsed.place(node)
                    facts.append(made)
                    continue
                facts.append(self._outer(context, node, key, fact, passed))
        return facts

    def _outer(
        self, context: Context, node: cst.BaseExpression, key: int, fact: CacheCall, passed: dict[str, Type]
    ) -> CacheCall:
        site = type(fact)(fact.method, fact.alias, context.parsed, node, context.function, fact.key, fact.value)
        if self.function is not None and isinstance(node, cst.Call):
            names, ref = passed_sources(context, node, self.function), self.function.ref
            site.key = map_members(fact.key, lambda member: renamed(member, names, ref))
        site.timeout, site.version = fact.timeout, fact.version
        site.roles = self.left[key].roles.get(id(fact.innermost.node), frozenset()) & fact.roles
        site.inner = fact
        general = self.collector.general(fact, key)
        if general is not None:
            site.common_value = general.value
            # What the wrapper makes of the arguments by itself is its own business, on paths that no call decides.
            own = unaffected_roles(general, passed)
            for role in sorted(site.roles & own):
                self.collector.from_caller(site, key, role)
            site.roles -= own
            site.defaulted = frozenset(role for role in ROLES if not _params(general, role) & passed.keys())
            site.given_keys = tuple(passed[name] for name in sorted(params_of(general.key)) if name in passed)
            makers = _params(general, "value") & passed.keys()
            site.called_value = bool(makers) and all(is_callable(passed[name]) for name in makers)
            if isinstance(node, cst.Call):
                site.nodes = self._nodes(node, general)
        return site

    def _nodes(self, node: cst.Call, general: CacheCall) -> dict[str, cst.BaseExpression]:
        """The arguments of the call that decide key, value and timeout, where one alone does."""
        found: dict[str, cst.BaseExpression] = {}
        plain = [argument for argument in node.args if argument.keyword is None]
        for role in ROLES:
            names = _params(general, role) - {OWN_STATE}
            if len(names) != 1 or any(argument.star for argument in node.args):
                continue
            (name,) = names
            for argument in node.args:
                if argument.keyword is not None and argument.keyword.value == name:
                    found[role] = argument.value
            index = self.positions.index(name) if name in self.positions else len(plain)
            if index < len(plain):
                found[role] = plain[index].value
        return found


def unaffected_roles(general: CacheCall, passed: Collection[str]) -> frozenset[str]:
    """The roles of a site inside a wrapper that a call which passes some arguments leaves as the wrapper makes them.

    ``general`` is the site as it is when nothing is known of the caller.
    """
    found: set[str] = set()
    if general.value is not None and not handed_in(general.value).intersection(passed):
        found.add("value")
    if made_elsewhere(general.key):
        found.add("key")
    return frozenset(found)


def _params(site: CacheCall, role: str) -> frozenset[str]:
    typ = getattr(site, role)
    return params_of(typ) if typ is not None else frozenset()
