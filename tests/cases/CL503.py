# --- a lock by get and set
def start(pk):
    if cache.get(f"running:v1:{pk}"):
        return
    cache.set(f"running:v1:{pk}", True, 60)  # CL503
    work(pk)


# --- in one step
def start(pk):
    if not cache.add(f"running:v1:{pk}", True, 60):
        return
    work(pk)


# --- by `in`
def seen(token):
    if f"token:v1:{token}" in cache:
        return True
    cache.set(f"token:v1:{token}", 1, 60)  # CL503
    return False


# --- a flag that is kept in a variable
def replayed(token):
    is_replay = cache.get(f"token:v1:{token}") is not None
    if not is_replay:
        cache.set(f"token:v1:{token}", True, 60)  # CL503
    return is_replay


# --- a memo of a bool looks like one
def exists(pk):
    found = cache.get(f"exists:v1:{pk}")
    if found is None:
        found = Book.objects.filter(author=pk).exists()
        cache.set(f"exists:v1:{pk}", found, 60)
    return found


# --- the start of a counter is none
def count(pk):
    if cache.get(f"count:v1:{pk}") is None:
        cache.set(f"count:v1:{pk}", 1, 60)
    else:
        cache.incr(f"count:v1:{pk}")  # CL505


# --- that a failure is remembered guards nothing
def fetch(pk):
    failed = cache.get(f"failed:v1:{pk}", False)
    if not failed:
        rows = ask(pk)
        if not rows:
            cache.set(f"failed:v1:{pk}", True, 60)
        return rows
    return []


# --- a lock around both
def start(pk):
    with cache.lock(f"lock:v1:{pk}", timeout=5):  # CL517
        if cache.get(f"running:v1:{pk}"):
            return
        cache.set(f"running:v1:{pk}", True, 60)


# --- the value is read elsewhere
def start(pk):
    if cache.get(f"owner:v1:{pk}"):
        return
    cache.set(f"owner:v1:{pk}", os.getpid(), 60)


def owner(pk):
    return str(cache.get(f"owner:v1:{pk}")).upper()


def shown(pk):
    return "by " + cache.get(f"owner:v1:{pk}", "nobody")


# --- a random prefix that is kept is a memo
def prefix(pk):
    found = cache.get(f"prefix:v1:{pk}")
    if found is None:
        found = uuid.uuid4().hex
        cache.set(f"prefix:v1:{pk}", found, 60)
    return found + "x"
