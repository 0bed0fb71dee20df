"""What fixes write, and where there must be none."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.findings import Applicability
from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import CODES, HEADER, check, make_project


def fixed(tmp_path: Path, case: str, *, unsafe: bool = False) -> str:
    """The case after ``--fix``."""
    root = make_project(tmp_path, textwrap.dedent(case).lstrip())
    repair(Options(root, CODES, use_store=False), unsafe=unsafe, write_files=True)
    return (root / "app/case.py").read_text(encoding="utf-8").removeprefix(HEADER)


READ_WRITE = """
    def title(pk):
        book = cache.get(f"book:v1:{pk}")
        if book is None:
            book = Book.objects.get(pk=pk)
            cache.set(f"book:v1:{pk}", book, 60)
        return book.title
"""


def test_an_instance_becomes_a_dict(tmp_path: Path) -> None:
    assert fixed(tmp_path, READ_WRITE) == textwrap.dedent("""\
        def title(pk):
            book = cache.get(f"book:v2:{pk}")
            if book is None:
                book = Book.objects.values("id", "title").get(pk=pk)
                cache.set(f"book:v2:{pk}", book, 60)
            return book["title"]
    """)


def test_deletes_move_to_the_new_key_as_well(tmp_path: Path) -> None:
    text = fixed(tmp_path, READ_WRITE + '\n\n    def forget(pk):\n        cache.delete(f"book:v1:{pk}")\n')
    assert text.count("book:v2:") == 3
    assert "book:v1:" not in text


def test_rows_become_dicts(tmp_path: Path) -> None:
    text = fixed(
        tmp_path,
        """
        def titles():
            books = cache.get("books_v1")
            if books is None:
                books = Book.objects.filter(pages__gt=1).order_by("title")[:5]
                cache.set("books_v1", books, 60)
            return [f"{book.title}: {book.pages}" for book in books], len(books)
        """,
    )
    assert 'books = list(Book.objects.filter(pages__gt=1).order_by("title")[:5].values("id", "title", "pages"))' in text
    assert """[f"{book['title']}: {book['pages']}" for book in books], len(books)""" in text
    assert text.count('"books_v2"') == 2


def test_a_shortcut_a_foreign_key_and_the_key_itself(tmp_path: Path) -> None:
    text = fixed(
        tmp_path,
        """
        def shown(request, pk):
            book = cache.get("shown:v1:%s" % pk)
            if not book:
                book = get_object_or_404(Book, pk=pk)
                cache.set("shown:v1:%s" % pk, book, timeout=60)
            return book.pk, book.author_id
        """,
    )
    assert 'get_object_or_404(Book.objects.values("id", "author_id"), pk=pk)' in text
    assert 'return book["id"], book["author_id"]' in text


def test_a_constant_is_changed_once(tmp_path: Path) -> None:
    text = fixed(
        tmp_path,
        """
        KEY = "book-%s"


        async def title(pk):
            book = await cache.aget(KEY % pk)
            if book is None:
                book = await Book.objects.aget(pk=pk)
                await cache.aset(KEY % pk, book, 60)
            return book.title
        """,
    )
    assert 'KEY = "book-v2-%s"' in text
    assert 'await Book.objects.values("id", "title").aget(pk=pk)' in text


TRAPS = {
    "is returned": READ_WRITE.replace("book.title", "book"),
    "calls a method": READ_WRITE.replace("book.title", "book.shout()"),
    "reads a method of another row": READ_WRITE.replace("book.title", "book.author.full_name()"),
    "is handed on": READ_WRITE.replace("return book.title", "return print(book)"),
    "is changed": READ_WRITE.replace("return book.title", "book.title = 'x'"),
    "is compared": READ_WRITE.replace("return book.title", "return book == 1"),
    "no test for a miss": READ_WRITE.replace("if book is None:", "if pk:"),
    "another default": READ_WRITE.replace('cache.get(f"book:v1:{pk}")', 'cache.get(f"book:v1:{pk}", 1)'),
    "an expression that is no query": READ_WRITE.replace("Book.objects.get(pk=pk)", "Book(pk=pk)"),
    "prefetched": READ_WRITE.replace("Book.objects.get", "Book.objects.prefetch_related('author').get"),
    "a version at the call": READ_WRITE.replace("book, 60", "book, 60, version=2").replace(
        '{pk}")', '{pk}", version=2)'
    ),
    "two shapes": READ_WRITE.replace(
        "return book.title", "cache.set(f'book:v1:{pk}', 1, 60)\n        return book.title"
    ),
    "two names": READ_WRITE.replace("book = Book", "book = other = Book"),
    "incr under the same key": READ_WRITE + '\n\n    def more(pk):\n        cache.incr(f"book:v1:{pk}")\n',
    "get_or_set under the same key": READ_WRITE
    + '\n\n    def more(pk):\n        cache.get_or_set(f"book:v1:{pk}", 1, 60)\n',
    "a reader that returns it": READ_WRITE + '\n\n    def raw(pk):\n        return cache.get(f"book:v1:{pk}")\n',
}


TRAPS["the key's variable is used elsewhere"] = """
    def title(pk):
        key = f"book:v1:{pk}"
        book = cache.get(key)
        if book is None:
            book = Book.objects.get(pk=pk)
            cache.set(key, book, 60)
        audit(key)
        return book.title
