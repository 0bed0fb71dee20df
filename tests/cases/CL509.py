# --- nothing drops it
from django.contrib import admin

admin.site.register(Author)


def authors():
    return cache.get_or_set("authors-v1", lambda: list(Author.objects.order_by("name")), None)  # CL101 CL202 CL509


# --- a delete
from django.contrib import admin

admin.site.register(Author)


def authors():
    return cache.get_or_set("authors-v1", lambda: list(Author.objects.order_by("name")), None)  # CL101 CL202


def forget():
    cache.delete("authors-v1")


# --- it expires
from django.contrib import admin

admin.site.register(Author)


def authors():
    return cache.get_or_set("authors-v1", lambda: list(Author.objects.order_by("name")), 60)  # CL101


# --- nobody is seen to change the rows
def authors():
    return cache.get_or_set("authors-v1", lambda: list(Author.objects.order_by("name")), None)  # CL101 CL202


# --- the key moves with the rows
from django.contrib import admin

admin.site.register(Author)


def authors(version):
    return cache.get_or_set(f"authors:{version}", lambda: list(Author.objects.all()), None)  # CL101 CL202
