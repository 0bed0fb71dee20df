"""Key flows: all sites of the same entries, by the shape of their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cachelint.caching.keys import templates
from cachelint.caching.sites import Site
from cachelint.kinds.model import Str, Text

#: The parts of a key: fixed text, or None for what is made at run time.
Shape = tuple[str | None, ...]


def shape(template: Str) -> Shape:
    """A template without the names of its holes."""
    return tuple(part.text if isinstance(part, Text) else None for part in template.parts or ())


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
    """The sites of one key. ``open_at`` is a site whose key is not known well enough to rule out that it is of it."""

    shape: Shape
    sites: tuple[Site, ...]
    open_at: Site | None


def flow_of(site: Site, sites: Iterable[Site]) -> Flow | None:
    """The flow that a site belongs to; None where its own key is not one known template."""
    own = shapes(site)
    if len(own) != 1 or len(templates(site.key)) != 1:
        return None
    wanted = next(iter(own))
    mine: list[Site] = []
    open_at: Site | None = None
    for other in sites:
        if other.inner is not None or not _same_cache(site, other):
            continue
        found = shapes(other)
        if found == {wanted}:
            mine.append(other)
        elif open_at is None and (not found or any(may_meet(wanted, s) for s in found)):
            open_at = other
    return Flow(wanted, tuple(mine), open_at)


def _same_cache(a: Site, b: Site) -> bool:
    return a.alias is None or b.alias is None or a.alias == b.alias
