# --- kept by a module
store = caches["reports"]  # CL523


# --- kept by a class
class Reports:
    store = caches["reports"]  # CL523


# --- taken where it is used
def price(pk):
    return caches["reports"].get(f"price:v1:{pk}", 0)


# --- a proxy
from django.utils.connection import ConnectionProxy

store = ConnectionProxy(caches, "reports")


# --- taken by a function
def reports():
    return caches["reports"]
