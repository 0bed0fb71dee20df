# --- a set
def online(ids):
    cache.set("online", set(ids), 60)  # CL104


# --- a sorted list of it is fine
def online(ids):
    cache.set("online", sorted(set(ids)), 60)


# --- a datetime
def seen():
    cache.set("seen", timezone.now(), 60)  # CL104


# --- its text and its seconds are fine
def seen():
    cache.set("seen", timezone.now().isoformat(), 60)
    cache.set("stamp", timezone.now().timestamp(), 60)


# --- a Decimal of a row
def price(pk):
    cache.set("price", Book.objects.get(pk=pk).price, 60)  # CL104


# --- its float is fine
def price(pk):
    cache.set("price", float(Book.objects.get(pk=pk).price), 60)


# --- in the rows of values
def prices():
    cache.set("prices", list(Book.objects.values("title", "price")), 60)  # CL104


# --- rows without such a field are fine
def titles():
    cache.set("titles", list(Book.objects.values("title", "pages")), 60)


# --- an average of decimals
def average():
    cache.set("average", Book.objects.aggregate(mean=Avg("price")), 60)  # CL104


# --- a count is an int
def counted():
    cache.set("counted", Book.objects.aggregate(n=Count("pk")), 60)


# --- bytes
def raw():
    cache.set("raw", "x".encode(), 60)  # CL104


# --- decoded is fine
def raw():
    cache.set("raw", "x".encode().decode(), 60)


# --- a uuid
def token():
    cache.set("token", uuid.uuid4(), 60)  # CL104


# --- its text is fine
def token():
    cache.set("token", str(uuid.uuid4()), 60)
    cache.set("hex", uuid.uuid4().hex, 60)


# --- an object of a class of the project
class Basket:
    def __init__(self, items):
        self.items = items


def basket():
    cache.set("basket", Basket([1]), 60)  # CL104


# --- an attribute of it is fine
class Basket:
    def __init__(self, items):
        self.items = items


def basket():
    cache.set("basket", Basket([1]).items, 60)


# --- a lazy translation
def greeting():
    cache.set("greeting", gettext_lazy("Hello"), 60)  # CL104


# --- a translation is fine
def greeting():
    cache.set("greeting", gettext("Hello"), 60)


# --- a member of an Enum
class Colour(enum.Enum):
    RED = 1


def colour():
    cache.set("colour", Colour.RED, 60)  # CL104


# --- its value, and whatever json.loads gives, are fine
class Colour(enum.Enum):
    RED = 1


def colour(text):
    cache.set("colour", Colour.RED.value, 60)
    cache.set("loaded", json.loads(text), 60)


# --- a dict with tuple keys
def grid():
    cache.set("grid", {(1, 2): "x"}, 60)  # CL104


# --- a dict with text keys is fine
def grid():
    cache.set("grid", {"1,2": "x"}, 60)


# --- something that only other packages know
def foreign():
    import elsewhere

    cache.set("foreign", elsewhere.thing(), 60)


# --- the response of a view
class Shown(ListView):
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        cache.set("response", response, 60)  # CL104
        return response


# --- its status is fine
class Shown(ListView):
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        cache.set("status", response.status_code, 60)
        return response


# --- an attribute that a type does not have is not known
def nothing(pk):
    book = Book.objects.filter(pk=pk).first()
    cache.set("nothing", book.title.elsewhere, 60)
    cache.set("label", book.label, 60)
