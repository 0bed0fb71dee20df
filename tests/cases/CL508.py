# --- before the change
def rename(book, title):
    cache.delete(f"title:v1:{book.pk}")  # CL508
    Book.objects.filter(pk=book.pk).update(title=title)


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- after the change, outside of a transaction
def rename(book, title):
    Book.objects.filter(pk=book.pk).update(title=title)
    cache.delete(f"title:v1:{book.pk}")


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- in a transaction
from django.db import transaction


def rename(pk, title):
    with transaction.atomic():
        Book.objects.filter(pk=pk).update(title=title)
        cache.delete(f"title:v1:{pk}")  # CL508


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- at the commit
from django.db import transaction


def rename(pk, title):
    with transaction.atomic():
        Book.objects.filter(pk=pk).update(title=title)
        transaction.on_commit(lambda: cache.delete(f"title:v1:{pk}"))


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- at the commit, by a function inside
from django.db import transaction


def rename(pk, title):
    with transaction.atomic():
        Book.objects.filter(pk=pk).update(title=title)

        def forget():
            cache.delete(f"title:v1:{pk}")

        transaction.on_commit(forget)


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- at the commit, by a helper
from django.db import transaction


def forget(pk):
    cache.delete(f"title:v1:{pk}")


def rename(pk, title):
    with transaction.atomic():
        Book.objects.filter(pk=pk).update(title=title)
        transaction.on_commit(lambda: forget(pk))


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- behind the block
from django.db import transaction


def rename(pk, title):
    with transaction.atomic():
        Book.objects.filter(pk=pk).update(title=title)
    cache.delete(f"title:v1:{pk}")


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- a decorated function
from django.db import transaction


@transaction.atomic
def rename(pk, title):
    Book.objects.filter(pk=pk).update(title=title)
    cache.delete(f"title:v1:{pk}")  # CL508


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- a decorated function that writes no rows
from django.db import transaction


@transaction.atomic
def forget(pk):
    cache.delete(f"title:v1:{pk}")


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- a receiver
from django.db.models.signals import post_delete
from django.dispatch import receiver


@receiver(post_delete, sender=Book)
def forget(sender, instance, **kwargs):
    cache.delete(f"title:v1:{instance.pk}")  # CL508


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- a receiver that is connected by a call
from django.db.models.signals import m2m_changed


def forget(sender, instance, **kwargs):
    cache.delete(f"title:v1:{instance.pk}")  # CL508


m2m_changed.connect(forget, sender=Book)


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- that a save is in a transaction is not seen: of low confidence
from django.db.models.signals import post_save
from django.dispatch import receiver


@receiver(post_save, sender=Book)
def forget(sender, instance, **kwargs):
    cache.delete(f"title:v1:{instance.pk}")  # CL508


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- the admin saves in a transaction
from django.contrib import admin
from django.db.models.signals import post_save
from django.dispatch import receiver

admin.site.register(Book)


@receiver(post_save, sender=Book)
def forget(sender, instance, **kwargs):
    cache.delete(f"title:v1:{instance.pk}")  # CL508


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- nothing writes such a key
def rename(pk, title):
    cache.delete(f"upload:v1:{pk}")
    Book.objects.filter(pk=pk).update(title=title)


# --- a lock that is released belongs to no rows
from django.db import transaction


@transaction.atomic
def rename(pk, title):
    if not cache.add(f"busy:v1:{pk}", 1, 60):
        return
    Book.objects.filter(pk=pk).update(title=title)
    cache.delete(f"busy:v1:{pk}")


# --- a helper that a method of a model calls
from django.db import models


def forget(pk):
    cache.delete(f"shelf:v1:{pk}")  # CL508


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    def delete(self, *args, **kwargs):
        forget(self.pk)
        return super().delete(*args, **kwargs)


def name(pk):
    return cache.get_or_set(f"shelf:v1:{pk}", lambda: Shelf.objects.values_list("name", flat=True).get(pk=pk), 60)


# --- new rows are written before the commit
from django.db import models


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        cache.set(f"shelf:v1:{self.pk}", self.name, 60)  # CL508


def name(pk):
    return cache.get(f"shelf:v1:{pk}", "")


# --- a fill in code that a save reaches is none
from django.db import models


def names(pk):
    found = cache.get(f"names:v1:{pk}")
    if found is None:
        found = [str(pk)]
        cache.set(f"names:v1:{pk}", found, 60)
    return found


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    def save(self, *args, **kwargs):
        self.name = "".join(names(self.pk))
        super().save(*args, **kwargs)


# --- a token for a task is a copy of no rows
from django.db import models
from django.utils.crypto import get_random_string


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        cache.set(f"task:v1:{self.pk}", get_random_string(12), 60)


# --- a namespace of the project
from django.db import models


class Space:
    def __init__(self, prefix):
        self.prefix = prefix

    def get(self, key):
        return cache.get(f"{self.prefix}:v1:{key}")

    def set(self, key, value):
        cache.set(f"{self.prefix}:v1:{key}", value, 60)

    def delete(self, key):
        cache.delete(f"{self.prefix}:v1:{key}")

    def clear(self):
        cache.set(self.prefix, timezone.now().timestamp(), 60)


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    @property
    def space(self):
        return Space(f"shelf-{self.pk}")

    def delete(self, *args, **kwargs):
        self.space.clear()  # CL508
        return super().delete(*args, **kwargs)


# --- a view whose requests run in a transaction by the form that it saves
from django import forms
from django.db import transaction
from django.views.generic import UpdateView


class BookForm(forms.ModelForm):
    class Meta:
        model = Book
        fields = ["title"]

    def save(self, commit=True):
        book = super().save(commit)
        cache.delete(f"title:v1:{book.pk}")  # CL508
        return book


class Edit(UpdateView):
    form_class = BookForm

    @transaction.atomic
    def form_valid(self, form):
        return super().form_valid(form)


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- handed to `on_commit` by its name, where that exists
from django.db import models, transaction


class Shelf(models.Model):
    name = models.CharField(max_length=9)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        if hasattr(transaction, "on_commit"):
            transaction.on_commit(self.forget)
        else:
            self.forget()

    def forget(self):
        cache.delete(f"shelf:v1:{self.pk}")


def name(pk):
    return cache.get_or_set(f"shelf:v1:{pk}", lambda: Shelf.objects.values_list("name", flat=True).get(pk=pk), 60)


# --- a form that only makes the instance writes no row
def prepare(form, pk):
    cache.delete(f"title:v1:{pk}")
    return form.save(commit=False)


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)


# --- one that saves it does
def keep(form, pk):
    cache.delete(f"title:v1:{pk}")  # CL508
    return form.save()


def title(pk):
    return cache.get_or_set(f"title:v1:{pk}", lambda: Book.objects.values_list("title", flat=True).get(pk=pk), 60)
