"""CL701: a page that depends on the visitor is cached for all."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.pages import CachedPage
from cachelint.caching.visitor import Dependence, Source
from cachelint.django.view_decorators import Role
from cachelint.findings import Confidence, Related, Severity
from cachelint.fixes import vary_on_cookie
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL701",
    summary="A page that depends on the visitor is cached for all.",
    why="""\
`cache_page` stores the page before the session middleware says `Vary: Cookie`, so the first visitor's page is given to
everybody, logged in or not. Tests don't show it, and the browser does see `Vary: Cookie`. Put `vary_on_cookie` below
`cache_page` so that each visitor has pages of their own, or `ensure_csrf_cookie` where only the token of a form is in
the page; or cache what all pages have in common instead.""",
    severity=Severity.HIGH,
    fix=vary_on_cookie.propose,
    obligations=vary_on_cookie.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(60)  # CL701
def greeting(request):
    return HttpResponse(f"Hello {request.user}")
""",
            good="""\
from django.http import HttpResponse
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@cache_page(60)
@vary_on_cookie
def greeting(request):
    return HttpResponse(f"Hello {request.user}")
""",
        ),
    ),
    fix_note="""\
`@vary_on_cookie` is put below `cache_page` where it decorates a function and the page depends on user, session or
cookies; `@ensure_csrf_cookie` where it depends on the CSRF token alone. Unsafe: there is one page for each visitor
then.""",
    not_found=(
        "Views under a decorator of the project that calls `cache_page` itself.",
        "A session that is written under `cache_page`: that happens for the first visitor only.",
        "What third-party code that is given the request makes of it.",
    ),
    references=(
        (
            "Django: using Vary headers",
            "https://docs.djangoproject.com/en/stable/topics/cache/#using-vary-headers",
        ),
    ),
)

_ORDER = list(Source)
_SPEAKING = frozenset({Role.VARIES, Role.FORBIDS})


@RULE.on(CachedPage)
def check(page: CachedPage, facts: Facts) -> Iterator[Report]:
    """One finding for a ``cache_page``, by the most telling thing that its page depends on."""
    if page.call is None or page.view is None or _is_off(page) or _is_for_some(page):
        return
    below = {wrapping.role for wrapping in page.below}
    if below & _SPEAKING:
        return
    if any(wrapping.role in _SPEAKING for wrapping in page.above):
        return
    found = dependences(page, facts)
    if not found:
        return
    first = found[0]
    sure = all(wrapping.role is not Role.UNKNOWN for wrapping in page.below)
    where = f"{first.place.path}:{first.place.line}"
    yield Report(
        page.place,
        f"the page depends on {first.source.value} (`{first.text}`, {where}), and is stored once for all: a visitor "
        f"gets the page of another; {_advice(first.source)}",
        related=tuple(Related(each.place, f"`{each.text}`: {each.source.value}") for each in found[:3]),
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
    )


def dependences(page: CachedPage, facts: Facts) -> list[Dependence]:
    """What the page depends on and nothing around speaks for, the most telling first."""
    assert page.view is not None
    with facts.interpreter.question():
        found = facts.visitors.of(page.view, page.entry)
    roles = {wrapping.role for wrapping in (*page.above, *page.below)}
    if Role.CSRF in {wrapping.role for wrapping in page.below}:
        found = []
    if Role.GUARDS in roles:
        found = [each for each in found if each.source is not Source.PERMISSIONS]
    return sorted(found, key=lambda each: (_ORDER.index(each.source), each.place))


def _is_off(page: CachedPage) -> bool:
    """Whether nothing is stored: the timeout is 0."""
    first = page.call.args[0].value if page.call is not None and page.call.args else None
    return isinstance(first, cst.Integer) and first.value == "0"


def _is_for_some(page: CachedPage) -> bool:
    """Whether a prefix is worked out at the call: it may be one of the visitor's own."""
    return page.call is not None and any(
        a.keyword is not None and a.keyword.value == "key_prefix" and not isinstance(a.value, cst.SimpleString)
        for a in page.call.args
    )


def _advice(source: Source) -> str:
    if source is Source.CSRF:
        return "put `ensure_csrf_cookie` below `cache_page`"
    if source is Source.PERMISSIONS:
        return "check them outside of `cache_page`"
    return "put `vary_on_cookie` below `cache_page`"
