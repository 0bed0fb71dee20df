# --- read by a key
def title(pk):
    book = cache.get("book:v1:%s" % pk)
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set("book:v1:%s" % pk, book, timeout=300)  # CL101 safe
    return book.title


def story():
    return [title(1), title(2), title(1)]


EXPECTED = ["Tea", "Jam", "Tea"]


# --- first and a test of truth
def longest():
    book = cache.get("longest:v1")
    if not book:
        book = Book.objects.order_by("-pages").first()
        cache.set("longest:v1", book, 300)  # CL101 safe
    return f"{book.title}, {book.pages}"


def story():
    return [longest(), longest()]


EXPECTED = ["Rye, 700", "Rye, 700"]


# --- a shortcut
def show(pk):
    book = cache.get(f"shown:v1:{pk}")
    if book is None:
        book = get_object_or_404(Book, pk=pk)
        cache.set(f"shown:v1:{pk}", book, 300)  # CL101 safe
    return [book.pk, book.title, book.author_id]


def story():
    return [show(1), show(1)]


EXPECTED = [[1, "Tea", 1], [1, "Tea", 1]]


# --- a key in a constant
KEY = "constant-book-%s"


def title(pk):
    book = cache.get(KEY % pk)
    if book is None:
        book = Book.objects.select_related("author").get(pk=pk)
        cache.set(KEY % pk, book, 300)  # CL101 safe # CL301 unsafe
    return book.title


def forget(pk):
    cache.delete(KEY % pk)


def story():
    first = title(1)
    forget(1)
    return [first, title(1)]


EXPECTED = ["Tea", "Tea"]


# --- a key of a function
def book_key(pk):
    return f"helped:v1:{pk}"


def title(pk):
    book = cache.get(book_key(pk))
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(book_key(pk), book, 300)  # CL101 safe
    return book.title


def rename(pk, title):
    Book.objects.filter(pk=pk).update(title=title)
    cache.delete(book_key(pk))


def story():
    before = title(3)
    rename(3, "Oat")
    after = title(3)
    rename(3, "Rye")
    return [before, after, title(3)]


EXPECTED = ["Rye", "Oat", "Rye"]


# --- methods of a class
class Shelf:
    prefix = "shelf:v1"

    def key(self, pk):
        return f"{self.prefix}:{pk}"

    def pages(self, pk):
        book = cache.get(self.key(pk))
        if book is None:
            book = Book.objects.get(pk=pk)
            cache.set(self.key(pk), book, 300)  # CL101 safe
        return book.pages


def story():
    return [Shelf().pages(1), Shelf().pages(1)]


EXPECTED = [100, 100]


# --- get_or_set with a lambda
def title(pk):
    book = cache.get_or_set(f"lambda:v1:{pk}", lambda: Book.objects.get(pk=pk), 300)  # CL101 safe
    return book.title


def story():
    return [title(2), title(2)]


EXPECTED = ["Jam", "Jam"]


# --- get_or_set with a function
def newest():
    return Book.objects.latest("pk")


def title():
    return cache.get_or_set("function:v1", newest, 300).title  # CL101 safe


def story():
    return [title(), title()]


EXPECTED = ["Rye", "Rye"]


# --- returned to callers
def find(pk):
    found = cache.get(f"found:v1:{pk}")
    if found is not None:
        return found
    book = Book.objects.get(pk=pk)
    cache.set(f"found:v1:{pk}", book, 300)  # CL101 safe
    return book


def title(pk):
    return find(pk).title


def story():
    book = find(1)
    return [title(1), book.pages, find(2).title]


EXPECTED = ["Tea", 100, "Jam"]


# --- a walrus
def title(pk):
    if (book := cache.get(f"walrus:v1:{pk}")) is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"walrus:v1:{pk}", book, 300)  # CL101 safe
    return book.title


def story():
    return [title(1), title(1)]


EXPECTED = ["Tea", "Tea"]


# --- read or make
def title(pk):
    book = cache.get(f"or:v1:{pk}") or Book.objects.get(pk=pk)
    cache.set(f"or:v1:{pk}", book, 300)  # CL101 safe
    return book.title


def story():
    return [title(1), title(1)]


EXPECTED = ["Tea", "Tea"]


# --- a writer that goes on with the instance
def warm(pk):
    book = Book.objects.get(pk=pk)
    cache.set(f"warmed:v1:{pk}", book, 300)  # CL101 safe
    return book.shout()


def title(pk):
    book = cache.get(f"warmed:v1:{pk}")
    return book.title if book is not None else "?"


def story():
    return [warm(1), title(1)]


EXPECTED = ["TEA", "Tea"]


# --- an instance that is handed in
def remember(book):
    cache.set(f"handed:v1:{book.pk}", book, 300)


def title(pk):
    book = cache.get(f"handed:v1:{pk}")
    if book is None:
        return "?"
    return book.title


class Card:
    def __init__(self, pk):
        self.book = Book.objects.get(pk=pk)

    def keep(self):
        cache.set(f"card:v1:{self.book.pk}", self.book, 300)  # CL101 safe


