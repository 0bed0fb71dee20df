# --- used at once
def greeting(pk):
    profile = cache.get(f"profile:v1:{pk}")  # CL501
    return "Hello " + profile["name"]


# --- tested first
def greeting(pk):
    profile = cache.get(f"profile:v1:{pk}")
    if profile is None:
        profile = {"name": "you"}
    return "Hello " + profile["name"]


# --- a test that leaves
def greeting(pk):
    profile = cache.get(f"profile:v1:{pk}")
    if not profile:
        return "Hello"
    return "Hello " + profile["name"]


# --- a default
def greeting(pk):
    return cache.get(f"profile:v1:{pk}", {"name": "you"})["name"]


# --- without a variable
def size(pk):
    return len(cache.get(f"rows:v1:{pk}"))  # CL501


# --- a flag that holds the test
def greeting(pk):
    row = cache.get(f"row:v1:{pk}")
    hit = row is not None
    if hit:
        return row["name"]
    return ""


# --- None among several
def greeting(pk):
    row = cache.get(f"row:v1:{pk}")
    other = cache.get(f"other:v1:{pk}")
    if None in (row, other):
        return ""
    return row["name"] + other["name"]


# --- all of several
def greeting(pk):
    row = cache.get(f"row:v1:{pk}")
    other = cache.get(f"other:v1:{pk}")
    if not all([row, other]):
        return ""
    return row["name"] + other["name"]


# --- equal to something that is there
def greeting(pk):
    row = cache.get(f"row:v1:{pk}")
    if row == {"name": "you"}:
        return row["name"]
    return ""


# --- an error that is caught
def greeting(pk):
    try:
        return cache.get(f"row:v1:{pk}")["name"]
    except TypeError:
        return ""


# --- an error of another sort that is caught
def greeting(pk):
    try:
        return cache.get(f"row:v1:{pk}")["name"]  # CL501
    except OSError:
        return ""


# --- written just before
def fresh(pk):
    cache.set(f"row:v1:{pk}", {"name": "you"}, 60)
    return cache.get(f"row:v1:{pk}")["name"]


# --- passed on, which may take None
def show(pk):
    row = cache.get(f"row:v1:{pk}")
    return render(row)


# --- a loop that goes on until it is there
def wait(pk):
    row = None
    while row is None:
        row = cache.get(f"row:v1:{pk}")
    return row["name"]


# --- asked of what class it is
def name(pk):
    row = cache.get(f"row:v1:{pk}")
    if isinstance(row, dict):
        return row["name"]
    return ""


# --- a walrus
def name(pk):
    if (row := cache.get(f"row:v1:{pk}")) is not None:
        return row["name"]
    return ""


# --- an arithmetic of a miss
def next_number(pk):
    number = cache.get(f"number:v1:{pk}")  # CL501
    return number + 1


# --- converted, and an error of that caught
def number(pk):
    try:
        found = int(cache.get(f"number:v1:{pk}"))
    except Exception:
        found = 1
    return found + 1


# --- returned untested, and used by a caller
def load():
    return cache.get("rows:v1")  # CL501


def first():
    return load()[0]


# --- returned untested, and tested by a caller
def load():
    return cache.get("rows:v1")


def first():
    rows = load()
    return rows[0] if rows else None


# --- a helper that hands the key on: the caller is at fault
def read(key):
    return cache.get(key)


def name(pk):
    return read(f"row:v1:{pk}")["name"]  # CL501


# --- a helper that fills
def read(key):
    found = cache.get(key)
    if found is None:
        found = {"name": key}
        cache.set(key, found, 60)
    return found


def name(pk):
    return read(f"row:v1:{pk}")["name"]


# --- a function that asks
def name(pk):
    row = cache.get(f"row:v1:{pk}")
    if is_usable(row):
        return row["name"]
    return ""


# --- a method that may fill the attribute
class Shelf:
    def name(self):
        self.row = cache.get(f"row:v1:{self.pk}")
        self.load_missing()
        return self.row["name"]


# --- a method of another object
class Shelf:
    def name(self, log):
        self.row = cache.get(f"row:v1:{self.pk}")  # CL501
        log.info("read")
        return self.row["name"]
