# --- an f-string
def total(pk):
    cache.set(f"total:{pk}", 1, 60)  # CL301


# --- with a version
def total(pk):
    cache.set(f"total:v1:{pk}", 1, 60)
    cache.set(f"total_v12_{pk}", 1, 60)
    cache.set(f"ver2-total-{pk}", 1, 60)


# --- percent, format, plus and join
def others(pk):
    cache.set("total:%s" % pk, 1, 60)  # CL301
    cache.set("total:{}".format(pk), 1, 60)  # CL301
    cache.set("total:" + pk, 1, 60)  # CL301
    cache.set(":".join(["total", pk]), 1, 60)  # CL301


# --- versioned in each of these ways
def others(pk):
    cache.set("total:v1:%s" % pk, 1, 60)
    cache.set("total:v1:{}".format(pk), 1, 60)
    cache.set("total:v1:" + pk, 1, 60)
    cache.set(":".join(["total", "v1", pk]), 1, 60)


# --- through a local name, a constant and a helper
KEY = "total:%s"


def make_key(pk):
    return f"total:{pk}"


def named(pk):
    key = KEY % pk
    cache.set(key, 1, 60)  # CL301
    cache.set(make_key(pk), 1, 60)  # CL301


# --- a constant is no key that is built
KEY = "total"


def named(pk):
    cache.set(KEY, 1, 60)
    cache.set("to" + "tal", 1, 60)


# --- a part whose name says version
CACHE_VERSION = "7"


def parts(pk, content_version):
    cache.set(f"total:{CACHE_VERSION}:{pk}", 1, 60)
    cache.set(f"total:{content_version}:{pk}", 1, 60)


# --- a word that only looks like one
def conversion(pk, conversion_rate):
    cache.set(f"div2:{pk}", 1, 60)  # CL301
    cache.set(f"rate:{conversion_rate}:{pk}", 1, 60)  # CL301


# --- version= at the call
def at_call(pk):
    cache.set(f"total:{pk}", 1, 60, version=2)


# --- a wrapper, at its caller
def keep(key, value):
    cache.set(key, value, 60)


def kept(pk):
    keep(f"kept:{pk}", 1)  # CL301
    keep("kept", 1)


# --- a key that nothing is known of
def given(key):
    cache.set(key, 1, 60)


# --- an alias with a VERSION
def versioned(pk):
    caches["versioned"].set(f"total:{pk}", 1, 60)


# --- set_many
def many(pk):
    cache.set_many({f"a:{pk}": 1}, 60)  # CL301
    cache.set_many({"a": 1}, 60)


# --- a bare value says nothing
def bare(pk):
    cache.set(str(pk), 1, 60)


# --- a join keeps the version of the list's own beginning
def joined(*parts):
    key = ["total", "v1", *parts]
    cache.set(":".join(str(part) for part in key), 1, 60)
    cache.set(":".join(key), 1, 60)


# --- and its words
def joined(*parts):
    cache.set(":".join(["total", *parts]), 1, 60)  # CL301


# --- of a join over something unknown only the separator is known
def joined(parts):
    cache.set(":".join(parts), 1, 60)
    cache.set("-".join(str(part) for part in parts), 1, 60)


# --- a key helper of another package, given a constant
def helped():
    from elsewhere import make_cache_key

    cache.set(make_cache_key("total"), 1, 60)


# --- wrappers with annotations of their own
def inner(key: str, value: object):
    cache.set(key, value, 60)


def outer(key: str | None, value: object):
    inner(key, value)


def called(pk):
    outer(f"total:{pk}", 1)  # CL301
