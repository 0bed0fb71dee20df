# --- a space
def remember():
    cache.set("daily total", 1, 60)  # CL302


def read():
    return cache.get("daily total", 0)


# --- none
def remember():
    cache.set("daily_total", 1, 60)


# --- in an f-string
def remember(pk):
    cache.set(f"daily total:v1:{pk}", 1, 60)  # CL302


# --- a datetime as a part, and a date
def remember(pk):
    now = timezone.now()
    cache.set(f"at:v1:{now}", 1, 60)  # CL302
    cache.set(f"day:v1:{now.date()}", 1, 60)


# --- with a format
def remember():
    cache.set(f"at:v1:{timezone.now():%Y%m%d}", 1, 60)


# --- a tuple, a list
def remember(a, b):
    cache.set((a, b), 1, 60)  # CL302
    cache.set([a, b], 2, 60)  # CL302


# --- a number and a text
def remember(book):
    cache.set(book.pk, 1, 60)
    cache.set(str(book.pk), 1, 60)


# --- an instance, a QuerySet
def remember():
    book = Book.objects.get(pk=1)
    cache.set(book, 1, 60)  # CL302
    cache.set(Book.objects.all(), 1, 60)  # CL302


# --- too long
def remember():
    cache.set("x" * 300, 1, 60)
    cache.set("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 1, 60)  # CL302  # noqa: E501


# --- text that may hold a space
def remember(name):
    cache.set(f"name:v1:{name}", 1, 60)


# --- a helper makes text of a list
def key_of(parts):
    return ":".join(parts)


def remember(a, b):
    cache.set(key_of(["x:v1", a, b]), 1, 60)
