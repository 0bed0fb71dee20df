# --- an instance from get
def one(pk):
    book = Book.objects.get(pk=pk)
    cache.set("book", book, 60)  # CL101


# --- a dict of its fields is fine
def one(pk):
    book = Book.objects.values("id", "title").get(pk=pk)
    cache.set("book", book, 60)


# --- a field of an instance is fine
def title(pk):
    cache.set("title", Book.objects.get(pk=pk).title, 60)


# --- first, through a chain
def newest():
    cache.set("newest", Book.objects.filter(pages__gt=10).order_by("-pk").first(), 60)  # CL101


# --- a shortcut
def shown(request, pk):
    book = get_object_or_404(Book, pk=pk)
    cache.set("shown", book, 60)  # CL101


# --- a shortcut over dicts is fine
def shown(request, pk):
    book = get_object_or_404(Book.objects.values("title"), pk=pk)
    cache.set("shown", book, 60)


# --- a list of rows
def everything():
    cache.set("everything", list(Book.objects.all()), 60)  # CL101


# --- a list of dicts is fine
def everything():
    cache.set("everything", list(Book.objects.values("title")), 60)


# --- a list filled in a loop
def filled():
    rows = []
    for book in Book.objects.all():
        rows.append(book)
    cache.set("filled", rows, 60)  # CL101


# --- a list filled with fields is fine
def filled():
    rows = []
    for book in Book.objects.all():
        rows.append(book.title)
    cache.set("filled", rows, 60)


# --- inside a dict
def context(pk):
    cache.set("context", {"book": Book.objects.get(pk=pk), "n": 1}, 60)  # CL101


# --- a foreign key's attribute
def author(pk):
    cache.set("author", Book.objects.get(pk=pk).author, 60)  # CL101


# --- a foreign key's id is fine
def author(pk):
    cache.set("author", Book.objects.get(pk=pk).author_id, 60)


# --- the user of the request
def visitor(request):
    cache.set("visitor", request.user, 60)  # CL101


# --- the user's name is fine
def visitor(request):
    cache.set("visitor", request.user.username, 60)


# --- the result of a callable
def latest():
    return cache.get_or_set("latest", lambda: Book.objects.latest("pk"), 60)  # CL101


# --- a callable that counts is fine
def latest():
    return cache.get_or_set("latest", Book.objects.count, 60)


# --- through a helper
def find(pk):
    return Book.objects.get(pk=pk)


def helped(pk):
    cache.set("helped", find(pk), 60)  # CL101


# --- through a helper that is not known
def helped(pk):
    from elsewhere import find

    cache.set("helped", find(pk), 60)


# --- a parameter of which nothing is known
def given(value):
    cache.set("given", value, 60)


# --- a wrapper, at its caller
def keep(key, value):
    cache.set(key, value, 60)


def kept(pk):
    keep("kept", Book.objects.get(pk=pk))  # CL101
    keep("count", Book.objects.count())


# --- an annotated parameter
def given(book: Book):
    cache.set("given", book, 60)  # CL101


# --- a branch that was left
def narrowed(pk):
    book = Book.objects.filter(pk=pk).first()
    if book is not None:
        return
    cache.set("narrowed", book, 60)


# --- a dict called cache is no cache
def no_cache(pk):
    cache = {}
    cache.set = print
    cache["book"] = Book.objects.get(pk=pk)


# --- an async function
async def one(pk):
    book = await Book.objects.aget(pk=pk)
    await cache.aset("book", book, 60)  # CL101


# --- text made of an instance is fine
def text(pk):
    cache.set("text", f"{Book.objects.get(pk=pk)}", 60)
    cache.set("text", str(Book.objects.get(pk=pk)), 60)


# --- create gives an instance, exists does not
def made():
    cache.set("made", Book.objects.create(title="x"), 60)  # CL101
    cache.set("exists", Book.objects.filter(title="x").exists(), 60)


# --- a named tuple and a dataclass that hold one
@dataclasses.dataclass
class Shown:
    book: Book
    title: str


def shown(pk):
    cache.set("shown", Shown(Book.objects.get(pk=pk), "x"), 60)  # CL101


# --- set_many
def many(pk):
    cache.set_many({"a": Book.objects.get(pk=pk)}, 60)  # CL101
    cache.set_many({"a": 1, "b": "x"}, 60)


