"""What cachelint does not find yet, and a reader would. A test that fails here is good news: move it to the cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import check, make_project

MISSES = {
    "a parameter whose attribute is a cache": """\
def remember(event, pk):
    event.cache.set("book", Book.objects.get(pk=pk), 60)
""",
    "what a valid form gives": """\
class PriceForm(forms.Form):
    price = forms.DecimalField()


def view(request):
    form = PriceForm(request.POST)
    if form.is_valid():
        cache.set("price", form.cleaned_data["price"], 60)
""",
    "what other rows of a registry give": """\
REGISTRY = {}


def register(name):
    def wrap(function):
        REGISTRY[name] = function
        return function
    return wrap


@register("book")
def book():
    return Book.objects.first()


def keep(name):
    cache.set("kept", REGISTRY[name](), 60)
""",
    "the data of a response": """\
from rest_framework.response import Response


def view(request):
    response = Response({"when": timezone.now()})
    cache.set("answer", response.data, 60)
""",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_it_is_missed(text: str, tmp_path: Path) -> None:
    root = make_project(tmp_path, text)
    assert [f.code for f in check(root).findings if f.code in ("CL101", "CL104")] == []
