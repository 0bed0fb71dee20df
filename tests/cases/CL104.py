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


# --- typing NamedTuple
import typing

class Row(typing.NamedTuple):
    when: datetime.date
    n: int


def use(d):
    cache.set("x", Row(datetime.date.today(), 1), 60)  # CL104


# --- return annotation
import thirdparty

def make(x) -> bytes:
    return thirdparty.make(x)


def use(pk):
    cache.set("x", make(pk), 60)  # CL104


# --- defaultdict
from collections import defaultdict

def use():
    rows = defaultdict(list)
    for book in Book.objects.all():
        rows[book.title].append(book.added)
    cache.set("x", rows, 60)  # CL104


# --- dict of values_list 2
def use():
    cache.set("x", dict(Book.objects.values_list("title", "added")), 60)  # CL104


# --- aggregates
from django.db.models import Max, Sum, F
from django.db.models.functions import TruncMonth
def use():
    cache.set("a", Book.objects.aggregate(Avg("price")), 60)  # CL104
    cache.set("b", Book.objects.aggregate(Avg("price"))["price__avg"], 60)  # CL104
    cache.set("c", Book.objects.aggregate(x=Max("added"))["x"], 60)  # CL104
    cache.set("d", Book.objects.aggregate(x=Sum("pages"))["x"], 60)
    cache.set("e", list(Book.objects.annotate(n=Count("pk")).values("n")), 60)
    cache.set("f", list(Book.objects.annotate(n=Max("added")).values("n")), 60)  # CL104
    cache.set("g", list(Book.objects.values("author").annotate(n=Max("added"))), 60)  # CL104
    cache.set("h", list(Book.objects.values(p=F("price"))), 60)  # CL104
    cache.set("i", list(Book.objects.annotate(m=TruncMonth("added")).values("m").annotate(c=Count("pk"))), 60)  # CL104
    cache.set("j", list(Book.objects.values("author__name")), 60)
    cache.set("k", Book.objects.latest("added").added, 60)  # CL104
    cache.set("l", list(Book.objects.dates("added", "month")), 60)  # CL104
    cache.set("m", Book.objects.values("title", "price").first(), 60)  # CL104
    cache.set("n", Book.objects.values_list("price", flat=True).first(), 60)  # CL104


# --- json
from decimal import Decimal
def use(t):
    cache.set("a", json.loads(t), 60)
    cache.set("b", json.loads(t, parse_float=Decimal), 60)  # CL104
    cache.set("c", json.dumps({"a": 1}), 60)


# --- model_to_dict
from django.forms.models import model_to_dict
def use(pk):
    cache.set("a", model_to_dict(Book.objects.get(pk=pk)), 60)  # CL104
    cache.set("b", model_to_dict(Book.objects.get(pk=pk), fields=["title", "pages"]), 60)
    cache.set("c", model_to_dict(Book.objects.get(pk=pk), exclude=["price", "added"]), 60)
    cache.set("d", model_to_dict(Author.objects.get(pk=pk)), 60)


# --- gettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
def use(pk):
    cache.set("a", _("x"), 60)
    cache.set("b", gettext_lazy("x"), 60)  # CL104
    cache.set("c", {"x": gettext_lazy("x")}, 60)  # CL104
    cache.set("d", str(gettext_lazy("x")), 60)


# --- requests
import requests
def use(pk):
    r = requests.get("x")
    cache.set("a", r, 60)  # CL104
    cache.set("b", r.json(), 60)
    cache.set("c", r.content, 60)  # CL104
    cache.set("d", r.text, 60)
    s = requests.Session()
    cache.set("e", s.get("x").content, 60)  # CL104


# --- recached
def use(pk):
    v = cache.get("set")
    if v is None:
        v = {1, 2}
        cache.set("set", v, 60)  # CL104
    cache.set("set2", v, 60)  # CL104


