# --- the delete has no version
def remember():
    cache.set("total", 1, 60, version=2)


def forget():
    cache.delete("total")  # CL305


# --- the same constant
SHAPE = 2


def remember():
    cache.set("total", 1, 60, version=SHAPE)


def forget():
    cache.delete("total", version=SHAPE)


# --- a version that is not known
def remember(version):
    cache.set("total", 1, 60, version=version)


def forget():
    cache.delete("total")


# --- it moves to where nobody looks
def read():
    return cache.get("total", 0)


def write():
    cache.set("total", 1, 60)


def forget():
    try:
        cache.incr_version("total")  # CL305
    except ValueError:
        pass


# --- the read passes the version
def read(version):
    return cache.get("total", 0, version=version)


def write():
    cache.set("total", 1, 60)


def forget():
    try:
        return cache.incr_version("total")
    except ValueError:
        return 1
