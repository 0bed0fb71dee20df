# --- not called
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page


@cache_page  # CL706
def prices(request):
    return HttpResponse()


# --- seconds
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(60)
def prices(request):
    return HttpResponse("")


# --- a timedelta, a text, None
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(datetime.timedelta(hours=1))  # CL706
def one(request):
    return HttpResponse("")


@cache_page("60")  # CL706
def other(request):
    return HttpResponse("")


@cache_page(settings.NEVER)  # CL706
def third(request):
    return HttpResponse("")


# --- a number from the settings
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(settings.FROM_ENVIRONMENT)
def prices(request):
    return HttpResponse("")


# --- on a method
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page


class Prices(ListView):
    @cache_page(60)  # CL706
    def get(self, request):
        return HttpResponse("")


class Others(ListView):
    @method_decorator(cache_page(60))
    def get(self, request):
        return HttpResponse("")


@method_decorator(cache_page(60))  # CL706
class Third(ListView):
    pass


@method_decorator(cache_page(60), name="dispatch")
class Fourth(ListView):
    pass


# --- two arguments without a name
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(60, "reports")  # CL706
def prices(request):
    return HttpResponse("")


@cache_page(60, cache="reports")
def others(request):
    return HttpResponse("")


# --- in urls
from django.urls import path
from django.views.decorators.cache import cache_page


def view(request):
    return None


urlpatterns = [
    path("a", cache_page(60)(view)),
    path("b", cache_page(timeout=60)(view)),
    path("c", cache_page(60 * 15, key_prefix="c")(view)),
]
