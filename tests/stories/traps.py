# --- a method
def story():
    book = cache.get("t:method:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:method:v1", book, 300)  # CL101 safe
    return book.shout()


EXPECTED = "TEA"


# --- a property
def story():
    book = cache.get("t:property:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:property:v1", book, 300)  # CL101 safe
    return book.short


EXPECTED = "Te"


# --- the text of the instance
def story():
    book = cache.get("t:text:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:text:v1", book, 300)  # CL101 safe
    return f"{book}"


EXPECTED = "Tea!"


# --- compared with another
def story():
    book = cache.get("t:compared:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:compared:v1", book, 300)  # CL101 safe
    return book == Book.objects.get(pk=1)


EXPECTED = True


# --- changed and saved
def story():
    book = cache.get("t:saved:v1")
    if book is None:
        book = Book.objects.get(pk=2)
        cache.set("t:saved:v1", book, 300)  # CL101 safe
    book.title = "Jam"
    book.save()
    return book.title


EXPECTED = "Jam"


# --- attributes by name
def story():
    book = cache.get("t:getattr:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:getattr:v1", book, 300)  # CL101 safe
    return getattr(book, "ti" + "tle")


EXPECTED = "Tea"


# --- a test of its class
def story():
    book = cache.get("t:isinstance:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:isinstance:v1", book, 300)  # CL101 safe
    return [isinstance(book, Book), book.title]


EXPECTED = [True, "Tea"]


# --- kept elsewhere
KEPT = {}


def story():
    book = cache.get("t:kept:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:kept:v1", book, 300)  # CL101 safe
    KEPT["book"] = book
    return KEPT["book"].title


EXPECTED = "Tea"


# --- returned by a view that a URL names
def find(pk):
    book = cache.get("t:view:v1")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set("t:view:v1", book, 300)  # CL101 safe
    return book


VIEWS = {"find": find}


def story():
    return VIEWS["find"](1).title


EXPECTED = "Tea"


# --- returned through a decorator
@functools.lru_cache(maxsize=1)
def find(pk):
    book = cache.get("t:decorated:v1")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set("t:decorated:v1", book, 300)  # CL101 safe
    return book


def story():
    return find(1).title


EXPECTED = "Tea"


# --- never asked for
def story():
    cache.set("t:unasked:v1", Book.objects.get(pk=1), 300)  # CL101 safe
    book = cache.get("t:unasked:v1")
    return book.title


EXPECTED = "Tea"


# --- another default
def story():
    cache.set("t:default:v1", Book.objects.get(pk=1), 300)  # CL101 safe
    book = cache.get("t:default:v1", Author.objects.get(pk=1))
    return book.title


EXPECTED = "Tea"


# --- two kinds of values
def story():
    cache.set("t:kinds:v1", "none yet", 300)
    cache.set("t:kinds:v1", Book.objects.get(pk=1), 300)  # CL101 safe
    book = cache.get("t:kinds:v1")
    return book.title if book else ""


EXPECTED = "Tea"


# --- a version at the call
def story():
    book = cache.get("t:versioned", version=2)
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:versioned", book, 300, version=2)  # CL101 none
    return book.title


EXPECTED = "Tea"


# --- many at once
def story():
    cache.set("t:many:v1", Book.objects.get(pk=1), 300)  # CL101 none
    found = cache.get_many(["t:many:v1"])
    return [found["t:" + "many:v1"].title, sorted(found)]


EXPECTED = ["Tea", ["t:many:v1"]]


# --- a key that is used for more
def story():
    key = "t:used:v1"
    book = cache.get(key)
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set(key, book, 300)  # CL101 none
    return [book.title, "-".join([key, "x"])]


EXPECTED = ["Tea", "t:used:v1-x"]


# --- annotated rows
def story():
    books = cache.get("t:annotated:v1")
    if books is None:
        books = Book.objects.annotate(more=F("pages") + 1).order_by("pk")
        cache.set("t:annotated:v1", books, 300)  # CL102 none
    return [book.more for book in books]


