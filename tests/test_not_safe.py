"""Programs that a safe fix would break: of each kind one, and a neighbor that is fixed all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.findings import Applicability
from tests.support import check, make_project

#: What comes of the finding: a safe fix, an unsafe one, or none.
SAFE, UNSAFE, NONE = "safe", "unsafe", "none"


def outcome(root: Path, code: str, text: str, **files: str) -> str:
    """What comes of the first finding of a rule in a file."""
    made = make_project(root, text, **files)
    found = [f for f in check(made).findings if f.code == code and f.place.path == "app/case.py"]
    assert found
    fix = found[0].fix
    if fix is None:
        return NONE
    return SAFE if fix.applicability is Applicability.SAFE else UNSAFE


TITLE = """\
def title(pk, strict):
    book = cache.get(f"guarded:v1:{{pk}}")
{guard}
    return book.title


def put(pk):
    cache.set(f"guarded:v1:{{pk}}", Book.objects.get(pk=pk), 300)
"""


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ('    if book is None:\n        return ""', SAFE),
        ('    if book is None or strict:\n        return ""', SAFE),
        ('    if strict:\n        if book is None:\n            return ""', UNSAFE),
        ('    if book is None and strict:\n        return ""', UNSAFE),
        ("    if book is None:\n        book = Book.objects.get(pk=pk)", SAFE),
        ("    if book is None and strict:\n        book = Book.objects.get(pk=pk)", UNSAFE),
        (
            "    if book is None:\n        try:\n            book = Book.objects.get(pk=pk)\n"
            "        except Book.DoesNotExist:\n            print(pk)",
            UNSAFE,
        ),
        (
            "    if book is None:\n        try:\n            book = Book.objects.get(pk=pk)\n"
            "        except Book.DoesNotExist:\n            return ''",
            SAFE,
        ),
    ],
)
def test_a_guard_must_stand_before_the_read_on_every_path(guard: str, expected: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, "CL101", TITLE.format(guard=guard)) == expected


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(
    ("errors", "expected"), [("KeyError", SAFE), ("Book.DoesNotExist", SAFE), ("_missing", NONE), ("ERRORS", NONE)]
)
def test_a_name_that_is_no_class_may_hold_an_attribute_error(errors: str, expected: str, tmp_path: Path) -> None:
    text = f"""\
_missing = ERRORS = (AttributeError, LookupError)


