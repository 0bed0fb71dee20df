# --- nobody reads it
def remember(pk):
    cache.set(f"total:v1:{pk}", 1, 60)  # CL307


# --- it is read under another name of its part
def remember(pk):
    cache.set(f"total:v1:{pk}", 1, 60)


def read(book):
    return cache.get(f"total:v1:{book.id}")


# --- the result of add is a read
def once(pk):
    return cache.add(f"seen:v1:{pk}", 1, 60)


# --- a read whose key is not known may read a constant one
def remember():
    cache.set("shop_total", 1, 60)


def read(name):
    return cache.get(name)


# --- a counter reads
def remember(pk):
    cache.add(f"n:v1:{pk}", 0, 60)
    return cache.incr(f"n:v1:{pk}")


# --- tests alone read it
def remember(book):
    cache.set(f"shelf:v1:{book.pk}", 1, 60)  # CL307
