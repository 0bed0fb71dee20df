# --- a count of 0
def count(pk):
    found = cache.get(f"count:v1:{pk}")  # CL502
    if not found:
        found = Book.objects.filter(author=pk).count()
        cache.set(f"count:v1:{pk}", found, 60)
    return found


# --- told by None
def count(pk):
    found = cache.get(f"count:v1:{pk}")
    if found is None:
        found = Book.objects.filter(author=pk).count()
        cache.set(f"count:v1:{pk}", found, 60)
    return found


# --- a list that a query fills
def titles(pk):
    found = cache.get(f"titles:v1:{pk}")  # CL502
    if not found:
        found = list(Book.objects.filter(author=pk).values_list("title", flat=True))
        cache.set(f"titles:v1:{pk}", found, 60)
    return found


# --- a catalogue that is never empty
COUNTRIES = {"at": "Austria", "de": "Germany"}


def countries(language):
    found = cache.get(f"countries:v1:{language}")
    if not found:
        found = [translate(name) for name in COUNTRIES.values()]
        cache.set(f"countries:v1:{language}", found, 60)
    return found


# --- a dict that a loop fills
def by_day(pk):
    found = cache.get(f"days:v1:{pk}")  # CL502
    if not found:
        found = {}
        for book in Book.objects.filter(author=pk):
            found[str(book.added)] = book.title
        cache.set(f"days:v1:{pk}", found, 60)
    return found


# --- a dict that always holds something
def numbers(pk):
    found = cache.get(f"numbers:v1:{pk}")
    if not found:
        found = {}
        found["count"] = Book.objects.filter(author=pk).count()
        cache.set(f"numbers:v1:{pk}", found, 60)
    return found


# --- a bool
def allowed(pk):
    found = cache.get(f"allowed:v1:{pk}")  # CL502
    if not found:
        found = Book.objects.filter(author=pk).exists()
        cache.set(f"allowed:v1:{pk}", found, 60)
    return found


# --- only what is true is stored
def count(pk):
    found = cache.get(f"count:v1:{pk}")
    if not found:
        found = Book.objects.filter(author=pk).count()
        if found:
            cache.set(f"count:v1:{pk}", found, 60)
    return found


# --- `or` that works it out
def count(pk):
    found = cache.get(f"count:v1:{pk}") or remember(pk)  # CL502
    return found


def remember(pk):
    found = Book.objects.filter(author=pk).count()
    cache.set(f"count:v1:{pk}", found, 60)
    return found


# --- a mere default
def count(pk):
    return cache.get(f"count:v1:{pk}") or 0


def remember(pk):
    cache.set(f"count:v1:{pk}", Book.objects.filter(author=pk).count(), 60)


# --- nothing is stored where it misses
def show(pk):
    found = cache.get(f"count:v1:{pk}")
    if found:
        return str(found)
    return ""


# --- what is stored is not known
def text(pk):
    found = cache.get(f"text:v1:{pk}")
    if not found:
        found = fetch(pk)
        cache.set(f"text:v1:{pk}", found, 60)
    return found


# --- a list that is never empty
def months(pk):
    found = cache.get(f"months:v1:{pk}")
    if not found:
        found = [work_out(pk, month) for month in range(12)]
        cache.set(f"months:v1:{pk}", found, 60)
    return found


# --- the query is tested first
def titles(pk):
    found = cache.get(f"titles:v1:{pk}")
    if not found:
        books = Book.objects.filter(author=pk)
        if not books:
            return []
        found = [book.title for book in books]
        cache.set(f"titles:v1:{pk}", found, 60)
    return found


# --- an empty dict as the default
def tags(pk):
    return cache.get(f"tags:v1:{pk}") or dict()


def forget(pk):
    cache.set(f"tags:v1:{pk}", {}, 60)
