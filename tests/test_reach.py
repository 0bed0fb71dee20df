"""What inference follows to a cache: each way with what is reported, and beside it what must not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from cachelint.config.selectors import expand
from tests.support import check, make_project, marked

CODES = expand(["CL1", "CL2", "CL301", "CL4"])

WAYS = {
    "a coroutine of what a function gives": """
from asgiref.sync import async_to_sync, sync_to_async

def names():
    return {"a"}

def keep(key, value):
    cache.set(key, value, 60)

async def f(pk):
    await sync_to_async(cache.set)("a", names(), 60)  # CL104
    await sync_to_async(keep)("b", names())  # CL104
    await cache.aset("c", await sync_to_async(names)(), 60)  # CL104
    await sync_to_async(keep)("d", len(names()))

async def loaded():
    return {"a"}

def g():
    cache.set("e", async_to_sync(loaded)(), 60)  # CL104
""",
    "threads, executors and the commit": """
import asyncio
import functools
import threading
from django.db import transaction

def f(pool, rows):
    threading.Thread(target=cache.set, args=("a", {1}, 60)).start()  # CL104
    pool.submit(cache.set, "b", {1}, 60)  # CL104
    transaction.on_commit(functools.partial(cache.set, "c", {1}, 60))  # CL104
    pool.submit(rows.set, "d", {1})
    threading.Thread(target=rows.load, args=({1},)).start()

async def g():
    await asyncio.to_thread(cache.set, "e", {1}, 60)  # CL104
    await asyncio.to_thread(cache.set, "f", 1, 60)
""",
    "a method under another name": """
import functools

put = cache.set
briefly = functools.partial(cache.set, timeout=5)
other = {}.setdefault

class Ledger:
    def keep(self, row):
        cache.set("row", row, 60)

ledger = Ledger()
keep = ledger.keep

def f():
    put("a", {1}, 60)  # CL104
    briefly("b", {1})  # CL104
    keep({1})  # CL104
    keep("text")
    other("c", {1})
""",
    "a cache that an object is made of": """
class Shelf:
    def __init__(self, store, books):
        self.store = store
        self.books = books

    def f(self, pk):
        self.store.set("a", {1}, 60)  # CL104
        self.books.set("a", {1}, 60)

class Other:
    def __init__(self, store=None):
        self.store = store or cache
        self.__dict__["inner"] = caches["default"]

    def f(self):
        self.store.set("b", {1}, 60)  # CL104
        self.inner.set("c", {1}, 60)  # CL104

class Plain:
    def __init__(self, store):
        self.store = store

    def f(self):
        self.store.set("a", {1}, 60)

shelf = Shelf(cache, {})
plain = Plain({})
""",
    "a cache by its class": """
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

class Mine(LocMemCache):
    pass

class NoCache:
    pass

def f(one: BaseCache, two: RedisCache, three: Mine, four: "BaseCache | None", five: NoCache):
    one.set("a", {1}, 60)  # CL104
    two.set("a", {1}, 60)  # CL104
    three.set("a", {1}, 60)  # CL104
    if four is not None:
        four.set("a", {1}, 60)  # CL104
    five.set("a", {1}, 60)
    made = LocMemCache("x", {})
    made.set("a", {1}, 60)  # CL104

def g(pk):
    def keep(where: BaseCache, data):
        where.set("b", data, 60)

    keep(caches["default"], {1})  # CL104
    keep(caches["default"], 1)
""",
    "properties by another name": """
from django.utils.functional import cached_property
from somewhere import wrapped

once = cached_property

class loaded:
    def __init__(self, func):
        self.func = func

    def __get__(self, instance, owner):
        return self.func(instance)

class Loan:
    @once
    def tags(self):
        return {1}

    @loaded
    def more(self):
        return {1}

    @wrapped
    def unknown(self):
        return {1}

    def plain(self):
        return {1}

    def f(self):
        cache.set("a", self.tags, 60)  # CL104
        cache.set("b", self.more, 60)  # CL104
        cache.set("c", self.unknown, 60)
        cache.set("d", self.plain, 60)  # CL104
""",
    "after a loop with an else": """
def f(rows, wanted):
    for row in rows:
        if row == wanted:
            break
    else:
        return None
    cache.set("a", {1}, 60)  # CL104

def g(rows):
    for row in rows:
        pass
    else:
        return None
    cache.set("b", {1}, 60)

def h(queue):
    while queue.more():
        if queue.done():
            break
    else:
        cache.set("c", {1}, 60)  # CL104
        return None
    cache.set("d", {1}, 60)  # CL104
""",
    "a field with a default may have another value": """
@dataclasses.dataclass
class Status:
    late: bool = False
    loan: dict | None = None

def f(status: Status):
    if status.loan is None:
        return
    cache.set("a", {1}, 60)  # CL104

def g(status: Status):
    if status.late:
        cache.set("b", {1}, 60)  # CL104

def h():
    cache.set("c", Status().loan, 60)
""",
    "texts that are joined": """
KEY = "scan"

def f(pk, parts):
    cache.set("::".join(map(str, [KEY, pk])), {"a": pk}, 60)  # CL301
    cache.set("::".join(map(str, ["list", *parts])), {"a": pk}, 60)  # CL301
    cache.set("::".join(map(str, [KEY, "v1", pk])), {"a": pk}, 60)
    cache.set("::".join(map(repr, parts)), {"a": pk}, 60)
