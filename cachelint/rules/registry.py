"""All rules, in the order of their codes."""

from __future__ import annotations

from cachelint.rules.base import Rule
from cachelint.rules.deserialization import pickled_by_hand, unpickle_cache_data
from cachelint.rules.keys import unversioned_key
from cachelint.rules.names import find_code
from cachelint.rules.timeouts import expires_at_once, missing_timeout, never_expires
from cachelint.rules.values import changed_by_json, model_instance, not_json, queryset, unpicklable

RULES: tuple[Rule, ...] = (
    model_instance.RULE,
    queryset.RULE,
    unpicklable.RULE,
    not_json.RULE,
    changed_by_json.RULE,
    missing_timeout.RULE,
    never_expires.RULE,
    expires_at_once.RULE,
    unversioned_key.RULE,
    unpickle_cache_data.RULE,
    pickled_by_hand.RULE,
)


def find_rule(text: str) -> Rule | None:
    """The rule of a code or name, however it is capitalised."""
    code = find_code(text)
    return next((rule for rule in RULES if rule.code == code), None)
