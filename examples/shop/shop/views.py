"""What visitors see. The comments name what cachelint finds at each call."""

from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from shop.catalogue import cheapest, product_name
from shop.models import Category, Product


def home(request):
    products = cache.get("home:products")
    if products is None:
        products = Product.objects.filter(active=True)
        cache.set("home:products", products, 60)  # CL102
    return JsonResponse({"products": [product.name for product in products]})


def product(request, pk):
    return HttpResponse(f"{product_name(pk)}, the cheapest is {cheapest()}")


def category(request, slug):
    found = get_object_or_404(Category, slug=slug)
    counts = cache.get(f"category:{found.pk}:counts")
    if counts is None:
        counts = {"active": found.products.filter(active=True).count(), "all": found.products.count()}
        cache.set(f"category:{found.pk}:counts", counts)  # CL201 CL301
    return JsonResponse(counts)


def remember_visitor(request):
    cache.set(f"visitor:v1:{request.session.session_key}", request.user, 300)  # CL101
