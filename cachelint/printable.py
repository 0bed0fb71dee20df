"""Text from somebody else's repository, as a terminal or a log may be shown it.

File names, keys and code can hold characters by which a terminal is given commands; whoever lints a stranger's pull
request must not run them.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with its control characters written out (``\\x1b``); line breaks and tabs too."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def printable_lines(text: str) -> str:
    """The same for a text of several lines, whose line breaks and tabs stay."""
    return "".join(c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
