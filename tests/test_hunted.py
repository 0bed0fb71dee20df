"""What fresh eyes broke with safe fixes, by its cause: each is a doubt now; beside it what stays safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.config.selectors import expand
from cachelint.findings import Applicability
from tests.support import check, make_project

CODES = expand(["CL101", "CL102", "CL511", "CL512", "CL515"])

#: Between a load and a store: what stands there, and whether the fix stays safe.
BETWEEN = {
    "nothing": ("found = list(Book.objects.all())", True),
    "columns are read": ("found = list(Book.objects.all())\n        for b in found:\n            print(b.pk)", True),
    "length": ("found = list(Book.objects.all())\n        print(len(found))", True),
    "a function": ("found = rank(list(Book.objects.all()))", False),
    "a function, by a keyword": ("found = rank(books=list(Book.objects.all()))", False),
    "a function for each": ("found = [one(b) for b in Book.objects.all()]", False),
    "a loader within a function": ("found = rank(load())", False),
    "a loader": ("found = load()", True),
    "a dict of them": (
        "found = list(Book.objects.all())\n        by = {b.pk: b for b in found}\n        by[1].n = 1", False
    ),
    "some of them": (
        "found = list(Book.objects.all())\n        some = [b for b in found if b.pk]\n"
        "        for b in some:\n            b.n = 1", False
    ),
    "groups of them": (
        "found = list(Book.objects.all())\n        groups = {}\n        for b in found:\n"
        "            groups.setdefault(b.pk, []).append(b)", False
    ),
    "one of a dict": (
        "found = {b.pk: b for b in Book.objects.all()}\n        found.get(1).n = 1", False
    ),
}  # fmt: skip


def fix_of(root: Path, code: str) -> bool | None:
    """Whether the fix of a rule is safe; None where there is none."""
    fixes = [f.fix for f in check(root, CODES).findings if f.code == code]
    assert fixes
    return None if fixes[0] is None else fixes[0].applicability is Applicability.SAFE


@pytest.mark.parametrize("name", BETWEEN)
def test_between_load_and_store(tmp_path: Path, name: str) -> None:
    statements, is_safe = BETWEEN[name]
    case = f"""def rank(books):
    for n, book in enumerate(books):
        book.n = n
    return books


def one(book):
    book.n = 1
    return book


def load():
    return list(Book.objects.all())


def get():
    found = cache.get("found:v1")
    if found is None:
        {statements}
        cache.set("found:v1", found, 60)
    return found
"""
    assert fix_of(make_project(tmp_path, case), "CL101") is is_safe


#: An asynchronous function, and whether its call can be awaited safely.
AWAITED = {
    "alone": ("async def f(pk):\n    return cache.get(f'a:v1:{pk}')\n", True),
    "after an await": (
        "async def f(pk):\n    found = cache.get('a:v1')\n    if found is None:\n        found = await load(pk)\n"
        "        cache.set('a:v1', found, 60)\n", True
    ),
    "a read decides": (
        "async def f(pk):\n    n = cache.get('a:v1', 0)\n    if n < 3:\n        cache.set('a:v1', n + 1, 60)\n",
        False,
    ),
    "a lock is held": ("async def f(pk):\n    with LOCK:\n        return cache.get('a:v1')\n", False),
    "an asynchronous lock": ("async def f(pk):\n    async with LOCK:\n        return cache.get('a:v1')\n", True),
    "shared state": ("async def f(self):\n    cache.set('a:v1', 1, 60)\n    self.room.members.append(1)\n", False),
    "its own list": ("async def f(pk):\n    rows = []\n    rows.append(cache.get('a:v1'))\n    return rows\n", True),
    "a shared collection is gone through": (
        "async def f(self):\n    return [n for n in self.names if cache.get(f'a:v1:{n}')]\n", False
    ),
    "a module's list is gone through": (
        "names = []\n\nasync def f():\n    return [n for n in names if cache.get(f'a:v1:{n}')]\n", False
    ),
    "a dict of the module": (
        "_page_cache = {}\n\nasync def f(pk):\n    cache.set('a:v1', 1, 60)\n    _page_cache[pk] = 1\n", False
    ),
    "an entry is added": ("async def f(pk):\n    cache.add('a:v1', 1, 60)\n", True),
    "a generator": ("async def f(pk):\n    yield cache.get('a:v1')\n", False),
    "inside two comprehensions": ("async def f(pk):\n    return [[cache.get(n) for n in m] for m in pk]\n", None),
    "a loop of its own": (
        "import asyncio\n\nasync def f(pk):\n    return cache.get('a:v1')\n\n"
        "def view(request):\n    return asyncio.run(f(1))\n",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AWAITED)
def test_awaiting(tmp_path: Path, name: str) -> None:
    case, is_safe = AWAITED[name]
    assert fix_of(make_project(tmp_path, case), "CL511") is is_safe


def test_a_key_function_runs_in_another_thread(tmp_path: Path) -> None:
    root = make_project(tmp_path, AWAITED["alone"][0])
    settings = root / "config/settings.py"
    settings.write_text(
        settings.read_text().replace('"TIMEOUT": 450', '"TIMEOUT": 450, "KEY_FUNCTION": "app.keys.make"')
    )
    assert fix_of(root, "CL511") is False


@pytest.mark.parametrize(
    ("case", "is_safe"),
    [
        ("async def f():\n    cache.aset('a:v1', 1, 60)\n", True),
        ("async def f():\n    cache.aincr('a:v1')\n", False),
        ("async def f():\n    try:\n        cache.aset('a:v1', 1, 60)\n    except ValueError:\n        pass\n", False),
    ],
)
def test_what_is_awaited_may_raise(case: str, is_safe: bool, tmp_path: Path) -> None:
    assert fix_of(make_project(tmp_path, case), "CL512") is is_safe


def test_a_backend_of_the_project_may_take_ttl(tmp_path: Path) -> None:
    own = "from django.core.cache.backends.locmem import LocMemCache\n\n\nclass Slow(LocMemCache):\n    pass\n"
    root = make_project(tmp_path, "def f():\n    cache.set('a:v1', 1, ttl=60)\n", app__backends=own)
    assert fix_of(root, "CL515") is True
    settings = root / "config/settings.py"
    locmem = "django.core.cache.backends.locmem.LocMemCache"
    settings.write_text(settings.read_text().replace(locmem, "app.backends.Slow", 1))
    assert not [f for f in check(root, CODES).findings if f.fix and f.fix.applicability is Applicability.SAFE]


@pytest.mark.parametrize(
    ("name", "text", "is_safe"),
    [
        ("purge.sh", 'redis-cli DEL ":1:book-page:v1:$1"\n', False),
        ("static/page.js", 'fetch("/drop?key=book-page:v1:3")\n', False),
        ("Makefile", "drop:\n\tredis-cli DEL book-page:v1:3\n", False),
        ("notes.md", "The key is book-page:v1:3.\n", True),
        ("purge.sh", "redis-cli DEL other-page:v1:3\n", True),
        ("cachelint-baseline.json", '{"key": "book-page:v1:{pk}"}\n', True),
    ],
)
def test_the_key_stands_in_another_file(name: str, text: str, is_safe: bool, tmp_path: Path) -> None:
    case = """def page(pk):
    book = cache.get(f"book-page:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book-page:v1:{pk}", book, 60)
    return book
