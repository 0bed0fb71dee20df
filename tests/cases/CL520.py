# --- a lock under the key of the data
def prices(pk):
    store = caches["redis"]
    with store.lock(f"prices:v1:{pk}", timeout=30):  # CL520
        store.set(f"prices:v1:{pk}", work_out(pk), 60)


# --- a key of its own
def prices(pk):
    store = caches["redis"]
    with store.lock(f"prices:lock:v1:{pk}", timeout=30):
        store.set(f"prices:v1:{pk}", work_out(pk), 60)


# --- nothing but the lock
def prices(pk):
    with caches["redis"].lock(f"prices:v1:{pk}", timeout=30):
        work_out(pk)
