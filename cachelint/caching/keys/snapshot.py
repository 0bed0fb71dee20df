"""The keys of a project as they are kept, to be compared with later ones: a file that is made for review in a diff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from cachelint.caching.keys.changes import Change, changes
from cachelint.caching.keys.inventory import NEVER, Inventory, KeyRecord, Timeout
from cachelint.caching.keys.shape import ANYTHING, Shape

#: The file's name, at the root of a project.
FILE = "cachelint-keys.json"
#: Of the file; another is made anew.
FORMAT = 1


class SnapshotError(ValueError):
    """A file that is no snapshot; the message is one line."""


class KeptKey(NamedTuple):
    """A key as it was. ``items`` is what its readers take out of an entry by name, ``hands_on`` as in Use."""

    template: str
    shape: Shape
    timeouts: tuple[Timeout, ...] = ()
    items: tuple[str, ...] = ()
    hands_on: bool = False
    at: str = ""


class Snapshot(NamedTuple):
    """The keys by their ids. ``name`` says what it was taken of: a file, or a git revision."""

    name: str
    keys: dict[str, KeptKey]
    #: By alias, what the settings say of it that makes other entries of the same keys.
    aliases: dict[str, dict[str, Any]]

    def below(self, folder: str) -> Snapshot:
        """The keys of the project in a folder, as that knows them itself."""
        if not folder:
            return self
        inside = f"{folder} "
        keys = {name.removeprefix(inside): key for name, key in self.keys.items() if name.startswith(inside)}
        return self._replace(keys=keys)


def taken(found: Inventory, name: str) -> Snapshot:
    """The snapshot of an inventory. Keys that are known by one name are told apart by nothing: they are left out."""
    keys: dict[str, KeptKey] = {}
    twice: set[str] = set()
    for key in found.keys:
        if key.id in keys:
            twice.add(key.id)
        keys[key.id] = _kept(key)
    aliases = {each.name: {"prefix": each.prefix, "version": each.version} for each in found.aliases}
    return Snapshot(name, {id_: kept for id_, kept in keys.items() if id_ not in twice}, aliases)


def _kept(key: KeyRecord) -> KeptKey:
    items = sorted({item for use in key.uses for item in use.items})
    written = next((use for use in key.uses if "write" in use.roles), key.uses[0])
    # A line would change with every edit of the file.
    at = f"{written.path} {written.function}".strip()
    return KeptKey(
        key.template, without_columns(key.shape), key.timeouts, tuple(items), any(use.hands_on for use in key.uses), at
    )


def without_columns(shape: Shape) -> Shape:
    """A shape without the fields of models: an old instance comes back whatever columns there are now."""
    if not isinstance(shape, dict):
        return shape
    if "model" in shape:
        return {"model": shape["model"]}
    return {name: _inside(name, value) for name, value in shape.items()}


def _inside(name: str, value: Any) -> Any:
    if name in ("dict", "fields"):
        return {key: without_columns(inner) for key, inner in value.items()}
    if name in ("tuple", "any", "rest"):
        return [without_columns(inner) for inner in value]
    return without_columns(value) if name in ("list", "set", "tuple of", "rows", "pickled") else value


def text_of(snapshot: Snapshot) -> str:
    """The file: sorted, a block for each key."""
    keys = {}
    for name, key in sorted(snapshot.keys.items()):
        values: dict[str, Any] = {"key": key.template, "at": key.at, "timeouts": list(key.timeouts)}
        if key.shape != ANYTHING:
            values["shape"] = key.shape
        if key.items:
            values["read"] = list(key.items)
        if key.hands_on:
            values["handed on"] = True
        keys[name] = values
    return json.dumps(
        {"format": FORMAT, "aliases": dict(sorted(snapshot.aliases.items())), "keys": keys},
        indent=1, ensure_ascii=False,
    ) + "\n"  # fmt: skip


def read(text: str, name: str) -> Snapshot:
    """The snapshot that a file holds. Raises SnapshotError."""
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise SnapshotError(f"written by another cachelint (format {values['format']}); write it again")
        keys = {
            str(id_): KeptKey(
                str(key["key"]), key.get("shape", ANYTHING), tuple(key.get("timeouts", ())),
                tuple(map(str, key.get("read", ()))), bool(key.get("handed on")), str(key.get("at", "")),
            )
            for id_, key in values["keys"].items()
        }  # fmt: skip
        aliases = {str(alias): dict(told) for alias, told in values["aliases"].items()}
    except SnapshotError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SnapshotError("not what `cachelint keys --write` writes") from None
    return Snapshot(name, keys, aliases)


class Changed(NamedTuple):
    """A key whose shape has changed while its text stayed."""

    key: KeyRecord
    before: KeptKey
    changes: tuple[Change, ...]


def changed(before: Snapshot, found: Inventory) -> Iterator[Changed]:
    """The keys whose entries are of another shape now. Nothing is said of a cache whose entries are all others now."""
    cold = cold_aliases(before, found)
    now = taken(found, "").keys
    for key in found.keys:
        kept = before.keys.get(key.id)
        if kept is None or key.id not in now or key.alias in cold:
            continue
        different = tuple(changes(kept.shape, without_columns(key.shape)))
        if different:
            yield Changed(key, kept, different)


def cold_aliases(before: Snapshot, found: Inventory) -> dict[str, str]:
    """The caches that no entry of before is found in any more, with what has changed in the settings."""
    cold: dict[str, str] = {}
    for each in found.aliases:
        told = before.aliases.get(each.name)
        for word, value in (("prefix", each.prefix), ("version", each.version)) if told is not None else ():
            old = told.get(word) if told is not None else None
            if old != value and "?" not in (old, value):
                setting = {"prefix": "KEY_PREFIX", "version": "VERSION"}[word]
                cold[each.name] = f"{setting} of {each.name!r} was {old!r} and is {value!r}"
    return cold


def lifetime(timeouts: tuple[Timeout, ...]) -> float | None:
    """The longest that an entry can live, in seconds; None for ever, or where that can't be told."""
    if not timeouts or any(isinstance(timeout, str) for timeout in timeouts):
        return None
    return max(float(timeout) for timeout in timeouts if not isinstance(timeout, str))


__all__ = ["FILE", "NEVER", "Changed", "KeptKey", "Snapshot", "SnapshotError", "changed", "read", "taken", "text_of"]
