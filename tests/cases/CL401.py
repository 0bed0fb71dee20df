# --- from Django's cache
def load():
    return pickle.loads(cache.get("x"))  # CL401 CL501


# --- from a file
def load():
    with open("x", "rb") as file:
        return pickle.load(file)


# --- through names and slices
def load():
    data = cache.get("x")
    if data:
        return pickle.loads(data[4:])  # CL401


# --- json is fine
def load():
    return json.loads(cache.get("x", "null"))


# --- from redis
def load():
    client = redis.Redis()
    return pickle.loads(zlib.decompress(client.get("x")))  # CL401


# --- from the session, of which nothing is known
def load(request):
    return pickle.loads(request.session["x"])


# --- through a helper
def decode(data):
    return pickle.loads(data)  # CL401


def load():
    return decode(cache.get("x"))


# --- a helper that nobody feeds from a cache
def decode(data):
    return pickle.loads(data)


def load(path):
    return decode(path.read_bytes())


# --- a safe yaml loader
def load():
    return yaml.load(cache.get("x"), Loader=yaml.SafeLoader)


# --- an unsafe one
def load():
    return yaml.load(cache.get("x"), Loader=yaml.Loader)  # CL401