"""


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS.keys())
def test_no_dict_form_where_it_would_break(trap: str, tmp_path: Path) -> None:
    text = textwrap.dedent(trap).lstrip()
    assert fixed(tmp_path, trap, unsafe=True) == text
    findings = [f for f in check(tmp_path).findings if f.code in ("CL101", "CL102")]
    assert findings
    assert all(f.no_fix for f in findings)


@pytest.mark.usefixtures("dicts_alone")
def test_a_field_that_json_does_not_keep_makes_it_unsafe(tmp_path: Path) -> None:
    trap = READ_WRITE.replace("book.title", "book.price")
    assert fixed(tmp_path, trap, unsafe=False) == textwrap.dedent(trap).lstrip()
    after = fixed(tmp_path / "again", trap, unsafe=True)
    assert '.values("id", "price").get(pk=pk)' in after
    assert 'return book["price"]' in after
    left = check(tmp_path / "again").findings
    assert [f.code for f in left] == ["CL104"]


def test_a_key_that_may_be_the_same_makes_it_unsafe(tmp_path: Path) -> None:
    open_key = READ_WRITE + "\n\n    def drop(key):\n        cache.delete(key)\n"
    root = make_project(tmp_path, textwrap.dedent(open_key))
    (finding,) = [f for f in check(root).findings if f.code == "CL101"]
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert "may use the same key" in finding.fix.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('cache.set("a", 1)', 'cache.set("a", 1, timeout=450)'),
        ('cache.set("a", 1,)', 'cache.set("a", 1, timeout=450,)'),
        ('cache.set(\n    "a",\n    1,\n)', 'cache.set(\n    "a",\n    1,\n    timeout=450,\n)'),
        ('cache.set(\n    "a",\n    1  # one\n)', 'cache.set(\n    "a",\n    1, timeout=450  # one\n)'),
        ('cache.set("a", (1 + 2))', 'cache.set("a", (1 + 2), timeout=450)'),
        ('cache.set(key="a", value=1)', 'cache.set(key="a", value=1, timeout=450)'),
        ('caches["reports"].set_many({"a": 1})', 'caches["reports"].set_many({"a": 1}, timeout=300)'),
        ('caches["versioned"].add("a", 1)', 'caches["versioned"].add("a", 1, timeout=300)'),
    ],
)
def test_the_timeout_in_force(before: str, after: str, tmp_path: Path) -> None:
    assert fixed(tmp_path, before + "\n") == after + "\n"


def test_no_timeout_is_made_up(tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)\n')
    settings = root / "config/settings.py"
    settings.write_text(settings.read_text().replace('"TIMEOUT": 450', '"TIMEOUT": None'))
    (finding,) = check(root).findings
    assert finding.fix is None
    assert "None" in finding.no_fix
    settings.unlink()
    (root / "manage.py").unlink()
    (finding,) = check(root).findings
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE


def test_a_package_does_not_know_the_settings_of_its_users(tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)\n')
    (root / "manage.py").unlink()
    (root / "config/settings.py").write_text('INSTALLED_APPS = ["shop"]\n')
    (finding,) = check(root).findings
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\nfrom local_settings import *\n",
        lambda text: text.replace("django.core.cache.backends.locmem.LocMemCache", "app.backends.Forwarding"),
        lambda text: text.replace("450", "int(os.environ['TIMEOUT'])"),
    ],
    ids=["a local override", "a backend of its own", "the environment"],
)
def test_no_timeout_is_claimed_that_may_be_another(change: Callable[[str], str], tmp_path: Path) -> None:
    root = make_project(tmp_path, 'cache.set("a", 1)\n')
    settings = root / "config/settings.py"
    settings.write_text(change(settings.read_text()))
    (finding,) = check(root).findings
    assert "could not be determined" in finding.message
    assert finding.fix is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('cache.set("a", (n for n in "x"), 60)', 'cache.set("a", list(n for n in "x"), 60)'),
        ('cache.set("a", {"b": 1}.keys(), 60)', 'cache.set("a", list({"b": 1}.keys()), 60)'),
    ],
)
def test_a_list_of_a_generator(before: str, after: str, tmp_path: Path) -> None:
    assert fixed(tmp_path, before + "\n") == after + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"user:v1:%s" % pk', '"user:v2:%s" % pk'),
        ('f"user_v9_{pk}"', 'f"user_v10_{pk}"'),
        ('"user:%05d" % pk', '"user:v2:%05d" % pk'),
        ('f"user_{pk:>5}"', 'f"user_v2_{pk:>5}"'),
        ('"all-users"', '"all-users-v2"'),
        ('"user{}x".format(pk)', '"user:v2:{}x".format(pk)'),
        ("f'{pk}:user'", "f'{pk}:user:v2'"),
        ('"user#" + str(pk)', '"user#v2#" + str(pk)'),
        ('":".join(["users", "v1", str(pk)])', '":".join(["users", "v2", str(pk)])'),
        ('f"{pk.v1}:user"', 'f"{pk.v1}:user:v2"'),
    ],
)
def test_the_next_version_of_a_key(before: str, after: str, tmp_path: Path) -> None:
    text = fixed(tmp_path, READ_WRITE.replace('f"book:v1:{pk}"', before), unsafe=True)
    assert text.count(after) == 2, text


MANAGERS = """
from django.db import models


