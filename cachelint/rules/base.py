"""What a rule is, and what all of them need to make a finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import field

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.caching.keys.template import templates
from cachelint.findings import Confidence, Finding, Place, Related, Severity
from cachelint.frozen import dataclass
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.base import Origin, Type
from cachelint.types.cache import Cached
from cachelint.types.join import members


@dataclass(frozen=True, slots=True)
class Example:
    """Code that a rule reports (its lines marked with the code in a comment) and the same written well.

    Both stand in the documentation, and both are run by the tests.
    """

    bad: str
    good: str
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule: what it reports, why, and the function that finds it.

    ``check`` is called with each site (or each load, for a rule that sets ``loads``) and yields findings.
    """

    code: str
    name: str
    summary: str
    why: str
    severity: Severity
    examples: tuple[Example, ...]
    check_site: Callable[[Rule, CacheCall, Facts], Iterator[Finding]] | None = None
    check_load: Callable[[Rule, Deserialization, Facts], Iterator[Finding]] | None = None
    fix: str = ""
    not_found: tuple[str, ...] = field(default=())
    #: When a finding is graded otherwise; follows the severity.
    severity_note: str = ""
    #: What mending it means for the entries that are in the cache, and for the order of a deploy.
    deploy: str = ""
    #: Keys of the configuration that matter to it, beside those that hold for all rules.
    options: tuple[str, ...] = ()
    #: Where to read on: title and address.
    references: tuple[tuple[str, str], ...] = ()

    @property
    def family(self) -> str:
        """The folder that the rule stands in."""
        return {"1": "values", "2": "timeouts", "3": "keys", "4": "pickles"}[self.code[2]]

    def finding(
        self,
        site: CacheCall | Deserialization,
        node: cst.CSTNode,
        message: str,
        *,
        related: tuple[Related, ...] = (),
        confidence: Confidence = Confidence.HIGH,
        severity: Severity | None = None,
        no_fix: str = "",
    ) -> Finding:
        """A finding at an expression of a call."""
        call = site.parsed.place(site.node)
        return Finding(
            self.code, self.name, message, site.parsed.place(node), call.line, call.end_line,
            severity or self.severity, confidence, related, None, no_fix,
            site.function.definition.qualname if site.function is not None else "",
            _key_of(site),
        )  # fmt: skip


def _key_of(site: CacheCall | Deserialization) -> str:
    """The key's template, where it is known; that of a load is the key of what was read."""
    keys = [site.key] if isinstance(site, CacheCall) else [m.key for m in members(site.data) if isinstance(m, Cached)]
    return " | ".join(sorted({template.template for key in keys for template in templates(key)})[:3])


_WORD_AT_END = re.compile(r"\w+$")
_WORD_AT_START = re.compile(r"^\w+")


def quote(parsed: ParsedDefinition, node: cst.CSTNode, limit: int = 50) -> str:
    """The source of an expression for a message, on one line and not too long."""
    text = " ".join(parsed.code(node).split())
    if len(text) <= limit:
        return f"`{text}`"
    # Cut between words, where there are any.
    head, tail = text[: limit - 12], text[-8:]
    return f"`{_WORD_AT_END.sub('', head).rstrip() or head} … {_WORD_AT_START.sub('', tail).lstrip() or tail}`"


def source_of(typ: Type, site: CacheCall) -> tuple[str, tuple[Related, ...]]:
    """Where a value was made, as the end of a sentence and as a place."""
    origin = typ.origin
    if origin is None:
        return "", ()
    place = origin.place
    what = described(origin)
    if place.path == site.parsed.path:
        where = f"line {place.line}"
    else:
        where = f"{place.path}:{place.line}"
    passed = {site.parsed.place(node) for node in site.nodes.values()}
    if place in passed:
        return "", ()
    if what in ("`self`", "`cls`"):
        return "", (Related(place, "a method of the model itself"),)
    if isinstance(origin.parsed.gathered.parents.get(origin.node), cst.Annotation):
        return f", declared as {what} ({where})", (Related(place, f"declared here: {what}"),)
    return f", from {what} ({where})", (Related(place, f"made here: {what}"),)


def described(origin: Origin) -> str:
    """The source of the expression that made a value."""
    return f"`{origin.code}`"


def wrapper_places(site: CacheCall) -> tuple[Related, ...]:
    """For a call of a wrapper: where the cache itself is called."""
    if site.inner is None:
        return ()
    inner = site.innermost
    return (Related(inner.place, f"`{site.called}` hands it on to `{inner.called}` here"),)


def seconds(value: float) -> str:
    """A timeout in words: ``3600 s (1 hour)``."""
    whole = int(value) if value == int(value) else value
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if value >= size and value % size == 0:
            count = int(value // size)
            return f"{whole} s ({count} {unit}{'s' if count > 1 else ''})"
    return f"{whole} s"


__all__ = ["Confidence", "Example", "Place", "Rule", "Severity", "quote", "seconds", "source_of", "wrapper_places"]
