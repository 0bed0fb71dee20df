# --- not called
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page


@cache_page  # CL706
def prices(request):
    return HttpResponse()


# --- seconds
from django.views.decorators.cache import cache_page


@cache_page(60)
def prices(request):
    return HttpResponse("")


# --- a timedelta, a text, None
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
from django.views.decorators.cache import cache_page


@cache_page(settings.FROM_ENVIRONMENT)
def prices(request):
    return HttpResponse("")


# --- on a method
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
from django.views.decorators.cache import cache_page


@cache_page(60, "reports")  # CL706
def prices(request):
    return HttpResponse("")


@cache_page(60, cache="reports")
def others(request):
    return HttpResponse("")
