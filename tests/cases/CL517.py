# --- a method of django-redis on local memory
def life(pk):
    return cache.ttl(f"price:v1:{pk}")  # CL517


# --- asked for first
def life(pk):
    return cache.ttl(f"price:v1:{pk}") if hasattr(cache, "ttl") else None


# --- an alias that the settings do not have
def life(pk):
    return caches["redis"].ttl(f"price:v1:{pk}")


# --- the error is caught
def life(pk):
    try:
        return cache.ttl(f"price:v1:{pk}")
    except AttributeError:
        return None


# --- a method that all have
def life(pk):
    return cache.touch(f"price:v1:{pk}", 60)
