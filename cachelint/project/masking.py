"""What of a file is no code: comments, and strings that are no name. Words in it name nothing."""

from __future__ import annotations

import re

#: Each alternative begins with its own character: the search skips what is neither at the speed of memory.
_COMMENT_OR_STRING = re.compile(
    rb"#[^\r\n]*"
    rb'|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    rb'|"[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"'
    rb"|'[^'\\\r\n]*(?:\\.[^'\\\r\n]*)*'",
    re.DOTALL,
)
_HASH = ord("#")
_NAME = re.compile(rb"[\"']+[\w.]+[\"']+")


def mask_comments_and_strings(data: bytes) -> bytes:
    """The text of a file with spaces in the place of its prose, byte for byte as long.

    Strings that are a name stay, since they may name something (``"shop.views.find"``), and so do f-strings, in which
    code stands.
    """
    code = bytearray(data)
    for match in _COMMENT_OR_STRING.finditer(data):
        start, end = match.span()
        if data[start] != _HASH and (_is_formatted(data[max(0, start - 2) : start]) or _NAME.fullmatch(match.group())):
            continue
        code[start:end] = b" " * (end - start)
    return bytes(code)


def _is_formatted(before: bytes) -> bool:
    """Whether what stands right before a quote may be the prefix of an f-string or a t-string."""
    prefix = before.lower()
    return prefix[-1:] in (b"f", b"t") or prefix in (b"fr", b"tr")