# --- self in a model is in models.py: an instance that a method of its own returns is fine as a dict
def as_dict(pk):
    cache.set("dict", Book.objects.get(pk=pk).as_dict(), 60)


# --- a project's own class named like a model is none
class Model:
    objects = None


def other():
    cache.set("other", Model.objects, 60)


# --- what a model form saves
class BookForm(forms.ModelForm):
    class Meta:
        model = Book


def made(request):
    form = BookForm(request.POST)
    cache.set("made", form.save(), 60)  # CL101


# --- the cleaned data of a form is not known
class BookForm(forms.ModelForm):
    class Meta:
        model = Book


def made(request):
    form = BookForm(request.POST)
    cache.set("made", form.cleaned_data["title"], 60)


# --- what a wrapper makes of its arguments by itself is reported in it, not at its callers
def keep(key, book, extra=None):
    value = extra or {book.author: 1}
    cache.set(key, value, 60)  # CL101


def kept(pk):
    keep("kept", Book.objects.get(pk=pk))


# --- a wrapper inside a function
def outer(pk):
    def keep(key, value):
        cache.set(key, value, 60)

    keep("title", Book.objects.get(pk=pk).title)
    keep("book", Book.objects.get(pk=pk))  # CL101


# --- memoised method
def memoize(fn):
    def inner(self):
        found = cache.get("x")
        if found is None:
            found = fn(self)
            cache.set("x", found, 60)
        return found
    return inner


class Shelf:
    @memoize  # CL101
    def newest(self):
        return list(Book.objects.all())


# --- decorator with get_or_set lambda
def memoize(fn):
    def inner(*args):
        return cache.get_or_set("x", lambda: fn(*args), 60)
    return inner


@memoize  # CL101
def newest():
    return Book.objects.first()


# --- constructor wrapper
class Remembered:
    def __init__(self, key, value):
        cache.set(key, value, 60)


def use(pk):
    Remembered("book", Book.objects.get(pk=pk))  # CL101


# --- class with stored parts
class Holder:
    def __init__(self, key, value):
        self.key = key
        self.value = value

    def save(self):
        cache.set(self.key, self.value, 60)


def use(pk):
    Holder("book", Book.objects.get(pk=pk)).save()  # CL101


# --- dataclass with model
@dataclasses.dataclass
class Row:
    book: Book
    n: int


def use(pk):
    cache.set("x", Row(Book.objects.get(pk=pk), 1), 60)  # CL101


# --- dataclass field annotation alone
@dataclasses.dataclass
class Row:
    book: Book
    n: int


def make(x) -> Row:
    return somewhere(x)


def use(pk):
    cache.set("x", make(pk), 60)  # CL101


# --- return annotation model list
import thirdparty

def make(x) -> list[Book]:
    return thirdparty.make(x)


def use(pk):
    cache.set("x", make(pk), 60)  # CL101


# --- methods overridden
class Base:
    def value(self):
        raise NotImplementedError

    def keep(self):
        cache.set("x", self.value(), 60)  # CL101


class Child(Base):
    def value(self):
        return Book.objects.first()


# --- containers step by step
def use():
    rows = {}
    for book in Book.objects.all():
        rows.setdefault(book.title, []).append(book)
    cache.set("x", rows, 60)  # CL101


# --- sorted max zip enumerate
def use():
    cache.set("a", sorted(Book.objects.all(), key=len), 60)  # CL101
    cache.set("b", max(Book.objects.values_list("added", flat=True)), 60)  # CL104
    cache.set("c", list(zip(["a"], ["b"])), 60)  # CL105
    cache.set("d", list(enumerate(["b"])), 60)  # CL105
    cache.set("e", {k: v for k, v in zip(["a"], [1])}, 60)
    cache.set("f", [b.title for b in Book.objects.all()], 60)
    cache.set("g", {b.title: b for b in Book.objects.all()}, 60)  # CL101
    cache.set("h", min(Book.objects.all(), key=lambda b: b.pages), 60)  # CL101
    cache.set("i", sum(b.price for b in Book.objects.all()), 60)  # CL104
    cache.set("j", next(iter(Book.objects.all())), 60)  # CL101
    cache.set("k", list(map(lambda b: b.added, Book.objects.all())), 60)  # CL104
    cache.set("l", list(filter(None, Book.objects.all())), 60)  # CL101
    cache.set("m", list(reversed(Book.objects.all())), 60)  # CL101
    cache.set("n", tuple(Book.objects.values_list("title", flat=True)), 60)  # CL105
    cache.set("o", frozenset(["a"]), 60)  # CL104
    cache.set("p", Book.objects.in_bulk([1]), 60)  # CL101
    cache.set("q", list(Book.objects.all()[:5]), 60)  # CL101
    cache.set("r", Book.objects.all()[:5], 60)  # CL102
    cache.set("s", Book.objects.all()[0], 60)  # CL101
    cache.set("t", list(Book.objects.values_list("title", "pages")), 60)  # CL105
    cache.set("u", [list(r) for r in Book.objects.values_list("title", "pages")], 60)