class Loud(models.Manager):
    def get(self, **kwargs):
        return super().get(**kwargs)


class Note(models.Model):
    text = models.CharField(max_length=9)
    loud = Loud()
    objects = models.Manager()
"""


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize("query", ["Note.loud.get(pk=pk)", "get_object_or_404(Note, pk=pk)"])
def test_a_manager_of_its_own_is_not_passed_by(query: str, tmp_path: Path) -> None:
    case = textwrap.dedent(READ_WRITE).replace("Book.objects.get(pk=pk)", query).replace("book.title", "book.text")
    root = make_project(tmp_path, f"from app.notes import Note\n{case}", app__notes=MANAGERS)
    (finding,) = [f for f in check(root).findings if f.code == "CL101"]
    assert finding.fix is None
    assert finding.no_fix


def test_a_key_in_a_variable_of_its_own_moves(tmp_path: Path) -> None:
    text = fixed(
        tmp_path,
        """
        def title(pk):
            key = f"book:v1:{pk}"
            book = cache.get(key)
            if book is None:
                book = Book.objects.get(pk=pk)
                cache.set(key, book, 60)
            return book.title
        """,
    )
    assert 'key = f"book:v2:{pk}"' in text
    assert 'return book["title"]' in text


SHELF = """\
from django.core.cache import cache
from shop.models import Book


def find(pk):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, 60)
    return book


def forget(pk):
    cache.delete(f"book:v1:{pk}")
"""
PAGES = """\
from app.shelf import find


def title(pk):
    book = find(pk)
    return book.title if book is not None else ""


def pages(pk):
    return find(pk).pages
"""


def across(tmp_path: Path, *, pages: str = PAGES, shelf: str = SHELF, **more: str) -> tuple[str, str]:
    """Two files after all fixes."""
    root = make_project(tmp_path, "", app__shelf=shelf, app__pages=pages, **more)
    repair(Options(root, CODES, use_store=False), unsafe=True, write_files=True)
    return (root / "app/shelf.py").read_text(), (root / "app/pages.py").read_text()


@pytest.mark.usefixtures("dicts_alone")
def test_callers_in_other_files_read_the_dict(tmp_path: Path) -> None:
    shelf, pages = across(tmp_path)
    assert 'book = Book.objects.values("id", "title", "pages").get(pk=pk)' in shelf
    assert shelf.count("book:v2:") == 3
    assert 'return book["title"] if book is not None else ""' in pages
    assert 'return find(pk)["pages"]' in pages


@pytest.mark.usefixtures("dicts_alone")
def test_what_is_returned_is_never_changed_without_asking(tmp_path: Path) -> None:
    root = make_project(tmp_path, "", app__shelf=SHELF, app__pages=PAGES)
    (finding,) = [f for f in check(root).findings if f.code == "CL101"]
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert finding.fix.reason == "`find` will return dicts to all callers"
    assert {edit.place.path for edit in finding.fix.edits} == {"app/shelf.py", "app/pages.py"}


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(
    ("pages", "why"),
    [
        (PAGES + "\n\ndef raw(pk):\n    return find(pk)\n", "no call of `raw` was found"),
        (PAGES + "\n\nFIND = find\n", "`find` is used at app/pages.py:13 in a way that cannot be followed"),
        (PAGES + "\n\ndef shout(pk):\n    return find(pk).shout()\n", "has its `shout()` method called"),
        (PAGES + "\n\ndef show(pk):\n    print(find(pk))\n", "is passed to code that cannot be followed"),
        (PAGES + "\n\ndef cover(pk):\n    return find(pk).cover\n", "is not a plain field of `Book`"),
        (PAGES + "\n\ndef both(pk):\n    book = find(pk)\n    book = pk\n    return book.title\n", "added to `pk`"),
        (PAGES + "\n\ndef find():\n    pass\n", "no call of `find` was found"),
        (PAGES + '\n\nURLS = ["app.shelf.find"]\n', "`find` is used at app/pages.py:13"),
    ],
)
def test_a_caller_that_a_dict_would_break_is_named(pages: str, why: str, tmp_path: Path) -> None:
    assert across(tmp_path / "fixed", pages=pages) == (SHELF, pages)
    root = make_project(tmp_path / "read", "", app__shelf=SHELF, app__pages=pages)
    (finding,) = [f for f in check(root).findings if f.code == "CL101"]
    assert why in finding.no_fix


@pytest.mark.usefixtures("dicts_alone")
def test_all_that_a_function_returns_becomes_a_dict(tmp_path: Path) -> None:
    early = "    if pk == 0:\n        return Book.objects.first()\n    if book is None:\n"
    shelf, pages = across(tmp_path, shelf=SHELF.replace("    if book is None:\n", early))
    assert 'return Book.objects.values("id", "title", "pages").first()' in shelf
    assert 'find(pk)["pages"]' in pages


@pytest.mark.usefixtures("dicts_alone")
def test_what_a_function_returns_and_no_query_makes(tmp_path: Path) -> None:
    shelf = SHELF.replace("    if book is None:\n", "    if pk == 0:\n        return Book()\n    if book is None:\n")
    assert across(tmp_path, shelf=shelf) == (shelf, PAGES)


def test_a_key_that_is_deleted_through_a_helper_in_another_file(tmp_path: Path) -> None:
    shelf = SHELF.replace('    cache.delete(f"book:v1:{pk}")\n', '    drop(f"book:v1:{pk}")\n').replace(
        "from shop.models", "from app.drop import drop\nfrom shop.models"
    )
    drop = "from django.core.cache import cache\n\n\ndef drop(key):\n    cache.delete(key)\n"
    changed, _ = across(tmp_path, shelf=shelf, app__drop=drop)
    assert changed.count("book:v2:") == 3


KEYED = """
    def total(pk):
        found = cache.get("total_%s" % pk)
        if found is None:
            found = pk + 1
            cache.set("total_{}".format(pk), found, 60)
        return found


    def forget(pk):
        cache.delete(f"total_{pk}")