""",
    "containers of the project's own": """
class Page(list):
    number = 0

    def title(self):
        return "a"

class Cut(list):
    def __init__(self, request, rows):
        super().__init__(rows)

def f(request):
    page = Page()
    page.append(Book.objects.first())
    cache.set("a", page, 60)  # CL101
    cache.set("b", Page([{1}]), 60)  # CL104
    cache.set("c", Page([1]), 60)
    cache.set("d", Cut([{1}], [1]), 60)
    cache.set("e", Page([1]).title(), 60)
""",
    "views that are passed in": """
from functools import wraps
from django.http import HttpRequest, HttpResponse

def kept(view_func):
    @wraps(view_func)
    def inner(request, *args):
        response = view_func(request, *args)
        cache.set("a", response, 60)  # CL104
        return response

    return inner

def counted(function):
    def inner(request):
        cache.set("b", function(request), 60)
        return 1

    return inner

def remembered(function):
    @wraps(function)
    def inner(*args):
        value = function(*args)
        cache.set("c", value, 60)
        return value

    return inner

@remembered  # CL104
def page(request: HttpRequest) -> HttpResponse:
    return unknown(request)

@remembered
def text(request) -> str:
    return unknown(request)
""",
    "fields of rarer models, and a mixin of a model": """
from django.db import models
from django.db.migrations.recorder import MigrationRecorder

class Card:
    id = None
    email = ""

    def f(self):
        cache.set("a", self.id, 60)  # CL104
        cache.set("b", self.email, 60)

class Reader(Card, models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField()

def g():
    cache.set("c", MigrationRecorder.Migration.objects.first().applied, 60)  # CL104
    cache.set("d", MigrationRecorder.Migration.objects.first().name, 60)
""",
    "markup and floats": """
from decimal import Decimal
from markupsafe import Markup
import requests

def f(text):
    cache.set("a", Markup(text), 60)  # CL105
    cache.set("b", requests.get("https://x/").json(parse_float=Decimal), 60)  # CL104
    cache.set("c", requests.get("https://x/").json(parse_float=float), 60)
    cache.set("d", str(text), 60)
""",
    "what is read and stored again": """
KEY = "totals"

def compute():
    totals = {}
    for book in Book.objects.all():
        totals[book.pk] = book.title
    cache.set(KEY, totals, 60)  # CL105

def rename(pk, name):
    totals = cache.get(KEY, {})
    totals[pk] = name
    cache.set(KEY, totals, 60)  # CL105

def copy():
    cache.set("copied", cache.get(KEY), 60)  # CL105
    cache.set("other", cache.get("never stored"), 60)
    cache.set("plain", cache.get("text"), 60)
    cache.set("text", "a", 60)
""",
    "what the framework makes of a serializer that overrides it": """
from django.db import models
from rest_framework import serializers

class Copy(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=9)

class CopySerializer(serializers.ModelSerializer):
    id = serializers.PrimaryKeyRelatedField(read_only=True)

    class Meta:
        model = Copy
        fields = ["id", "title"]

    def to_representation(self, instance):
        found = super().to_representation(instance)
        cache.set("a", found, 60)  # CL104
        cache.set("b", found["title"], 60)
        return found
""",
    "what is passed for the rest": """
def keep(user, overwrite=True, **kwargs):
    cache.set(f"batch:v1:{user.pk}", kwargs, 60)

def put(key, *parts):
    cache.set(key, list(parts), 60)

def f(user, pk):
    book = Book.objects.get(pk=pk)
    keep(user, sent=book.added)  # CL104
    keep(user, overwrite=False, sent=book.title)
    put("a", book.added)  # CL104
""",
    "classes of packages that hold a cache": """
from rest_framework.throttling import SimpleRateThrottle

class Slow(SimpleRateThrottle):
    def f(self):
        self.cache.set("a", {1}, 60)  # CL104
        self.history.set("a", {1}, 60)
""",
}


@pytest.mark.parametrize("name", WAYS)
def test_what_is_followed(tmp_path: Path, name: str) -> None:
    root = make_project(tmp_path, WAYS[name])
    path = root / "app/case.py"
    assert sorted((f.call_line, f.code) for f in check(root, CODES).findings) == marked(path.read_text())


def test_a_folder_with_manage_py_is_a_source_root(tmp_path: Path) -> None:
    make_project(tmp_path / "src", "def f(pk):\n    cache.set('a', Book.objects.get(pk=pk), 60)\n")
    (tmp_path / "src/__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text("")
    assert [(f.code, f.call_line) for f in check(tmp_path, CODES).findings] == [("CL101", 25)]


def test_wrappers_of_well_known_packages_are_shown_on_demand(tmp_path: Path) -> None:
    case = (
        "from cache_memoize import cache_memoize\n\n\n@cache_memoize(60)\ndef f():\n    return Book.objects.get(pk=1)\n"
    )
    root = make_project(tmp_path, case)
    assert [(f.code, f.confidence.value) for f in check(root, CODES).findings] == [("CL101", "low")]
