"""CL703: a fragment that depends on the visitor is cached for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.fragments import CachedFragment
from cachelint.caching.visitor import Source, source_of_name
from cachelint.django.templates.loader import Shown
from cachelint.findings import Confidence, Place, Related, Severity
from cachelint.fixes import fragment_argument
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL703",
    summary="A cached fragment depends on the visitor, and nothing in its tag says so.",
    why="""\
The fragment is stored under its name and its arguments. Where the visitor is none of them, the first one's name, links
and permissions are shown to everybody. An argument that does not exist is the empty text: it tells nobody apart.""",
    severity=Severity.HIGH,
    fix=fragment_argument.propose,
    obligations=fragment_argument.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
# templates/shop/base.html:
#
#   {% load cache %}
#   {% cache 600 greeting %}Hello {{ request.user }}{% endcache %}
from django.shortcuts import render


def home(request):
    return render(request, "shop/base.html")
""",
            good="""\
# templates/shop/base.html:
#
#   {% load cache %}
#   {% cache 600 greeting request.user.pk %}Hello {{ request.user }}{% endcache %}
from django.shortcuts import render


def home(request):
    return render(request, "shop/base.html")
""",
        ),
    ),
    fix_note="""\
`request.user.pk` is added to the tag. Unsafe: there is one fragment for each user then. A CSRF token, messages and the
session have no fix: take them out of the fragment.""",
    not_found=(
        "Variables that a view works out for the visitor and gives the template.",
        "Fragments with an argument that may stand for the visitor; templates of Jinja2.",
    ),
    references=(
        (
            "Django: template fragment caching",
            "https://docs.djangoproject.com/en/stable/topics/cache/#template-fragment-caching",
        ),
    ),
)

_ORDER = list(Source)
_VISITOR = re.compile(r"\b(?:user|request|session|perms|visitor|member|account|customer|profile)\b")
#: Arguments that certainly say nothing of the visitor: texts, numbers, the language, what identifies something else.
_PLAIN = re.compile(r"""^(?:["'].*["']|\d+|LANGUAGE_CODE|LANG|\w+(?:\.\w+)*\.(?:pk|id|slug|uuid))(?:\|.*)?$""")


@RULE.on(CachedFragment)
def check(fragment: CachedFragment, facts: Facts) -> Iterator[Report]:
    """One finding for a fragment, by the most telling thing that it shows."""
    if not fragment.is_run or fragment.fragment.words[1] == "0":
        return
    if any(_VISITOR.search(condition) for condition in fragment.fragment.conditions):
        return
    arguments = fragment.fragment.arguments
    spoken_for = any(_VISITOR.search(argument) for argument in arguments)
    if not spoken_for and any(not _PLAIN.match(argument) for argument in arguments):
        return
    found = [(source, shown) for shown in fragment.shown if (source := source_of_name(shown.name)) is not None]
    if spoken_for:
        found = [(source, shown) for source, shown in found if source is Source.CSRF]
    found = [(source, shown) for source, shown in found if not _is_hidden(fragment, shown, facts)]
    if not found:
        return
    source, shown = min(found, key=lambda each: (_ORDER.index(each[0]), each[1].path, each[1].line))
    bare = shown.name.split(".")[0] == "user"
    where = f"line {shown.line}" if shown.path == fragment.path else f"{shown.path}:{shown.line}"
    yield Report(
        fragment.place,
        f"the fragment `{fragment.name}` depends on {source.value} (`{shown.name}`, {where}), and is stored once for "
        f"all: a visitor gets that of another; {_advice(source)}",
        related=(Related(Place(shown.path, shown.line, 1, shown.line, 1), f"`{shown.name}`: {source.value}"),),
        confidence=Confidence.MEDIUM if bare else Confidence.HIGH,
    )


def _is_hidden(fragment: CachedFragment, shown: Shown, facts: Facts) -> bool:
    """Whether a view gives the template something else under the name of what context processors give."""
    root = shown.name.split(".")[0]
    if root == "request":
        return False
    given = re.compile(rb"['\"]" + root.encode() + rb"['\"]\s*(?:\]\s*=|:)|\b" + root.encode() + rb"\s*=")
    name = fragment.path.rpartition("templates/")[2]
    return any(module.findall(given) for module in facts.codebase.containing(name))


def _advice(source: Source) -> str:
    if source in (Source.CSRF, Source.MESSAGES, Source.SESSION, Source.COOKIES):
        return "take it out of the fragment"
    return "add `request.user.pk` to the tag"
