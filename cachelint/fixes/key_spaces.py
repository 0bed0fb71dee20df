"""CL302: `_` for each space in the text of a key, at every call of the key."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key, origins, patterns
from cachelint.caching.keys.pattern import may_be_equal
from cachelint.findings import Edit, Fix
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.key_version.bump import key_of
from cachelint.fixes.key_version.elsewhere import written_elsewhere
from cachelint.fixes.obligations import ENTRIES_MAY_GO, KEY_IS_CLOSED, KEY_TEXT_IS_ITS_OWN, Proof
from cachelint.types.base import Origin
from cachelint.types.strings import Str
from cachelint.types.template import templates

#: What must be shown for the fix to be safe.
OBLIGATIONS = (
    ENTRIES_MAY_GO,
    KEY_IS_CLOSED,
    KEY_TEXT_IS_ITS_OWN,
)


def propose(call: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if not any(isinstance(part, str) and " " in part for each in _patterns(call) for part in each):
        raise FixBlocked("only a space in the text of a key is replaced")
    key = key_of(call, facts)
    literals = _literals(key)
    _check_collision(key, facts)
    proof = Proof(*OBLIGATIONS)
    proof.doubt(ENTRIES_MAY_GO, "existing entries will no longer be found")
    if key.maybe_calls:
        proof.doubt(KEY_IS_CLOSED, f"the key at {_line(key.maybe_calls[0])} may be the same")
    texts = [part for each in key.patterns for part in each if part and " " in part]
    proof.doubt(KEY_TEXT_IS_ITS_OWN, written_elsewhere(facts, texts))
    edits = [Edit(origin.place, origin.parsed.code(origin.node).replace(" ", "_")) for origin in literals]
    count = len(key.all_sites)
    return proof.fix("write `_` for the space" + (f" at all {count} calls of the key" if count > 1 else ""), edits)


def _patterns(call: CacheCall) -> list[tuple[str | None, ...]]:
    return sorted(patterns(call), key=str)


def _literals(key: Key) -> list[Origin]:
    """The literals with a space that the key is written in, each once. Raises FixBlocked."""
    found: dict[int, Origin] = {}
    for site in key.all_sites:
        for template in templates(site.key):
            for origin in origins(template):
                if " " in _text_of(origin, template):
                    found[id(origin.node)] = origin
    if not found:
        raise FixBlocked("the text of the key is not written as one literal")
    return sorted(found.values(), key=lambda origin: origin.place)


def _text_of(origin: Origin, template: Str) -> str:
    if not isinstance(origin.node, cst.SimpleString | cst.FormattedString):
        raise FixBlocked("the text of the key is not written as one literal")
    if isinstance(origin.node, cst.FormattedString) and any(
        not isinstance(part, cst.FormattedStringText) and " " in origin.parsed.code(part) for part in origin.node.parts
    ):
        raise FixBlocked("an expression in the key's f-string has spaces as well")
    code = origin.parsed.code(origin.node)
    if "\\" in code:
        raise FixBlocked("the literal has escapes in it")
    return code


def _check_collision(key: Key, facts: Facts) -> None:
    """No other key may have the new text. Raises FixBlocked."""
    for each in key.patterns:
        after = tuple(part.replace(" ", "_") if part else part for part in each)
        for other in facts.keys.index.near(after):
            if other not in key.patterns and may_be_equal(after, other):
                raise FixBlocked("another key already has this text with `_`")


def _line(call: CacheCall) -> str:
    return f"{call.place.path}:{call.place.line}"
