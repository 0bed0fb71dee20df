"""Projects of one large file, for measuring how work grows with what is in it."""

from __future__ import annotations

from pathlib import Path

MODELS = "from django.db import models\n\n\nclass Book(models.Model):\n    title = models.CharField(max_length=9)\n"
HEAD = "from django.core.cache import cache\nfrom shop.models import Book\n"
KEY = """

def book_{n}(pk):
    book = cache.get(f"book-{n}:{{pk}}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book-{n}:{{pk}}", book, timeout=60)
    return book.title
"""
NUMBER = """

def total_{n}(pk):
    cache.set(f"total-{n}:{{pk}}", {n}, 60)
"""
TABLE_USE = """
    cache.set("table", TABLE, 60)
    cache.set("row", TABLE[name], 60)
    cache.set("first", TABLE["key1"], 60)
    for key, value in TABLE.items():
        cache.set(key, value, 60)
"""


def functions(number: int) -> str:
    """Functions that each cache an instance under a key of their own."""
    return HEAD + "".join(KEY.format(n=n) for n in range(number))


def numbers(number: int) -> str:
    """Functions that each cache a number under a key of their own."""
    return HEAD + "".join(NUMBER.format(n=n) for n in range(number))


def table(number: int) -> str:
    """A constant of a module with many entries, which is stored, looked up and iterated."""
    rows = "".join(f'    "key{n}": ["a{n}", {n}, {{"x": {n}}}],\n' for n in range(number))
    return f"{HEAD}\nTABLE = {{\n{rows}}}\n\n\ndef keep(name):{TABLE_USE}"


def local_table(number: int) -> str:
    """The same inside a function, where keys and values are made at run time."""
    rows = "".join(f'        f"key{n}-{{name}}": f"value{n}-{{name}}",\n' for n in range(number))
    return f"{HEAD}\n\ndef keep(name):\n    TABLE = {{\n{rows}    }}{TABLE_USE}"


def chain(number: int) -> str:
    """Functions that call one another in a row, each of which is cached as well."""
    links = "".join(
        f'\n\ndef f{n}():\n    cache.set("f{n}", f{n + 1}(), 60)\n    return f{n + 1}()\n' for n in range(number)
    )
    return f"{HEAD}{links}\n\ndef f{number}():\n    return Book.objects.first()\n"


SORTS = {"functions": functions, "numbers": numbers, "table": table, "local table": local_table, "chain": chain}


def write(root: Path, text: str) -> Path:
    """A small project with the text as one of its files."""
    for name, content in {
        "manage.py": "", "shop/__init__.py": "", "shop/models.py": MODELS, "app/__init__.py": "", "app/large.py": text,
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root
