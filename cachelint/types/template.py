"""Strings as templates of cache keys: what is made at run time, and whether something versions it."""

from __future__ import annotations

import re

from cachelint.types.base import Type
from cachelint.types.join import members
from cachelint.types.strings import WILDCARD, Placeholder, Str, Text

#: ``v2``, ``_v3:``, ``ver2``, ``version-4`` standing apart from letters and digits.
VERSION_MARKER = re.compile(r"(?<![A-Za-z0-9])(?:v|ver|version)[-_.]?(\d+)(?![A-Za-z0-9])", re.IGNORECASE)
#: A marker whose number is made at run time: ``…_v{number}``.
_OPEN_MARKER = re.compile(r"(?<![A-Za-z0-9])(?:v|ver|version)[-_.:]?$", re.IGNORECASE)


def templates(key: Type) -> list[Str]:
    """The strings that a key can be, as far as they are known."""
    return [member for member in members(key) if isinstance(member, Str) and member.parts is not None]


def joined(template: Str) -> tuple[Text | Placeholder, ...]:
    """The parts of a template, with what was written in several literals as one text."""
    parts: list[Text | Placeholder] = []
    for part in template.parts or ():
        last = parts[-1] if parts else None
        if isinstance(part, Text) and isinstance(last, Text):
            parts[-1] = Text(last.text + part.text)
        else:
            parts.append(part)
    return tuple(parts)


def is_dynamic(template: Str) -> bool:
    """Whether a key is built at run time and shows how: a bare value (``str(pk)``) is opaque, not built."""
    parts = template.parts or ()
    placeholders = [part for part in parts if isinstance(part, Placeholder)]
    texts = [part for part in parts if isinstance(part, Text)]
    return bool(placeholders) and (bool(texts) or len(placeholders) > 1) and WILDCARD not in placeholders


def is_versioned(template: Str) -> bool:
    """Whether a marker in the fixed text, or a part whose name says version, versions a key."""
    if template.versions:
        return True
    parts = joined(template)
    for index, part in enumerate(parts):
        if not isinstance(part, Text):
            continue
        if VERSION_MARKER.search(part.text):
            return True
        if index + 1 < len(parts) and isinstance(parts[index + 1], Placeholder) and _OPEN_MARKER.search(part.text):
            return True
    return False