# --- a container that other methods fill
class Statistics:
    def __init__(self):
        self.data = {}

    def compute(self):
        self.data["when"] = timezone.now()

    def save(self):
        cache.set("statistics", self.data, 60)  # CL104


# --- param types from callers, method
class Keeper:
    def remember(self, book):
        cache.set("x", {"when": book.added}, 60)  # CL104


def a(pk):
    Keeper().remember(Book.objects.get(pk=pk))


# --- UUID pk
from django.db import models
class Tok(models.Model):
    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(Author, models.CASCADE)

class Ref(models.Model):
    tok = models.ForeignKey(Tok, models.CASCADE)

def use():
    cache.set("a", list(Tok.objects.values_list("pk", flat=True)), 60)  # CL104
    cache.set("b", list(Ref.objects.values_list("tok", flat=True)), 60)  # CL104
    cache.set("c", list(Ref.objects.values("tok_id")), 60)  # CL104
    cache.set("d", [t.pk for t in Tok.objects.all()], 60)  # CL104
    cache.set("e", [str(t.pk) for t in Tok.objects.all()], 60)
    cache.set("f", Ref.objects.first().tok_id, 60)  # CL104
    cache.set("g", {t.pk: 1 for t in Tok.objects.all()}, 60)  # CL104


# --- cache in class attribute
class S:
    cache = caches["default"]  # CL523

    def go(self):
        self.cache.set("a", set(), 60)  # CL104


# --- type hints on variables
import thirdparty
def use():
    when: datetime.datetime = thirdparty.when()
    cache.set("a", when, 60)  # CL104


# --- class attr annotations
import thirdparty
class S:
    when: datetime.datetime

    def go(self):
        cache.set("a", self.when, 60)  # CL104


# --- namedtuple fields
from collections import namedtuple

Point = namedtuple("Point", "x y")
Point3 = namedtuple("Point3", ["x", "y"])


def use(pk):
    p = Point(timezone.now(), 1)
    cache.set("a", p.y, 60)
    cache.set("b", p.x, 60)  # CL104
    q = Point3(1, y=timezone.now())
    cache.set("c", q.y, 60)  # CL104
    cache.set("d", Point(1, 2), 60)  # CL105
    cache.set("e", p._asdict(), 60)  # CL104
    a, b = p
    cache.set("f", a, 60)  # CL104


# --- typed dict
import typing

class T(typing.TypedDict):
    when: datetime.datetime
    n: int


def make() -> T:
    return somewhere()


def use():
    cache.set("a", make(), 60)  # CL104
    cache.set("b", T(when="x", n=1), 60)


# --- texts and numbers made of what JSON refuses are fine
def use(pk):
    book = Book.objects.get(pk=pk)
    cache.set("a", book.added.isoformat(), 60)
    cache.set("b", str(book.price), 60)
    cache.set("c", float(book.price), 60)
    cache.set("d", book.added.year, 60)
    cache.set("e", f"{book.added:%Y}", 60)
    cache.set("f", [str(b.price) for b in Book.objects.all()], 60)
    cache.set("g", sorted({"a", "b"}), 60)
    cache.set("h", len({"a"}), 60)
    cache.set("i", "a" in {"a"}, 60)
    cache.set("j", uuid.uuid4().hex, 60)
    cache.set("k", json.dumps({"when": str(book.added)}), 60)
    cache.set("l", b"x".hex(), 60)
    cache.set("m", (timezone.now() - book.added).total_seconds(), 60)
    cache.set("n", timezone.now() > book.added, 60)
    cache.set("o", int(book.price), 60)
    cache.set("p", round(float(book.price), 2), 60)
    cache.set("q", list(Book.objects.values("title", "pages")), 60)
    cache.set("r", {"state": Book.State.NEW.value}, 60)
    cache.set("s", timezone.now().strftime("%Y"), 60)
    cache.set("t", os.path.join("a", "b"), 60)
    cache.set("u", Book.objects.aggregate(n=Count("pk"))["n"], 60)
    cache.set("v", [], 60)
    cache.set("w", {}, 60)
    cache.set("x", datetime.date.today().toordinal(), 60)