EXPECTED = [101, 301, 701]


# --- filtered after reading
def story():
    books = cache.get("t:filtered:v1")
    if books is None:
        books = Book.objects.all()
        cache.set("t:filtered:v1", books, 300)  # CL102 none
    return books.filter(pages__gt=500).count()


EXPECTED = 1


# --- counted by the queryset
def story():
    books = cache.get("t:counted:v1")
    if books is None:
        books = Book.objects.all()
        cache.set("t:counted:v1", books, 300)  # CL102 none
    return books.count()


EXPECTED = 3


# --- prefetched
def story():
    authors = cache.get("t:prefetched:v1")
    if authors is None:
        authors = Author.objects.prefetch_related("books").order_by("pk")
        cache.set("t:prefetched:v1", authors, 300)  # CL102 unsafe
    return [author.books.count() for author in authors]


EXPECTED = [2, 1]


# --- an instance is in the rows
def story():
    books = cache.get("t:in:v1")
    if books is None:
        books = list(Book.objects.all())
        cache.set("t:in:v1", books, 300)  # CL101 safe
    return Book.objects.get(pk=1) in books


EXPECTED = True


# --- rows that are added to
def story():
    books = cache.get("t:added:v1")
    if books is None:
        books = list(Book.objects.order_by("pk"))
        cache.set("t:added:v1", books, 300)  # CL101 unsafe
    books.append(Book(title="New"))
    return [book.title for book in books]


EXPECTED = ["Tea", "Jam", "Rye", "New"]


# --- a generator of what is cached
def walk():
    books = cache.get("t:yielded:v1")
    if books is None:
        books = list(Book.objects.order_by("pk"))
        cache.set("t:yielded:v1", books, 300)  # CL101 safe
    yield from books


def story():
    return [book.title for book in walk()]


EXPECTED = ["Tea", "Jam", "Rye"]


# --- a fresh instance
def story():
    book = cache.get("t:fresh:v1")
    if book is None:
        book = Book(title="Fresh", pages=1)
        cache.set("t:fresh:v1", book, 300)  # CL101 none
    return book.title


EXPECTED = "Fresh"


# --- a model with a mind of its own
def story():
    note = cache.get("t:note:v1")
    if note is None:
        note = Note.objects.get(pk=1)
        cache.set("t:note:v1", note, 300)  # CL101 unsafe
    return note.text if note else "empty"


EXPECTED = "empty"


# --- a manager that overrides get
def story():
    book = cache.get("t:manager:v1")
    if book is None:
        book = Book.loud.get(pk=1)
        cache.set("t:manager:v1", book, 300)  # CL101 unsafe
    return book.title


EXPECTED = "Tea"


# --- a template that calls a method
def story():
    book = cache.get("t:template:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:template:v1", book, 300)  # CL101 safe
    return render(RequestFactory().get("/"), "stories/shout.html", {"book": book}).content.decode().strip()


EXPECTED = "TEA"


# --- a key written out elsewhere
def keep(kind):
    cache.set(f"t:last-{kind}", 1, 300)  # CL301 none


def story():
    keep("all")
    return cache.get("t:last-all")


EXPECTED = 1


# --- a key that is an address
def fetch(pk):
    url = f"https://example.org/{pk}/feed"
    host = url.split("/")[2]
    cache.set(url, 1, 300)  # CL301 none
    return [host, cache.get(url)]


def story():
    return fetch(1)


EXPECTED = ["example.org", 1]


# --- a constant that is used for more
WORD = "t:word"


def keep(pk):
    cache.set(WORD + str(pk), 1, 300)  # CL301 none
    return cache.get(WORD + str(pk))


def shout():
    return WORD.upper()


def story():
    return [keep(1), shout()]


EXPECTED = [1, "T:WORD"]


# --- a version at the call that a marker would not reach
def keep(pk):
    cache.set(f"t:plain-{pk}", 1, 300)  # CL301 none
    cache.set(f"t:plain-{pk}", 2, 300, version=2)
    return [cache.get(f"t:plain-{pk}"), cache.get(f"t:plain-{pk}", version=2)]


