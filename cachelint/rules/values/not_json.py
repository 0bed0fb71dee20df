"""CL104: a JSON serializer would refuse the value."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import json_values
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import refused_by_json, subject, verb
from cachelint.rules.wording import source_of, wrapper_places

RULE = Rule(
    code="CL104",
    summary="The value can't be written as JSON.",
    why="""\
With pickle, whoever can write to the cache can run code in your processes. The way out is a JSON serializer, and every
value that JSON refuses stands in that way: sets, bytes, dates and times, Decimal, UUID, objects of your own classes,
members of an Enum, lazy translations, responses, dicts with tuple keys. `json.dumps` raises `TypeError` for them.
Such values are also those that a new version of the code is most likely to read back wrong.""",
    severity=Severity.MEDIUM,
    fix=json_values.propose,
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
Where both ends are seen and can be changed for certain: a set becomes a (sorted) list if its readers only ask what is
in it or go through it; a Decimal, UUID, date, time or datetime is written as text and read back after each read; text
that is encoded to be stored and decoded by every reader stays text; what is pickled by hand is stored as it is
(CL402). The key moves to a new version. Unsafe, but for what is pickled by hand, which
may be safe.""",
    not_found=("Values whose type only code outside the project knows.",),
    deploy="""\
The fix moves the key, so that nobody reads what the other code wrote, in whatever order the processes are replaced; old
entries expire. Mend these findings first, deploy, and switch the serializer in a deploy of its own
([moving to JSON](../json-serializer.md)): a switch makes all live entries unreadable at once.""",
    references=(
        ("Django: Redis and its serializer", "https://docs.djangoproject.com/en/stable/topics/cache/#redis"),
        ("Python: what JSON makes of each type", "https://docs.python.org/3/library/json.html#encoders-and-decoders"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write of something that ``json.dumps`` refuses."""
    found = refused_by_json(write)
    if not found:
        return
    part, what = found[0]
    where, related = source_of(part.typ, write)
    others = len({other.path for other, _ in found if other.path} - {part.path})
    more = f" (and {others} more in it)" if others and part.path else ""
    message = (
        f"{subject(write, part)} {verb(write, part)} {what}{where}{more}: "
        "`json.dumps` refuses it, which blocks the move from pickle to a JSON serializer; store plain data"
    )
    yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)))
