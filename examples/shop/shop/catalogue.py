"""Cached reads of the catalogue."""

from django.core.cache import cache

from shop.models import Product

PRODUCT_KEY = "product:v1:%s"


def product_name(pk):
    product = cache.get(PRODUCT_KEY % pk)
    if product is None:
        product = Product.objects.get(pk=pk)
        cache.set(PRODUCT_KEY % pk, product, timeout=300)  # CL101
    return product.name


def forget_product(pk):
    cache.delete(PRODUCT_KEY % pk)


def cheapest():
    return cache.get_or_set("cheapest:v1", lambda: Product.objects.order_by("price").first().price, 60)  # CL104


def price_range():
    prices = [product.price for product in Product.objects.all()]
    span = (len(prices), len(set(prices)))
    cache.set("price-range", span, 60)  # CL105
    return span


def names_by_id():
    names = {product.pk: product.name for product in Product.objects.all()}
    cache.set("names-by-id", names, 60)  # CL105
    return names


def in_stock():
    cache.set("in-stock", (product.pk for product in Product.objects.filter(stock__gt=0)), 60)  # CL103


def last_update():
    newest = Product.objects.order_by("-added").values_list("added", flat=True).first()
    cache.set("last-update", newest, 60)  # CL104