"""


def test_one_marker_at_every_site_of_a_key(tmp_path: Path) -> None:
    text = fixed(tmp_path, KEYED, unsafe=True)
    assert '"total_v1_%s" % pk' in text
    assert '"total_v1_{}".format(pk)' in text
    assert 'f"total_v1_{pk}"' in text
    assert fixed(tmp_path / "safe", KEYED) == textwrap.dedent(KEYED).lstrip()


A_CONSTANT = """
    KEY = "total_%s"


    def keep(pk):
        cache.set(KEY % pk, 1, 60)


    def read(pk):
        return cache.get(KEY % pk)
"""
A_HELPER = """
    def key(pk):
        return f"total:{pk}"


    def keep(pk):
        cache.set(key(pk), 1, 60)


    def read(pk):
        return cache.get(key(pk))
"""
A_SHARED_PREFIX = """
    PREFIX = "shop"


    def keep(pk):
        cache.set(f"{PREFIX}:total:{pk}", 1, 60)


    def other(pk):
        cache.set(f"{PREFIX}:other:v2:{pk}", 1, 60)
"""
IN_PARENTHESES = """
    class Tokens:
        key = (
            "attempts:{token}"
        )

        def keep(self, token):
            cache.set(self.key.format(token=token), 1, 60)
"""
IN_BRACKETS = """
    def keep(code, user):
        cache.set(f"shop:code[{code}]", 1, 60)
        cache.set(f"jwt:iss={code},sub={user}", 1, 60)
"""
A_CLASS_ATTRIBUTE = """
    class Totals:
        prefix = "totals"

        @property
        def key(self):
            return self.prefix + "/" + str(self.pk)

        def keep(self):
            cache.set(self.key, 1, 60)
