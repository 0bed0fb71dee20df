"""CL105: a JSON round trip would silently change the value."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import changed_by_json, subject
from cachelint.rules.wording import source_of, wrapper_places

RULE = Rule(
    code="CL105",
    summary="The value comes back from JSON as something else.",
    why="""\
JSON has no tuples, no keys but strings, and no subclasses of `str` and `int`. A tuple comes back as a list, `{1: "a"}`
as `{"1": "a"}` (and `{1: …, "1": …}` loses an entry), a `SafeString` as a plain string that the template escapes again,
a member of `TextChoices` as its value, a QueryDict with the last value of each key only. Nothing raises: after the move
to a JSON serializer the readers silently work with something else.""",
    severity=Severity.LOW,
    no_fix="what to store instead, and how each reader takes it back, is for a person to decide",
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember_point(x, y):
    cache.set("point", (x, y), timeout=60)  # CL105
""",
            good="""\
from django.core.cache import cache


def remember_point(x, y):
    cache.set("point", [x, y], timeout=60)
""",
        ),
        Example(
            bad="""\
from django.core.cache import cache


def remember_counts(rows):
    counts = {}
    for row in rows:
        counts[len(row)] = 1
    cache.set("counts", counts, timeout=60)  # CL105
""",
            good="""\
from django.core.cache import cache


def remember_counts(rows):
    counts = {}
    for row in rows:
        counts[str(len(row))] = 1
    cache.set("counts", counts, timeout=60)
""",
        ),
    ),
    not_found=("NaN and infinity, which only the running program knows.",),
    deploy="""\
Whoever changes what is stored should change the key as well (`v1` to `v2`), at every call in one deploy: else new code
reads old entries until they expire. Convert at the reader where that is enough; it needs no new key.""",
    references=(
        ("Python: what JSON makes of each type", "https://docs.python.org/3/library/json.html#encoders-and-decoders"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write of something that comes back different."""
    found = changed_by_json(write)
    if not found:
        return
    part, what = found[0]
    where, related = source_of(part.typ, write)
    message = (
        f"{subject(write, part)} does not survive a JSON round trip{where}: {what}, without any error; "
        "store what JSON keeps, or convert it where it is read"
    )
    yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)))
