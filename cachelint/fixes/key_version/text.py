"""A fixed text with a version marker in it."""

from __future__ import annotations

import re

from cachelint.types.template import VERSION_MARKER

SEPARATORS = ":_-./#|"
#: A word that says what follows: ``token[``, ``id=``, with what stands before it.
_OPENED = re.compile(r"\w*[\[({=]+$")


def next_text(text: str, before_placeholder: bool, first: int, rest: str = "") -> str:
    """A fixed text with its marker counted up, or with one put in: before the placeholder that follows, or at its end.

    What separates the words of the text separates the marker as well; where nothing does, what does in the ``rest`` of
    the key.
    """
    marked = VERSION_MARKER.search(text)
    if marked is not None:
        return f"{text[: marked.start(1)]}{int(marked.group(1)) + 1}{text[marked.end(1) :]}"
    usual = next((c for c in (*text[::-1], *rest) if c in SEPARATORS), ":")
    if not before_placeholder:
        return f"{text}v{first}{text[-1]}" if text[-1:] and text[-1] in SEPARATORS else f"{text}{usual}v{first}"
    opened = _OPENED.search(text)
    if opened is not None:
        # What stands in brackets, or after `=`, is a value that has a name: the marker goes before that.
        before = text[: opened.start()]
        return f"{before}{usual if before[-1:].isalnum() else ''}v{first}{usual}{opened.group()}"
    separator = text[-1] if text[-1] in SEPARATORS else usual
    lead = "" if text[-1] in SEPARATORS else separator
    return f"{text}{lead}v{first}{separator}"
