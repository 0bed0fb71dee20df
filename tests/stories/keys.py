# --- no timeout
def story():
    cache.set("a-timeout", 1)  # CL201 safe
    return cache.get("a-timeout")


EXPECTED = 1


# --- no timeout for many
def story():
    cache.set_many(
        {
            "one": 1,  # the first
            "two": 2,
        },
    )  # CL201 safe
    return [cache.get("one"), cache.get("two")]


EXPECTED = [1, 2]


# --- no timeout and a keyword
def story():
    cache.add(key="an-added", value=[1])  # CL201 safe
    return cache.get_or_set("an-added", lambda: [2])  # CL201 safe


EXPECTED = [1]


# --- percent and format
def keep(pk):
    cache.set("counted_%s" % pk, pk, 300)  # CL301 unsafe


def read(pk):
    return cache.get("counted_{}".format(pk))


def forget(pk):
    cache.delete(f"counted_{pk}")


def story():
    keep(1)
    first = read(1)
    forget(1)
    return [first, read(1)]


EXPECTED = [1, None]


# --- a function makes the key
def key(pk, kind):
    return f"{kind}/{pk}/made"


def both(pk):
    cache.set(key(pk, "book"), 1, 300)  # CL301 unsafe
    cache.set(key(pk, "author"), 2, 300)  # CL301 unsafe
    return [cache.get(key(pk, "book")), cache.get(key(pk, "author"))]


def story():
    return both(1)


EXPECTED = [1, 2]


# --- a constant makes the key
KEY = "prefixed:{pk}"


def keep(pk):
    cache.set(KEY.format(pk=pk), 1, 300)  # CL301 unsafe
    cache.touch(KEY.format(pk=pk), 500)
    return [cache.get(KEY.format(pk=pk)), KEY.format(pk=pk) in cache]


def story():
    return keep(1)


EXPECTED = [1, True]


# --- joined
def keep(pk):
    parts = ["joined", str(pk)]
    cache.set("-".join(parts), pk, 300)  # CL301 unsafe
    return cache.get("-".join(["joined", str(pk)]))


def story():
    return keep(3)


EXPECTED = 3


# --- an attribute of a class
class Counter:
    counted = "hits"

    def __init__(self, pk):
        self.pk = pk

    @property
    def key(self):
        return f"{self.counted}:{self.pk}"

    def hit(self):
        cache.add(self.key, 0, 300)  # CL301 unsafe
        return cache.incr(self.key)


def story():
    cache.delete(Counter(7).key)
    return [Counter(7).hit(), Counter(7).hit()]


EXPECTED = [1, 2]


# --- many keys at once
def keep(pks):
    cache.set_many({f"many_{pk}": pk for pk in pks}, 300)  # CL301 unsafe
    return sorted(cache.get_many([f"many_{pk}" for pk in pks]).values())


def story():
    return keep([1, 2])


EXPECTED = [1, 2]


# --- through a function that is handed the key
def remember(key, value):
    cache.set(key, value, 300)


def recall(key):
    return cache.get(key)


def story():
    return kept(2)


def kept(pk):
    remember("kept_%d" % pk, 2)  # CL301 unsafe
    return recall("kept_%d" % pk)


EXPECTED = 2


# --- a key whose parts are joined by what stands in another literal
def make_key(kind, pk):
    return "_".join(["joined", kind, str(pk)])


def kept(kind, pk):
    cache.set(make_key(kind, pk), {"pk": pk}, 300)  # CL301 unsafe
    return cache.get(make_key(kind, pk))


def story():
    return kept("tea", 1)


EXPECTED = {"pk": 1}
