"""CL704: the name of a cached fragment is that of a variable."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.fragments import CachedFragment
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL704",
    summary="The name of a cached fragment is that of a variable.",
    why="""\
The first word after the timeout is the fragment's name, as it stands: `{% cache 600 book.pk %}` is one fragment with
the name "book.pk", which all books share. What the fragment varies on comes after the name.""",
    severity=Severity.HIGH,
    no_fix="put a name before it",
    in_tests=False,
    examples=(
        Example(
            bad="""\
# templates/shop/book.html:
#
#   {% load cache %}
#   {% cache 600 book.pk %}{{ book.title }}{% endcache %}
from django.shortcuts import render


def show(request, book):
    return render(request, "shop/book.html", {"book": book})
""",
            good="""\
# templates/shop/book.html:
#
#   {% load cache %}
#   {% cache 600 book book.pk %}{{ book.title }}{% endcache %}
from django.shortcuts import render


def show(request, book):
    return render(request, "shop/book.html", {"book": book})
""",
        ),
    ),
    references=(
        (
            "Django: template fragment caching",
            "https://docs.djangoproject.com/en/stable/topics/cache/#template-fragment-caching",
        ),
    ),
)


@RULE.on(CachedFragment)
def check(fragment: CachedFragment, facts: Facts) -> Iterator[Report]:
    """One finding for a fragment."""
    name = fragment.name
    if name[:1] in "'\"" or fragment.fragment.arguments:
        return
    is_expression = "." in name or "|" in name
    if is_expression or name in fragment.facts.bound:
        yield Report(
            fragment.place,
            f"`{name}` is the name of this fragment, and not what it varies on: all of its values share one entry; put "
            f"a name before it, as `{{% cache {fragment.fragment.words[1]} some_name {name} %}}`",
        )
