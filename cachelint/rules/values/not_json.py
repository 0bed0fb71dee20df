"""CL104: a JSON serializer would refuse the value."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.aliases import JsonSerializer, json_serializer
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import json_values
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import Part, refused_by_json, subject
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import Scalar
from cachelint.types.json import WRITTEN_AS_TEXT

RULE = Rule(
    code="CL104",
    summary="The value cannot be serialized as JSON.",
    why="""\
With pickle, anyone who can write to the cache can execute code in your processes. The solution is a JSON
serializer, and every value that JSON rejects blocks it: sets, bytes, dates and times, Decimal, UUID, objects of
your own classes, members of an Enum, lazy translations, responses, dicts with tuple keys. `json.dumps` raises
`TypeError` for them. A new version of the code is also most likely to read back such values wrong.""",
    severity=Severity.MEDIUM,
    severity_note="; high if the alias has a JSON serializer that is known: the call raises, or readers get text",
    fix=json_values.propose,
    obligations=json_values.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(user_ids):
    cache.set("online", set(user_ids), timeout=60)  # CL104
""",
            good="""\
from django.core.cache import cache


def remember(user_ids):
    cache.set("online", sorted(set(user_ids)), timeout=60)
""",
        ),
        Example(
            bad="""\
from django.core.cache import cache
from django.utils import timezone


def mark_seen():
    cache.set("last-seen", timezone.now(), timeout=60)  # CL104
""",
            good="""\
from django.core.cache import cache
from django.utils import timezone


def mark_seen():
    cache.set("last-seen", timezone.now().isoformat(), timeout=60)
""",
        ),
    ),
    fix_note="""\
Offered if all writers and readers are known and can be changed with certainty: a set becomes a (sorted) list if its
readers only test membership or iterate over it; a Decimal, UUID, date, time or datetime is stored as text and
converted back after each read; text that is encoded before storing and decoded by every reader stays text; a value
that is pickled by hand is stored as it is (CL402). The key moves to a new version. Unsafe, except for a value
pickled by hand, which may be safe.""",
    not_found=("Values whose type is known only to code outside the project.",),
    deploy="""\
The fix moves the key, so old and new code never read each other's entries, in whatever order the processes are
replaced; old entries expire. Fix these findings first, deploy, and then switch the serializer in a separate deploy
([moving to JSON](../json-serializer.md)): the switch makes all live entries unreadable at once.""",
    references=(
        ("Django: Redis and its serializer", "https://docs.djangoproject.com/en/stable/topics/cache/#redis"),
        ("Python: how JSON converts each type", "https://docs.python.org/3/library/json.html#encoders-and-decoders"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write of something that ``json.dumps`` refuses."""
    found = refused_by_json(write)
    if not found:
        return
    serializer = json_serializer(facts.interpreter, write.alias)
    by_any = [(part, what) for part, what in found if not _is_written_as_text(part)]
    is_text = serializer is JsonSerializer.DJANGO and not by_any
    part, what = by_any[0] if serializer is JsonSerializer.DJANGO and by_any else found[0]
    where, related = source_of(part.typ, write)
    others = len({other.path for other, _ in found if other.path} - {part.path})
    more = f" (and {others} more in this value)" if others and part.path else ""
    yield Report(
        write.at("value", "default", "data"),
        f"{subject(write, part)} is {what}{where}: {_does(serializer, more, is_text=is_text)}",
        related=(*related, *wrapper_places(write)),
        severity=Severity.HIGH if serializer in (JsonSerializer.PLAIN, JsonSerializer.DJANGO) else None,
    )


def _is_written_as_text(part: Part) -> bool:
    return isinstance(part.typ, Scalar) and part.typ.type in WRITTEN_AS_TEXT


def _does(serializer: JsonSerializer | None, more: str, *, is_text: bool) -> str:
    """What JSON does to the value, and what to do about it."""
    if is_text:
        return (
            f"the JSON serializer of this cache stores it{more} as text, and readers get a `str` back; convert it "
            "before it is stored and after it is read"
        )
    if serializer is None:
        then = "which blocks the move from pickle to a JSON serializer"
    elif serializer is JsonSerializer.OTHER:
        then = "which is what this cache stores, unless its own serializer encodes it"
    else:
        then = "so this call raises TypeError"
    return f"`json.dumps` rejects it{more}, {then}; store plain data instead"
