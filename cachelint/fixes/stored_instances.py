"""CL101 and CL102: how what is stored becomes plain data, the first form that fits."""

from __future__ import annotations

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Applicability, Fix
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.instances import doubts, nested, rehydrate, split
from cachelint.fixes.rows import dict_form
from cachelint.fixes.unpickle import plain_rows

#: What must be shown for one form or the other to be safe.
OBLIGATIONS = tuple(dict.fromkeys((*plain_rows.OBLIGATIONS, *dict_form.OBLIGATIONS, *doubts.OBLIGATIONS)))


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked.

    Rows of ``values()`` are plain already, and become a list. Where all readers are seen and read columns alone, dicts
    of these columns are stored. Else the cache stores rows, and the readers get instances as before.
    """
    if plain_rows.is_plain(site):
        return plain_rows.fix(site, facts)
    if site.decorates:
        return split.propose(site, facts)
    if nested.is_nested(site):
        return nested.propose(site, facts)
    try:
        dicts = dict_form.propose(site, facts)
    except FixBlocked:
        return rehydrate.propose(site, facts)
    if dicts.applicability is Applicability.SAFE:
        return dicts
    try:
        return rehydrate.propose(site, facts)
    except FixBlocked:
        return dicts
