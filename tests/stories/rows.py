# --- a queryset
def titles():
    books = cache.get("books:v1")
    if books is None:
        books = Book.objects.filter(pages__gt=200).order_by("title")
        cache.set("books:v1", books, 300)  # CL102 safe
    return [book.title for book in books]


def story():
    return [titles(), titles()]


EXPECTED = [["Jam", "Rye"], ["Jam", "Rye"]]


# --- a list of instances
def titles():
    books = cache.get("listed:v1")
    if books is None:
        books = list(Book.objects.order_by("-pages"))
        cache.set("listed:v1", books, 300)  # CL101 safe
    found = []
    for book in books:
        found.append(book.title)
    return found


def story():
    return [titles(), titles()]


EXPECTED = [["Rye", "Jam", "Tea"], ["Rye", "Jam", "Tea"]]


# --- a comprehension of instances
def titles():
    books = cache.get("comprehended:v1")
    if books is None:
        books = [book for book in Book.objects.order_by("pk") if book.pages < 500]
        cache.set("comprehended:v1", books, 300)  # CL101 safe
    return [book.title for book in books]


def story():
    return [titles(), titles()]


EXPECTED = [["Tea", "Jam"], ["Tea", "Jam"]]


# --- sorted and sliced
def best():
    books = cache.get("best:v1")
    if books is None:
        books = list(Book.objects.all())
        cache.set("best:v1", books, 300)  # CL101 safe
    longest = sorted(books, key=lambda book: -book.pages)[:2]
    return [longest[0].title, len(books), max(books, key=lambda b: b.pages).title]


def story():
    return [best(), best()]


EXPECTED = [["Rye", 3, "Rye"], ["Rye", 3, "Rye"]]


# --- only whether there are any
def count():
    books = cache.get("any:v1")
    if books is None:
        books = Book.objects.filter(pages__gt=9000)
        cache.set("any:v1", books, 300)  # CL102 safe
    if not books:
        return 0
    return [len(books), [book.pk for book in books]]


def story():
    return [count(), count()]


EXPECTED = [0, 0]


# --- get_or_set with a queryset
def titles():
    books = cache.get_or_set("gotten:v1", Book.objects.order_by("pk"), 300)  # CL102 safe
    return [book.title for book in books]


def story():
    return [titles(), titles()]


EXPECTED = [["Tea", "Jam", "Rye"], ["Tea", "Jam", "Rye"]]


# --- a default of nothing
def warm():
    cache.set("warm:v1", Book.objects.order_by("pk")[:2], 300)  # CL102 safe


def titles():
    return [book.title for book in cache.get("warm:v1", [])]


def story():
    warm()
    return titles()


EXPECTED = ["Tea", "Jam"]


# --- rows that the writer goes on with
def warm():
    books = Book.objects.order_by("pk")
    cache.set("going-on:v1", books, 300)  # CL102 safe
    return books.count()


def titles():
    return [book.title for book in cache.get("going-on:v1") or []]


def story():
    return [warm(), titles()]


EXPECTED = [3, ["Tea", "Jam", "Rye"]]


# --- shown by a template
def page(request):
    books = cache.get("page:v1")
    if books is None:
        books = Book.objects.order_by("pk")
        cache.set("page:v1", books, 300)  # CL102 unsafe
    return render(request, "stories/books.html", {"books": books})


def story():
    request = RequestFactory().get("/")
    return [page(request).content.decode().split(), page(request).content.decode().split()]


EXPECTED = [["Tea", "Jam", "Rye"], ["Tea", "Jam", "Rye"]]


# --- returned by a helper
def load():
    books = cache.get("helped-rows:v1")
    if books is None:
        books = Book.objects.order_by("pk")
        cache.set("helped-rows:v1", books, 300)  # CL102 unsafe
    return books


def titles():
    return [book.title for book in load()]


def pages():
    total = 0
    for book in load():
        total += book.pages
    return total


def story():
    return [titles(), pages()]


EXPECTED = [["Tea", "Jam", "Rye"], 1100]


# --- rows in order of a relation
def names():
    books = cache.get("names:v1")
    if books is None:
        books = Book.objects.select_related("author").order_by("pk")
        cache.set("names:v1", books, 300)  # CL102 unsafe
    return [book.author.name for book in books]


def story():
    return [names(), names()]


EXPECTED = [["Ann", "Bob", "Ann"], ["Ann", "Bob", "Ann"]]


# --- rows of values
def titles():
    rows = cache.get("values:v1")
    if rows is None:
        rows = Book.objects.order_by("pk").values("title", "pages")
        cache.set("values:v1", rows, 300)  # CL102 safe
    return [row["title"] for row in rows if row["pages"]]


def story():
    return [titles(), titles()]


EXPECTED = [["Tea", "Jam", "Rye"], ["Tea", "Jam", "Rye"]]


# --- flat rows
def numbers():
    numbers = cache.get("flat:v1")
    if numbers is None:
        numbers = Book.objects.order_by("pk").values_list("pages", flat=True)
        cache.set("flat:v1", numbers, 300)  # CL102 unsafe
    return numbers


def story():
    return [sum(numbers()), 300 in numbers()]


EXPECTED = [1100, True]


# --- rows with a field that JSON does not keep
def total():
    books = cache.get("priced-books:v1")
    if books is None:
        books = Book.objects.filter(pages__gt=100)
        cache.set("priced-books:v1", books, 300)  # CL102 unsafe
    return str(sum(book.price for book in books))


def story():
    return [total(), total()]


EXPECTED = ["6.00", "6.00"]


# --- a dict of instances
def by_title():
    books = cache.get("by-title:v1")
    if books is None:
        books = {book.title: book for book in Book.objects.filter(pages__gt=100)}
        cache.set("by-title:v1", books, 300)  # CL101 safe
    found = [books["Rye"].pages, "Tea" in books, len(books), sorted(books)]
    found += [book.pages for book in books.values()]
    for title, book in books.items():
        found.append((title, book.pages))
    missing = books.get("Tea")
    found.append(missing.pages if missing is not None else None)
    return str(found)


def story():
    return [by_title() == by_title(), by_title()]


EXPECTED = [True, "[700, False, 2, ['Jam', 'Rye'], 300, 700, ('Jam', 300), ('Rye', 700), None]"]


# --- a dict of instances by their keys
def by_key():
    return cache.get_or_set("by-key:v1", lambda: {book.pk: book for book in Book.objects.all()}, 300)  # CL101 unsafe


def story():
    return [by_key()[1].title, by_key()[2].title, sorted(by_key())]


EXPECTED = ["Tea", "Jam", [1, 2, 3]]


# --- rows or none at all
def listed(pages):
    books = cache.get(f"listed-or-none:v1:{pages}")
    if books is None:
        if pages > 1000:
            books = []
        else:
            books = Book.objects.filter(pages__gt=pages)
        cache.set(f"listed-or-none:v1:{pages}", books, 300)  # CL102 unsafe
    return [book.title for book in books]


def story():
    return [sorted(listed(200)), listed(2000), sorted(listed(200)), listed(2000)]


EXPECTED = [["Jam", "Rye"], [], ["Jam", "Rye"], []]
