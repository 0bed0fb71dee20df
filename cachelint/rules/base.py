"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cachelint.caching.fact import Fact
from cachelint.caching.facts import Facts
from cachelint.findings import Confidence, Finding, Fix, Place, Related, Severity
from cachelint.fixes.obligations import Obligation
from cachelint.rules.registry import NAMES
from cachelint.rules.wording import shown_keys


@dataclass(frozen=True, slots=True)
class Example:
    """Code that a rule reports (its lines marked with the code in a comment) and the same written well.

    Both stand in the documentation, and both are run by the tests.
    """

    bad: str
    good: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check says of one fact: where, in which words, and which other places belong to it.

    ``severity`` is None where it is that of the rule.
    """

    place: Place
    message: str
    related: tuple[Related, ...] = ()
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None
    #: The other calls that the finding stands for.
    writes: tuple[Place, ...] = ()


Check = Callable[[Any, Facts], Iterator[Report]]
C = TypeVar("C", bound=Check)

#: Makes the fix of a finding about a fact. Raises FixBlocked with the reason where there is none.
Fixer = Callable[[Any, Facts], Fix]


@dataclass(frozen=True)
class Rule:
    """A rule: all that is said about it, and the checks that find it, each subscribed to a type of fact.

    ``fix`` makes the fix of each finding, which is safe where all ``obligations`` hold; a rule without one says in
    ``no_fix`` what the reader should do. ``in_tests`` is false where test files are not held to it. The rest is
    documentation: ``severity_note`` follows the severity, ``fix_note`` says what the fix does, ``deploy`` what it means
    for live entries and for the order of a deploy, ``options`` which keys of the configuration matter to it.
    """

    code: str
    summary: str
    why: str
    severity: Severity
    examples: tuple[Example, ...]
    fix: Fixer | None = None
    no_fix: str = ""
    obligations: tuple[Obligation, ...] = ()
    in_tests: bool = True
    severity_note: str = ""
    fix_note: str = ""
    deploy: str = ""
    not_found: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    checks: dict[type, list[Check]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that stands beside the code: that of the rule's module."""
        return NAMES[self.code]

    def on(self, fact_type: type) -> Callable[[C], C]:
        """Subscribe a check to a type of fact: it is called for each such fact of a project."""

        def subscribe(check: C) -> C:
            self.checks.setdefault(fact_type, []).append(check)
            return check

        return subscribe

    def finding(self, report: Report, fact: Fact) -> Finding:
        """The finding that a report about a fact comes to, without a fix."""
        # What a fact leads to may stand elsewhere: the save of what was read here.
        around = fact.place if _holds(fact.place, report.place) else report.place
        confidence = Confidence.LOW if fact.by_table else report.confidence
        return Finding(
            self.code, self.name, report.message, report.place, around.line, around.end_line,
            report.severity or self.severity, confidence, report.related, None, self.no_fix,
            fact.qualified_name, shown_keys(fact.key_templates), report.writes,
        )  # fmt: skip


def _holds(outer: Place, inner: Place) -> bool:
    """Whether a place lies inside another."""
    return outer.path == inner.path and outer.line <= inner.line and inner.end_line <= outer.end_line
