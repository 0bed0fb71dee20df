# --- an empty answer is returned and not stored: of low confidence, and so not shown
def rates(pk):
    found = cache.get(f"rates:v1:{pk}")
    if found is None:
        found = fetch(pk)
        if not found:
            return found  # CL518
        cache.set(f"rates:v1:{pk}", found, 60)
    return found


# --- nothing is returned
def rates(pk):
    found = cache.get(f"rates:v1:{pk}")
    if found is None:
        found = fetch(pk)
        if not found:
            return None
        cache.set(f"rates:v1:{pk}", found, 60)
    return found


# --- a failure
def rates(pk):
    found = cache.get(f"rates:v1:{pk}")
    if found is None:
        try:
            found = fetch(pk)
        except OSError:
            return fallback(pk)
        cache.set(f"rates:v1:{pk}", found, 60)
    return found


# --- the hit is returned first
def rates(pk):
    found = cache.get(f"rates:v1:{pk}")
    if found is not None:
        return found
    found = fetch(pk)
    cache.set(f"rates:v1:{pk}", found, 60)
    return found
