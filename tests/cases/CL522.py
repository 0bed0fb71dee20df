# --- released where it was not acquired
def start(pk):
    try:
        if not cache.add(f"start:v1:{pk}", 1, 60):
            return
        work(pk)
    finally:
        cache.delete(f"start:v1:{pk}")  # CL522


# --- acquired before
def start(pk):
    if not cache.add(f"start:v1:{pk}", 1, 60):
        return
    try:
        work(pk)
    finally:
        cache.delete(f"start:v1:{pk}")


# --- only where it was acquired
def start(pk):
    mine = False
    try:
        mine = cache.add(f"start:v1:{pk}", 1, 60)
        if mine:
            work(pk)
    finally:
        if mine:
            cache.delete(f"start:v1:{pk}")


# --- another key
def start(pk):
    try:
        if not cache.add(f"start:v1:{pk}", 1, 60):
            return
        work(pk)
    finally:
        cache.delete(f"state:v1:{pk}")
