"""CL514: a whole cache is emptied."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import Clear
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.findings import Confidence, Severity
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import Type
from cachelint.types.template import templates

RULE = Rule(
    code="CL514",
    summary="A whole cache is emptied to drop a few entries.",
    why="""\
`cache.clear()` deletes everything that the alias keeps: the entries of all other code, locks that are held, counters of
rate limits, and the sessions of all users where they are kept there. On Redis it empties the whole database, other
prefixes and other projects included. Delete the keys that have changed, or put a version into them.""",
    severity=Severity.MEDIUM,
    no_fix="delete the keys that have changed, or move them to another version",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def save_rates(rates):
    store(rates)
    cache.clear()  # CL514
""",
            good="""\
from django.core.cache import cache


def save_rates(rates):
    store(rates)
    cache.delete("rates:v1")
""",
        ),
    ),
    not_found=("Commands and functions whose name says that they empty the cache.",),
    references=(
        (
            "Django: cache.clear",
            "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage",
        ),
    ),
)

_PURPOSE = re.compile(
    r"(?:clear|flush|reset|purge|empty|invalidate|wipe)_?(?:all_?|the_?|whole_?|django_?)*caches?(?![a-z])", re.I
)
_COMMANDS = re.compile(r"(^|/)management/commands/|(^|/)(fabfile|conftest|testing)\.py$")


@RULE.on(Clear)
def check(clear: Clear, facts: Facts) -> Iterator[Report]:
    """One finding for a call that empties a cache where that is not the very purpose of the code."""
    path = clear.parsed.path
    if clear.inner is not None or is_test(path) or _COMMANDS.search(path) or facts.facades.holds(clear.function):
        return
    if _is_the_purpose(clear.qualified_name) or (isinstance(clear.node, cst.Call) and clear.node.args):
        return
    others = _kept(clear, facts)
    alias = f"the cache `{clear.alias}`" if clear.alias else "this cache"
    what = f" ({_listed(others)})" if others else ""
    yield Report(
        clear.place,
        f"`{clear.called}` deletes every entry of {alias}{what}, and whatever else lives on that server; delete the "
        "keys that have changed",
        confidence=Confidence.LOW if len(others) == 1 and clear.alias not in (None, "default") else Confidence.HIGH,
    )


def _is_the_purpose(qualified_name: str) -> bool:
    """Whether the name of a function, as a whole, or that of its class says that it is there to empty the cache."""
    *classes, name = qualified_name.split(".")
    spelled = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", each).lower() for each in classes]
    return _PURPOSE.fullmatch(name) is not None or any(_PURPOSE.search(each) for each in spelled)


def _kept(clear: Clear, facts: Facts) -> list[str]:
    """The keys that the project keeps in the same cache."""
    found: dict[str, None] = {}
    for key in facts.keys.all():
        writes = [call for call in key.all_sites if call.writes and not is_test(call.parsed.path)]
        if any(call.writes and (clear.alias is None or call.alias == clear.alias) for call in writes):
            for text in _texts(key):
                found.setdefault(text)
    return list(found)


def _texts(key: Key) -> Iterator[str]:
    types: tuple[Type, ...] = key.key_templates
    yield from (t.template for typ in types[:1] for t in templates(typ) if any(c.isalnum() for c in t.template))


def _listed(keys: list[str]) -> str:
    shown = ", ".join(f'"{key}"' for key in keys[:2])
    return f"{shown} and {len(keys) - 2} more" if len(keys) > 2 else shown