# --- what cannot be known is not reported
import thirdparty


def use(x, *args, **kwargs):
    cache.set("a", thirdparty.load(x), 60)
    cache.set("b", x, 60)
    cache.set("c", x.when, 60)
    cache.set("d", list(args), 60)
    cache.set("e", kwargs["when"], 60)
    cache.set("f", [thirdparty.one(y) for y in x], 60)
    cache.set("g", {y: thirdparty.one(y) for y in x}, 60)
    cache.set("h", x or None, 60)
    cache.set("i", getattr(x, "when", None), 60)
    cache.set("j", json.loads(x), 60)


# --- a helper fills a dict
def fill(d, key):
    d[key] = timezone.now()


def use():
    d = {}
    fill(d, "x")
    cache.set("a", d, 60)  # CL104
    e = {}
    print(e)
    cache.set("b", e, 60)


# --- setter methods
class S:
    def __init__(self):
        self._data = {}

    def store(self, key, value):
        if value is None:
            self._data[key] = 0
        else:
            self._data[key] = value

    def calc(self):
        self.store("n", 1)
        self.store("when", timezone.now())

    def save(self):
        cache.set("a", self._data, 60)  # CL104


# --- setter methods in subclass
class S:
    def __init__(self):
        self._data = {}

    def store(self, key, value):
        self._data[key] = value

    def save(self):
        cache.set("a", self._data, 60)  # CL104


class T(S):
    def calc(self):
        self.store("when", timezone.now())


# --- post render
from django.template.response import TemplateResponse
def view(request):
    response = TemplateResponse(request, "x.html")

    def keep(r):
        cache.set("x", r, 60)  # CL104

    response.add_post_render_callback(keep)
    return response


# --- annotated parameter
def use(data: dict[int, set[str]]):
    cache.set("a", data, 60)  # CL104


# --- alias
StatItem = int | datetime.datetime | None
Stats = dict[str, StatItem]

class S:
    def __init__(self):
        self._data: Stats = {}

    def go(self):
        cache.set("a", self._data, 60)  # CL104


# --- a subclass of a built-in type is no stranger to JSON
class Series(list):
    def __init__(self, name):
        self.name = name


class Registry(dict):
    pass


class Name(str):
    pass


def use():
    cache.set("a", [Series("x")], 60)
    cache.set("b", Registry(), 60)


# --- all of one class
class Price:
    pass


def use(items):
    rows = [Price(), Book.objects.first()]
    if not all(isinstance(item, Price) for item in rows):
        return
    cache.set("a", rows, 60)  # CL104


# --- the data of serializers
from django.db import models
from rest_framework import serializers, viewsets


class Shop(models.Model):
    id = models.UUIDField(primary_key=True)


class Offer(models.Model):
    shop = models.ForeignKey(Shop, models.CASCADE)
    price = models.DecimalField()
    made = models.DateTimeField()
    key = models.UUIDField()

    @property
    def since(self):
        return timezone.now() - self.made

    @property
    def label(self):
        return f"{self.price}"


class Texts(serializers.ModelSerializer):
    class Meta:
        model = Offer
        fields = ["price", "made", "key", "label"]


class RawKey(serializers.ModelSerializer):
    class Meta:
        model = Offer
        fields = ["shop", "price"]


class RawProperty(serializers.ModelSerializer):
    class Meta:
        model = Offer
        fields = ("price", "since")


class RawMethod(serializers.Serializer):
    when = serializers.SerializerMethodField()
    title = serializers.CharField()

    def get_when(self, offer):
        return timezone.now()


class Plain(serializers.Serializer):
    when = serializers.DateTimeField()
    price = serializers.DecimalField(max_digits=3, decimal_places=1)
    nested = Texts(many=True)


