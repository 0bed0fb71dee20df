# --- None
def forever():
    cache.set("forever", 1, None)  # CL202


# --- a number
def hour():
    cache.set("hour", 1, 60 * 60)


# --- a constant that is None
FOREVER = None


def constant():
    cache.set("constant", 1, timeout=FOREVER)  # CL202


# --- a constant that is none
HOUR = 60 * 60


def constant():
    cache.set("constant", 1, timeout=HOUR)


# --- a setting that is None
def setting():
    cache.set("setting", 1, timeout=settings.NEVER)  # CL202


# --- a setting that the environment decides
def setting():
    cache.set("setting", 1, timeout=settings.FROM_ENVIRONMENT)


# --- a wrapper's default
def keep(key, value, timeout=None):
    cache.set(key, value, timeout)


def kept():
    keep("kept", 1)  # CL202
    keep("kept", 1, timeout=60)


# --- a parameter that may be None
def given(timeout=None):
    cache.set("given", 1, timeout)


# --- None on one path only
def sometimes(long):
    timeout = None if long else 60
    cache.set("sometimes", 1, timeout)


# --- timeouts
class Conf:
    TTL = 60 * 60

def use(x):
    cache.set("a", 1, settings.NEVER)  # CL202
    cache.set("b", 1, getattr(settings, "NEVER", 300))  # CL202
    cache.set("c", 1, getattr(settings, "NOTHERE", None))  # CL202
    cache.set("d", 1, 60 * 60 * 24)
    cache.set("e", 1, Conf.TTL - 3600)  # CL203
    cache.set("f", 1, datetime.timedelta(days=1).total_seconds())
    cache.set("g", 1, datetime.timedelta(days=0).total_seconds())  # CL203
    kw = {"timeout": None}
    cache.set("h", 1, **kw)  # CL202
    cache.set("i", 1, timeout=0)  # CL203
    cache.set("j", 1, **x)
    cache.set("k", 1, int(datetime.timedelta(hours=1).total_seconds()))


# --- wrapper with attribute timeouts
class Store:
    def __init__(self, timeout):
        self.timeout = timeout

    def put(self, key, value):
        cache.set(key, value, self.timeout)


def use():
    Store(None).put("a", 1)  # CL202
    Store(60).put("a", 1)


# --- a default that something unknown may replace
DEFAULTS = {"timeout": None}


def merged(options):
    settled = {**DEFAULTS, **options}
    cache.set("a", 1, settled["timeout"])


def updated(options):
    settled = dict(DEFAULTS)
    settled.update(options)
    cache.set("a", 1, settled["timeout"])


def handed(key, **kwargs):
    kwargs.setdefault("timeout", None)
    cache.set("b", 1, **kwargs)


def in_force():
    settled = {**DEFAULTS, "more": 1}
    cache.set("a", 1, settled["timeout"])  # CL202


# --- a wrapper of a wrapper that reads after it has written
def remembered(key, value, timeout):
    if cache.get(key) is None:
        cache.set(key, value, timeout)
    return cache.get(key)  # CL510


def longer(key, value, timeout):
    return remembered(key, value, timeout)


def use():
    longer("a", 1, None)  # CL202
    longer("a", 1, 60)


# --- what `as_view` is passed takes the place of what the class says
from django.views import View


class Page(View):
    cache_timeout = None
    other_timeout = None

    def get(self, request):
        cache.set("a", 1, self.cache_timeout)
        cache.set("b", 1, self.other_timeout)  # CL202


urlpatterns = [Page.as_view(cache_timeout=60 * (1 + 2))]


# --- a class that answers for its attributes itself
class Conf:
    TIMEOUT = None

    def __getattribute__(self, name):
        return getattr(settings, name, object.__getattribute__(self, name))


conf = Conf()


def keep():
    cache.set("a", 1, conf.TIMEOUT)
