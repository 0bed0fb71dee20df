# --- what was read is saved
def rename(pk, title):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, 60)  # CL101
    book.title = title
    book.save()  # CL516


# --- what is written is named
def rename(pk, title):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, 60)  # CL101
    book.title = title
    book.save(update_fields=["title"])


# --- loaded again
def rename(pk, title):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set(f"book:v1:{pk}", book, 60)  # CL101
    book = Book.objects.get(pk=book.pk)
    book.title = title
    book.save()


# --- only what has missed is saved
def rename(pk, title):
    book = cache.get(f"book:v1:{pk}")
    if book is None:
        book = Book.objects.get(pk=pk)
        book.title = title
        book.save()
        cache.set(f"book:v1:{pk}", book, 60)  # CL101
    return book


# --- what a function has read
def load(pk):
    book = cache.get("book-v1")
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set("book-v1", book, 60)  # CL101
    return book


def rename(pk, title):
    book = load(pk)
    book.title = title
    book.save()  # CL516


# --- no instance
def keep(pk, storage):
    found = cache.get(f"names:v1:{pk}")
    if found is None:
        found = storage.load(pk)
        cache.set(f"names:v1:{pk}", found, 60)
    found.save()
