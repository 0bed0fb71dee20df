"""CL309: the whole key of an entry is what a visitor sent."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall, has_words
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS, Does
from cachelint.django.requests import visitors_text
from cachelint.findings import Severity
from cachelint.project.enclosing import function_around
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote
from cachelint.types.join import members
from cachelint.types.strings import Str

RULE = Rule(
    code="CL309",
    summary="The whole key comes from the request.",
    why="""\
A visitor chooses which entry is read, set or deleted: also one that has nothing to do with this function, such as the
session of another user where sessions are in the same cache. A prefix of your own keeps visitors to the entries that
are meant for them.""",
    severity=Severity.HIGH,
    no_fix="put a text of your own before it",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from django.http import HttpResponse


def preview(request):
    return HttpResponse(cache.get(request.GET["key"], ""))  # CL309
""",
            good="""\
from django.core.cache import cache
from django.http import HttpResponse


def preview(request):
    return HttpResponse(cache.get(f"preview:v1:{request.GET['key']}", ""))
""",
        ),
    ),
    not_found=("Keys from parts of the URL: of what form they can be is said in `urls.py`.",),
    references=(("OWASP: web parameter tampering", "https://owasp.org/www-community/attacks/Web_Parameter_Tampering"),),
)

#: What refuses a text that is none of those it knows.
_CHECKING = frozenset({"get_object_or_404", "is_valid", "full_clean", "unsign", "unsign_object", "loads", "validate"})


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a call with such a key."""
    key = call.decides("key")
    node = call.nodes.get("key")
    if key is None or node is None or is_test(call.parsed.path) or METHODS[call.method].does is Does.CLEARS:
        return
    if has_words(key) or any(isinstance(m, Str) and m.digest for m in members(key)):
        return
    source = visitors_text(node, call.parsed)
    if not source or _is_checked(node, call.parsed):
        return
    what = source if source.startswith("the ") else f"`{source}`"
    yield Report(
        call.parsed.place(node),
        f"the whole key of `{call.called}` comes from {what} ({quote(call.parsed, node)}): a visitor chooses which "
        "entry it is, also one of another function or of a session; put a prefix of your own before it",
    )


def _is_checked(node: cst.BaseExpression, parsed: ParsedDefinition) -> bool:
    """Whether the function tests the key against what it knows."""
    function = function_around(node, parsed)
    if function is None or not isinstance(node, cst.Name):
        return False
    for inner in descendants(function):
        if isinstance(inner, cst.Comparison) and _names(inner.left, node.value):
            if any(
                isinstance(target.operator, cst.In | cst.NotIn | cst.Equal | cst.NotEqual)
                for target in inner.comparisons
            ):
                return True
        if isinstance(inner, cst.Call):
            name = inner.func.attr.value if isinstance(inner.func, cst.Attribute) else getattr(inner.func, "value", "")
            if name in _CHECKING and any(_names(argument.value, node.value) for argument in inner.args):
                return True
    return False


def _names(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(n, cst.Name) and n.value == name for n in (node, *descendants(node)))
