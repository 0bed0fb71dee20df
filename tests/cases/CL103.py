# --- a generator expression
def squares():
    cache.set("squares", (n * n for n in range(9)), 60)  # CL103


# --- a list of it is fine
def squares():
    cache.set("squares", [n * n for n in range(9)], 60)


# --- iterator()
def rows():
    cache.set("rows", Book.objects.values("title").iterator(), 60)  # CL103


# --- list over iterator() is fine
def rows():
    cache.set("rows", list(Book.objects.values("title").iterator()), 60)


# --- a view of a dict
def keys():
    found = {"a": 1}
    cache.set("keys", found.keys(), 60)  # CL103


# --- the dict itself is fine
def keys():
    found = {"a": 1}
    cache.set("keys", found, 60)


# --- a lambda
def function():
    cache.set("function", lambda: 1, 60)  # CL103


# --- what a lambda returns is fine
def function():
    cache.get_or_set("function", lambda: 1, 60)


# --- a coroutine that nobody awaits
async def compute():
    return 1


async def forgotten():
    await cache.aset("forgotten", compute(), 60)  # CL103


# --- awaited is fine
async def compute():
    return 1


async def awaited():
    await cache.aset("awaited", await compute(), 60)


# --- a related manager without all()
def books(pk):
    author = Author.objects.get(pk=pk)
    cache.set("books", author.books, 60)  # CL103


# --- an open file's text is fine
def text():
    with open("x.txt") as file:
        cache.set("text", file.read(), 60)


# --- an open file
def opened():
    file = open("x.txt")
    cache.set("opened", file, 60)  # CL103


# --- keys made a list are fine
def keys():
    cache.set("keys", list({"a": 1}.keys()), 60)
    cache.set("sorted", sorted({"a": 1}.keys()), 60)


# --- a request
def whole(request):
    cache.set("request", request, 60)  # CL103


# --- its path is fine
def whole(request):
    cache.set("request", request.path, 60)


# --- a fallback may not be what is called
class Middleware:
    def __init__(self, get_response=None):
        if get_response is None:
            get_response = lambda given: given
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        cache.set("response", response, 60)
        return response
