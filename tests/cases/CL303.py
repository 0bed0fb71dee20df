# --- hash of a text
def remember(name):
    cache.set(f"n:v1:{hash(str(name))}", 1, 60)  # CL303


# --- hash of a number
def remember(pk):
    cache.set(f"n:v1:{hash((1, 2))}", 1, 60)


# --- an instance, and its pk
def remember(pk):
    book = Book.objects.get(pk=pk)
    cache.set(f"n:v1:{book}", 1, 60)  # CL303
    cache.set(f"m:v1:{book.pk}", 1, 60)


def read(pk):
    book = Book.objects.get(pk=pk)
    return cache.get(f"n:v1:{book}"), cache.get(f"m:v1:{book.pk}")


# --- a fresh UUID that nobody keeps
def remember(value):
    cache.set(f"n:v1:{uuid.uuid4()}", value, 60)  # CL303


# --- one that is returned
def remember(value):
    token = uuid.uuid4()
    cache.set(f"n:v1:{token}", value, 60)
    return token


# --- one that is stored
def remember(value, row):
    row.token = uuid.uuid4()
    cache.set(f"n:v1:{row.token}", value, 60)


# --- a set
def remember(names):
    wanted = {str(name) for name in names}
    cache.set(f"n:v1:{wanted}", 1, 60)  # CL303


# --- a set of numbers, which every process orders alike
def remember(names):
    wanted = {len(name) for name in names}
    cache.set(f"n:v1:{wanted}", 1, 60)


# --- sorted
def remember(names):
    wanted = sorted({str(name) for name in names})
    cache.set(f"n:v1:{'-'.join(wanted)}", 1, 60)


# --- a QuerySet
def remember():
    books = Book.objects.filter(pages=1)
    cache.set(f"n:v1:{books}", 1, 60)  # CL303


# --- a date on purpose
def remember():
    cache.set(f"n:v1:{datetime.date.today()}", 1, 60)
