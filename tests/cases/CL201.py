# --- set without a timeout
def total():
    cache.set("total", 1)  # CL201


# --- with one, in any way
def total():
    cache.set("total", 1, 60)
    cache.set("total", 1, timeout=60)
    cache.set(key="total", value=1, timeout=60)


# --- add, get_or_set and set_many
def others():
    cache.add("a", 1)  # CL201
    cache.get_or_set("b", 1)  # CL201
    cache.set_many({"c": 1})  # CL201


# --- theirs, too
def others():
    cache.add("a", 1, 60)
    cache.get_or_set("b", 1, 60)
    cache.set_many({"c": 1}, 60)


# --- another cache
def report():
    caches["reports"].set("report", 1)  # CL201


# --- arguments that can't be seen may hold one
def splatted(*args, **kwargs):
    cache.set(*args)
    cache.set("x", 1, **kwargs)


# --- several lines
def spread():
    cache.set(  # CL201
        "total",
        1,
    )


# --- reads and deletes take none
def reads():
    cache.get("total")
    cache.delete("total")
    "total" in cache


# --- under another name
def renamed():
    from django.core.cache import cache as store

    store.set("total", 1)  # CL201


# --- a set, a redis client and a dict are no cache
def not_caches():
    seen = set()
    seen.add("x")
    client = redis.Redis()
    client.set("x", 1)
    {}.get("x")


# --- one of two caches
def either(big):
    store = caches["reports"] if big else cache
    store.set("total", 1)  # CL201


# --- unpack kwargs wrapper
def keep(key, value, **options):
    cache.set(key, value, **options)


def use(pk):
    keep("x", 1)  # CL201
    keep("x", 1, timeout=None)  # CL202
    keep("x", 1, timeout=60)


# --- a wrapper that passes its options on
def keep(key, value, **options):
    cache.set(key, value, **options)


def use():
    keep("x", 1)  # CL201
    keep("x", 1, timeout=60)
    keep("x", 1, **{"timeout": 60})


# --- one of two caches
def kept(value):
    try:
        chosen = caches["reports"]
    except KeyError:
        chosen = caches["default"]
    chosen.set("a", value)  # CL201


# --- a cache that a function keeps in a global, and gives out
_kept = None


def shared():
    global _kept
    if _kept is None:
        _kept = caches["reports"]
    return _kept


def store():
    shared().set("total", 1)  # CL201


# --- a cache that a function puts into a variable, and gives out
def shared(name):
    chosen = caches[name]
    return chosen


def store():
    shared("reports").set("total", 1)  # CL201
    shared("reports").set("other", 1, 60)


# --- a cache in an f-string, and one that is only spoken of
def text():
    return f"in all: {cache.get_or_set('total', 1)}"  # CL201


def spoken(message="cache.set(1, 2)", kept="it's in the cache"):
    """Nothing like cache.set("total", 1) stands here."""
    message.get(kept)  # cache.set("total", 1)


# --- a cache by the name of an attribute in a string
class Store:
    def __init__(self):
        self.backend = caches["reports"]

    def keep(self):
        getattr(self, "backend").set("total", 1)  # CL201
