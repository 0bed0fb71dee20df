"""What the text of a key is used for besides the calls that move along: it may serve nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import has_more, origins
from cachelint.caching.references import Reference
from cachelint.findings import Place
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import is_none
from cachelint.infer.events import called_name
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.base import Origin
from cachelint.types.template import templates

#: What makes a text of a text.
_TEXT = frozenset(
    {
        "join", "format", "str", "lower", "upper", "replace", "encode", "strip", "hexdigest", "md5", "sha1", "sha256",
        "quote", "slugify", "force_str", "smart_str", "list", "tuple", "set", "sorted",
    }
)  # fmt: skip
_LOG = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})
#: Functions that hand a key on to one another.
_MAX_HELPERS = 3


class SharedLiteral(Exception):
    """A constant that is used for more than these keys, and where."""

    def __init__(self, literal: Origin, where: str) -> None:
        self.literal = literal
        self.where = where


class Usage:
    """What the literals of a key are used for.

    ``group`` are the calls that move along, ``helpers`` the functions that the text of their keys is written in.
    """

    def __init__(self, facts: Facts, group: Collection[CacheCall], helpers: Collection[str]) -> None:
        self.facts = facts
        self.group = group
        self.helpers = frozenset(helpers)
        self._origin: Origin | None = None

    def check(self, origin: Origin) -> Place | None:
        """What else a changed literal is used for.

        Raises SharedLiteral where it is a constant that is used for more than these keys; the place of the literal
        where it is in a function that is.
        """
        self._origin = origin
        definition, module = origin.parsed.definition, self.facts.codebase.modules[origin.parsed.path]
        if definition.form == "assignment":
            where = self._used_for_more(module, definition, 0)
            if where is not None:
                raise SharedLiteral(origin, where)
        elif self._other_use(origin) is not None:
            raise FixBlocked(f"{self._other_use(origin)} uses the key for something other than the cache")
        if definition.form == "function" and not any(site.parsed is origin.parsed for site in self.group):
            if self._used_for_more(module, definition, 0) is not None:
                return origin.parsed.place(origin.node)
        return None

    def _other_use(self, origin: Origin) -> str | None:
        """Where a key, or what it is made of, is used for more than calls of the group; None if nowhere."""
        return self._use_in(origin.parsed, origin.node)

    def _use_in(self, parsed: ParsedDefinition, start: cst.CSTNode) -> str | None:
        """The same for what an expression of a function gives."""
        if parsed.function is None:
            return None
        tree = parsed.gathered
        parents = tree.parents
        mine: set[cst.CSTNode] = {site.node for site in self.group}
        wanted: list[cst.CSTNode] = [start]
        seen: set[str] = set()
        while wanted:
            node = wanted.pop()
            name = self._kept_in(node, parents, mine)
            if name is None:
                return f"{parsed.path}:{parsed.place(node).line}"
            if name and name not in seen:
                seen.add(name)
                wanted += [named for named in reversed(tree.named(name)) if _is_read(named, parents)]
        return None

    def _kept_in(
        self, node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode], mine: set[cst.CSTNode]
    ) -> str | None:
        """The variable that a key goes into; empty where it is only handed to the cache, None where it is not."""
        current = node
        while current in parents:
            if current in mine:
                return ""
            parent = parents[current]
            match parent:
                case cst.Assign():
                    target = parent.targets[0].target
                    if len(parent.targets) == 1 and isinstance(target, cst.Name):
                        return target.value
                    return "" if isinstance(target, cst.Attribute) and self._only_asked(target) else None
                case cst.NamedExpr() if isinstance(parent.target, cst.Name):
                    return parent.target.value
                case cst.AnnAssign() | cst.AugAssign() if isinstance(parent.target, cst.Name):
                    return parent.target.value
                case cst.If() | cst.While():
                    return ""
                case cst.Comparison():
                    return "" if parent in mine or is_none(parent.comparisons[0].comparator) else None
                case cst.Attribute() if parent.value is current and parent.attr.value not in _TEXT:
                    return None
                case cst.Return() | cst.Yield():
                    # Whoever asks a function that makes keys is looked at elsewhere.
                    return None if any(parents.get(call) is not None for call in mine) else ""
                case cst.Call() if parent is not node and current is not parent.func and not self._makes_text(parent):
                    if parent in mine or self._calls_group(parent) or _logs(parent):
                        return ""
                    return None
                case cst.For() | cst.CompFor() if parent.iter is current:
                    return _loop_variable(parent, node, parents)
                case cst.Param() | cst.Lambda() | cst.Decorator():
                    return ""
                case cst.Subscript() if parent.value is current:
                    pass  # One of a table of keys.
                case cst.Subscript() | cst.Dict() | cst.Set() | cst.Expr():
                    return None if not isinstance(parent, cst.Expr) else ""
            current = parent
        return ""

    def _only_asked(self, target: cst.Attribute) -> bool:
        """Whether an attribute that a key is kept in stands nowhere but in calls of the group."""
        name = target.attr.value.encode()
        word = re.compile(rb"\." + re.escape(name) + rb"\b")
        everywhere = sum(len(m.findall(word)) for m in self.facts.codebase.containing(name.decode()))
        calls = {id(site.node): site for site in self.group}
        inside = sum(len(word.findall(site.parsed.code(site.node).encode())) for site in calls.values())
        return everywhere == inside + 1

    def _makes_text(self, call: cst.Call) -> bool:
        """Whether a call only makes a text of what it is given: a method of texts, or what helps to make these keys."""
        return called_name(call) in _TEXT | self.helpers

    def _calls_group(self, call: cst.Call) -> bool:
        """Whether a function is called that calls the cache with the key."""
        names = {site.function.definition.name for site in self.group if site.function is not None}
        return called_name(call) in names

    def _used_for_more(self, module: Module, named: Definition, depth: int) -> str | None:
        """A place where something is named and no call of the group is near; None where all are accounted for."""
        around = {(site.parsed.path, site.parsed.definition.start) for site in self.group}
        found = self.facts.references.of(module, named)
        if not found and depth:
            return f"`{named.name}`"
        for reference in found:
            inner = reference.definition
            if reference.node is not None and (reference.module.path, inner.start) in around:
                other = None
                if named.form == "assignment" and reference.parsed is not None and reference.call is None:
                    other = self._use_in(reference.parsed, reference.node)
                if other is not None:
                    return other
                continue
            if self._is_of_other_keys(reference):
                continue
            if reference.node is not None and depth < _MAX_HELPERS and _only_makes(reference.module, inner):
                deeper = self._used_for_more(reference.module, inner, depth + 1)
                if deeper is None:
                    continue
                return deeper
            return reference.where
        return None

    def _is_of_other_keys(self, reference: Reference) -> bool:
        """Whether a function takes another text of the same constant: a key of a table, which stays as it is."""
        origin, parsed = self._origin, reference.parsed
        if origin is None or parsed is None or parsed.function is None:
            return False
        own = [site for site, _ in self.facts.keys.keyed if site.parsed is parsed]
        found = [o for site in own for template in templates(site.key) for o in origins(template)]
        if not any(o.parsed is origin.parsed for o in found) or any(o.node is origin.node for o in found):
            return False
        return all(not has_more(site) for site in own)


def _loop_variable(
    loop: cst.For | cst.CompFor, text: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode]
) -> str | None:
    """The variable that a text of what a loop goes through is given to; None where that can't be told."""
    if isinstance(loop.target, cst.Name):
        return loop.target.value
    element = parents.get(text)
    row = parents.get(element) if isinstance(element, cst.Element) else None
    if not isinstance(loop.target, cst.Tuple) or not isinstance(row, cst.Tuple | cst.List):
        return None
    index = row.elements.index(element)
    target = loop.target.elements[index].value if index < len(loop.target.elements) else None
    return target.value if isinstance(target, cst.Name) else None


def _logs(call: cst.Call) -> bool:
    return called_name(call) in _LOG


def _is_read(node: cst.CSTNode, parents: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    parent = parents.get(node)
    if isinstance(parent, cst.Arg):
        return parent.value is node
    if isinstance(parent, cst.Attribute):
        return parent.value is node
    if isinstance(parent, cst.AugAssign | cst.AnnAssign | cst.NamedExpr):
        return parent.target is not node
    return not isinstance(parent, cst.AssignTarget | cst.Param)


def _only_makes(module: Module, definition: Definition) -> bool:
    """Whether a definition is a constant, or a function that does nothing but to return something."""
    if definition.form == "assignment":
        return True
    parsed = module.parsed(definition)
    tree = parsed.function if parsed is not None else None
    if tree is None or not isinstance(tree.body, cst.IndentedBlock):
        return False
    last = tree.body.body[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)