"""
    root = make_project(tmp_path, case)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text(text)
    assert fix_of(root, "CL101") is is_safe


@pytest.mark.parametrize(
    ("text", "is_safe"),
    [
        ('def f(unit):\n    unit.__dict__["all_flags"] = 1\n', True),
        ("class A:\n    def f(self, name):\n        self.__dict__[name] = 1\n", True),
        ('def f(unit):\n    unit.__dict__["cache"] = 1\n', False),
        ('def f():\n    """Takes the lock with `cache.add`, and then `cache.set`."""\n', True),
        ("from django.core.cache import cache\n\n\ndef f(run):\n    run(cache.delete)\n", False),
    ],
)
def test_doubts_that_are_none(text: str, is_safe: bool, tmp_path: Path) -> None:
    case = """def page(pk):
    book = cache.get(f"book-page:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book-page:v1:{pk}", book, 60)
    return book
"""
    root = make_project(tmp_path, case, app__other=text)
    assert fix_of(root, "CL101") is is_safe


SHORT = """class Short:
    def set(self, key, value, timeout=50):
        pass


"""


@pytest.mark.parametrize(
    ("case", "is_safe"),
    [
        ("def f():\n    cache.set('a:v1', 1)\n", True),
        (f"{SHORT}store = cache if DEBUG else Short()\n\n\ndef f():\n    store.set('a:v1', 1)\n", False),
        (
            f"{SHORT}def chosen():\n    if DEBUG:\n        return cache\n    return Short()\n\n\n"
            "def f():\n    chosen().set('a:v1', 1)\n",
            False,
        ),
    ],
)
def test_another_object_in_one_branch(case: str, is_safe: bool, tmp_path: Path) -> None:
    root = make_project(tmp_path, case)
    fixes = [f.fix for f in check(root, expand(["CL201"])).findings]
    assert [fix.applicability is Applicability.SAFE for fix in fixes if fix is not None] == [is_safe]


@pytest.mark.parametrize(
    ("change", "is_safe"),
    [
        ("", True),
        ('LOCAL["TIMEOUT"] = 50\n', False),
        ("LOCAL.update(TIMEOUT=50)\n", False),
        ('del LOCAL["TIMEOUT"]\n', False),
        ('OTHER["TIMEOUT"] = 50\n', True),
    ],
)
def test_the_settings_change_a_dict_under_its_own_name(change: str, is_safe: bool, tmp_path: Path) -> None:
    root = make_project(tmp_path, "def f():\n    cache.set('a:v1', 1)\n")
    backend = "django.core.cache.backends.locmem.LocMemCache"
    (root / "config/settings.py").write_text(
        f'OTHER = {{}}\nLOCAL = {{"BACKEND": "{backend}", "TIMEOUT": 450}}\n{change}CACHES = {{"default": LOCAL}}\n'
    )
    fixes = [f.fix for f in check(root, expand(["CL201"])).findings]
    assert all(fix is None or (fix.applicability is Applicability.SAFE) is is_safe for fix in fixes)


@pytest.mark.parametrize(
    ("test", "is_safe"),
    [
        ("", True),
        ("def test_f():\n    with pytest.raises(TypeError):\n        f()\n", False),
        ("def test_g():\n    with pytest.raises(TypeError):\n        g()\n", True),
    ],
)
def test_a_test_expects_the_error(test: str, is_safe: bool, tmp_path: Path) -> None:
    text = test.replace("f()", "keep_it()") if "f()" in test else test
    root = make_project(tmp_path, "def keep_it():\n    cache.set('a:v1', 1, ttl=60)\n", tests__test_case=text)
    assert fix_of(root, "CL515") is is_safe
