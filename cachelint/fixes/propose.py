"""Which rule's findings have a fix, and who makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cachelint.caching.calls import CacheCall
from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.findings import Finding, Fix
from cachelint.fixes import add_timeout, json_values, list_of
from cachelint.fixes.key_version import marker
from cachelint.fixes.rows import dict_form
from cachelint.fixes.unpickle import both_ends

_PROPOSERS: Mapping[str, Callable[[CacheCall, Facts], Fix | str]] = {
    "CL101": dict_form.propose,
    "CL102": dict_form.propose,
    "CL103": list_of.propose,
    "CL201": add_timeout.propose,
    "CL104": json_values.propose,
    "CL301": marker.propose,
    "CL402": both_ends.propose,
}


#: Why the other rules have no fix.
_FOR_A_PERSON: Mapping[str, str] = {
    "CL105": "what to store instead, and how each reader takes it back, is for a person to decide",
    "CL202": "for how long the value may be served is for a person to say",
    "CL203": "whether, and for how long, the value should be kept is for a person to say",
}


def with_fix(finding: Finding, site: CacheCall, facts: Facts) -> Finding:
    """The finding with its fix, or with what stands in the way of one; unchanged where its rule has none."""
    proposer = _PROPOSERS.get(finding.code)
    if proposer is None:
        return finding._replace(no_fix=_FOR_A_PERSON.get(finding.code, ""))
    if site.declared:
        return finding._replace(no_fix=f"`{site.called}` is third-party code: what it does inside is not known")
    return _with(finding, proposer(site, facts))


def with_load_fix(finding: Finding, load: Deserialization, facts: Facts) -> Finding:
    """The same for a finding about a load."""
    return _with(finding, both_ends.propose_load(load, facts))


def _with(finding: Finding, found: Fix | str) -> Finding:
    if isinstance(found, Fix):
        return finding._replace(fix=found, no_fix="")
    return finding._replace(no_fix=found)
