"""What somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str], likeness: float) -> str:
    """The known word that is most like another, at least to a degree (0 to 1); empty where none is."""
    # Imported here: most runs have nothing misspelt in them.
    import difflib

    return next(iter(difflib.get_close_matches(word, list(known), 1, likeness)), "")
