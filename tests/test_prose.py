"""What is no code: Python's own tokenizer is the judge of what is."""

from __future__ import annotations

import io
import itertools
import tokenize
from pathlib import Path

import pytest

from cachelint.project.masking import mask_comments_and_strings
from tests.support import REPOSITORY

FILES = sorted(path for folder in ("cachelint", "tests", "examples") for path in (REPOSITORY / folder).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_no_name_of_the_code_is_lost(path: Path) -> None:
    data = path.read_bytes()
    code = mask_comments_and_strings(data)
    assert len(code) == len(data)
    lines = data.decode().splitlines(keepends=True)
    starts = [0, *itertools.accumulate(len(line.encode()) for line in lines)]
    for token in tokenize.generate_tokens(io.StringIO(data.decode()).readline):
        if token.type == tokenize.NAME:
            row, column = token.start[0] - 1, token.start[1]
            start = starts[row] + len(lines[row][:column].encode())
            assert code[start : start + len(token.string.encode())] == token.string.encode(), token


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x = 1  # the cache\n", "x = 1             \n"),
        ("'''the cache'''\ncache\n", "               \ncache\n"),
        ('"it\'s the cache", cache\n', "                , cache\n"),
        ("'no-cache', 'cache', 'shop.cache'\n", "          , 'cache', 'shop.cache'\n"),
        ("f'the {cache}', rf\"the {cache}\"\n", "f'the {cache}', rf\"the {cache}\"\n"),
        ("'\\\\' + cache + 'the cache'\n", "     + cache +            \n"),
        ("'the \\'cache\\'', cache # the cache\n", "               , cache            \n"),
        ('"""the "cache" """, cache\n', "                  , cache\n"),
        ("'the cache\ncache\n", "'the cache\ncache\n"),
    ],
)
def test_what_is_left_of_a_line(text: str, left: str) -> None:
    assert mask_comments_and_strings(text.encode()).decode() == left
