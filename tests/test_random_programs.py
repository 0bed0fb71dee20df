# ruff: noqa: E501
"""Random programs around the cache: a safe fix never changes what they return, with a cold or a warm cache."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import CODES
from tests.test_stories import FOLDER, HEADER

pytestmark = pytest.mark.slow

#: How a key is written: the helper code before it, and the expression with `pk`.
KEYS = st.sampled_from(
    [
        ("", '"r{n}:v1:%s" % pk'),
        ("", 'f"r{n}_{{pk}}"'),
        ('KEY = "r{n}-%s"\n', "KEY % pk"),
        ('def key(pk):\n    return f"r{n}/{{pk}}"\n', "key(pk)"),
        ("", '"r{n}"'),
    ]
)
ONE = st.sampled_from(
    [
        "Book.objects.get(pk=pk)", 'Book.objects.order_by("-pages").first()', "get_object_or_404(Book, pk=pk)",
        'Book.objects.select_related("author").get(pk=pk)', 'Book.objects.filter(pages__gt=pk).latest("pk")',
        "loud(Book.objects.get(pk=pk))", "marked(Book.objects.get(pk=pk))", "loaded(pk)", "Book(title='new', pages=pk)",
        'Book.objects.only("title").get(pk=pk)', "Book.objects.get(pk=pk).author.books.get(pk=pk)",
    ]
)  # fmt: skip
ROWS = st.sampled_from(
    [
        'Book.objects.order_by("pk")', 'list(Book.objects.order_by("pk"))', 'Book.objects.order_by("-pages")[:2]',
        '[book for book in Book.objects.order_by("pk")]',
    ]
)  # fmt: skip
OF_ONE = st.sampled_from(
    [
        "found.title", "found.pages + 1", "[found.pk, found.author_id]", 'f"{found.title} {found.pages}"',
        "found.author.name", "found.shout()", "str(found)", "(found.title if found else None)",
        'getattr(found, "title")', 'getattr(found, "mark", 0)', "found == Book(pk=found.pk)", "type(found).__name__", "[found.title, found.title]", "line(found)",
    ]
)  # fmt: skip
OF_ROWS = st.sampled_from(
    [
        "[book.title for book in found]", "len(found)", "found[0].title", "sorted(book.pages for book in found)",
        "[book.title for book in sorted(found, key=lambda b: b.pages)]", "[str(book) for book in found]",
        "sum(book.pages for book in found if book.title)", "[book.author_id for book in found[:1]]",
    ]
)  # fmt: skip
SHAPES = st.sampled_from(
    [
        """
        found = {cache}.get({key})
        if {miss}:
            found = {make}
            {cache}.set({key}, found, 300)
        return {use}
        """,
        """
        if (found := {cache}.get({key})) is None:
            found = {make}
            {cache}.set({key}, found)
        return {use}
        """,
        """
        found = {cache}.get_or_set({key}, lambda: {make}, 300)
        return {use}
        """,
        """
        found = {cache}.get({key}) or {make}
        {cache}.set({key}, found, timeout=300)
        return {use}
        """,
        """
        kept = {make}
        {cache}.set({key}, kept, 300)
        found = {cache}.get({key})
        if found is None:
            return None
        return {use}
        """,
        """
        for attempt in range(2):
            found = {cache}.get({key})
            if found is not None:
                break
            found = {make}
            {cache}.add({key}, found, 300)
        return {use}
        """,
    ]
)
PLAIN = st.sampled_from(
    [
        ("{{1, 2}}", "sorted(found)"), ("(1, 2)", "found[0]"), ("pickle.dumps([1, 2])", "pickle.loads(found)"),
        ('"x".encode()', "found.decode()"), ("datetime.date(2024, 1, 2)", "found.year"), ("[1, pk]", "found"),
        ('pickle.dumps({{"a": 1}})', 'pickle.loads(found)["a"]'), ("0", "found"), ("{{}}", "found"),
    ]
)  # fmt: skip
VALUES = st.one_of(st.tuples(ONE, OF_ONE), st.tuples(ROWS, OF_ROWS), PLAIN)
#: Something else that touches the key, or the instance.
EXTRAS = st.sampled_from(
    [
        "", "    cache.delete({key})\n", "    {key} in cache\n", "    cache.touch({key}, 300)\n",
        "    other = cache.get({key})\n    if other:\n        seen.append(1)\n",
    ]
)  # fmt: skip
#: What stands around a program: other code that uses its key, its cache or its query, and what the story does with it.
TWISTS = st.sampled_from(
    [
        ("", "{run}"),
        ("", '(lambda: [{run}, mock.patch("stories.p{n}.cache").start(), mock.patch.stopall()][0])()'),
        ("\n\ndef faked(pk):\n    with mock.patch('stories.p{n}.cache.get', return_value=Book(pk=7, title='Fake')):\n"
         "        return tell(pk)\n", "[faked({pk}), {run}]"),
        ("\n\ndef found_elsewhere(pk):\n    with mock.patch('stories.p{n}.Book.objects.get', return_value=Book(pk=7, title='F')):\n"
         "        return tell(pk)\n", "[found_elsewhere({pk}), {run}]"),
        ("\n\ndef warm():\n    for each in ('r{n}', 'w{n}:v1'):\n        cache.set(each, Book.objects.first(), 300)\n",
         "[warm(), {run}]"),
        ("\n\ndef drop():\n    for each in ('w{n}', 'r{n}'):\n        cache.delete(each)\n", "[drop(), {run}]"),
        ("\n\ndef spare(pk, store=cache):\n    store.set('s{n}:v1', pk)\n    return store.get('s{n}:v1')\n",
         "[spare(3, caches['other']), cache.get('s{n}:v1'), {run}]"),
        ("\n\nclass Keeper:\n    def __init__(self):\n        self.cache = cache\n\n    def keep(self, value):\n"
         "        self.cache.set('k{n}:v1', value)\n\n\ndef keeper():\n    made = Keeper()\n    made.cache = caches['other']\n"
         "    return made\n", "[keeper().keep(1), caches['other'].get('k{n}:v1'), {run}]"),
        ("\n\ndef views():\n    known = cache.get('v{n}:v1')\n    if known is None:\n        known = {{'a': 1}}.keys()\n        try:\n"
         "            cache.set('v{n}:v1', {{'a': 1}}.keys(), 60)\n        except TypeError:\n            pass\n"
         "    return sorted(known & {{'a'}})\n", "[views(), {run}]"),
    ]
)  # fmt: skip
PROGRAMS = st.tuples(
    TWISTS, KEYS, VALUES, SHAPES, st.sampled_from(["found is None", "not found"]), EXTRAS, st.integers(1, 3)
)


COMMON = """\
import json
from unittest import mock