class Raw(serializers.Serializer):
    price = serializers.DecimalField(max_digits=3, decimal_places=1, coerce_to_string=False)


def use(offer):
    cache.set("a", Texts(offer).data, 60)
    cache.set("b", Texts(Offer.objects.all(), many=True).data, 60)
    cache.set("c", RawKey(offer).data, 60)  # CL104
    cache.set("d", RawKey(Offer.objects.all(), many=True).data, 60)  # CL104
    cache.set("e", RawProperty(offer).data, 60)  # CL104
    cache.set("f", RawMethod(offer).data, 60)  # CL104
    cache.set("g", Plain(offer).data, 60)
    cache.set("h", Raw(offer).data, 60)  # CL104


class Offers(viewsets.ModelViewSet):
    serializer_class = RawKey
    queryset = Offer.objects.all()

    def list(self, request):
        data = self.get_serializer(self.get_queryset(), many=True).data
        cache.set("offers", data, 60)  # CL104


# --- a method that is looked up by its name
class Page:
    def lastmod(self):
        return timezone.now()

    def read(self, name):
        return getattr(self, name)()

    def save(self):
        cache.set("page", self.read("lastmod"), 60)  # CL104


# --- functions that fill what they are handed, called out of a list
def add_time(found):
    found["when"] = timezone.now()


PROVIDERS = [add_time]


def build():
    found = {}
    for provider in PROVIDERS:
        provider(found)
    cache.set("found", found, 60)  # CL104


# --- what namedtuple makes is a list to JSON
import collections


class Place(collections.namedtuple("Place", ["row", "seat"])):
    pass


cache.set("place", Place(1, 2), 60)  # CL105
cache.set("day", Place(datetime.date.today(), 2), 60)  # CL104


# --- the response that a middleware is handed
class Middleware:
    def process_response(self, request, response):
        cache.set("page", response, 60)  # CL104
        return response

    def other(self, response):
        cache.set("other", response, 60)


class SpiderMiddleware:
    def process_response(self, request, response, spider):
        cache.set("page", response, 60)


class Client:
    def process_response(self, request, response):
        cache.set("page", response, 60)


# --- XML
from xml.etree import ElementTree

from lxml import etree


def keep(tree, chosen):
    cache.set("a", etree.tostring(tree), 60)  # CL104
    cache.set("b", ElementTree.tostring(tree, "utf-8"), 60)  # CL104
    cache.set("c", ElementTree.tostring(tree, encoding="unicode"), 60)
    cache.set("d", etree.tostring(tree, encoding=str), 60)
    cache.set("e", etree.tostring(tree, encoding=chosen), 60)


# --- rows that are converted in a loop
def item():
    rows = list(Book.objects.values("title", "price"))
    for row in rows:
        row["price"] = str(row["price"])
    cache.set("rows", rows, 60)


def updated():
    rows = list(Book.objects.values("title", "price"))
    for row in rows:
        row.update(price=str(row["price"]))
    cache.set("rows", rows, 60)


def deleted():
    rows = list(Book.objects.values("title", "price"))
    for row in rows:
        del row["price"]
    cache.set("rows", rows, 60)


def by_key(pairs):
    groups = {}
    for key, value in pairs:
        groups.setdefault(key, set()).add(value)
    for key, values in groups.items():
        groups[key] = sorted(values)
    cache.set("groups", groups, 60)


def by_name(pk):
    row = Book.objects.values("title", "price").get(pk=pk)
    for name in ("price",):
        row[name] = str(row[name])
    cache.set("row", row, 60)


def another_field():
    rows = list(Book.objects.values("title", "price"))
    for row in rows:
        row["number"] = 1
    cache.set("rows", rows, 60)  # CL104


def at_times():
    rows = list(Book.objects.values("title", "price"))
    for row in rows:
        if row["title"]:
            row["price"] = str(row["price"])
    cache.set("rows", rows, 60)  # CL104
