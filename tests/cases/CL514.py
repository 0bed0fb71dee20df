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


# --- a class that is a cache by itself can be emptied: its callers say when
class Prefixed:
    def get(self, key):
        return cache.get(f"p:v1:{key}")

    def set(self, key, value):
        cache.set(f"p:v1:{key}", value, 60)

    def clear(self):
        cache.clear()


# --- a class with two of these methods is none
class Rates:
    def get(self, key):
        return cache.get(f"p:v1:{key}")

    def clear(self):
        cache.clear()  # CL514
