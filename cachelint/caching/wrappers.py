"""Calls of wrappers: what the sites inside a project's own function are when it runs with the arguments of one call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

import libcst as cst

from cachelint.caching.calls import ASPECTS, Load, Site, made_elsewhere
from cachelint.infer.calls import passed_sources
from cachelint.infer.context import Context, Observer
from cachelint.infer.events import closure_parameter
from cachelint.infer.functions import function_node
from cachelint.infer.instance_attributes import OWN_STATE
from cachelint.infer.interpreter import Interpreter
from cachelint.infer.library.caches import is_callable
from cachelint.infer.strings import renamed
from cachelint.types.join import map_members
from cachelint.types.model import Closure, Function, Kind
from cachelint.types.walk import handed_in, params_of


class LeftOpen(NamedTuple):
    """A call inside a wrapper, by the name of what is called, and what of it is left to the wrapper's callers.

    ``aspects`` are those of each call of the cache that it leads to, by the id of that call's node; of a load ``data``.
    """

    name: str
    aspects: dict[int, frozenset[str]]


#: The calls inside a wrapper that leave something open, by the ids of their nodes.
Left = Mapping[int, LeftOpen]


class Collector(Protocol):
    """What is asked of whoever collects the facts."""

    def facts_of(self, context: Context, node: cst.Call, depth: int) -> list[Site | Load]:
        """The sites and loads that a call is, or leads to."""

    def general(self, fact: Site, node: int) -> Site | None:
        """The same site as it is when nothing is known of the caller."""

    def from_caller(self, fact: Site, node: int, aspect: str) -> None:
        """A caller decides what a wrapper makes of its arguments at the call ``node``: ``fact`` is as it is then."""


def parameter_names(interpreter: Interpreter, function: Function) -> list[str]:
    """The parameters of a function that a call fills by position."""
    tree = function_node(interpreter, function.ref)
    if tree is None:
        return []
    names = [p.name.value for p in (*tree.params.posonly_params, *tree.params.params)]
    return names[1:] if function.receiver is not None else names


def closure_parameter_names(closure: Closure) -> list[str]:
    """The same for a local function."""
    parameters = closure.node.params
    return [closure_parameter(closure, p.name.value) for p in (*parameters.posonly_params, *parameters.params)]


class Inside(Observer):
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
        self.found: dict[int, list[Site | Load]] = {}

    def watches(self, name: str) -> bool:
        """See Observer."""
        return name in self.names

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """See Observer: reads say nothing of what a caller decides."""

    def call(self, context: Context, node: cst.Call) -> None:
        """See Observer."""
        if id(node) in self.left:
            self.found[id(node)] = self.collector.facts_of(context, node, self.depth)

    def facts(self, context: Context, node: cst.BaseExpression, passed: dict[str, Kind]) -> list[Site | Load]:
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

    def _outer(self, context: Context, node: cst.BaseExpression, key: int, fact: Site, passed: dict[str, Kind]) -> Site:
        site = Site(fact.method, fact.alias, context.lift, node, context.function, fact.key, fact.value)
        if self.function is not None and isinstance(node, cst.Call):
            names, ref = passed_sources(context, node, self.function), self.function.ref
            site.key = map_members(fact.key, lambda member: renamed(member, names, ref))
        site.timeout, site.version = fact.timeout, fact.version
        site.aspects = self.left[key].aspects.get(id(fact.innermost.node), frozenset()) & fact.aspects
        site.inner = fact
        general = self.collector.general(fact, key)
        if general is not None:
            site.common_value = general.value
            # What the wrapper makes of the arguments by itself is its own business, on paths that no call decides.
            own = by_itself(general, passed)
            for aspect in sorted(site.aspects & own):
                self.collector.from_caller(site, key, aspect)
            site.aspects -= own
            site.defaulted = frozenset(aspect for aspect in ASPECTS if not _params(general, aspect) & passed.keys())
            site.given_keys = tuple(passed[name] for name in sorted(params_of(general.key)) if name in passed)
            makers = _params(general, "value") & passed.keys()
            site.called_value = bool(makers) and all(is_callable(passed[name]) for name in makers)
            if isinstance(node, cst.Call):
                site.nodes = self._nodes(node, general)
        return site

    def _nodes(self, node: cst.Call, general: Site) -> dict[str, cst.BaseExpression]:
        """The arguments of the call that decide key, value and timeout, where one alone does."""
        found: dict[str, cst.BaseExpression] = {}
        plain = [argument for argument in node.args if argument.keyword is None]
        for aspect in ASPECTS:
            names = _params(general, aspect) - {OWN_STATE}
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


def by_itself(general: Site, passed: Collection[str]) -> frozenset[str]:
    """The aspects of a site inside a wrapper that a call which passes some arguments leaves as the wrapper makes them.

    ``general`` is the site as it is when nothing is known of the caller.
    """
    found: set[str] = set()
    if general.value is not None and not handed_in(general.value).intersection(passed):
        found.add("value")
    if made_elsewhere(general.key):
        found.add("key")
    return frozenset(found)


def _params(site: Site, aspect: str) -> frozenset[str]:
    kind = getattr(site, aspect)
    return params_of(kind) if kind is not None else frozenset()