def card(pk):
    book = cache.get(f"card:v1:{pk}")
    return book.title if book else "?"


def story():
    Card(2).keep()
    return [card(2)]


EXPECTED = ["Jam"]


# --- readers of different fields
def load(pk):
    book = Book.objects.get(pk=pk)
    cache.set("fields:v1:%d" % pk, book, 300)  # CL101 safe


def title(pk):
    book = cache.get("fields:v1:%d" % pk)
    if book is None:
        return ""
    return book.title


def pages(pk):
    book = cache.get("fields:v1:{}".format(pk))
    if not book:
        return 0
    return book.pages + 1


def story():
    load(1)
    return [title(1), pages(1)]


EXPECTED = ["Tea", 101]


# --- a column of another table
def author(pk):
    book = cache.get(f"author:v1:{pk}")
    if book is None:
        book = Book.objects.select_related("author").get(pk=pk)
        cache.set(f"author:v1:{pk}", book, 300)  # CL101 safe
    return f"{book.title} by {book.author.name}"


def story():
    return [author(1), author(1)]


EXPECTED = ["Tea by Ann", "Tea by Ann"]


# --- passed to a function
def line(book):
    return f"{book.title}: {book.pages}"


def shown(pk):
    book = cache.get(f"passed:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"passed:v1:{pk}", book, 300)  # CL101 safe
    return line(book)


def story():
    return [shown(1), shown(1)]


EXPECTED = ["Tea: 100", "Tea: 100"]


# --- through functions that are handed the key
def put(key, value):
    cache.set(key, value, 300)


def take(key):
    return cache.get(key)


def title(pk):
    book = take(f"wrapped:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        put(f"wrapped:v1:{pk}", book)  # CL101 safe
    return book.title


def story():
    return [title(1), title(1)]


EXPECTED = ["Tea", "Tea"]


# --- async
async def title(pk):
    book = await cache.aget(f"async:v1:{pk}")
    if book is None:
        book = await Book.objects.aget(pk=pk)
        await cache.aset(f"async:v1:{pk}", book, 300)  # CL101 safe
    return book.title


def story():
    return [async_to_sync(title)(1), async_to_sync(title)(1)]


EXPECTED = ["Tea", "Tea"]


# --- another cache
def title(pk):
    other = caches["other"]
    book = other.get(f"aliased:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        other.set(f"aliased:v1:{pk}", book, 300)  # CL101 safe
    return book.title


def story():
    return [title(1), title(1)]


EXPECTED = ["Tea", "Tea"]


# --- in quotes of both kinds
def title(pk):
    book = cache.get(f'quotes:v1:{pk}')
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f'quotes:v1:{pk}', book, 300)  # CL101 safe
    return f'{book.title} ({book.pages})' + f"{book.title}"


def story():
    return [title(1), title(1)]


EXPECTED = ["Tea (100)Tea", "Tea (100)Tea"]


# --- many at once
def many_key(pk):
    return f"many:v1:{pk}"


def warm(pks):
    books = Book.objects.filter(pk__in=pks)
    cache.set_many({many_key(book.pk): book for book in books}, 300)  # CL101 safe


def titles(pks):
    found = cache.get_many([many_key(pk) for pk in pks])
    first = found.get(many_key(pks[0]))
    return [sorted(book.title for book in found.values()), first.title if first else "?", len(found)]


def story():
    cold = titles([7, 8])
    warm([1, 2])
    return [cold, titles([1, 2])]


EXPECTED = [[[], "?", 0], [["Jam", "Tea"], "Tea", 2]]


# --- a field that JSON does not keep
def doubled(pk):
    book = cache.get(f"priced:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"priced:v1:{pk}", book, 300)  # CL101 safe
    return str(book.price * 2)


def story():
    return [doubled(1), doubled(1)]


EXPECTED = ["3.00", "3.00"]


# --- a class method of a model
from django.db import models


class Printed(models.Model):
    title = models.CharField(max_length=50)

    class Meta:
        app_label = "shop"
        db_table = "shop_book"
        managed = False

    @classmethod
    def cached(cls, pk):
        printed = cache.get(f"printed:v1:{pk}")
        if printed is None:
            printed = cls.objects.get(pk=pk)
            cache.set(f"printed:v1:{pk}", printed, 300)  # CL101 safe
        return printed

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        cache.delete(f"printed:v1:{self.pk}")


def title(pk):
    return Printed.cached(pk).title


def story():
    first = title(1)
    Printed.objects.get(pk=1).save()
    return [first, title(1), title(1)]


EXPECTED = ["Tea", "Tea", "Tea"]


# --- the first, where there may be none
def longest(pages):
    book = cache.get(f"longest-of:v1:{pages}")
    if book is None:
        book = Book.objects.filter(pages__gt=pages).first()
        cache.set(f"longest-of:v1:{pages}", book, 300)  # CL101 safe
    if book is None:
        return "none"
    return book.title


def story():
    return [longest(500), longest(5000), longest(500), longest(5000)]


EXPECTED = ["Rye", "none", "Rye", "none"]
