# --- the user under a fixed key
def rows_of(user):
    return [b.pk for b in user.books.all()]


def board(request):
    found = cache.get("board:v1")
    if found is None:
        found = rows_of(request.user)
        cache.set("board:v1", found, 60)  # CL304
    return found


# --- the user is in the key
def board(request):
    key = f"board:v1:{request.user.pk}"
    found = cache.get(key)
    if found is None:
        found = [b.pk for b in request.user.books.all()]
        cache.set(key, found, 60)
    return found


# --- a parameter of the query
def board(request, pk):
    found = cache.get(f"board:v1:{pk}")
    if found is None:
        hidden = request.GET.get("exclude", "")
        found = [pk, hidden]
        cache.set(f"board:v1:{pk}", found, 60)  # CL304
    return found


# --- that parameter is in the key
def board(request, pk):
    hidden = request.GET.get("exclude", "")
    key = f"board:v1:{pk}:{hidden}"
    found = cache.get(key)
    if found is None:
        found = [pk, hidden]
        cache.set(key, found, 60)
    return found


# --- a helper is given the request
def rows_of(request):
    return [b.pk for b in Book.objects.filter(author=request.user)]


def board(request):
    found = cache.get("board:v1")
    if found is None:
        found = rows_of(request)
        cache.set("board:v1", found, 60)  # CL304
    return found


# --- and so is what makes the key
def key_of(request):
    return f"board:v1:{request.user.pk}"


def board(request):
    found = cache.get(key_of(request))
    if found is None:
        found = [b.pk for b in Book.objects.filter(author=request.user)]
        cache.set(key_of(request), found, 60)
    return found


# --- only for those who are nobody
def board(request):
    if request.user.is_authenticated:
        return [b.pk for b in request.user.books.all()]
    found = cache.get("board:v1")
    if found is None:
        found = [b.pk for b in Book.objects.filter(author=request.user)]
        cache.set("board:v1", found, 60)
    return found


# --- no memo: the last one is kept
def last(request):
    cache.set("last:v1", str(request.user), 60)


# --- nothing of the request
def board(request):
    found = cache.get("board:v1")
    if found is None:
        found = [b.pk for b in Book.objects.all()]
        cache.set("board:v1", found, 60)
    return found
