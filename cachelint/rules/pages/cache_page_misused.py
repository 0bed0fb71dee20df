"""CL706: ``cache_page`` is called in a way that fails, or without a timeout."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.pages import CachedPage
from cachelint.findings import Severity
from cachelint.infer.context import Context
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote
from cachelint.types.base import NO_VALUE, Scalar
from cachelint.types.join import members
from cachelint.types.strings import constant

RULE = Rule(
    code="CL706",
    summary="`cache_page` is used in a way that fails, or without a timeout.",
    why="""\
`cache_page` takes the seconds first, and gives a decorator. Without a call, the view itself is taken for the timeout;
on a method, `self` for the request; a text or timedelta raises TypeError. All of this shows only when the page is
asked for.""",
    severity=Severity.HIGH,
    no_fix='write `@cache_page(60)`, or `@method_decorator(cache_page(60), name="dispatch")` at a class',
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.views.decorators.cache import cache_page


@cache_page  # CL706
def prices(request): ...
""",
            good="""\
from django.views.decorators.cache import cache_page


@cache_page(60)
def prices(request): ...
""",
        ),
    ),
    references=(
        ("Django: the per-view cache", "https://docs.djangoproject.com/en/stable/topics/cache/#the-per-view-cache"),
    ),
)


@RULE.on(CachedPage)
def check(page: CachedPage, facts: Facts) -> Iterator[Report]:
    """One finding for a use of ``cache_page``."""
    said = _wrong(page, facts)
    if said:
        yield Report(page.place, said)


def _wrong(page: CachedPage, facts: Facts) -> str:
    if page.call is None:
        return "`cache_page` is not called: the view is taken for the timeout, and each request fails; pass the seconds"
    is_method = isinstance(page.owner, FunctionRef) and page.owner.definition.parent is not None
    if is_method and not page.of_method:
        return (
            "`cache_page` decorates a method: it takes `self` for the request, and each request fails; wrap it in "
            "`method_decorator(…)`"
        )
    if isinstance(page.owner, ClassRef) and page.of_method and not page.named:
        return '`method_decorator` on a class needs the name of a method; pass `name="dispatch"`'
    plain = [argument for argument in page.call.args if argument.keyword is None and not argument.star]
    if not page.call.args:
        return "`cache_page` gets no timeout: it raises TypeError; pass the seconds"
    if len(plain) > 1:
        return "`cache_page` takes one argument without a name: this raises TypeError; name `cache=` or `key_prefix=`"
    return _wrong_timeout(page, plain[0].value, facts) if plain else ""


def _wrong_timeout(page: CachedPage, node: cst.BaseExpression, facts: Facts) -> str:
    module = facts.codebase.modules.get(page.parsed.path)
    if module is None:
        return ""
    with facts.interpreter.question():
        found = members(Context(facts.interpreter, module, page.parsed).evaluate(node))
    if len(found) != 1:
        return ""
    value = constant(found[0])
    shown = quote(page.parsed, node)
    if isinstance(found[0], Scalar) and found[0].type == "datetime.timedelta":
        return f"the timeout {shown} is a timedelta: each request raises TypeError; pass its seconds"
    if isinstance(value, str):
        return f"the timeout {shown} is a text: each request raises TypeError; pass a number of seconds"
    if value is None and value is not NO_VALUE:
        return (
            f"the timeout {shown} is None, which is `CACHE_MIDDLEWARE_SECONDS` here, 600 s by default; pass the seconds"
        )
    return ""
