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