def story():
    return keep(1)


EXPECTED = [1, 2]


# --- a set that is returned
def story():
    found = cache.get("t:set:v1")
    if found is None:
        found = {1, 2}
        cache.set("t:set:v1", found, 300)  # CL104 none
    return sorted(found | {3})


EXPECTED = [1, 2, 3]


# --- a datetime that is read in an expression
def story():
    cache.set("t:year:v1", datetime.datetime(2024, 1, 1), 300)  # CL104 none
    return cache.get("t:year:v1").year


EXPECTED = 2024


# --- bytes that are bytes
def story():
    cache.set("t:bytes:v1", b"\x00\xff", 300)  # CL104 none
    found = cache.get("t:bytes:v1")
    return len(found) if found else 0


EXPECTED = 2


# --- an object of the project
class Point:
    x = 3


def story():
    cache.set("t:point:v1", Point(), 300)  # CL104 none
    point = cache.get("t:point:v1")
    return point.x


EXPECTED = 3


# --- a tuple that is pickled by hand
def story():
    cache.set("t:pickled:v1", pickle.dumps((1, 2)), 300)  # CL402 none # CL104 none
    data = cache.get("t:pickled:v1")
    if data is None:
        return []
    return list(pickle.loads(data))  # CL401 none


EXPECTED = [1, 2]


# --- pickled and compressed
def story():
    cache.set("t:zipped:v1", zlib.compress(pickle.dumps([1])), 300)  # CL402 none # CL104 none
    data = cache.get("t:zipped:v1")
    if data is None:
        return []
    return pickle.loads(zlib.decompress(data))  # CL401 none


EXPECTED = [1]


# --- a None that is pickled
def story():
    cache.set("t:none:v1", pickle.dumps(None if KEY else 1), 300)  # CL402 none # CL104 none
    data = cache.get("t:none:v1")
    if data is None:
        return "missing"
    return pickle.loads(data)  # CL401 none


KEY = "x"
EXPECTED = None


# --- a generator that is not all that is stored
def story():
    rows = [1]
    try:
        cache.set("t:nested", {"rows": (n for n in rows)}, 300)  # CL103 none
    except TypeError:
        return "TypeError"


EXPECTED = "TypeError"


# --- a timeout that a function decides
def keep(key, value, **more):
    cache.set(key, value, **more)


def story():
    keep("t:decided", 1)  # CL201 none
    return cache.get("t:decided")


EXPECTED = 1


# --- never and at once
def story():
    cache.set("t:never", 1, None)  # CL202 none
    cache.set("t:at-once", 1, 0)  # CL203 none
    return [cache.get("t:never"), cache.get("t:at-once")]


EXPECTED = [1, None]


# --- what JSON changes
def story():
    cache.set("t:pair:v1", (1, 2), 300)  # CL105 none
    return sum(cache.get("t:pair:v1"))


EXPECTED = 3


# --- pairs of a dict
def story():
    try:
        cache.set("t:pairs", {"a": 1}.items(), 300)  # CL103 none
    except TypeError:
        return "TypeError"


EXPECTED = "TypeError"


# --- rows of values that are filtered
def story():
    rows = cache.get("t:values:v1")
    if rows is None:
        rows = Book.objects.values("title")
        cache.set("t:values:v1", rows, 300)  # CL102 none
    return rows.filter(pages=100)[0]["title"]


EXPECTED = "Tea"


# --- rows that JSON would change
def story():
    rows = cache.get("t:tuples:v1")
    if rows is None:
        rows = Book.objects.order_by("pk").values_list("title", "pages")
        cache.set("t:tuples:v1", rows, 300)  # CL102 none
    return [title for title, pages in rows]


EXPECTED = ["Tea", "Jam", "Rye"]



