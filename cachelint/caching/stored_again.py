"""What is read from a cache and stored again is what the other writes of its key store."""

from __future__ import annotations

from collections.abc import Iterable

from cachelint.caching.calls import CacheCall
from cachelint.caching.keys.pattern import KeyPattern, pattern
from cachelint.project.files import is_test
from cachelint.types.base import Type, Unknown
from cachelint.types.cache import Cached
from cachelint.types.join import join_all, members
from cachelint.types.template import templates

#: An entry: the cache, and the one pattern of its key.
_Entry = tuple[str | None, KeyPattern]


def fill_in(calls: Iterable[CacheCall]) -> None:
    """Give each write of something that came out of a cache the types that the other writes of the entry store.

    One pass: what is itself stored again says nothing. Only where the key is one, and certainly the same.
    """
    writes = [call for call in calls if call.writes and call.value is not None and "value" in call.roles]
    stored: dict[_Entry, list[Type]] = {}
    for call in writes:
        entry = _entry(call.alias, call.key)
        known = [m for m in members(call.value) if not isinstance(m, Cached | Unknown)] if call.value else []
        if entry is not None and known and not is_test(call.parsed.path) and not _is_read(call.value):
            stored.setdefault(entry, []).extend(known)
    for call in writes:
        read = [m for m in members(call.value) if isinstance(m, Cached)] if call.value is not None else []
        found = [typ for cached in read for typ in _stored(cached, stored)]
        if found and call.value is not None:
            call.value = join_all([*found, *(m for m in members(call.value) if not isinstance(m, Cached))])
            call.stored_again = True


def _is_read(value: Type | None) -> bool:
    return value is not None and any(isinstance(member, Cached) for member in members(value))


def _stored(cached: Cached, stored: dict[_Entry, list[Type]]) -> list[Type]:
    entry = _entry(cached.alias, cached.key)
    return stored.get(entry, []) if entry is not None else []


def _entry(alias: str | None, key: Type) -> _Entry | None:
    """The one entry that a key is of; None where it may be of several, or is not known."""
    found = {pattern(template) for template in templates(key)}
    if len(found) != 1 or len(members(key)) != 1 or alias is None:
        return None
    return alias, next(iter(found))
