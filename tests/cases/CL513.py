# --- one by one
def prices(pks):
    return_value = {}
    for pk in pks:
        return_value[pk] = cache.get(f"price:v1:{pk}", 0)  # CL513
    return return_value


# --- at once
def prices(pks):
    return cache.get_many([f"price:v1:{pk}" for pk in pks])


# --- a key that does not change
def prices(pks):
    for pk in pks:
        work(pk, cache.get("prices:v1", 0))


# --- a few that stand there
def forget():
    for name in ("a", "b"):
        cache.delete(f"{name}:v1")


# --- the first that is there
def first(pks):
    for pk in pks:
        found = cache.get(f"price:v1:{pk}")
        if found is not None:
            return found
    return None


# --- by a variable of the body
def forget(pks):
    for pk in pks:
        key = f"price:v1:{pk}"
        cache.delete(key)  # CL513


# --- what each call returns is wanted
def forget(pks):
    return sum(1 for pk in pks if cache.delete(f"price:v1:{pk}"))


def count(pks):
    gone = 0
    for pk in pks:
        gone += cache.delete(f"price:v1:{pk}")
    return gone
