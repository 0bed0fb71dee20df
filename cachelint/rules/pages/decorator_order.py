"""CL702: a decorator stands on the wrong side of ``cache_page``."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.pages import CachedPage, Wrapping
from cachelint.django.view_decorators import Role
from cachelint.findings import Related, Severity
from cachelint.fixes import decorator_order
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.display import short

RULE = Rule(
    code="CL702",
    summary="A decorator stands on the wrong side of `cache_page`.",
    why="""\
What stands above `cache_page` sees the page after it was stored. `vary_on_cookie` and `never_cache` there change what
the browser is told, and not what the server keeps: it serves the first visitor's page to all. What stands below runs
only when the page is made: with `login_required` there, whoever comes next gets the page without being logged in.""",
    severity=Severity.HIGH,
    fix=decorator_order.propose,
    obligations=decorator_order.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import cache_page


@cache_page(60)  # CL702
@login_required
def prices(request): ...
""",
            good="""\
from django.contrib.auth.decorators import login_required
from django.views.decorators.cache import cache_page


@login_required
@cache_page(60)
def prices(request): ...
""",
        ),
        Example(
            bad="""\
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@vary_on_cookie
@cache_page(60)  # CL702
def prices(request): ...
""",
            good="""\
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@cache_page(60)
@vary_on_cookie
def prices(request): ...
""",
        ),
    ),
    fix_note="""\
The decorators of one function change places. Where they stand in two files, or in a list, there is no fix.""",
    references=(
        (
            "Django: using Vary headers",
            "https://docs.djangoproject.com/en/stable/topics/cache/#using-vary-headers",
        ),
    ),
)

_NO_EFFECT = frozenset({Role.VARIES, Role.FORBIDS})


@RULE.on(CachedPage)
def check(page: CachedPage, facts: Facts) -> Iterator[Report]:
    """One finding for a ``cache_page``, about the first decorator that stands on the wrong side."""
    if page.call is None:
        return
    below = {wrapping.role for wrapping in page.below}
    for wrapping in page.above:
        if wrapping.role in _NO_EFFECT and not below & _NO_EFFECT:
            yield _report(
                page, wrapping,
                f"`{short(wrapping.name)}` stands above `cache_page`: it changes the page after that was stored, so "
                "that the server gives one visitor's page to all; put it below",
            )  # fmt: skip
            return
    above = {wrapping.role for wrapping in page.above}
    for wrapping in page.below:
        if wrapping.role is Role.GUARDS and Role.GUARDS not in above and not below & _NO_EFFECT:
            yield _report(
                page, wrapping,
                f"`cache_page` stands above `{short(wrapping.name)}`: who comes next gets the stored page without "
                f"being asked; put `{short(wrapping.name)}` above it",
            )  # fmt: skip
            return


def _report(page: CachedPage, wrapping: Wrapping, message: str) -> Report:
    return Report(page.place, message, related=(Related(wrapping.place, f"`{short(wrapping.name)}` stands here"),))
