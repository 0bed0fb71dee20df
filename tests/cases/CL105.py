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


# --- dict of values_list
def use():
    cache.set("x", dict(Book.objects.values_list("pk", "title")), 60)  # CL105


# --- choices
def use(pk):
    cache.set("a", Book.State.NEW, 60)  # CL105
    cache.set("b", Book.State.NEW.value, 60)
    cache.set("c", Book.State.choices, 60)  # CL105
    cache.set("d", Book.State.values, 60)


# --- render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
def use():
    cache.set("a", render_to_string("x.html"), 60)  # CL105
    cache.set("b", mark_safe("x"), 60)  # CL105
    cache.set("c", str(render_to_string("x.html")), 60)
    cache.set("d", f"{render_to_string('x.html')}", 60)


# --- lists, texts and dicts with texts for keys are kept as they are
def use(n):
    cache.set("a", [1, 2], 60)
    cache.set("b", {"a": [1]}, 60)
    cache.set("c", {str(b.pk): b.title for b in Book.objects.all()}, 60)
    cache.set("d", [list(row) for row in Book.objects.values_list("title", "pages")], 60)
    cache.set("e", dict(Book.objects.values_list("title", "pages")), 60)
    cache.set("f", {f"{n}": n}, 60)
    cache.set("g", list(("a", "b")), 60)
    cache.set("h", (1, 2)[0], 60)
    cache.set("i", {"a": 1, **{"b": 2}}, 60)
    cache.set("j", "".join(("a", "b")), 60)
    cache.set("k", [{"a": 1}], 60)
    cache.set("l", True, 60)
    cache.set("m", None, 60)
    cache.set("n", Book.State.NEW.value, 60)


# --- annotated int key
def use(n: int, s: str):
    cache.set("a", {n: 1}, 60)  # CL105
    cache.set("b", {s: 1}, 60)
    cache.set("c", n, 60)
    cache.set("d", [n], 60)


# --- a subclass of str
class Name(str):
    pass


def use():
    cache.set("a", Name("x"), 60)  # CL105
    cache.set("b", str(Name("x")), 60)
