"""The rules themselves, imported when they are asked for: to find results on disk needs none of them."""

from __future__ import annotations

import importlib
from functools import cache

from cachelint.rules.base import Rule
from cachelint.rules.registry import MODULES, find_code


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their codes."""
    made: list[Rule] = []
    for code, module in sorted(MODULES.items()):
        rule: Rule = importlib.import_module(f"cachelint.rules.{module}").RULE
        assert rule.code == code
        made.append(rule)
    return tuple(made)


def find_rule(text: str) -> Rule | None:
    """The rule of a code or name, however it is capitalised."""
    code = find_code(text)
    return next((rule for rule in rules() if rule.code == code), None)
