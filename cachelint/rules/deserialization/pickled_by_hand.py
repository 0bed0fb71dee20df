"""CL402: a value is pickled by hand before it is cached."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes.unpickle import both_ends
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import parts, subject
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.cache import Pickled

RULE = Rule(
    code="CL402",
    summary="A value is pickled by hand before it is stored.",
    why="""\
Django serializes every value itself. Pickling first stores a pickle inside a pickle, forces every reader to call
`pickle.loads` on data from the cache (CL401), and makes a JSON serializer impossible, because JSON rejects bytes.""",
    severity=Severity.MEDIUM,
    fix=both_ends.propose,
    obligations=both_ends.OBLIGATIONS,
    examples=(
        Example(
            bad="""\
import pickle

from django.core.cache import cache


def remember(report):
    cache.set("report", pickle.dumps(report), timeout=60)  # CL402 CL104
""",
            good="""\
from django.core.cache import cache


def remember(report):
    cache.set("report", report, timeout=60)
""",
        ),
    ),
    fix_note="""\
`dumps` and `loads` are removed from all writers and readers, together with an import that nothing else uses, and
the key moves to a new version, because old entries hold bytes. Safe if every use of the key is known, the pickled
value is known to be something that JSON keeps and never None, and readers test for a miss with `is None`; unsafe if
they test for truth, because an empty value is falsy.""",
    deploy="""\
Old entries hold bytes under the old key and expire unread. Old and new processes can run side by side in any order.""",
    references=(
        ("Python: pickle is not secure", "https://docs.python.org/3/library/pickle.html"),
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write of what ``pickle.dumps`` made."""
    for part in parts(write):
        if isinstance(part.typ, Pickled):
            where, related = source_of(part.typ, write)
            message = (
                f"{subject(write, part)} is already pickled by `{part.typ.maker}`{where}: Django pickles it again, and "
                "readers must unpickle it by hand (CL401); pass the value itself"
            )
            yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)))
            return