"""


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (A_CONSTANT, ['KEY = "total_v1_%s"']),
        (A_HELPER, ['return f"total:v1:{pk}"']),
        (A_SHARED_PREFIX, ['PREFIX = "shop"', 'f"{PREFIX}:total:v1:{pk}"', 'f"{PREFIX}:other:v2:{pk}"']),
        (A_CLASS_ATTRIBUTE, ['prefix = "totals/v1"']),
        (IN_PARENTHESES, ['    key = (\n        "attempts:v1:{token}"\n    )\n']),
        (IN_BRACKETS, ['f"shop:v1:code[{code}]"', 'f"jwt:v1:iss={code},sub={user}"']),
    ],
)
def test_the_marker_goes_where_the_words_are_written(case: str, expected: list[str], tmp_path: Path) -> None:
    text = fixed(tmp_path, case, unsafe=True)
    assert [line for line in expected if line not in text] == []


def test_two_ways_of_writing_a_key_that_no_one_marker_fits(tmp_path: Path) -> None:
    case = """
        WORD = "total"


        def keep(pk):
            cache.set(f"{WORD}_sum_{pk}", 1, 60)


        def read(pk):
            return cache.get("total" + f"_sum_{pk}")


        def shown():
            return WORD
    """
    assert fixed(tmp_path, case, unsafe=True) == textwrap.dedent(case).lstrip()


def test_a_key_that_is_written_at_two_places_of_one_function(tmp_path: Path) -> None:
    case = """
        def keep(pk, other, swap):
            key = f"total_{other}" if swap else f"total_{pk}"
            cache.set(key, 1, 60)


        def read(pk):
            return cache.get(f"total_{pk}")


        def late(pk):
            cache.set("total_%s" % pk, 1, 60)
    """
    text = fixed(tmp_path, case, unsafe=True)
    assert (text.count("total_v1_"), text.count("total_")) == (4, 4)


NO_MARKER = {
    "a key that a constant writes out": """
        def keep(cls):
            cache.set(f"last_{cls}", 1, 60)


        def forget():
            cache.delete("last_all")
    """,
    "a key that is used for more than the cache": """
        def fetch(base, get):
            url = f"{base}/.well-known/openid"
            found = cache.get(url)
            if found is None:
                found = get(url).text
                cache.set(url, found, 60)
            return found
    """,
    "a key that is looked up in what get_many gave": """
        def keep(pk):
            cache.set(f"many_{pk}", 1, 60)


        def read(pks):
            found = cache.get_many([f"many_{pk}" for pk in pks])
            return [found.get(f"many_{other}") for other in pks]
    """,
    "a narrower key": """
        def keep(pk, deep):
            cache.set(f"categories-{pk}-{deep}", 1, 60)


        def forget(pk):
            cache.delete(f"categories-{pk}-True")
    """,
}


@pytest.mark.parametrize("case", NO_MARKER.values(), ids=NO_MARKER.keys())
def test_no_marker_where_another_key_or_use_would_be_left(case: str, tmp_path: Path) -> None:
    assert fixed(tmp_path, case, unsafe=True) == textwrap.dedent(case).lstrip()


def test_the_branches_of_a_key_move_together(tmp_path: Path) -> None:
    case = """
        def key(user):
            if user:
                return f"time-cart-{user}"
            return f"time-{user}"


        def keep(user):
            cache.set(key(user), 1, 60)


        def forget(pk):
            cache.delete(f"time-{pk}")
    """
    text = fixed(tmp_path, case, unsafe=True)
    assert text in (
        textwrap.dedent(case).lstrip(),
        textwrap.dedent(case).lstrip().replace("time-cart-", "time-cart-v1-").replace("time-{", "time-v1-{"),
    )


DICT_FORMS = {
    "a column of another table": (
        """
        def author(pk):
            book = cache.get(f"book:v1:{pk}")
            if book is None:
                book = Book.objects.select_related("author").get(pk=pk)
                cache.set(f"book:v1:{pk}", book, 60)
            return book.author.name
        """,
        ['.select_related("author").values("id", "author__name").get(pk=pk)', 'return book["author__name"]'],
    ),
    "get_or_set with a lambda": (
        """
        def title(pk):
            return cache.get_or_set(f"book:v1:{pk}", lambda: Book.objects.get(pk=pk), 60).title
        """,
        ['lambda: Book.objects.values("id", "title").get(pk=pk), 60)["title"]'],
    ),
    "get_or_set with a function": (
        """
        def load():
            return Book.objects.order_by("pages")[:3]


        def titles():
            books = cache.get_or_set("books:v1", load, 60)
            return [book.title for book in books]
        """,
        ['return list(Book.objects.order_by("pages")[:3].values("id", "title"))', '[book["title"] for book in books]'],
    ),
    "an early return": (
        """
        def find(pk):
            found = cache.get(f"book:v1:{pk}")
            if found is not None:
                return found
            book = Book.objects.get(pk=pk)
            cache.set(f"book:v1:{pk}", book, 60)
            return book


        def title(pk):
            return find(pk).title
        """,
        ['book = Book.objects.values("id", "title").get(pk=pk)', 'return find(pk)["title"]'],
    ),
    "a walrus": (
        """
        def title(pk):
            if (book := cache.get(f"book:v1:{pk}")) is None:
                book = Book.objects.get(pk=pk)
                cache.set(f"book:v1:{pk}", book, 60)
            return book.title
        """,
        ['book = Book.objects.values("id", "title").get(pk=pk)', 'return book["title"]'],
    ),
    "or": (
        """
        def title(pk):
            book = cache.get(f"book:v1:{pk}") or Book.objects.get(pk=pk)
            cache.set(f"book:v1:{pk}", book, 60)
            return book.title
        """,
        ['or Book.objects.values("id", "title").get(pk=pk)', 'return book["title"]'],
    ),
    "a writer that goes on with the instance": (
        """
        def warm(pk):
            book = Book.objects.get(pk=pk)
            cache.set(f"book:v1:{pk}", book, 60)
            return book.shout()


        def title(pk):
            book = cache.get(f"book:v1:{pk}")
            return book.title if book else ""
        """,
        ['cache.set(f"book:v2:{pk}", {"id": book.id, "title": book.title}, 60)', "return book.shout()"],
    ),
    "rows that a writer goes on with": (
        """
        def warm():
            books = Book.objects.all()
            cache.set("books:v1", books, 60)
            return books.count()


        def titles():
            return [book.title for book in cache.get("books:v1", [])]
        """,
        ['cache.set("books:v2", [{"id": row.id, "title": row.title} for row in books], 60)', '[book["title"] for'],
    ),
    "sorted, sliced and one of them": (
        """
        def titles():
            books = cache.get("books:v1")
            if books is None:
                books = list(Book.objects.filter(pages=1))
                cache.set("books:v1", books, 60)
            best = sorted(books, key=lambda book: book.pages)[:3]
            return books[0].title, [book.title for book in best if book.pages > 3]
        """,
        [
            'list(Book.objects.filter(pages=1).values("id", "title", "pages"))',
            'key=lambda book: book["pages"])',
            'books[0]["title"], [book["title"] for book in best if book["pages"] > 3]',
        ],
    ),
    "passed to a function": (
        """
        def line(book):
            return f"{book.title}: {book.pages}"


        def shown(pk):
            book = cache.get(f"book:v1:{pk}")
            if book is None:
                book = Book.objects.get(pk=pk)
                cache.set(f"book:v1:{pk}", book, 60)
            return line(book)
        """,
        ["""f"{book['title']}: {book['pages']}\"""", '.values("id", "title", "pages")'],
    ),
    "through functions that are handed key and value": (
        """
        def remember(key, value):
            cache.set(key, value, 60)


        def recall(key):
            return cache.get(key)


        def title(pk):
            book = recall(f"book:v1:{pk}")
            if book is None:
                book = Book.objects.get(pk=pk)
                remember(f"book:v1:{pk}", book)
            return book.title
        """,
        ['recall(f"book:v2:{pk}")', 'Book.objects.values("id", "title").get(pk=pk)', 'return book["title"]'],
    ),
    "async": (
        """
        async def title(pk):
            if (book := await cache.aget(f"book:v1:{pk}")) is None:
                book = await Book.objects.aget(pk=pk)
                await cache.aset(f"book:v1:{pk}", book, 60)
            return book.title
        """,
        ['await Book.objects.values("id", "title").aget(pk=pk)', 'return book["title"]'],
    ),
}


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(("case", "expected"), DICT_FORMS.values(), ids=DICT_FORMS.keys())
def test_dict_forms(case: str, expected: list[str], tmp_path: Path) -> None:
    text = fixed(tmp_path, case, unsafe=True)
    assert [piece for piece in expected if piece not in text] == [], text
    assert ":v1" not in text


