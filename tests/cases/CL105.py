# --- a tuple
def point(x, y):
    cache.set("point", (x, y), 60)  # CL105


# --- a list is fine
def point(x, y):
    cache.set("point", [x, y], 60)


# --- int keys
def titles():
    cache.set("titles", {book.pk: book.title for book in Book.objects.all()}, 60)  # CL105


# --- text keys are fine
def titles():
    cache.set("titles", {str(book.pk): book.title for book in Book.objects.all()}, 60)


# --- rows of values_list
def rows():
    cache.set("rows", list(Book.objects.values_list("pk", "title")), 60)  # CL105


# --- flat ones are fine
def rows():
    cache.set("rows", list(Book.objects.values_list("title", flat=True)), 60)


# --- a SafeString
def html():
    cache.set("html", mark_safe("<b>x</b>"), 60)  # CL105


# --- plain text is fine
def html():
    cache.set("html", "<b>x</b>", 60)
    cache.set("cut", mark_safe("<b>x</b>").strip(), 60)


# --- a member of TextChoices
def state():
    cache.set("state", Book.State.NEW, 60)  # CL105


# --- its value is fine
def state():
    cache.set("state", Book.State.NEW.value, 60)


# --- a tuple that JSON refuses anyway is CL104 alone
def both():
    cache.set("both", (timezone.now(), 1), 60)  # CL104


# --- a count per word
def words(text):
    counts = {}
    for word in text.split():
        counts[len(word)] = word
    cache.set("words", counts, 60)  # CL105


# --- a dict filled with text keys is fine
def words(text):
    counts = {}
    for word in text.split():
        counts[word] = len(word)
    cache.set("words", counts, 60)
