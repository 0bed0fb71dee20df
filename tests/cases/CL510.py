# --- `in` decides
def hours(pk):
    if f"hours:v1:{pk}" in cache:
        return cache.get(f"hours:v1:{pk}")  # CL510
    return []


# --- the second read tells its miss
def hours(pk):
    if f"hours:v1:{pk}" in cache:
        found = cache.get(f"hours:v1:{pk}")
        if found is not None:
            return found
    return []


# --- a default
def hours(pk):
    if f"hours:v1:{pk}" in cache:
        return cache.get(f"hours:v1:{pk}", [])
    return []


# --- a first read decides
def hours(pk):
    if cache.get(f"hours:v1:{pk}") is not None:
        return cache.get(f"hours:v1:{pk}")  # CL510
    return []


# --- another key
def hours(pk):
    if f"hours:v1:{pk}" in cache:
        return cache.get(f"names:v1:{pk}")
    return []


# --- the variable of the key has changed
def hours(pk):
    key = f"hours:v1:{pk}"
    if key in cache:
        key = f"other:v1:{pk}"
        return cache.get(key)
    return []


# --- written where it was missing, and read in either case
def hours(pk):
    key = f"hours:v1:{pk}"
    if not cache.has_key(key):
        cache.set(key, [1], 60)
    return cache.get(key)  # CL510


# --- an error that a miss causes is caught
def hours(pk):
    key = f"hours:v1:{pk}"
    try:
        if key in cache:
            return cache.get(key)[0]
    except TypeError:
        pass
    return 0
