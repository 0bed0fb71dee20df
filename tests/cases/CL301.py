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
    cache.set("total:{}".format(pk), 1, 60)
    cache.set("total:" + pk, 1, 60)
    cache.set(":".join(["total", pk]), 1, 60)


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
    cache.set(make_key(pk), 1, 60)


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


# --- decorator memoiser
def memoize(fn):
    def inner(*args):
        key = f"{fn.__name__}:{args}"
        found = cache.get(key)
        if found is None:
            found = fn(*args)
            cache.set(key, found, 60)  # CL301
        return found
    return inner


@memoize  # CL101
def newest():
    return Book.objects.order_by("-added").first()


@memoize
def count():
    return Book.objects.count()


# --- decorator factory with timeout
from functools import wraps

def cached(timeout=None, prefix="x"):
    def decorator(fn):
        @wraps(fn)
        def inner(*args, **kwargs):
            key = "%s:%s" % (prefix, fn.__name__)
            found = cache.get(key)
            if found is None:
                found = fn(*args, **kwargs)
                cache.set(key, found, timeout)  # CL301
            return found
        return inner
    return decorator


@cached(timeout=60)  # CL102
def books():
    return Book.objects.all()


@cached()  # CL202
def total():
    return Book.objects.count()


@cached(timeout=60)
def total2():
    return Book.objects.count()


# --- decorator class
class memo:
    def __init__(self, timeout):
        self.timeout = timeout

    def __call__(self, fn):
        def inner(*args):
            key = "memo:" + fn.__name__
            found = cache.get(key)
            if found is None:
                found = fn(*args)
                cache.set(key, found, self.timeout)  # CL301
            return found
        return inner


@memo(60)  # CL101
def newest():
    return Book.objects.first()


# --- keys
import functools
PREFIX = "books"

def make_key(pk):
    return "%s_%s" % (PREFIX, pk)

class K:
    prefix = "k"

    @property
    def key(self):
        return f"{self.prefix}:{self.pk}"

    def go(self):
        cache.set(self.key, 1, 60)  # CL301


def use(pk):
    cache.set(make_key(pk), 1, 60)  # CL301
    cache.set("a_{}".format(pk), 1, 60)  # CL301
    cache.set("a" + str(pk), 1, 60)  # CL301
    cache.set(":".join(["a", str(pk)]), 1, 60)  # CL301
    p = functools.partial("{}_{}".format, "a")
    cache.set(p(pk), 1, 60)
    q = functools.partial(make_key2, "a")
    cache.set(q(pk), 1, 60)  # CL301
    cache.set(f"a_v1_{pk}", 1, 60)
    cache.set("_".join(("a", *map(str, pk))), 1, 60)


def make_key2(prefix, pk):
    return prefix + "/" + str(pk)


# --- key from callers
def make(thing, other):
    key = thing.cache_key(other)
    cache.set(key, other.title.upper(), 60)  # CL301


class Thing:
    def cache_key(self, other):
        return f"thing_{other.pk}"


def use():
    make(Thing(), Book.objects.first())


# --- versions in any way of building are fine
VERSION = 2


def make_key(pk):
    return "books_v%s_%s" % (VERSION, pk)


class Keys:
    prefix = "k:v1"

    @property
    def key(self):
        return f"{self.prefix}:{self.pk}"

    def go(self):
        cache.set(self.key, 1, 60)


def use(pk):
    cache.set(make_key(pk), 1, 60)
    cache.set("a_v1_{}".format(pk), 1, 60)
    cache.set("a:v1:" + str(pk), 1, 60)
    cache.set(":".join(["a", "v1", str(pk)]), 1, 60)
    cache.set(f"a_{pk}", 1, 60, version=2)
    cache.set("a_{}_{version}".format(pk, version=VERSION), 1, 60)
    cache.set("a", 1, 60)
    cache.set(str(pk), 1, 60)


# --- joined-from-one-of-several-lists
def key_of(a, name, **extra):
    if a == 1:
        tokens = ["x", name]
    else:
        tokens = ["y", name, "z"]
    key = ".".join(tokens)
    rest = [f"{k}={v}" for k, v in extra.items()]
    if rest:
        key += f"({','.join(rest)})"
    return key


def use(a):
    cache.set(key_of(a, "total") + str(a), 1, 60)  # CL301
    cache.set(key_of(a, "total_v2") + str(a), 1, 60)
    cache.set(key_of(a, "total"), 1, 60)


# --- a static method called of an instance
class Renditions:
    @staticmethod
    def key(image, spec):
        return f"r-{image}-{spec}"

    @staticmethod
    def put(key, value):
        cache.set(key, value, 60)

    def go(self, pk):
        cache.set(self.key("v3", self.spec), 1, 60)
        cache.set(self.key(self.image, self.spec), 1, 60)  # CL301
        self.put(f"kept_{pk}", 1)  # CL301


# --- helpers that keep the words of a text
from django.utils.encoding import force_str
from django.utils.text import slugify


def keep(x):
    cache.set(slugify("wiki-{id}".format(id=x)), 1, 60)  # CL301
    cache.set(force_str("wiki-%s" % x), 1, 60)
    cache.set(("wiki-%s" % x)[:250], 1, 60)
    cache.set(slugify("wiki-v2-{id}".format(id=x)), 1, 60)
    cache.set(("wiki-%s" % x)[:3], 1, 60)
    cache.set(slugify(x), 1, 60)


# --- keys that the cache itself names
def again():
    for key in cache.keys("shelf:*"):  # CL517
        cache.set(key, 1, 60)  # CL513


# --- a loop of a module or of a class knows its names
for name in ("first:v1", "second:v1"):
    cache.set(name, 1, 60)
    cache.set(f"{name}:all", 1, 60)


class Warm:
    for name in ("third", "fourth"):
        cache.set(f"{name}:v1", 1, 60)


# --- and one over what is not known has a key all the same
for name in open("names"):
    cache.set(f"name:{name}", 1, 60)  # CL301 CL513


# --- more texts than are kept apart, each with its version
def one(pk):
    for name in ("a:v1", "b:v1", "c:v1", "d:v1"):
        cache.set(f"{name}:{pk}", 1, 60)


def two(pk):
    for name in ("a:v1", "b:v1", "c:v1"):
        for size in ("x", "y", "z"):
            cache.set(f"{name}:{size}:{pk}", 1, 60)


# --- and where one of them has none
def one(pk):
    for name in ("a:v1", "b:v1", "c:v1", "d"):
        cache.set(f"{name}:{pk}", 1, 60)  # CL301


# --- a name that nothing binds in sight is a part like any other
from elsewhere import *


def one(pk):
    cache.set(f"{PREFIX}:{pk}", 1, 60)  # CL301
    cache.set(PREFIX, 1, 60)


def many(pks):
    return [cache.set(last, 1, 60) for pk in pks if (last := make(pk))]
