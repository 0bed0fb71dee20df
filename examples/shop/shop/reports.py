"""Sales reports, kept in a cache of their own."""

import pickle

from django.conf import settings
from django.core.cache import caches

from shop.models import Product

reports = caches["reports"]  # CL523


def store_report(name, rows):
    reports.set(f"report:v1:{name}", pickle.dumps(rows), 3600)  # CL104 CL402


def load_report(name):
    data = reports.get(f"report:v1:{name}")
    return pickle.loads(data) if data is not None else None  # CL401


def stock_report():
    rows = list(Product.objects.values("name", "stock"))
    reports.set("stock", rows, timeout=settings.REPORT_TIMEOUT)  # CL202
    return rows


def skip_report():
    reports.set("skipped", True, timeout=0)  # CL203


def summary():
    reports.set("summary", Product.objects.count())  # CL201
