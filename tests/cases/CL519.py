# --- a fallback for as long
def rates(pk):
    try:
        found = fetch(pk)
        cache.set(f"rates:v1:{pk}", found, 3600)
    except OSError:
        found = []
        cache.set(f"rates:v1:{pk}", found, 3600)  # CL519
    return found


# --- for a short time
def rates(pk):
    try:
        found = fetch(pk)
        cache.set(f"rates:v1:{pk}", found, 3600)
    except OSError:
        found = []
        cache.set(f"rates:v1:{pk}", found, 30)
    return found


# --- the start of a counter
def count(pk):
    try:
        cache.incr(f"count:v1:{pk}")
    except ValueError:
        cache.set(f"count:v1:{pk}", 1, 60)


# --- another entry
def rates(pk):
    try:
        cache.set(f"rates:v1:{pk}", fetch(pk), 3600)
    except OSError:
        cache.set(f"failed:v1:{pk}", True, 3600)


# --- a counter that was not there begins
def fail(pk):
    cache.set(f"fails:v1:{pk}", 0, 60)
    try:
        cache.incr(f"fails:v1:{pk}")
    except ValueError:
        cache.set(f"fails:v1:{pk}", 1, 60)
