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


# --- what a wrapper makes of its arguments by itself is not decided by its callers
def keep(key, book, extra=None):
    value = extra or {book.author: 1}
    cache.set(key, value, 60)


def kept(pk):
    keep("kept", Book.objects.get(pk=pk))
