# --- a parameter of the address
def show(request):
    return cache.get(request.GET["key"])  # CL309


# --- through a variable
def show(request):
    key = request.POST.get("key")
    return cache.get(key)  # CL309


# --- with a prefix
def show(request):
    return cache.get(f"preview:v1:{request.GET['key']}")


# --- a digest
def show(request):
    import hashlib

    return cache.get(hashlib.sha256(request.body).hexdigest())


# --- it is one of those that are known
def show(request):
    key = request.GET.get("key")
    if key not in ("a", "b"):
        return None
    return cache.get(key)


# --- a key of the project
def show(request, service):
    return cache.get(service.url)


# --- a remote call
def rpc_method(function):
    return function


@rpc_method
def render(text):
    return cache.get(text)  # CL309