def title(pk):
    book = cache.get(f"errors:v1:{{pk}}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"errors:v1:{{pk}}", book, 300)
    try:
        return book.title
    except {errors}:
        return "none"
"""
    assert outcome(tmp_path, "CL101", text) == expected


LOOP = """\
def warm():
    for name in {names}:
        cache.set(f"{{name}}:v1", Book.objects.first(), 60)


def drop():
    for name in {names}:
        cache.delete(f"{{name}}:v1")


def first():
    book = cache.get("first:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("first:v1", book, 60)
    return book.title
"""


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize("names", ['("first", "second")', '("second", "first")'])
def test_a_call_in_a_loop_over_constants_is_a_call_of_each_key(names: str, tmp_path: Path) -> None:
    # Whichever constant comes last: the loop deletes and writes the key of `first()` too.
    assert outcome(tmp_path, "CL101", LOOP.format(names=names)) != SAFE


KEY = """\
KEY = "constant:v1"


def title(session):
    book = cache.get(KEY)
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set(KEY, book, 300)
    {more}
    return book.title
"""


@pytest.mark.parametrize(("more", "expected"), [("print(KEY)", SAFE), ("session[KEY] = 1", NONE)])
def test_a_constant_that_is_no_key_of_the_cache_alone(more: str, expected: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, "CL101", KEY.format(more=more)) == expected


MEETING = """\
def page():
    book = cache.get("page-book")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("page-book", book, 300)
    return book.title


def note(slug):
    return cache.get(f"{prefix}-{{slug}}") or ""
"""


@pytest.mark.parametrize(("prefix", "expected"), [("page-note", SAFE), ("page-book", NONE)])
def test_the_new_key_may_not_be_one_that_another_template_gives(prefix: str, expected: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, "CL101", MEETING.format(prefix=prefix)) == expected


READ_WRITE = """\
def title(pk):
    book = cache.get(f"listed:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"listed:v1:{pk}", book, 300)
    return book.title
"""


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ('PURGE = """\nlisted:v1:1\nother:v1:1\n"""\n', UNSAFE),
        ("# listed:v1:1 is the key of the first book\n", SAFE),
    ],
)
def test_the_text_of_a_key_in_a_text_of_several_lines(other: str, expected: str, tmp_path: Path) -> None:
    assert outcome(tmp_path, "CL101", READ_WRITE, app__other=other) == expected


STORES = """\
import os

SECRET_KEY = "x"
INSTALLED_APPS = ["shop", "app"]
SERVER = os.environ.get("SERVER")
CACHES = {{
    "default": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": {first}}},
    "second": {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": {second}}},
}}
"""


@pytest.mark.parametrize(
    ("first", "second", "expected"), [('"a"', '"b"', SAFE), ("SERVER", "SERVER", UNSAFE), ('"a"', "SERVER", UNSAFE)]
)
def test_aliases_that_may_lead_to_one_store(first: str, second: str, expected: str, tmp_path: Path) -> None:
    other = 'from django.core.cache import caches\n\n\ndef drop(pk):\n    caches["second"].delete(f"listed:v1:{pk}")\n'
    settings = STORES.format(first=first, second=second)
    assert outcome(tmp_path, "CL101", READ_WRITE, app__other=other, config__settings=settings) == expected


TIMEOUT = 'def keep():\n    cache.set("total", 1)\n'


@pytest.mark.parametrize(
    "other",
    [
        'def ready():\n    setattr(cache, "default_timeout", 10)\n',
        "def run():\n    with override_settings(CACHES=SHORT):\n        keep()\n",
    ],
)
def test_a_timeout_that_the_settings_do_not_decide(other: str, tmp_path: Path) -> None:
    assert outcome(tmp_path / "alone", "CL201", TIMEOUT) == SAFE
    assert outcome(tmp_path / "both", "CL201", TIMEOUT, app__other=other) != SAFE


PICKLED = """\
import pickle

from django.core.cache import cache

DEFAULTS = {{"page": 10}}


def settings_of(user):
    data = cache.get("settings:v1")
    if data is None:
        data = pickle.dumps({content})
        cache.set("settings:v1", data, 60)
    return pickle.loads(data)
"""


@pytest.mark.parametrize(
    ("content", "expected"),
    [('{"user": "u", "rows": [1, 2]}', SAFE), ('{"user": "u", "defaults": DEFAULTS}', UNSAFE)],
)
def test_what_was_pickled_is_a_copy_of_its_parts_too(content: str, expected: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, app__kept=PICKLED.format(content=content))
    (found,) = [f for f in check(root).findings if f.code == "CL402"]
    assert found.fix is not None
    assert (SAFE if found.fix.applicability is Applicability.SAFE else UNSAFE) == expected


@pytest.mark.parametrize(
    ("other", "stays"),
    [("", False), ("from . import kept as here\n\n\ndef load(text):\n    return here.pickle.loads(text)\n", True)],
)
def test_an_import_that_another_module_uses_stays(other: str, stays: bool, tmp_path: Path) -> None:
    text = PICKLED.format(content='{"user": "u"}').replace("import pickle\n", "# a line\x85of two\nimport pickle\n")
    root = make_project(tmp_path, app__kept=text, app__other=other)
    (found,) = [f for f in check(root).findings if f.code == "CL402"]
    assert found.fix is not None
    removed = [e for e in found.fix.edits if not e.text and e.place.line < e.place.end_line]
    lines = (root / "app/kept.py").read_text(encoding="utf-8").split("\n")
    assert [lines[edit.place.line - 1] for edit in removed] == ([] if stays else ["import pickle"])


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("str(number)", UNSAFE),
        ('"%s:%s" % (number, number)', UNSAFE),
        ('"total:v1:" + str(number)', NONE),
    ],
)
def test_a_key_that_is_not_known_blocks_no_new_version_of_another(other: str, expected: str, tmp_path: Path) -> None:
    """Of most projects some key is opaque: only one that is built as the new one would be stands in its way."""
    total = 'def total(pk):\n    cache.set(f"total:{pk}", 1, 60)\n    return cache.get(f"total:{pk}")\n'
    more = f"from django.core.cache import cache\n\n\ndef keep(number):\n    cache.set({other}, 1, 60)\n"
    assert outcome(tmp_path, "CL301", total, app__more=more) == expected


def test_each_call_that_may_use_the_key_is_named_and_those_that_delete_come_first(tmp_path: Path) -> None:
    code = (
        'def total(pk):\n    cache.set(f"total:{pk}", 1, 60)\n\n\n'
        'def look(key):\n    return cache.get(f"total:{key}", str(key)), cache.get("".join(key) + ":")\n\n\n'
        'def drop(key):\n    cache.delete_pattern(f"{key()}:*")\n    cache.delete(f"{key()}:all")\n'
    )
    root = make_project(tmp_path, code)
    (finding, *_) = [f for f in check(root).findings if f.code == "CL301"]
    assert finding.fix is not None
    line = (root / "app/case.py").read_text(encoding="utf-8").splitlines().index(
        '    cache.delete_pattern(f"{key()}:*")'
    ) + 1
    assert f"the calls at app/case.py:{line}, app/case.py:{line + 1}" in finding.fix.reason


@pytest.mark.parametrize(("sizes", "expected"), [('"x", "y", "z"', NONE), ('"x", "y"', SAFE)])
def test_no_text_of_a_key_is_left_out(sizes: str, expected: str, tmp_path: Path) -> None:
    """Of nine texts those beyond the sixth are known no longer one by one, and may still be the key."""
    drop = (
        "from django.core.cache import cache\n\n\ndef drop():\n"
        f'    for name in ("a", "b", "c"):\n        for size in ({sizes}):\n'
        '            cache.delete(f"{name}:{size}:v1")\n'
    )
    code = TITLE.replace("guarded:v1:{{pk}}", "c:z:v1").format(guard='    if book is None:\n        return ""')
    assert outcome(tmp_path, "CL101", code, app__drop=drop) == expected
