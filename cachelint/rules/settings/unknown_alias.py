"""CL604: a cache is asked for by a name that no settings have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.alias_uses import AliasUse
from cachelint.caching.facts import Facts
from cachelint.did_you_mean import closest
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import is_of_no_site
from cachelint.types.containers import Dict
from cachelint.types.join import members

RULE = Rule(
    code="CL604",
    summary="A cache is asked for that no `CACHES` has.",
    why="""\
`caches["x"]` raises InvalidCacheBackendError where the settings have no such cache: at the first request that comes by,
or at import.""",
    severity=Severity.HIGH,
    no_fix="use the name that the settings have, or add the cache to them",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import caches


def remember(total):
    caches["report"].set("total", total, timeout=60)  # CL604
""",
            good="""\
from django.core.cache import caches


def remember(total):
    caches["reports"].set("total", total, timeout=60)
""",
            note="The settings have the caches `default` and `reports`.",
        ),
    ),
    not_found=("Packages without settings of a site; aliases that are computed.",),
    references=(("Django: CACHES", "https://docs.djangoproject.com/en/stable/ref/settings/#caches"),),
)

#: Aliases that Django tries by itself.
_ALWAYS = frozenset({"default", "template_fragments"})


@RULE.on(AliasUse)
def check(use: AliasUse, facts: Facts) -> Iterator[Report]:
    """One finding for a use."""
    if use.alias in _ALWAYS or use.guarded or is_of_no_site(facts):
        return
    known = _known(facts)
    if known is None or use.alias in known or _is_said(use.alias, facts):
        return
    near = closest(use.alias, sorted(known), 0.6)
    hint = (
        f"; did you mean `{near}`?"
        if near
        else f"; the settings have {', '.join(f'`{name}`' for name in sorted(known))}"
    )
    yield Report(
        use.place,
        f"`{use.written}` names a cache that no settings of the project have: it raises InvalidCacheBackendError{hint}",
    )


def _known(facts: Facts) -> set[str] | None:
    """The aliases of all settings; None where one of them can't be told."""
    found: set[str] = set()
    configured = members(facts.interpreter.setting("CACHES"))
    if not configured:
        return None
    for each in configured:
        if not isinstance(each, Dict) or members(each.value):
            return None
        found |= {str(name) for name, _ in each.entries}
    return found


def _is_said(alias: str, facts: Facts) -> bool:
    """Whether a file that has to do with CACHES has the name as a text: settings of tests or of a developer."""
    pattern = re.compile(rb"['\"]" + re.escape(alias.encode()) + rb"['\"]\s*(?:\]\s*)?[:=]")
    naming = facts.codebase.containing("CACHES")
    return any(module in naming for module in facts.codebase.search(pattern, alias))
