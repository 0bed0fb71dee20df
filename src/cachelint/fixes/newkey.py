"""Moving a key to a new version: at every site of its flow, by changing the literal that its words are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from cachelint.caching.collect import Facts
from cachelint.caching.flows import Flow, Shape
from cachelint.caching.keys import VERSION_MARKER, joined, templates
from cachelint.caching.sites import Site
from cachelint.findings import Edit, Place
from cachelint.fixes import edits
from cachelint.kinds.model import Origin, Str, Text

_SEPARATORS = ":_-./"


class NoKey(Exception):
    """The key can't be moved; the message says why."""


@dataclass(frozen=True)
class Moved:
    """The edits, and the place of a literal among them that stands in another function than the calls."""

    edits: tuple[Edit, ...]
    elsewhere: Place | None


def move(flow: Flow, facts: Facts, first: int) -> Moved:
    """Move the key of a flow to its next version (``first`` where it has none). Raises NoKey."""
    mine = set(map(id, flow.all_sites))
    shared = {
        id(origin.node)
        for other in facts.sites
        if id(other) not in mine
        for template in templates(other.key)
        for origin in _origins(template)
        if not _is_inside(other, flow)
    }
    changes: dict[Place, Edit] = {}
    shapes: dict[Shape, Site] = {}
    elsewhere: Place | None = None
    for site in flow.all_sites:
        if site.version is not None:
            raise NoKey(f"{_line(site)} passes version=, which has to be changed by hand")
        # Of one shape, but perhaps written at several places.
        for template in templates(site.key):
            literal, after = _moved(template, shared, site, first)
            shapes.setdefault(after, site)
            place = literal.lift.place(literal.node)
            changes[place] = edits.replace(place, next_version(literal.lift.code(literal.node), first))
            _check_name(literal, len(flow.all_sites), facts)
            if literal.lift is not site.lift and literal.lift.definition.form == "function":
                elsewhere = place
    if len(shapes) > 1:
        one, other, *_ = shapes.values()
        raise NoKey(f"{_line(one)} and {_line(other)} write the key in different ways: no one marker fits both")
    return Moved(tuple(changes.values()), elsewhere)


def _is_inside(site: Site, flow: Flow) -> bool:
    """Whether a site lies behind one of the flow's calls: its words are theirs."""
    return any(call.innermost.node is site.node for call in flow.calls)


def _origins(template: Str) -> list[Origin]:
    return [part.origin for part in template.parts or () if isinstance(part, Text) and part.origin is not None]


def _moved(template: Str, shared: set[int], site: Site, first: int) -> tuple[Origin, Shape]:
    """The literal of a template that is this key's alone, and the shape of the key once it is moved.

    Of several literals the one with the most words is taken.
    """
    parts = list(template.parts or ())
    words: dict[int, int] = {}
    origins: dict[int, Origin] = {}
    for part in parts:
        if isinstance(part, Text) and part.origin is not None and id(part.origin.node) not in shared:
            if isinstance(part.origin.node, cst.SimpleString | cst.FormattedString):
                key = id(part.origin.node)
                origins[key] = part.origin
                words[key] = words.get(key, 0) + sum(c.isalnum() for c in part.text)
    best = max(words, key=lambda key: words[key], default=None)
    if best is None or not words[best]:
        raise NoKey(f"the words of the key at {_line(site)} stand in no literal that is this key's alone")
    origin = origins[best]
    mine = [p for p in parts if isinstance(p, Text) and p.origin is not None and id(p.origin.node) == best]
    target = next((p for p in mine if VERSION_MARKER.search(p.text)), None) or next(p for p in mine if _says(p.text))
    run = _chosen(origin.lift.code(origin.node))
    changed = Text(_next_text(target.text, run.before_hole, first))
    after = Str(tuple(changed if p is target else p for p in parts))
    return origin, tuple(p.text if isinstance(p, Text) else None for p in joined(after))


def _line(site: Site) -> str:
    return f"{site.lift.path}:{site.place.line}"


# -- markers -----------------------------------------------------------------------------------------------