PAGE = """
    from django.shortcuts import render


    def page(request, pk):
        book = cache.get(f"book:v1:{pk}")
        if book is None:
            book = Book.objects.get(pk=pk)
            cache.set(f"book:v1:{pk}", book, 60)
        return render(request, "app/page.html", {"book": book})
"""


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(
    ("template", "works"),
    [
        ("{% if book %}<h1>{{ book.title|upper }}</h1>{% endif %}", True),
        ("{{ book.shout }}", False),
        ("{{ book }}", False),
        ("{{ book.title }}{% include other %}", False),
        ("{{ book.author.name }}", False),
        ("{{ book.pk }}", False),
    ],
)
def test_what_a_template_reads(template: str, works: bool, tmp_path: Path) -> None:
    folder = tmp_path / "app/templates/app"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(template)
    text = fixed(tmp_path, PAGE, unsafe=True)
    assert ('Book.objects.values("id", "title").get(pk=pk)' in text) == works


PICKLED = """
    def keep(pk):
        cache.set(f"sum_{pk}", pickle.dumps({"total": 3, "names": ["a"]}), 60)


    def read(pk):
        data = cache.get(f"sum_{pk}")
        if data is None:
            return None
        return pickle.loads(data)
"""
PICKLED_AT_ONCE = """
    def total(pk):
        data = cache.get(f"sum_{pk}")
        if data is None:
            data = pickle.dumps([1, 2, 3])
            cache.set(f"sum_{pk}", data, 60)
        return pickle.loads(data)
"""


def test_nothing_is_pickled_by_hand_at_both_ends(tmp_path: Path) -> None:
    text = fixed(tmp_path / "a", PICKLED)
    assert 'cache.set(f"sum_v2_{pk}", {"total": 3, "names": ["a"]}, 60)' in text
    assert "    return data\n" in text
    text = fixed(tmp_path / "b", PICKLED_AT_ONCE, unsafe=True)
    assert "pickle" not in text


