"""Rows in the cache, instances for the readers: which form a fix takes, and what makes it unsafe or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.findings import Applicability, Fix
from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import check, make_project

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


def first_fix(root: Path, text: str, **files: str) -> tuple[Fix | None, str]:
    """The fix of the first finding about an instance or QuerySet in a file, and why there is none."""
    made = make_project(root, text, **files)
    found = next(f for f in check(made).findings if f.code in ("CL101", "CL102") and f.place.path == "app/case.py")
    return found.fix, found.no_fix


def fixed(root: Path, text: str, **files: str) -> str:
    """The file after all fixes of these two rules, which must leave none of them."""
    made = make_project(root, text, **files)
    repair(Options(made, frozenset({"CL101", "CL102"}), use_store=False), unsafe=True, write_files=True)
    assert not [f for f in check(made).findings if f.code in ("CL101", "CL102")]
    return (made / "app/case.py").read_text()


RETURNED = """\
def find(pk):
    book = cache.get(f"book:v1:{{pk}}")
    if book is None:
        {made}
        cache.set(f"book:v1:{{pk}}", book, 300)
    return book
"""


def test_the_edits_stand_at_the_calls_of_the_cache(tmp_path: Path) -> None:
    text = fixed(tmp_path, RETURNED.format(made="book = Book.objects.get(pk=pk)"))
    assert 'book = from_row(Book, cache.get(f"book:v2:{pk}"))' in text
    assert 'cache.set(f"book:v2:{pk}", to_row(book), 300)' in text
    assert "from app.cache_rows import from_row, to_row\n" in text
    assert (tmp_path / "app/cache_rows.py").read_text().startswith('"""Model instances as plain rows')


def test_a_helper_that_is_there_is_used_again(tmp_path: Path) -> None:
    fixed(tmp_path / "first", RETURNED.format(made="book = Book.objects.get(pk=pk)"))
    helper = (tmp_path / "first/app/cache_rows.py").read_text()
    text = fixed(tmp_path / "next", RETURNED.format(made="book = Book.objects.get(pk=pk)"), shop__rows=helper)
    assert "from shop.rows import from_row, to_row\n" in text
    assert not (tmp_path / "next/app/cache_rows.py").exists()


def test_another_file_of_that_name_stays(tmp_path: Path) -> None:
    text = fixed(tmp_path, RETURNED.format(made="book = Book.objects.get(pk=pk)"), app__cache_rows="ROWS = 3\n")
    assert "from app.cached_rows import" in text
    assert (tmp_path / "app/cache_rows.py").read_text() == "ROWS = 3\n"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("book = Book.objects.get(pk=pk)", SAFE),
        ('book = Book.objects.select_related("author").get(pk=pk)', SAFE),
        ("book = Book.objects.filter(pk=pk).first()", SAFE),
        ("book = Book.objects.get(pk=pk)\n        if book.pages > 3:\n            return None", SAFE),
        ("book = Book.objects.get(pk=pk)\n        if book.author.name:\n            return None", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        print(book)", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        book.shout()", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        decorate(book)", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        book.update()", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        book.add(3)", UNSAFE),
        ('book = Book.objects.get(pk=pk)\n        str(f"{book}")', UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        book.title = 3", UNSAFE),
        ("book = Book.objects.get(pk=pk)\n        book.stars = 3", None),
        ('book = Book.objects.using("other").get(pk=pk)', UNSAFE),
        ('book = Book.objects.first() or Book(title="none")', UNSAFE),
        ('book = Book.objects.create(title="new")', UNSAFE),
        ('book = Book(title="new")', None),
        ('book = Book.objects.annotate(stars=F("pages")).get(pk=pk)', None),
    ],
)
def test_an_instance_goes_straight_from_its_query_to_the_cache(
    made: str, expected: Applicability | None, tmp_path: Path
) -> None:
    fix, reason = first_fix(tmp_path, "from django.db.models import F\n\n\n" + RETURNED.format(made=made))
    assert (fix.applicability if fix is not None else None) is expected, fix or reason


LISTED = """\
def listed():
    books = cache.get("books:v1")
    if books is None:
        {made}
        cache.set("books:v1", books, 300)
    return {use}
"""