seen = []


def line(book):
    return f'{book.title}: {book.pages}'


def loud(book):
    book.title = book.title.upper()
    return book


def marked(book):
    book.mark = 1
    return book


def loaded(pk):
    book = Book.objects.get(pk=pk)
    book.mark = book.pages
    return book


def tell(pk):
    try:
        return json.loads(json.dumps(run(pk), default=str))
    except Exception as error:
        return type(error).__name__


def run(pk):
"""


def program(number: int, drawn: tuple[object, ...]) -> str:
    (twist, told), (helper, key), (make, use), pattern, miss, extra, pk = drawn  # type: ignore[misc]
    key = key.format(n=number)
    body = textwrap.dedent(pattern).format(
        cache="cache", key=key, make=make.format(), use=use, miss=miss
    )  # fmt: skip
    return (
        helper.format(n=number)
        + COMMON
        + textwrap.indent(body.strip(), "    ")
        + f"\n\n\ndef meddle(pk):\n    pass\n{extra.format(key=key)}"
        + twist.format(n=number)
        + f"\n\ndef story():\n    first = {told.format(n=number, pk=pk, run=f'tell({pk})')}\n    meddle({pk})\n"
        + f"    return [first, tell({pk}), seen]\n"
    )


# Not made smaller where one fails: a program is short, and the failure shows it.
@settings(max_examples=5, deadline=None, phases=(Phase.reuse, Phase.generate), suppress_health_check=list(HealthCheck))
@given(st.lists(PROGRAMS, min_size=40, max_size=40))
def test_a_safe_fix_changes_no_result(drawn: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(FOLDER / "project", root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"))
        names = [f"p{number}" for number in range(len(drawn))]
        for number, (name, one) in enumerate(zip(names, drawn, strict=True)):
            (root / f"stories/{name}.py").write_text(HEADER + program(number, one), encoding="utf-8")
        before = results(root, names)
        done = repair(Options(root, CODES, use_store=False), unsafe=False, write_files=True)
        assert not done.repair.taken_back
        assert done.repair.fixed
        for path in root.rglob("*.py"):
            ast.parse(path.read_text(encoding="utf-8"))
        after = results(root, names)
        for name in names:
            assert after[name] == before[name], (root / f"stories/{name}.py").read_text(encoding="utf-8")


def results(root: Path, names: list[str]) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "tell.py", "locmem", *names], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told
