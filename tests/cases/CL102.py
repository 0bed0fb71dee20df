# --- a queryset
def active():
    cache.set("active", Book.objects.filter(pages__gt=1), 60)  # CL102


# --- made a list of dicts is fine
def active():
    cache.set("active", list(Book.objects.filter(pages__gt=1).values("title")), 60)


# --- values is a queryset as well
def rows():
    cache.set("rows", Book.objects.values("title"), 60)  # CL102


# --- the ids in a list are fine
def ids():
    cache.set("ids", list(Book.objects.values_list("pk", flat=True)), 60)


# --- values_list too
def ids():
    cache.set("ids", Book.objects.values_list("pk", flat=True), 60)  # CL102


# --- a count is fine
def count():
    cache.set("count", Book.objects.filter(pages__gt=1).count(), 60)


# --- a slice is one
def top():
    cache.set("top", Book.objects.all()[:5], 60)  # CL102


# --- one dict of a slice is fine
def top():
    cache.set("top", Book.objects.values("title")[0], 60)


# --- the default of get_or_set
def all_books():
    return cache.get_or_set("all", Book.objects.all, 60)  # CL102


# --- a default that makes a list is fine
def all_books():
    return cache.get_or_set("all", lambda: list(Book.objects.values("title")), 60)


# --- through a related manager
def of_author(pk):
    cache.set("books", Author.objects.get(pk=pk).books.all(), 60)  # CL102


# --- a sum over one is fine
def pages():
    cache.set("pages", sum(book.pages for book in Book.objects.all()), 60)


# --- inside a dict
def context():
    cache.set("context", {"books": Book.objects.all()}, 60)  # CL102


# --- a string join over one is fine
def names():
    cache.set("names", ", ".join(book.title for book in Book.objects.all()), 60)


# --- a custom queryset's method
def long_books():
    cache.set("long", Book.objects.long(), 60)  # CL102


# --- a function that is not known
def unknown():
    from elsewhere import queryset

    cache.set("unknown", queryset(), 60)


# --- wrapper taking a callable
def remember(key, make, timeout=60):
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, timeout)
    return found


def use():
    remember("books", lambda: Book.objects.all())  # CL102


def use2():
    remember("books", load)  # CL101


def load():
    return list(Book.objects.all())


# --- after a method of a manager that is not known
from pages.models import Page


def keep(tags):
    cache.set("a", Page.objects.live().filter(pk__in=tags), 60)  # CL102
    cache.set("b", Book.objects.published().order_by("title").values_list("pk", flat=True), 60)  # CL102
    cache.set("c", list(Book.objects.published().values_list("pk", flat=True)), 60)
    # It may be anything, and what it has may be called so elsewhere too.
    cache.set("d", Book.objects.published(), 60)
    cache.set("e", Book.objects.prices().get("min"), 60)
    cache.set("f", Book.objects.published().exists(), 60)
