# --- what varies stands above
from django.http import HttpResponse
from django.views.decorators.cache import cache_control, cache_page, never_cache
from django.views.decorators.vary import vary_on_cookie, vary_on_headers


@vary_on_cookie
@cache_page(60)  # CL702
def one(request):
    return HttpResponse("")


@cache_page(60)
@vary_on_cookie
def right(request):
    return HttpResponse("")


@never_cache
@cache_page(60)  # CL702
def other(request):
    return HttpResponse("")


@cache_control(private=True)
@cache_page(60)  # CL702
def third(request):
    return HttpResponse("")


@cache_control(max_age=60)
@cache_page(60)
def fourth(request):
    return HttpResponse("")


@vary_on_headers("Accept")
@cache_page(60)
def fifth(request):
    return HttpResponse("")


# --- who may see it is asked below
from django.http import HttpResponse
from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import cache_page


@cache_page(60)  # CL702
@login_required
def one(request):
    return HttpResponse("")


@login_required
@cache_page(60)
def right(request):
    return HttpResponse("")


# --- in urls
from django.http import HttpResponse
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import cache_page


def view(request):
    return HttpResponse("")


@login_required
def guarded(request):
    return HttpResponse("")


urlpatterns = [
    path("a", cache_page(60)(login_required(view))),  # CL702
    path("b", login_required(cache_page(60)(view))),
    path("c", cache_page(60)(guarded)),  # CL702
    path("d", cache_page(60)(view)),
]


# --- with method_decorator
from django.http import HttpResponse
from django.contrib.auth.decorators import login_required
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page


@method_decorator([cache_page(60), login_required], name="dispatch")  # CL702
class One(ListView):
    pass


@method_decorator([login_required, cache_page(60)], name="dispatch")
class Right(ListView):
    pass


# --- no page is cached
from django.http import HttpResponse
from django.contrib.auth.decorators import login_required
from django.views.decorators.vary import vary_on_cookie


@vary_on_cookie
@login_required
def view(request):
    return HttpResponse("")
