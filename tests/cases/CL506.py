# --- a query
def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", Book.objects.filter(author=pk).count(), 60)  # CL506


# --- a function
def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", lambda: Book.objects.filter(author=pk).count(), 60)


# --- a function of the project that queries
def load(pk):
    return Book.objects.filter(author=pk).count()


def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", load(pk), 60)  # CL506


# --- the same, handed over
def load():
    return Book.objects.count()


def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", load, 60)


# --- a plain value
def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", 0, 60)


# --- the time costs nothing
def started(pk):
    return cache.get_or_set(f"started:v1:{pk}", timezone.now().isoformat(), 60)


# --- a default of `get` that queries
def count(pk):
    return cache.get(f"count:v1:{pk}", Book.objects.count())  # CL506


# --- a function that costs nothing
def nothing(pk):
    return {"pk": pk}


def count(pk):
    return cache.get_or_set(f"count:v1:{pk}", nothing(pk), 60)
