# --- a name that the parameter does not have
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, ttl=60)  # CL515


# --- the right name
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout=60)


# --- a timedelta
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout=datetime.timedelta(minutes=5))  # CL515


# --- its seconds, all of them
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout=datetime.timedelta(days=2).total_seconds())


# --- its seconds without the days
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout=datetime.timedelta(days=2).seconds)  # CL515


# --- a text
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout="60")  # CL515


# --- the version in the place of a timeout
def price(pk):
    return cache.get(f"price:v1:{pk}", 0, 60)  # CL515


# --- a version by name
def price(pk):
    return cache.get(f"price:v1:{pk}", 0, version=2)


# --- a delete takes no timeout
def forget(pk):
    cache.delete(f"price:v1:{pk}", 60)  # CL515


# --- a version of 1
def forget(pk):
    cache.delete(f"price:v1:{pk}", 1)


# --- `nx` on a backend of Django's
def claim(pk):
    cache.set(f"claim:v1:{pk}", 1, timeout=60, nx=True)  # CL515


# --- the seconds of what is no timedelta
def remember(pk, clock):
    cache.set(f"price:v1:{pk}", 1, timeout=clock.seconds)


# --- a number from the settings
def remember(pk):
    cache.set(f"price:v1:{pk}", 1, timeout=settings.NEVER_SAID)


# --- `nx` where the backend is not known
def claim(pk):
    caches["redis"].set(f"claim:v1:{pk}", 1, timeout=60, nx=True)


# --- `clear` takes no key
def forget(pk):
    cache.clear(f"price:v1:{pk}")  # CL515
