# --- a part has come, and a reader needs it
def row(book):
    return {"title": book.title}


def show(pk):
    found = cache.get(f"book:v1:{pk}")
    if found is None:
        found = row(Book.objects.get(pk=pk))
        cache.set(f"book:v1:{pk}", found, 3600)
    return found["title"]


# === now
def row(book):
    return {"title": book.title, "pages": book.pages}


def show(pk):
    found = cache.get(f"book:v1:{pk}")
    if found is None:
        found = row(Book.objects.get(pk=pk))
        cache.set(f"book:v1:{pk}", found, 3600)  # CL310
    return found["title"], found["pages"]


# --- the key has moved with the shape
def remember(book):
    cache.set(f"book:v1:{book.pk}", {"title": book.title}, 3600)


# === now
def remember(book):
    cache.set(f"book:v2:{book.pk}", {"title": book.title, "pages": book.pages}, 3600)


# --- nothing has changed but names and places
def remember(book):
    cache.set(f"book:v1:{book.pk}", {"title": book.title}, 3600)


# === now
def keep(volume):
    stored = {"title": volume.title}
    cache.set(f"book:v1:{volume.pk}", stored, 3600)


# --- what was not known is known now
def remember(pk, value):
    cache.set(f"value:v1:{pk}", {"value": value}, 3600)


# === now
def remember(pk, value):
    cache.set(f"value:v1:{pk}", {"value": int(value)}, 3600)


# --- a list of dicts is a list of texts now
def remember(books):
    cache.set("books:v1", [{"title": b.title} for b in Book.objects.all()], 3600)


# === now
def remember(books):
    cache.set("books:v1", [b.title for b in Book.objects.all()], 3600)  # CL310


# --- a list is a set now, and whoever reads it only asks what it holds
def remember():
    cache.set("titles:v1", [b.title for b in Book.objects.all()], 3600)


# === now
def remember():
    cache.set("titles:v1", {b.title for b in Book.objects.all()}, 3600)  # CL104


# --- a part is there on some paths only
def remember(book):
    cache.set(f"book:v1:{book.pk}", {"title": book.title}, 3600)


# === now
def remember(book):
    found = {"title": book.title}
    if book.pages:
        found["pages"] = book.pages
    cache.set(f"book:v1:{book.pk}", found, 3600)
