# --- a generator
def warm():
    cache.set("squares", (n * n for n in range(3)), 300)  # CL103 safe


def story():
    try:
        warm()
    except TypeError:
        return "TypeError"
    return cache.get("squares")


EXPECTED = "TypeError"
AFTER = [0, 1, 4]


# --- a view of a dict
def keep():
    cache.set("view", {"a": 1}.keys(), 300)  # CL103 safe


def story():
    try:
        keep()
    except TypeError:
        return "TypeError"
    return sorted(cache.get("view"))


EXPECTED = "TypeError"
AFTER = ["a"]


# --- a set of words
def words():
    found = cache.get("words:v1")
    if found is None:
        found = {"a", "b"}
        cache.set("words:v1", found, 300)  # CL104 unsafe
    return ["a" in found, "c" in found, sorted(found), len(found)]


def story():
    return [words(), words()]


EXPECTED = [[True, False, ["a", "b"], 2], [True, False, ["a", "b"], 2]]


# --- a Decimal
from decimal import Decimal


def price():
    found = cache.get("price:v1")
    if found is None:
        found = Decimal("1.50")
        cache.set("price:v1", found, 300)  # CL104 unsafe
    return str(found * 2)


def story():
    return [price(), price()]


EXPECTED = ["3.00", "3.00"]


# --- a UUID
import uuid


def token():
    found = cache.get("token:v1")
    if found is None:
        found = uuid.UUID(int=3)
        cache.set("token:v1", found, 300)  # CL104 unsafe
    return found.int


def story():
    return [token(), token()]


EXPECTED = [3, 3]


# --- a datetime
def seen(pk):
    found = cache.get(f"seen:v1:{pk}")
    if found is None:
        return 0
    return found.year


def see(pk):
    now = timezone.now()
    cache.set(f"seen:v1:{pk}", now, 300)  # CL104 unsafe
    return now.year


def story():
    year = see(1)
    return [seen(1) == year, seen(2)]


EXPECTED = [True, 0]


# --- a date
def day():
    found = cache.get("day:v1")
    if found is None:
        found = datetime.date(2024, 2, 29)
        cache.set("day:v1", found, 300)  # CL104 unsafe
    return [found.year, found.month]


def story():
    return [day(), day()]


EXPECTED = [[2024, 2], [2024, 2]]


# --- text in bytes
def keep(pk):
    cache.set(f"text:v1:{pk}", "süß".encode("utf-8"), 300)  # CL104 unsafe


def read(pk):
    found = cache.get(f"text:v1:{pk}")
    return found.decode("utf-8") if found is not None else ""


def story():
    keep(1)
    return [read(1), read(2)]


EXPECTED = ["süß", ""]


# --- pickled at both ends
def keep(pk):
    cache.set(f"sum:v1:{pk}", pickle.dumps({"total": 3, "names": ["a"]}), 300)  # CL402 safe # CL104 safe


def read(pk):
    data = cache.get(f"sum:v1:{pk}")
    if data is None:
        return None
    return pickle.loads(data)  # CL401 safe


def story():
    keep(1)
    return [read(1), read(2)]


EXPECTED = [{"total": 3, "names": ["a"]}, None]


# --- pickled where it is missing
def rows():
    data = cache.get("pickled-rows:v1")
    if not data:
        data = pickle.dumps([1, 2, 3])
        cache.set("pickled-rows:v1", data, 300)  # CL402 unsafe # CL104 unsafe
    return pickle.loads(data)  # CL401 unsafe


def story():
    return [rows(), rows()]


EXPECTED = [[1, 2, 3], [1, 2, 3]]
