# --- a lock for ever
def start(pk):
    with caches["redis"].lock(f"start:v1:{pk}"):  # CL521
        work(pk)


# --- with a timeout
def start(pk):
    with caches["redis"].lock(f"start:v1:{pk}", timeout=60):
        work(pk)


# --- by `add`, for ever
def start(pk):
    if not cache.add(f"start:v1:{pk}", 1, None):  # CL202 CL521
        return
    work(pk)
    cache.delete(f"start:v1:{pk}")


# --- by `add`, for a time
def start(pk):
    if not cache.add(f"start:v1:{pk}", 1, 60):
        return
    work(pk)
    cache.delete(f"start:v1:{pk}")


# --- no lock, but what is said once and for all
def once(pk):
    if cache.add(f"once:v1:{pk}", 1, None):  # CL202
        work(pk)