# --- a variable that an inner function has as well
def story():
    book = cache.get("t:shadow:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:shadow:v1", book, 300)  # CL101 safe
    more = sorted(Book.objects.all(), key=lambda book: book.pages)
    return [book.title, more[0].title]


EXPECTED = ["Tea", "Tea"]


# --- an error that a dict does not raise
def story():
    book = cache.get("t:error:v1")
    try:
        return book.title
    except AttributeError:
        pass
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:error:v1", book, 300)  # CL101 safe
    return book.title


EXPECTED = "Tea"


# --- all variables at once
def story():
    book = cache.get("t:locals:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:locals:v1", book, 300)  # CL101 safe
    return "{book.title}".format(**locals())


EXPECTED = "Tea"


# --- a query that would run on each hit
def story():
    books = Book.objects.order_by("pk")
    found = cache.get("t:each:v1")
    if found is None:
        found = books
        cache.set("t:each:v1", found, 300)  # CL102 unsafe
    return [book.title for book in found]


EXPECTED = ["Tea", "Jam", "Rye"]


# --- a key that is compared
def keep(pk):
    key = f"t:compared-{pk}"
    if key == "t:compared-1":
        cache.set(key, 1, 300)  # CL301 none
    return cache.get(key)


def story():
    return keep(1)


EXPECTED = 1


# --- a miss that raises
def story():
    try:
        return pickle.loads(cache.get("t:caught:v1"))  # CL401 none
    except TypeError:
        found = [1]
        cache.set("t:caught:v1", pickle.dumps([1]), 300)  # CL402 none # CL104 none
        return found


EXPECTED = [1]


# --- a dict of instances that is added to
def story():
    books = cache.get("t:dict-added:v1")
    if books is None:
        books = {book.title: book for book in Book.objects.all()}
        books["more"] = Book(title="More")
        cache.set("t:dict-added:v1", books, 300)  # CL101 none
    return books["more"].title


EXPECTED = "More"


# --- a dict of instances that is copied
def story():
    books = cache.get("t:dict-copied:v1")
    if books is None:
        books = {book.title: book for book in Book.objects.all()}
        cache.set("t:dict-copied:v1", books, 300)  # CL101 safe
    mine = dict(books)
    return mine["Tea"].title


EXPECTED = "Tea"


# --- a dict of instances of which one is handed on
def story():
    books = cache.get("t:dict-handed:v1")
    if books is None:
        books = {book.title: book for book in Book.objects.all()}
        cache.set("t:dict-handed:v1", books, 300)  # CL101 safe
    return str(books["Tea"])


EXPECTED = "Tea!"


# --- a dict that a query makes
def story():
    books = cache.get("t:in-bulk:v1")
    if books is None:
        books = Book.objects.in_bulk([1, 2])
        cache.set("t:in-bulk:v1", books, 300)  # CL101 unsafe
    return books[1].title


EXPECTED = "Tea"


# --- a queryset that is stored in an async function
async def warm():
    await cache.aset("t:async-rows:v1", Book.objects.filter(pages__gt=200), 300)  # CL102 none


def story():
    async_to_sync(warm)()
    return sorted(book.title for book in cache.get("t:async-rows:v1") or ())


EXPECTED = ["Jam", "Rye"]


# --- rows that are gone through with async for
async def read():
    books = await cache.aget("t:async-for:v1")
    return [] if books is None else sorted([book.title async for book in books])


def story():
    cache.set("t:async-for:v1", Book.objects.filter(pages__gt=200), 300)  # CL102 none
    return async_to_sync(read)()


EXPECTED = ["Jam", "Rye"]


# --- an instance as the default of next
def story():
    books = cache.get("t:next:v1")
    if books is None:
        books = Book.objects.all()
        cache.set("t:next:v1", books, 300)  # CL102 unsafe
    return next((book for book in books if book.pages > 5000), Book(title="none")).title


EXPECTED = "none"


# --- an f-string that shows its code
def story():
    book = cache.get("t:debug:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:debug:v1", book, 300)  # CL101 safe
    return f"{book.title=}"