def _next_text(text: str, before_hole: bool, first: int) -> str:
    """A fixed text with its marker counted up, or with one put in: before the hole that follows, or at its end."""
    marked = VERSION_MARKER.search(text)
    if marked is not None:
        return f"{text[: marked.start(1)]}{int(marked.group(1)) + 1}{text[marked.end(1) :]}"
    used = [c for c in text if c in _SEPARATORS]
    if not before_hole:
        if text[-1:] and text[-1] in _SEPARATORS:
            return f"{text}v{first}{text[-1]}"
        return f"{text}{used[-1] if used else ':'}v{first}"
    separator = text[-1] if text[-1] in _SEPARATORS else (used[-1] if used else ":")
    lead = "" if text[-1] in _SEPARATORS else separator
    return f"{text}{lead}v{first}{separator}"


def next_version(source: str, first: int = 2) -> str:
    """The source of a literal with its version marker counted up, or with ``first`` put in where there is none.

    ``"user:v1:%s"`` becomes ``"user:v2:%s"``, ``f"user_{pk}"`` becomes ``f"user_v2_{pk}"``, ``"users"`` ``"users:v2"``.
    """
    marked = VERSION_MARKER.search(source)
    if marked is not None:
        return f"{source[: marked.start(1)]}{int(marked.group(1)) + 1}{source[marked.end(1) :]}"
    run = _chosen(source)
    text = _next_text(source[run.start : run.end], run.before_hole, first)
    return f"{source[: run.start]}{text}{source[run.end :]}"


@dataclass(frozen=True)
class _Run:
    """A stretch of fixed text in the source of a literal."""

    start: int
    end: int
    before_hole: bool


_BRACES = re.compile(r"(?<!\{)\{[\w.!:\[\]]*\}")
_PERCENT = re.compile(r"%(?:\(\w+\))?[sdrxi]")


def _chosen(source: str) -> _Run:
    """The first stretch with words, where a marker goes; the whole text where none has any."""
    prefix = re.match(r"[A-Za-z]*", source)
    quote_at = prefix.end() if prefix else 0
    quote = source[quote_at : quote_at + 3] if source[quote_at : quote_at + 3] in ('"""', "'''") else source[quote_at]
    start, end = quote_at + len(quote), len(source) - len(quote)
    position = start
    for hole_start, hole_end in _holes(source, start, end, "f" in source[:quote_at].lower()):
        if _says(source[position:hole_start]):
            return _Run(position, hole_start, True)
        position = hole_end
    return _Run(position, end, False) if _says(source[position:end]) else _Run(start, end, False)


def _holes(source: str, start: int, end: int, formatted: bool) -> list[tuple[int, int]]:
    """Where the parts made at run time stand in a literal."""
    if not formatted:
        hole = _BRACES if _BRACES.search(source, start, end) else _PERCENT
        return [match.span() for match in hole.finditer(source, start, end)]
    parsed = cst.parse_expression(source)
    found: list[tuple[int, int]] = []
    position = start
    for part in parsed.parts if isinstance(parsed, cst.FormattedString) else ():
        length = len(cst.Module([]).code_for_node(part))
        if isinstance(part, cst.FormattedStringExpression):
            found.append((position, position + length))
        position += length
    return found


def _says(text: str) -> bool:
    return any(c.isalnum() for c in text)


# -- names that a literal goes by --------------------------------------------------------------------------


def _check_name(literal: Origin, sites: int, facts: Facts) -> None:
    """A constant that is changed must be used for the calls of this key alone. Raises NoKey."""
    definition = literal.lift.definition
    if definition.form != "assignment":
        return
    word = re.compile(rb"\b" + re.escape(definition.name.encode()) + rb"\b")
    count = 0
    for module in facts.codebase.containing(definition.name, word):
        for line in module.source.data.splitlines():
            if not re.match(rb"\s*(?:#|from\s.*\bimport\b)", line):
                count += len(word.findall(line))
    if count != sites + 1:
        raise NoKey(f"`{definition.name}` is used for more than the calls that are known")
