"""All rules: the one place where a new one is made known.

A code stands beside the module that says everything about the rule; the rule's name is that of the module. The modules
are imported when rules are asked for: to know codes and names, or to find results on disk, needs none of them.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cachelint.rules.base import Rule

MODULES: dict[str, str] = {
    "CL101": "values.model_instance",
    "CL102": "values.queryset",
    "CL103": "values.unpicklable",
    "CL104": "values.not_json",
    "CL105": "values.changed_by_json",
    "CL201": "timeouts.missing_timeout",
    "CL202": "timeouts.never_expires",
    "CL203": "timeouts.expires_at_once",
    "CL301": "keys.unversioned_key",
    "CL401": "deserialization.unpickle_cache_data",
    "CL402": "deserialization.pickled_by_hand",
}

NAMES: dict[str, str] = {code: module.rpartition(".")[2].replace("_", "-") for code, module in MODULES.items()}

#: What is said of comments, by no rule about the cache: on unless it is ignored.
UNUSED_IGNORE = "CL001"
_ALL = {**NAMES, UNUSED_IGNORE: "unused-ignore"}


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


def find_code(text: str) -> str | None:
    """The code of a rule's code or name, however it is capitalised."""
    wanted = text.strip().lower()
    return next((code for code, name in _ALL.items() if wanted in (code.lower(), name)), None)


def matching(selector: str) -> tuple[str, ...]:
    """The codes that a code, a code's beginning (``CL1``), a name or ``ALL`` selects."""
    wanted = selector.strip().upper()
    if wanted == "ALL":
        return tuple(_ALL)
    named = find_code(selector)
    if named is not None:
        return (named,)
    return tuple(code for code in NAMES if wanted.startswith("CL") and code.startswith(wanted))
