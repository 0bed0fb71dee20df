"""CL105: a JSON round trip would silently change the value."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import JsonSerializer, json_serializer
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import changed_by_json, subject
from cachelint.rules.wording import source_of, wrapper_places

RULE = Rule(
    code="CL105",
    summary="A JSON round trip silently changes the value.",
    why="""\
JSON has no tuples, only string keys, and no subclasses of `str` and `int`. A tuple comes back as a list, `{1: "a"}`
as `{"1": "a"}` (and `{1: …, "1": …}` loses an entry), a `SafeString` as a plain string that the template escapes
again, a member of `TextChoices` as its value, a QueryDict with only the last value of each key. Nothing raises:
after the move to a JSON serializer, the readers silently work with a different value.""",
    severity=Severity.LOW,
    severity_note="; high if the alias has a JSON serializer: readers get something else then",
    no_fix="choose a JSON-compatible representation and update the readers",
    in_tests=False,
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
    not_found=("NaN and infinity, which are known only at run time.",),
    deploy="""\
If you change the stored value, change the key too (`v1` to `v2`), at every call and in one deploy: otherwise new
code reads old entries until they expire. If it is enough to convert the value after reading, no new key is needed.""",
    references=(
        ("Python: how JSON converts each type", "https://docs.python.org/3/library/json.html#encoders-and-decoders"),
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
        f"{subject(write, part)}{where} does not survive a JSON round trip: {what}, without any error; "
        "store a value that JSON keeps, or convert it after reading"
    )
    serializer = json_serializer(facts.interpreter, write.alias)
    yield Report(
        write.at("value", "default", "data"),
        message,
        related=(*related, *wrapper_places(write)),
        severity=Severity.HIGH if serializer in (JsonSerializer.PLAIN, JsonSerializer.DJANGO) else None,
    )
