"""One source file as text, with what is needed to write it back as it was."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from functools import cached_property
from pathlib import Path

#: Nobody writes such a file by hand, and reading it would cost more than all the others together.
MAX_BYTES = 16_000_000

_LINE_END = re.compile(r"\r\n|\r|\n")


_LONE_CR = re.compile(rb"\r(?!\n)")


class SourceError(Exception):
    """A file that can't be read as Python source; the message is one line, without the file's name."""


class Source:
    """The text of a file and how it stands on the disk.

    ``text`` keeps the newlines of the file; ``encoding`` and ``bom`` are what writing it back needs.
    """

    def __init__(self, path: str, text: str, encoding: str = "utf-8", bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.encoding = encoding
        self.bom = bom

    @cached_property
    def data(self) -> bytes:
        """The text as UTF-8, which is what byte offsets count in; a line that ends with CR alone ends with LF here."""
        data = self.text.encode("utf-8", "surrogatepass")
        # Python takes it for the end of a line; the grammar that finds definitions does not.
        return _LONE_CR.sub(b"\n", data) if b"\r" in data else data

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset in characters of the start of each line."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def offset(self, line: int, column: int) -> int:
        """Offset in characters of a line and column, both from 1."""
        return self.line_starts[min(line, len(self.line_starts)) - 1] + column - 1

    def line_text(self, line: int) -> str:
        """A line without its end; empty where there is no such line."""
        if not 1 <= line <= len(self.line_starts):
            return ""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def encode(self, text: str) -> bytes:
        """``text`` as the bytes to write, in the encoding of the file."""
        body = text.encode(self.encoding)
        return codecs.BOM_UTF8 + body if self.bom else body


def read_source(path: Path, name: str) -> Source:
    """Read ``path``, to be called ``name``.

    Raises SourceError where the file is no Python source that this program can take, OSError where it can't be read.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceError(f"larger than {MAX_BYTES // 1_000_000} MB, skipped")
    return decode_source(data, name)


def decode_source(data: bytes, name: str) -> Source:
    """Decode the bytes of a file as Python does (PEP 263); raises SourceError."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError("UTF-16 is not a valid encoding for Python source; save the file as UTF-8")
    if b"\0" in data:
        raise SourceError("contains NUL bytes")
    if data.isascii() and b"coding" not in data[:400]:
        return Source(name, data.decode("ascii"))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        bom = data.startswith(codecs.BOM_UTF8)
        text = (data[3:] if bom else data).decode("utf-8" if bom else encoding)
    except (SyntaxError, LookupError) as error:
        raise SourceError(f"encoding: {_one_line(error)}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"not valid {error.encoding} (line {line}), and no other encoding is declared") from None
    return Source(name, text, "utf-8" if bom else encoding, bom)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