EXPECTED = "book.title='Tea'"


# --- an instance, or an empty list
def book(pk):
    found = cache.get(f"t:or-list:v1:{pk}")
    if found is None:
        found = Book.objects.get(pk=pk) if pk else []
        cache.set(f"t:or-list:v1:{pk}", found, 300)  # CL101 safe
    return found.title if found else "none"


def story():
    return [book(1), book(0), book(1), book(0)]


EXPECTED = ["Tea", "none", "Tea", "none"]


# --- a parameter that callers pass instances by
def title(pk, book=None):
    if book is None:
        book = cache.get(f"t:parameter:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"t:parameter:v1:{pk}", book, timeout=300)  # CL101 safe
    return book.title


def story():
    return [title(1), title(1), title(2, Book(title="given"))]


EXPECTED = ["Tea", "Tea", "given"]


# --- the default of a lambda
def story():
    books = cache.get("t:lambda:v1")
    if books is None:
        books = list(Book.objects.order_by("pk"))
        cache.set("t:lambda:v1", books, 300)  # CL101 safe
    made = []
    for book in books:
        if book.pages:
            made.append(lambda book=book: str(book))
    return made[0]()


EXPECTED = "Tea!"


# --- a variable of an inner function with the name of one outside
def outer(pk):
    book = Book.objects.get(pk=pk)

    def newest():
        book = cache.get("t:inner:v1")
        return book.title if book else ""

    return newest() + book.title


def story():
    cache.set("t:inner:v1", Book.objects.get(pk=3), 300)  # CL101 safe
    return outer(1)


EXPECTED = "RyeTea"


# --- rows that were changed before they are stored
def story():
    books = Book.objects.order_by("pk")
    for book in books:
        book.title = book.title.upper()
    cache.set("t:loud:v1", list(books), 300)  # CL101 unsafe
    return [book.title for book in cache.get("t:loud:v1") or ()]


EXPECTED = ["TEA", "JAM", "RYE"]


# --- a lazy query in a variable of an async function
async def warm():
    books = Book.objects.filter(pages__gt=200)
    await cache.aset("t:async-lazy:v1", books, 300)  # CL102 none


def story():
    async_to_sync(warm)()
    return sorted(book.title for book in cache.get("t:async-lazy:v1") or ())


EXPECTED = ["Jam", "Rye"]


# --- whoever asks
def remember(request):
    cache.set("t:visitor:v1", request.user, 300)  # CL101 none


def story():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    remember(request)
    user = cache.get("t:visitor:v1")
    return user.email if user is not None and user.pk else "nobody"


EXPECTED = "nobody"


# --- rows that compare themselves
def story():
    ranks = cache.get("t:ranks:v1")
    if ranks is None:
        ranks = list(Rank.objects.all())
        cache.set("t:ranks:v1", ranks, 300)  # CL101 unsafe
    return [rank.place for rank in sorted(ranks)]


EXPECTED = []


# --- a field that a class below has taken away
def story():
    place = cache.get("t:without:v1")
    if place is None:
        place = Place(name="first", place=1)
        place.save()
        place = Place.objects.get(pk=place.pk)
        cache.set("t:without:v1", place, 300)  # CL101 unsafe
    return [place.status, place.place]


EXPECTED = ["computed", 1]


# --- a query inside an f-string
def story():
    return f"{cache.get_or_set('t:f-string:v1', Book.objects.get(pk=1), 60).title}"  # CL101 none


EXPECTED = "Tea"


# --- a variable that is a QuerySet only later
def story():
    items = [Book(title="Fake")]
    books = list(items)
    cache.set("t:later:v1", books, 300)  # CL101 safe
    items = Book.objects.all()
    return [[book.title for book in cache.get("t:later:v1") or ()], items.count() > 0]


EXPECTED = [["Fake"], True]


# --- an error that somebody further out waits for
class Card:
    @property
    def title(self):
        book = cache.get("t:card:v1")
        if not book:
            TOLD.append("missed")
        return book.title


TOLD = []


def shown(card):
    try:
        return card.title
    except (AttributeError, TypeError):
        return "untitled"


def story():
    card = Card()
    missed = shown(card)
    cache.set("t:card:v1", Book.objects.get(pk=1), 300)  # CL101 safe
    found = shown(card)
    cache.delete("t:card:v1")
    return [missed, found]


EXPECTED = ["untitled", "Tea"]


# --- what a case is compared with
def story():
    book = cache.get("t:case:v1")
    if book is None:
        book = Book.objects.get(pk=1)
        cache.set("t:case:v1", book, 300)  # CL101 safe
    match "Tea":
        case book.title:
            return "same"
    return "other"


EXPECTED = "same"


# --- one of two queries
def books(cheap):
    return list(cache.get_or_set("t:two:v1", Book.objects.all() if cheap else Book.objects.none(), 60))  # CL102 unsafe


def story():
    return sorted(book.title for book in books(True))


EXPECTED = ["Jam", "Rye", "Tea"]


# --- the keys that get_many gives back
def titles(pks):
    found = cache.get_many(["t:many:v1-%d" % pk for pk in pks])
    return {int(key.split("-")[1]): book.title for key, book in found.items()}


def story():
    for book in Book.objects.order_by("pk")[:2]:
        cache.set("t:many:v1-%d" % book.pk, book, 60)  # CL101 none
    return sorted(titles([1, 2]).items())


EXPECTED = [[1, "Tea"], [2, "Jam"]]


# --- a query that would run before a block
def story():
    books = cache.get("t:block:v1")
    if books is None:
        books = Book.objects.filter(pages__gt=200)
        with transaction.atomic():
            Book.objects.filter(pk=99).update(pages=-1)
            cache.set("t:block:v1", books, 60)  # CL102 unsafe
    return sorted(book.title for book in books)


EXPECTED = ["Jam", "Rye"]


# --- a lambda that an async function hands on
async def read():
    rows = await cache.aget_or_set("t:async-lambda:v1", lambda: Book.objects.filter(pages__gt=200), 60)  # CL102 none
    return rows


def story():
    return sorted(book.title for book in async_to_sync(read)())


EXPECTED = ["Jam", "Rye"]


# --- a property that gives another instance each time
class Draw:
    made = 0

    @property
    def pick(self):
        Draw.made += 1
        return Book.objects.get(pk=Draw.made)

    def store(self):
        Draw.made = 0
        cache.set("t:property-of-another:v1", self.pick, 60)  # CL101 safe


def story():
    Draw().store()
    book = cache.get("t:property-of-another:v1")
    return [book.id, book.title, Draw.made] if book is not None else "nothing"


EXPECTED = [1, "Tea", 1]


# --- pickled, and somebody else has it too
RATES = [[1], [2]]


def rates():
    return RATES


def read():
    data = cache.get("t:shared:v1")
    if data is None:
        data = pickle.dumps(rates())
        cache.set("t:shared:v1", data, 60)  # CL402 unsafe # CL104 unsafe
    found = pickle.loads(data)  # CL401 unsafe
    return len(found)


def story():
    return [read(), len(RATES)]


EXPECTED = [2, 2]


# --- unpickled several times
def read():
    data = cache.get("t:repeated:v1")
    if data is None:
        return "miss"
    out = []
    for number in range(2):
        rows = pickle.loads(data)  # CL401 unsafe
        out.append(len(rows) + number)
    return out


def story():
    cache.set("t:repeated:v1", pickle.dumps([0]), 60)  # CL402 unsafe # CL104 unsafe
    return read()


EXPECTED = [1, 2]


# --- a generator that is read afterwards
class Report:
    def lines(self):
        yield from (1, 2)

    def run(self):
        self.found = self.lines()
        try:
            cache.set("t:used-up", self.found, 60)  # CL103 unsafe
        except TypeError:
            pass
        return len(list(self.found)) in (0, 2)


def story():
    return Report().run()


EXPECTED = True
