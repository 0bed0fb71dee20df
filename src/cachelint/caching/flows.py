"""Key flows: all sites of the same entries, by the shape of their keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cachelint.caching.collect import Facts
from cachelint.caching.keys import joined, templates
from cachelint.caching.sites import Site
from cachelint.kinds.model import Str, Text

#: The parts of a key: fixed text, or None for what is made at run time.
Shape = tuple[str | None, ...]


def shape(template: Str) -> Shape:
    """A template without the names of its holes."""
    return tuple(part.text if isinstance(part, Text) else None for part in joined(template))


def shapes(site: Site) -> set[Shape]:
    """The shapes that the key of a site can have."""
    return {shape(template) for template in templates(site.key)}


def may_meet(a: Shape, b: Shape) -> bool:
    """Whether two keys of these shapes can be the same text."""
    if a == b:
        return True
    for first, second in ((a, b), (b, a)):
        if None not in second:
            pattern = "".join(".*" if part is None else re.escape(part) for part in first)
            return re.fullmatch(pattern, "".join(p for p in second if p is not None), re.DOTALL) is not None
    heads = (_fixed(a[:1]), _fixed(b[:1]))
    tails = (_fixed(a[-1:]), _fixed(b[-1:]))
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )


def _fixed(parts: Shape) -> str:
    return "".join(part or "" for part in parts)


@dataclass(frozen=True, slots=True)
class Flow:
    """The sites of one key: ``sites`` call the cache itself, ``calls`` a function that hands their key on to it.

    ``open_at`` is a site whose key is not known well enough to rule out that it is of this flow; None where the flow
    is closed.
    """

    shape: Shape
    sites: tuple[Site, ...]
    calls: tuple[Site, ...]
    open_at: Site | None

    @property
    def all_sites(self) -> tuple[Site, ...]:
        """Sites and calls."""
        return (*self.sites, *self.calls)


def flow_of(site: Site, facts: Facts) -> Flow | None:
    """The flow that a site belongs to; None where its own key is not one known template."""
    own = shapes(site)
    if len(own) != 1 or len(templates(site.key)) != 1:
        return None
    wanted = next(iter(own))
    mine: list[Site] = []
    calls: list[Site] = []
    open_at: Site | None = None
    for other in facts.sites:
        if not _same_cache(site, other) or (other.inner is not None and "key" not in other.aspects):
            continue
        found = shapes(other)
        if other.inner is None and not found and _explained(other, facts):
            # What it is handed is seen at each call of the function around it.
            continue
        if found == {wanted} and not other.declared:
            (mine if other.inner is None else calls).append(other)
        elif open_at is None and (not found or any(may_meet(wanted, s) for s in found)):
            open_at = other
    return Flow(wanted, tuple(mine), tuple(calls), open_at)


def _explained(site: Site, facts: Facts) -> bool:
    """Whether the key of a site is a parameter, and every mention of the function around it a call that was seen."""
    function = site.function
    if function is None or function.definition.parent is not None:
        return False
    name = function.definition.name
    calls = {
        (other.lift.path, other.place)
        for other in facts.sites
        if other.inner is not None and other.innermost.node is site.node and other.inner.node is site.node
    }
    word = re.compile(rb"(?<![\w.])(?:\w+\.)*" + re.escape(name.encode()) + rb"\b")
    count = 0
    for module in facts.codebase.containing(name, word):
        for line in module.source.data.splitlines():
            if not _NO_USE.match(line):
                count += len(word.findall(line))
    return bool(calls) and count == len(calls)


#: Lines that name a function without using it.
_NO_USE = re.compile(rb"\s*(?:#|(?:async\s+)?def\s|from\s.*\simport\s|import\s|['\"]\w+['\"],?\s*$|\w+,\s*$)")


def _same_cache(a: Site, b: Site) -> bool:
    return a.alias is None or b.alias is None or a.alias == b.alias
