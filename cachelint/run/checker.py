"""Facts to findings: every enabled rule over every fact."""

from __future__ import annotations

from collections.abc import Iterable

from cachelint.caching.facts import Facts
from cachelint.findings import Finding
from cachelint.fixes.propose import with_fix, with_load_fix
from cachelint.rules.registry import RULES


def check_facts(facts: Facts, codes: Iterable[str]) -> list[Finding]:
    """The findings of the rules with these codes, each once, in the order of the code."""
    rules = [rule for rule in RULES if rule.code in frozenset(codes)]
    question = facts.interpreter.question
    found: dict[tuple[object, ...], Finding] = {}
    for site in facts.calls:
        with question():
            for rule in rules:
                for finding in rule.check_site(rule, site, facts) if rule.check_site is not None else ():
                    key = (finding.code, finding.place, finding.message)
                    if key not in found:
                        with question():
                            found[key] = with_fix(finding, site, facts)
    for load in facts.deserializations:
        with question():
            for rule in rules:
                for finding in rule.check_load(rule, load, facts) if rule.check_load is not None else ():
                    if (finding.code, finding.place) not in found:
                        with question():
                            found[(finding.code, finding.place)] = with_load_fix(finding, load, facts)
    return sorted(found.values(), key=lambda finding: finding.sort_key)
