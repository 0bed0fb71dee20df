# --- a dict and a list
def rows():
    cache.set("report:v1", [1, 2], 60)


def total():
    cache.set("report:v1", {"total": 1}, 60)  # CL308


# --- None as a mark of absence
def rows():
    cache.set("report:v1", [1, 2], 60)


def none():
    cache.set("report:v1", None, 60)


# --- an empty text, False, an empty list
def rows():
    cache.set("report:v1", {"total": 1}, 60)


def none(how):
    cache.set("report:v1", "", 60)
    cache.set("report:v1", False, 60)
    cache.set("report:v1", [], 60)


# --- dicts with other keys, and with a key more
def one():
    cache.set("report:v1", {"total": 1}, 60)


def other():
    cache.set("report:v1", {"count": 1}, 60)  # CL308


def more():
    cache.set("row:v1", {"total": 1}, 60)
    cache.set("row:v1", {"total": 1, "count": 2}, 60)


# --- what is not known
def one(value):
    cache.set("report:v1", value, 60)
    cache.set("report:v1", {"count": 1}, 60)


# --- two classes with a key of their own each
class Shelf:
    def write(self):
        cache.set(f"{self.key}:v1:x", [1], 60)


class Crate:
    def write(self):
        cache.set(f"{self.key}:v1:x", {"a": 1}, 60)
