"""Facts to findings: every enabled rule over every fact that it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cachelint.caching.fact import Fact
from cachelint.caching.facts import Facts
from cachelint.findings import Finding
from cachelint.fixes.base import FixBlocked
from cachelint.rules.base import Check, Report, Rule
from cachelint.rules.loading import rules


def check_facts(facts: Facts, codes: Iterable[str]) -> list[Finding]:
    """The findings of the rules with these codes, each once, in the order of the report."""
    enabled = frozenset(codes)
    found: dict[tuple[object, ...], Finding] = {}
    subscribed = _subscribed(rule for rule in rules() if rule.code in enabled)
    facts.codebase.expect("applied", len(subscribed))
    for fact_type, checks in subscribed.items():
        facts.codebase.count("applied")
        for fact in facts.of(fact_type):
            for rule, check in checks:
                for report in _reports(check, fact, facts):
                    key = (rule.code, report.place, report.message)
                    if key not in found:
                        found[key] = _with_fix(rule, rule.finding(report, fact), fact, facts)
    return sorted(found.values(), key=lambda finding: finding.sort_key)


def _reports(check: Check, fact: Fact, facts: Facts) -> list[Report]:
    """What a check says of a fact. One that never ends is given up: it costs its own findings and no others."""
    try:
        with facts.interpreter.question():
            return list(check(fact, facts))
    except RecursionError:
        facts.codebase.count("given up")
        facts.interpreter.give_up()
        return []


def _subscribed(enabled: Iterable[Rule]) -> dict[type[Fact], list[tuple[Rule, Check]]]:
    """By type of fact, who is to be shown such facts: a type that no rule asks for is never collected."""
    found: dict[type[Fact], list[tuple[Rule, Check]]] = defaultdict(list)
    for rule in enabled:
        for fact_type, checks in rule.checks.items():
            found[fact_type] += [(rule, check) for check in checks]
    return found


def _with_fix(rule: Rule, finding: Finding, fact: Fact, facts: Facts) -> Finding:
    """The finding with its fix, or with what stands in the way of one."""
    if rule.fix is None:
        return finding
    try:
        if fact.fix_blocked:
            raise FixBlocked(fact.fix_blocked)
        if fact.stored_again:
            raise FixBlocked("what is stored here was read from the cache: mend the write that makes it")
        with facts.interpreter.question():
            return finding._replace(fix=rule.fix(fact, facts))
    except FixBlocked as reason:
        return finding._replace(no_fix=str(reason))
    except RecursionError:
        facts.interpreter.give_up()
        return finding._replace(no_fix="the value is nested too deeply to follow")
