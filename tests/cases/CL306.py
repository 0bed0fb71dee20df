# --- a typo in the delete
def total(pk):
    return cache.get_or_set(f"total:v1:{pk}", lambda: 1, timeout=60)


def forget(pk):
    cache.delete(f"totals:v1:{pk}")  # CL306


# --- the same key by another name of its part
def total(pk):
    return cache.get_or_set(f"total:v1:{pk}", lambda: 1, timeout=60)


def forget(book):
    cache.delete(f"total:v1:{book.id}")


# --- a part is left out
class Shelf:
    def key(self, name):
        return f"shelf:v1:{name}"

    def load(self, pk):
        cache.set(self.key(f"sales{pk}"), 1, 60)

    def forget(self):
        cache.delete(self.key("sales"))  # CL306


# --- another call may write it, with a key from outside
def remember(service):
    cache.set(service.url, 1, 60)


def read():
    return cache.get("shop_total")


# --- nobody may, as its text is made here
def remember(service):
    cache.set(service.url, 1, 60)


def read(pk):
    return cache.get(f"shop_total:v1:{pk}")  # CL306


# --- a counter and a lock write
def count(pk):
    cache.add(f"count:v1:{pk}", 0, 60)
    return cache.get(f"count:v1:{pk}")


# --- a pattern deletes nothing by itself
def forget(pk):
    cache.delete_pattern(f"gone:v1:{pk}:*")  # CL517


# --- it is asked whether the cache is there
def health():
    cache.get("health_check_of_shop")


# --- the words stand in a helper that is used elsewhere
def key_of(book):
    return f"book_feed:v1:{book.pk}"


def forget(book):
    cache.delete(key_of(book))


def write(feed):
    feed.store(key_of(feed.book))


# --- what Django writes
def forget(pk):
    cache.delete(f"template.cache.sidebar.{pk}")


# --- only a test writes it: this is production code
def other():
    cache.set("other_total", 1, 60)


def read(pk):
    return cache.get(f"preview:v1:{pk}", 0)  # CL306


# --- set_many writes each of its keys
def remember(pk):
    cache.set_many({f"row:v1:{pk}": 1}, 60)


def read(pk):
    return cache.get(f"row:v1:{pk}", 0)


# --- with the same setting before both
def remember(user):
    cache.set(f"{settings.PREFIX}-cart-time-{user.pk}", 1, 60)  # CL301


def forget():
    cache.delete(f"{settings.PREFIX}-cart-time")  # CL306


# --- a class's name holds no dot
def remember(model):
    cache.set(f"shop.rows_of.{model.__name__}.{settings.SITE_ID}", 1, 60)  # CL301


def forget(model):
    cache.delete(f"shop.rows_of.{model.__name__}")  # CL306


# --- what stands last may hold anything
def remember(name):
    cache.set(f"{settings.PREFIX}-cart-{name}", 1, 60)  # CL301


def forget(pk):
    cache.delete(f"{settings.PREFIX}-cart-total-{pk}")


# --- the prefix is missing in the delete
class Upload:
    def save(self, data):
        cache.set("upload:v1:" + self.name, data, 60)

    def remove(self):
        cache.delete(self.name)  # CL306


# --- it is missing in both
class Upload:
    def save(self, data):
        cache.set("upload:v1:" + self.name, 1, 60)
        cache.set(self.name, data, 60)

    def remove(self):
        cache.delete(self.name)


# --- nothing is written at all: another program does that
def read(pk):
    return cache.get(f"total:v1:{pk}", 0)
