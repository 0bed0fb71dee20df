# --- a counter
def failed(name):
    failures = cache.get(f"failures:v1:{name}", 0)
    cache.set(f"failures:v1:{name}", failures + 1, 60)  # CL504


# --- a counter that the server counts
def failed(name):
    cache.add(f"failures:v1:{name}", 0, 60)
    try:
        cache.incr(f"failures:v1:{name}")
    except ValueError:
        cache.set(f"failures:v1:{name}", 1, 60)


# --- a list that grows
def visit(pk, page):
    pages = cache.get(f"pages:v1:{pk}", [])
    pages.append(page)
    cache.set(f"pages:v1:{pk}", pages, 60)  # CL504


# --- another entry is written
def visit(pk, page):
    pages = cache.get(f"pages:v1:{pk}", [])
    pages.append(page)
    cache.set(f"last:v1:{pk}", pages, 60)


# --- a dict of which one entry changes
def mark(pk, name):
    marks = cache.get(f"marks:v1:{pk}") or {}
    marks[name] = True
    cache.set(f"marks:v1:{pk}", marks, 60)  # CL504


# --- a new dict with the old one in it
def mark(pk, name):
    marks = cache.get(f"marks:v1:{pk}", {})
    cache.set(f"marks:v1:{pk}", {**marks, name: True}, 60)  # CL504


# --- a lock around it
def visit(pk, page):
    with cache.lock(f"lock:v1:{pk}", timeout=5):  # CL517
        pages = cache.get(f"pages:v1:{pk}", [])
        pages.append(page)
        cache.set(f"pages:v1:{pk}", pages, 60)


# --- only who got the flag goes on
def visit(pk, page):
    if not cache.add(f"busy:v1:{pk}", 1, 5):
        return
    pages = cache.get(f"pages:v1:{pk}", [])
    pages.append(page)
    cache.set(f"pages:v1:{pk}", pages, 60)


# --- written back as it was: a longer life
def keep(pk):
    rows = cache.get(f"rows:v1:{pk}", [])
    cache.set(f"rows:v1:{pk}", rows, 60)


# --- of a default that is falsy nothing is left
def text(pk):
    found = cache.get(f"text:v1:{pk}", "")
    if not found:
        found = build(pk)
        found += "."
        cache.set(f"text:v1:{pk}", found, 60)
    return found


# --- filled on a miss
def rows(pk):
    found = cache.get(f"rows:v1:{pk}")
    if found is None:
        found = [1]
        found.append(2)
        cache.set(f"rows:v1:{pk}", found, 60)
    return found


# --- a part of it goes into something new
def token(pk):
    old = cache.get(f"token:v1:{pk}")
    name = old["name"] if old else ""
    cache.set(f"token:v1:{pk}", {"name": name, "at": timezone.now().isoformat()}, 60)


# --- an item of it is changed
def hit(pk):
    data = cache.get(f"data:v1:{pk}") or {"count": 0}
    data["count"] += 1
    cache.set(f"data:v1:{pk}", data, 60)  # CL504
