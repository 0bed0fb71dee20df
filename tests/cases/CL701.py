# --- the user
from django.http import HttpResponse
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.vary import vary_on_cookie


@cache_page(60)  # CL701
def one(request):
    return HttpResponse(request.user.pk)


@cache_page(60)
@vary_on_cookie
def varies(request):
    return HttpResponse(request.user.pk)


@cache_page(60)
@never_cache
def forbids(request):
    return HttpResponse(request.user.pk)


@cache_page(60)
def nobody(request):
    return HttpResponse(request.GET["page"])


@cache_page(0)
def off(request):
    return HttpResponse(request.user.pk)


# --- session, cookies
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(60)  # CL701
def one(request):
    return HttpResponse(request.session["name"])


@cache_page(60)  # CL701
def other(request):
    return HttpResponse(request.COOKIES.get("name"))


# --- logged in, and another's page
from django.http import HttpResponse
from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import cache_page


@login_required
@cache_page(60)  # CL701
def one(request):
    return HttpResponse(request.user.pk)


@login_required
@cache_page(60)
def all_alike(request):
    return HttpResponse("for all who are logged in")


# --- a helper that is given the request
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


def name_of(request):
    return request.user.name


def page_of(request):
    return request.GET["page"]


@cache_page(60)  # CL701
def one(request):
    return HttpResponse(name_of(request))


@cache_page(60)
def other(request):
    return HttpResponse(page_of(request))


# --- only where something is posted, logged, or kept
from django.http import HttpResponse
import logging

from django.views.decorators.cache import cache_page

logger = logging.getLogger(__name__)


@cache_page(60)
def one(request):
    if request.method == "POST":
        return HttpResponse(request.user.pk)
    logger.info("by %s", request.user)
    return HttpResponse("")


@cache_page(60)
def other(request, book):
    book.seen_by = request.user
    book.save()
    return HttpResponse("")


# --- it redirects
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import cache_page


@cache_page(60)
def one(request):
    return redirect("user", request.user.pk)


# --- the response speaks for itself
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_page


@cache_page(60)
def one(request):
    response = HttpResponse(request.user.pk)
    patch_vary_headers(response, ["Cookie"])
    return response


# --- a prefix of the visitor's own
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


def view(request):
    return cache_page(60, key_prefix=str(request.user.pk))(inner)(request)


def inner(request):
    return HttpResponse(request.user.pk)


# --- class-based views
from django.http import HttpResponse
from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page


@method_decorator(cache_page(60), name="dispatch")  # CL701
class One(ListView):
    def get_queryset(self):
        return Book.objects.filter(author=self.request.user)


@method_decorator(cache_page(60), name="dispatch")  # CL701
class Guarded(LoginRequiredMixin, ListView):
    pass


@method_decorator(cache_page(60), name="dispatch")
class Plain(ListView):
    def get_queryset(self):
        return Book.objects.all()

    def post(self, request):
        return HttpResponse(request.user.pk)


# --- in urls
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.cache import cache_page


def view(request):
    return HttpResponse(request.user.pk)


def other(request):
    return HttpResponse("")


urlpatterns = [
    path("a", cache_page(60)(view)),  # CL701
    path("b", cache_page(60)(other)),
]
