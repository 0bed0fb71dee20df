# --- a row that may not be there
def title(pk):
    found = cache.get(f"title:v1:{pk}")
    if found is None:
        found = Book.objects.filter(pk=pk).values_list("title", flat=True).first()
        cache.set(f"title:v1:{pk}", found, 60)  # CL507
    return found


# --- something else stands for nothing
def title(pk):
    found = cache.get(f"title:v1:{pk}")
    if found is None:
        found = Book.objects.filter(pk=pk).values_list("title", flat=True).first() or ""
        cache.set(f"title:v1:{pk}", found, 60)
    return found


# --- a sentinel tells a miss
MISSING = object()


def title(pk):
    found = cache.get(f"title:v1:{pk}", MISSING)
    if found is MISSING:
        found = Book.objects.filter(pk=pk).values_list("title", flat=True).first()
        cache.set(f"title:v1:{pk}", found, 60)
    return found


# --- `get_or_set` tells None from a miss
def title(pk):
    return cache.get_or_set(
        f"title:v1:{pk}", lambda: Book.objects.filter(pk=pk).values_list("title", flat=True).first(), 60
    )


# --- only what is there is stored
def title(pk):
    found = cache.get(f"title:v1:{pk}")
    if found is None:
        found = Book.objects.filter(pk=pk).values_list("title", flat=True).first()
        if found is not None:
            cache.set(f"title:v1:{pk}", found, 60)
    return found


# --- the miss itself is stored
def title(pk):
    found = cache.get(f"title:v1:{pk}")
    if found is None:
        cache.set(f"title:v1:{pk}", found, 60)  # CL507
    return found


# --- nobody tells a miss
def title(pk):
    cache.set(f"title:v1:{pk}", Book.objects.filter(pk=pk).values_list("title", flat=True).first(), 60)