@pytest.mark.parametrize(
    ("made", "use", "expected"),
    [
        ("books = list(Book.objects.all())", "books", SAFE),
        ("books = [book for book in Book.objects.all() if book.pages]", "books", SAFE),
        ("books = [book for book in Book.objects.all() if book.shout()]", "books", UNSAFE),
        ("books = []\n        for book in Book.objects.all():\n            books.append(book)", "books", SAFE),
        (
            "books = []\n        for book in Book.objects.all():\n            decorate(book)\n"
            "            books.append(book)",
            "books",
            UNSAFE,
        ),
        ("books = Book.objects.all()", "[book.shout() for book in books]", UNSAFE),
        ("books = Book.objects.all()", "books.filter(pages=3)", None),
        ("books = Book.objects.all()", "[book.shout() for book in books], books.count()", None),
        ("books = Book.objects.raw('select 1')", "[book.shout() for book in books]", None),
    ],
)
def test_lists_and_querysets(made: str, use: str, expected: Applicability | None, tmp_path: Path) -> None:
    fix, reason = first_fix(tmp_path, LISTED.format(made=made, use=use))
    assert (fix.applicability if fix is not None else None) is expected, fix or reason


def test_a_queryset_is_a_list_on_a_miss_as_well(tmp_path: Path) -> None:
    text = fixed(tmp_path, LISTED.format(made="books = Book.objects.all()", use="[book.shout() for book in books]"))
    assert "books = list(Book.objects.all())" in text
    assert 'books = from_rows(Book, cache.get("books:v2"))' in text


LOCAL = """\
def find(pk):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        from shop.models import Author

        book = Author.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, 300)
    return book
"""


def test_a_name_that_is_imported_further_down_is_imported_first(tmp_path: Path) -> None:
    made = make_project(tmp_path, LOCAL)
    path = made / "app/case.py"
    path.write_text(path.read_text().replace("from shop.models import", "from shop.models import Book  #", 1))
    repair(Options(made, frozenset({"CL101"}), use_store=False), unsafe=True, write_files=True)
    lines = path.read_text().splitlines()
    start = lines.index("def find(pk):")
    assert lines[start + 1] == "    from shop.models import Author"
    assert "from_row(Author," in lines[start + 2]


@pytest.mark.parametrize("parameter", ["Book=None", "*, Book=3"])
def test_a_name_that_means_something_else(parameter: str, tmp_path: Path) -> None:
    text = f"""\
def other(pk, {parameter}):
    return cache.get(f"book:v1:{{pk}}")


def keep(pk):
    cache.set(f"book:v1:{{pk}}", Book.objects.get(pk=pk), 300)
"""
    fix, reason = first_fix(tmp_path, text)
    assert fix is None
    assert "`Book` means something else in `other`" in reason


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("[book.shout() for book in found.values()]", True),
        ('{key.split(":")[1]: book.shout() for key, book in found.items()}', False),
        ('found[f"book:v1:{pks[0]}"].shout()', False),
        ("found[pks[0]].shout()", False),
    ],
)
def test_the_keys_of_get_many(use: str, expected: bool, tmp_path: Path) -> None:
    text = f"""\
def keep(pk):
    cache.set(f"book:v1:{{pk}}", Book.objects.get(pk=pk), 300)


def all_of(pks):
    found = cache.get_many([f"book:v1:{{pk}}" for pk in pks])
    return {use}
"""
    fix, reason = first_fix(tmp_path, text)
    assert (fix is not None) is expected, reason


CACHED = """\
def cached(key, make, timeout):
    value = cache.get(key)
    if value is None:
        value = make()
        {more}
        cache.set(key, value, timeout)
    return value


def newest():
    return cached("newest:v1", lambda: Book.objects.first(), 60)
"""


def test_a_helper_that_hands_the_value_through(tmp_path: Path) -> None:
    text = fixed(tmp_path / "plain", CACHED.format(more="pass"))
    assert 'return from_row(Book, cached("newest:v2", lambda: to_row(Book.objects.first()), 60))' in text
    fix, reason = first_fix(tmp_path / "more", CACHED.format(more="print(value.title)"))
    assert fix is None
    assert "`cached` does more than hand the value through" in reason


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, SAFE),
        ({"app__test_case": "def test(monkeypatch):\n    monkeypatch.setattr('app.case.cache', 3)\n"}, UNSAFE),
        ({"app__apps": "from django.db.models import QuerySet\n\nQuerySet.get = None\n"}, UNSAFE),
        ({"app__apps": "from shop.models import Book\n\nBook.title = property(len)\n"}, UNSAFE),
    ],
)
def test_what_is_changed_from_outside(files: dict[str, str], expected: Applicability, tmp_path: Path) -> None:
    fix, reason = first_fix(tmp_path, RETURNED.format(made="book = Book.objects.get(pk=pk)"), **files)
    assert fix is not None, reason
    assert fix.applicability is expected


def test_every_doubt_is_listed(tmp_path: Path) -> None:
    made = "book = Book.objects.get(pk=pk)\n        print(book)\n        book.title = 3"
    fix, _ = first_fix(tmp_path, RETURNED.format(made=made))
    assert fix is not None
    assert len(fix.reasons) == 2
    assert fix.reason == "; ".join(fix.reasons)
