# --- nothing makes sure of the counter
def count(pk):
    cache.incr(f"count:v1:{pk}")  # CL505


# --- the error is caught
def count(pk):
    try:
        cache.incr(f"count:v1:{pk}")
    except ValueError:
        cache.set(f"count:v1:{pk}", 1, 60)


# --- it was put there just before
def count(pk):
    cache.add(f"count:v1:{pk}", 0, 60)
    cache.incr(f"count:v1:{pk}")


# --- it was put there in the same round of a loop
def count(names):
    for name in names.split(","):
        cache.add(f"count:v1:{name}", 0, 60)
        cache.incr(f"count:v1:{name}")


# --- what `add` says is kept in a variable
def count(names):
    for name in names.split(","):
        key = f"count:v1:{name}"
        added = cache.add(key, 1, 60)
        if not added:
            cache.incr(key)


# --- what was put there in the round before was another key
def count(names):
    for name in names.split(","):
        cache.incr(f"count:v1:{name}")  # CL505
        cache.add(f"count:v1:{name}", 0, 60)


# --- suppressed
import contextlib


def count(pk):
    with contextlib.suppress(ValueError):
        cache.decr(f"count:v1:{pk}")


# --- a helper is judged where it is called
def bump(key):
    cache.incr(key)


def count(pk):
    try:
        bump(f"count:v1:{pk}")
    except ValueError:
        pass


# --- and where its call is not guarded
def bump(key):
    cache.incr(key)


def count(pk):
    bump(f"count:v1:{pk}")  # CL505


# --- a helper without parameters, whose only caller catches the error
class Counter:
    key = "counter-v1"

    def bump(self):
        cache.incr(self.key)

    def count(self):
        try:
            self.bump()
        except ValueError:
            cache.set(self.key, 1, 60)