PICKLE_TRAPS = {
    "a value that JSON changes": PICKLED.replace('["a"]', "(1, 2)"),
    "a value that is not known": PICKLED.replace('{"total": 3, "names": ["a"]}', "pk"),
    "None would be a miss": PICKLED.replace('{"total": 3, "names": ["a"]}', "None if pk else 1"),
    "compressed": PICKLED.replace("pickle.dumps(", "zlib.compress(pickle.dumps(").replace("]}),", "]})),"),
    "read as bytes": PICKLED.replace("return pickle.loads(data)", "return len(data)"),
    "written raw elsewhere": PICKLED + '\n\n    def other(pk):\n        cache.set(f"sum_{pk}", b"x", 60)\n',
}


@pytest.mark.parametrize("trap", PICKLE_TRAPS.values(), ids=PICKLE_TRAPS.keys())
def test_what_stays_pickled(trap: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, textwrap.dedent(trap))
    findings = [f for f in check(root).findings if f.code in ("CL401", "CL402")]
    assert findings
    assert all(f.fix is None and f.no_fix for f in findings)


def test_an_import_that_nothing_uses_any_more_goes(tmp_path: Path) -> None:
    module = "import pickle\n\nfrom django.core.cache import cache\n\n\n" + textwrap.dedent(PICKLED).lstrip()
    root = make_project(tmp_path, app__reports=module)
    repair(Options(root, CODES, use_store=False), unsafe=False, write_files=True)
    assert (root / "app/reports.py").read_text().startswith("\nfrom django.core.cache import cache\n")


JSON_SAFE = {
    "a set": (
        """
        def words(pk):
            found = cache.get(f"words_{pk}")
            if found is None:
                found = {"a", "b"}
                cache.set(f"words_{pk}", found, 60)
            return "a" in found
        """,
        ['cache.set(f"words_v2_{pk}", sorted(found), 60)'],
    ),
    "a Decimal": (
        """
        from decimal import Decimal


        def price(pk):
            found = cache.get(f"price_{pk}")
            if found is None:
                found = Decimal(3)
                cache.set(f"price_{pk}", found, 60)
            return found
        """,
        [
            "str(found)",
            "    if found is not None:\n        found = Decimal(found)\n    if found is None:\n",
        ],
    ),
    "a datetime": (
        """
        def seen(pk):
            found = cache.get(f"seen_{pk}")
            return found


        def see(pk):
            cache.set(f"seen_{pk}", timezone.now(), 60)
        """,
        ["timezone.now().isoformat(), 60)", "        found = datetime.datetime.fromisoformat(found)\n"],
    ),
    "bytes": (
        """
        def keep(pk, text):
            cache.set(f"text_{pk}", "x".encode("utf-8"), 60)


        def read(pk):
            found = cache.get(f"text_{pk}")
            return found.decode() if found else ""
        """,
        ['cache.set(f"text_v2_{pk}", "x", 60)', 'return found if found else ""'],
    ),
}


@pytest.mark.parametrize(("case", "expected"), JSON_SAFE.values(), ids=JSON_SAFE.keys())
def test_values_that_json_keeps(case: str, expected: list[str], tmp_path: Path) -> None:
    text = fixed(tmp_path / "unsafe", case, unsafe=True)
    assert [piece for piece in expected if piece not in text] == [], text
    assert fixed(tmp_path / "safe", case) == textwrap.dedent(case).lstrip()


JSON_TRAPS = {
    "a set that is joined": JSON_SAFE["a set"][0].replace('"a" in found', 'found | {"c"}'),
    "a set that is returned": JSON_SAFE["a set"][0].replace('"a" in found', "found"),
    "a value that is read in an expression": JSON_SAFE["a datetime"][0].replace(
        'found = cache.get(f"seen_{pk}")\n            return found', 'return cache.get(f"seen_{pk}").year'
    ),
    "bytes that are written elsewhere": JSON_SAFE["bytes"][0].replace("found.decode()", "found"),
    "an own class": """
        class Seen:
            pass


        def see(pk):
            cache.set(f"seen_{pk}", Seen(), 60)
            return cache.get(f"seen_{pk}")
    """,
}


@pytest.mark.parametrize("trap", JSON_TRAPS.values(), ids=JSON_TRAPS.keys())
def test_no_conversion_that_is_not_certain(trap: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, textwrap.dedent(trap))
    findings = [f for f in check(root).findings if f.code == "CL104"]
    assert findings
    assert all(f.fix is None and f.no_fix for f in findings)


LOOSE = [
    'import functools\n\n\ndef later(pk):\n    return functools.partial(cache.delete, f"book:v1:{pk}")\n',
    'def later(run, pk):\n    run(cache.delete, f"book:v1:{pk}")\n',
    'def everywhere(pk):\n    for other in caches.all():\n        other.delete(f"book:v1:{pk}")\n',
    'def raw(client, pk):\n    client.delete(cache.make_key(f"book:v1:{pk}"))\n',
    'def by_name(pk):\n    getattr(cache, "delete")(f"book:v1:{pk}")\n',
]


