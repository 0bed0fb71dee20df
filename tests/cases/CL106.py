# --- a Decimal, a set, an instance
import decimal


def add(request, price):
    request.session["total"] = decimal.Decimal(price)  # CL106
    request.session["seen"] = {1, 2}  # CL106
    request.session["book"] = Book.objects.get(pk=1)  # CL106


# --- in a dict
def add(request):
    request.session["cart"] = {"at": timezone.now()}  # CL106


# --- what JSON keeps
def add(request, price):
    request.session["total"] = str(price)
    request.session["seen"] = [1, 2]
    request.session["cart"] = {"at": timezone.now().isoformat(), "n": 1}
    request.session["pair"] = (1, 2)


# --- what is not known, and what may be either
def add(request, value):
    request.session["value"] = value
    request.session["other"] = value or {1, 2}


# --- another dict
def add(request, rows):
    rows.session = {}
    rows["total"] = {1, 2}


# --- sessions that live in the cache alone, which pickles them
SESSION_ENGINE = "django.contrib.sessions.backends.cache"


def add(request):
    request.session["seen"] = {1, 2}


# --- sessions in the cache and the database: the row is JSON
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"


def add(request):
    request.session["seen"] = {1, 2}  # CL106
