"""CL106: the session is given a value that JSON refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.session_values import SessionValue
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import is_of_no_site
from cachelint.types.base import Type, Unknown
from cachelint.types.join import members
from cachelint.types.json import Json, json_verdict
from cachelint.types.walk import walk

RULE = Rule(
    code="CL106",
    summary="The session is given a value that JSON refuses.",
    why="""\
Django writes the session as JSON unless the settings say otherwise. A model instance, a set, a Decimal or a date raises
TypeError when the response is finished: the page that was just made becomes a 500, and what else was put into the
session is lost.""",
    severity=Severity.HIGH,
    no_fix="store its `pk`, a list, or its text, and convert it after reading",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from decimal import Decimal


def add(request, price):
    request.session["total"] = Decimal(price)  # CL106
""",
            good="""\
from decimal import Decimal


def add(request, price):
    request.session["total"] = str(Decimal(price))
""",
        ),
    ),
    not_found=(
        "Values that are changed inside of the session, and those that `update` or `setdefault` gives it.",
        "Projects whose `SESSION_SERIALIZER` is another than Django's for JSON; packages without settings of a site.",
    ),
    references=(
        (
            "Django: session serialization",
            "https://docs.djangoproject.com/en/stable/topics/http/sessions/#session-serialization",
        ),
    ),
)

# The engine ``cache`` hands its dict to the cache, which pickles it; the other engines of Django serialize it first.
_OTHER = re.compile(
    rb"SESSION_SERIALIZER|SESSION_ENGINE\s*=\s*['\"](?!django\.contrib\.sessions\.backends\.(?!cache['\"]))"
)


@RULE.on(SessionValue)
def check(fact: SessionValue, facts: Facts) -> Iterator[Report]:
    """One finding for an assignment whose value JSON certainly refuses."""
    if is_of_no_site(facts) or facts.codebase.search(_OTHER, "SESSION_SERIALIZER", "SESSION_ENGINE"):
        # A package may ask its users for another serializer.
        return
    found = members(fact.value)
    if not found or any(isinstance(member, Unknown) for member in found):
        return
    refused = _refused(fact.value)
    if refused is None:
        return
    path, typ, what = refused
    subject = f"`{path}` of the value" if path else "the value"
    related = (Related(typ.origin.place, "made here"),) if typ.origin is not None else ()
    shown = " ".join(fact.parsed.code(fact.target).split())
    yield Report(
        fact.place,
        f"`{shown}` is given something that JSON refuses: {subject} is {what}, and "
        "the response raises TypeError when the session is saved; store what JSON keeps, and convert it after reading",
        related=related,
    )


def _refused(value: Type) -> tuple[str, Type, str] | None:
    """The part that JSON refuses, whichever member the value is."""
    first: tuple[str, Type, str] | None = None
    for member in members(value):
        parts = ((path, typ, json_verdict(typ)) for path, typ in walk(member))
        refused = next(((path, typ, v.what) for path, typ, v in parts if v.json is Json.REFUSES), None)
        if refused is None:
            return None
        first = first or refused
    return first
