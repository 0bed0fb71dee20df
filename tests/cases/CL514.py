# --- a cache is emptied for one change
def save_rates(rates):
    cache.clear()  # CL514


# --- that is what the function is there for
def clear_cache():
    cache.clear()


# --- the keys are deleted
def save_rates(rates):
    cache.delete("rates:v1")


# --- a dict is no cache
def forget(rates):
    rates.clear()


# --- a helper with a narrower name
def clear_permissions_cache():
    cache.clear()  # CL514


# --- a class that is there for it
class ClearCacheView:
    def post(self, request):
        cache.clear()