@pytest.mark.parametrize("loose", LOOSE)
def test_a_cache_that_is_reached_without_a_call_makes_nothing_safe(loose: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, textwrap.dedent(READ_WRITE) + "\n\n" + loose)
    (finding,) = [f for f in check(root).findings if f.code == "CL101"]
    assert finding.fix is None or finding.fix.applicability is Applicability.UNSAFE
    if finding.fix is not None:
        assert "accesses the cache" in finding.fix.reason or "contains the text of the key" in finding.fix.reason


def test_a_list_for_get_or_set_is_made_on_a_miss_only(tmp_path: Path) -> None:
    case = """
        def titles():
            books = cache.get_or_set("books:v1", Book.objects.order_by("pk"), 60)
            return [book.title for book in books]
    """
    assert 'lambda: list(Book.objects.order_by("pk").values("id", "title")), 60)' in fixed(tmp_path, case)


def test_keys_of_one_delete_many_have_nothing_to_do_with_one_another(tmp_path: Path) -> None:
    case = READ_WRITE + '\n\n    def forget(pk):\n        cache.delete_many([f"book:v1:{pk}", "template.cache.x"])\n'
    text = fixed(tmp_path, case)
    assert text.count("book:v2:") == 3
    assert '"template.cache.x"' in text


def test_a_key_that_is_looked_for_moves_as_well(tmp_path: Path) -> None:
    case = """
        def total(pk):
            key = f"total_{pk}"
            if key not in cache:
                cache.set(key, 1, 60)
            return cache.get(key)
    """
    assert 'key = f"total_v1_{pk}"' in fixed(tmp_path, case, unsafe=True)


@pytest.mark.parametrize(("between", "safe"), [("", True), ("        items.append(4)\n", False)])
def test_what_is_pickled_may_not_change_before_it_is_stored(between: str, safe: bool, tmp_path: Path) -> None:
    case = """
    def numbers():
        found = cache.get("numbers:v1")
        if found is not None:
            return pickle.loads(found)
        items = [1, 2]
        data = pickle.dumps({"items": items})
    """
    text = textwrap.dedent(case).rstrip() + "\n" + between.replace("        ", "    ")
    text += '    cache.set("numbers:v1", data, 60)\n    return {"items": items}\n'
    root = make_project(tmp_path, text.lstrip())
    (finding,) = [f for f in check(root).findings if f.code == "CL402"]
    assert finding.fix is not None
    assert finding.fix.applicability is (Applicability.SAFE if safe else Applicability.UNSAFE)


@pytest.mark.parametrize(
    ("head", "read", "expected"),
    [
        ("from datetime import date\n", "date", "import datetime|date = datetime.date.fromisoformat(date)"),
        ("from datetime import date\n", "day", "day = date.fromisoformat(day)"),
        (
            '"""\nfrom datetime import date\n"""\nimport datetime as d\n',
            "day",
            "day = d.date.fromisoformat(day)",
        ),
        (
            "import datetime\nfrom datetime import datetime\n",
            "day",
            "import date|date.fromisoformat(day)",
        ),
    ],
)
def test_a_conversion_calls_what_the_file_means_by_the_name(
    head: str, read: str, expected: str, tmp_path: Path
) -> None:
    body = f"""
from django.core.cache import cache


def first(pk: int):
    {read} = cache.get(f"first:v1:{{pk}}")
    if {read} is None:
        return None
    return {read}.year


def keep(pk: int, book):
    from shop.models import Book
    cache.set(f"first:v1:{{pk}}", Book.objects.get(pk=pk).added.date(), 60)
"""
    root = make_project(tmp_path, app__dates=head + body.lstrip())
    repair(Options(root, CODES, use_store=False), unsafe=True, write_files=True)
    text = (root / "app/dates.py").read_text()
    for part in expected.split("|"):
        assert part in text
    compile(text, "dates.py", "exec")


MOCKING = """
from unittest import mock


@mock.patch("app.case.cache")
def test_it(cache):
    {}
"""


NO_MOCK = 'client.patch("/api/cache/").assert_called()'


@pytest.mark.parametrize(
    ("line", "code", "safe"),
    [
        ("cache.get.return_value = 1", "CL101", False),
        ("cache.get.return_value = 1", "CL201", True),
        ('cache.set.assert_called_once_with("total", 1)', "CL201", False),
        (NO_MOCK, "CL101", True),
    ],
)
def test_a_test_that_stands_in_for_the_cache(line: str, code: str, safe: bool, tmp_path: Path) -> None:
    case = textwrap.dedent(READ_WRITE).lstrip() + '\n\ndef total():\n    cache.set("total", 1)\n'
    test = MOCKING.format(line) if line != NO_MOCK else f"def test_it(client):\n    {line}\n"
    root = make_project(tmp_path, case, app__test_case=test)
    (finding,) = [f for f in check(root).findings if f.code == code]
    assert finding.fix is not None
    assert finding.fix.applicability is (Applicability.SAFE if safe else Applicability.UNSAFE)
    assert safe or "app/test_case.py" in finding.fix.reason