# --- DRF
from rest_framework import serializers

class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "pages"]


class BookSerializer2(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["author", "title"]


class Plain(serializers.Serializer):
    n = serializers.UUIDField()
    title = serializers.CharField()


def use(pk):
    cache.set("a", BookSerializer(Book.objects.get(pk=pk)).data, 60)
    cache.set("b", BookSerializer(Book.objects.all(), many=True).data, 60)
    cache.set("c", Plain(Book.objects.first()).data, 60)


# --- a list that other methods fill
class Statistics:
    def __init__(self):
        self.rows = []

    def compute(self):
        self.rows.append(Book.objects.first())

    def save(self):
        cache.set("statistics", self.rows, 60)  # CL101


# --- param types from callers
def remember(book):
    cache.set("x", book.author, 60)  # CL101


def a(pk):
    remember(Book.objects.get(pk=pk))


# --- async
async def use():
    book = await Book.objects.afirst()
    await cache.aset("a", book, 60)  # CL101
    rows = [b async for b in Book.objects.all()]
    await cache.aset("b", rows, 60)  # CL101


# --- cached_property
from django.utils.functional import cached_property
class S:
    @cached_property
    def rows(self):
        return list(Book.objects.all())

    def go(self):
        cache.set("a", self.rows, 60)  # CL101


# --- wrapper by inheritance
class Cacheable:
    def to_cache(self):
        raise NotImplementedError

    timeout = None

    def store(self):
        cache.set("x", self.to_cache(), self.timeout)  # CL101 CL202


class A(Cacheable):
    def to_cache(self):
        return Book.objects.get(pk=1)


# --- select of two
def use(flag):
    value = Book.objects.first() if flag else None
    cache.set("x", value, 60)  # CL101


# --- exception value and try
def use(pk):
    try:
        book = Book.objects.get(pk=pk)
    except Book.DoesNotExist:
        book = None
    cache.set("x", book, 60)  # CL101


# --- a memoiser of what is no instance is fine
def memoize(fn):
    def inner(*args):
        return cache.get_or_set("memoized", lambda: fn(*args), 60)

    return inner


@memoize
def count():
    return Book.objects.count()


@memoize
def titles():
    return [book.title for book in Book.objects.all()]


# --- what a wrapper makes of an instance is fine where it is a field
def remember(book):
    cache.set("title", book.title, 60)
    cache.set("name", book.author.name, 60)
    cache.set("shout", book.shout(), 60)
    cache.set("dict", book.as_dict(), 60)


def use(pk):
    remember(Book.objects.get(pk=pk))


# --- fields picked out of rows are fine
def use():
    cache.set("a", {b.title: b.pages for b in Book.objects.all()}, 60)
    cache.set("b", [b.pk for b in Book.objects.all()], 60)
    cache.set("c", max(b.pages for b in Book.objects.all()), 60)
    cache.set("d", sorted(b.title for b in Book.objects.all()), 60)
    cache.set("e", len(Book.objects.all()), 60)
    cache.set("f", Book.objects.exists(), 60)
    cache.set("g", list(Book.objects.values("title", "pages")), 60)
    cache.set("h", Book.objects.first().title, 60)
    cache.set("i", any(b.pages for b in Book.objects.all()), 60)
    cache.set("j", sum(b.pages for b in Book.objects.all()), 60)
    cache.set("k", Book.objects.filter(pages=3).count(), 60)
    cache.set("l", ", ".join(b.title for b in Book.objects.all()), 60)
    cache.set("m", str(Book.objects.first()), 60)
    cache.set("n", list(Book.objects.values_list("title", flat=True)), 60)
    cache.set("o", Book.objects.in_bulk([1])[1].title, 60)
    cache.set("p", Book.objects.first() is None, 60)
    cache.set("q", isinstance(Book.objects.first(), Book), 60)
    cache.set("r", bool(Book.objects.first()), 60)


# --- an object made of fields is not one made of rows
class Holder:
    def __init__(self, key, value):
        self.key = key
        self.value = value

    def save(self):
        cache.set(self.key, self.value, 60)


def use(pk):
    Holder("title", Book.objects.get(pk=pk).title).save()
    Holder("titles", list(Book.objects.values_list("title", flat=True))).save()
    Holder("one", 1).save()


# --- what an annotation says of fields is fine
import thirdparty


def make(x) -> list[str]:
    return thirdparty.make(x)


def pages(x) -> "dict[str, int]":
    return thirdparty.make(x)


def use(pk):
    cache.set("x", make(pk), 60)
    cache.set("y", pages(pk), 60)


# --- a helper fills a list
def fill(rows, extra=1):
    for book in Book.objects.all():
        rows.append(book)


def use():
    rows = []
    fill(rows)
    cache.set("a", rows, 60)  # CL101


# --- method fills
class S:
    def go(self):
        self.rows = []
        self.fill()
        cache.set("a", self.rows, 60)  # CL101

    def fill(self):
        self.rows.append(Book.objects.first())


# --- a table of readers and writers by name
def read_book():
    return Book.objects.first()


READERS = {"book": read_book}


def keep(name):
    cache.set("kept", READERS[name](), 60)  # CL101


# --- a table of readers of plain data
def read_title():
    return Book.objects.first().title


def read_pages():
    return Book.objects.first().pages


READERS = {"title": read_title, "pages": read_pages}


def keep(name):
    cache.set("kept", READERS[name](), 60)
    cache.set("title", READERS["title"](), 60)


# --- an annotation that says no more than that it is a model
from django.db import models


def keep(user: models.Model):
    cache.set("kept", user, 60)  # CL101


# --- a model that derives from one of another package, and has no field of its own
from pages.models import Page


class Tag(Page):
    pass


def keep():
    cache.set("kept", Tag.objects.first(), 60)  # CL101
    cache.set("name", Tag.objects.first().title, 60)


# --- one of a class that is not known
from django.contrib.contenttypes.models import ContentType


def keep(model, kind, pk):
    cache.set("a", get_object_or_404(model, pk=pk), 60)  # CL101
    cache.set("b", model._default_manager.get(pk=pk), 60)  # CL101
    cache.set("c", kind.get_object_for_this_type(pk=pk), 60)  # CL101
    cache.set("d", get_object_or_404(Book.objects.filter(pages=3), pk=pk).title, 60)


# --- what only looks like a model of another package
from accounts.remote import Account


class Client(Account):
    pass


def keep(names: list[str], user: "models.Model | None" = None):
    cache.set("client", Client.objects.first(), 60)
    cache.set("names", names, 60)
    cache.set("pk", user.pk if user else None, 60)
    cache.set("names_of_users", [str(name) for name in names], 60)


# --- what is taken out of a dict or list again
def popped(pk):
    shown = {"book": Book.objects.get(pk=pk), "n": 1}
    book = shown.pop("book")
    shown["pk"] = book.pk
    cache.set("shown", shown, 60)


def deleted(pk):
    shown = {"book": Book.objects.get(pk=pk), "n": 1}
    del shown["book"]
    cache.set("shown", shown, 60)


def cleared():
    books = list(Book.objects.all())
    names = [book.title for book in books]
    books.clear()
    cache.set("names", names + books, 60)


def replaced():
    books = list(Book.objects.all())
    for index, book in enumerate(books):
        books[index] = book.title
    cache.set("books", books, 60)


def another(pk):
    shown = {"book": Book.objects.get(pk=pk), "n": 1}
    shown.pop("n")
    cache.set("shown_without", shown, 60)  # CL101


def one_less():
    books = list(Book.objects.all())
    books.pop()
    cache.set("books", books, 60)  # CL101


# --- a decorator that makes something else of what it wraps
def as_row(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return {"title": function(*args, **kwargs).title}

    return inner


def as_it_is(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


@as_row
def row(pk):
    return Book.objects.get(pk=pk)


@as_it_is
def book(pk):
    return Book.objects.get(pk=pk)


def keep(pk):
    cache.set("row", row(pk), 60)
    cache.set("book", book(pk), 60)  # CL101
