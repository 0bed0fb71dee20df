"""CL310: what is stored under a key has another shape than before, and the key is the same."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.keys.changes import Change, How
from cachelint.caching.keys.inventory import Use
from cachelint.caching.keys.renewed import ChangedKey
from cachelint.caching.keys.snapshot import KeptKey, lifetime
from cachelint.findings import Confidence, Severity
from cachelint.fixes.key_version import next_version
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import seconds

RULE = Rule(
    code="CL310",
    summary="What is stored under a key has changed its shape, and the key has not.",
    why="""\
After the deploy the new code reads entries that the old code wrote, and in a rolling deploy the old code reads those
of the new: a KeyError, an AttributeError, or a page with something missing, until all old entries have expired. A key
with a new version is found by nobody else. This rule compares with `cachelint-keys.json`, which
`cachelint keys --write` writes, and without that file with the git revision of `--since`.""",
    severity=Severity.HIGH,
    severity_note=(
        "; medium if it can't be seen that a reader fails, low if no entry lives longer than a minute or if all readers"
        " are seen to cope"
    ),
    fix=next_version.propose,
    obligations=next_version.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(shelf):
    cache.set(f"shelf:v1:{shelf.pk}", {"title": shelf.title, "books": shelf.count()}, timeout=3600)
""",
            good="""\
from django.core.cache import cache


def remember(shelf):
    cache.set(f"shelf:v2:{shelf.pk}", {"title": shelf.title, "books": shelf.count()}, timeout=3600)
""",
            note="`books` has been added since the last release: entries of `v1` do not have it.",
        ),
    ),
    fix_note="""\
The version in the key is increased by one (`v1` is added where there is none) at every call that uses the key. Always
unsafe: existing entries are no longer found, and are computed again.""",
    not_found=(
        "Parts of a value that inference does not know, before or now: they match anything.",
        "Keys whose `KEY_PREFIX` or `VERSION` has changed: nobody reads the old entries.",
    ),
    deploy="""\
With the fix old and new processes do not see each other's entries, which is what makes a rolling deploy safe.""",
    references=(
        ("Django: versions of cache keys", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-versioning"),
    ),
)

#: Seconds: entries that live so long are gone before anybody looks.
_SHORT = 60
#: Changes that a message names.
_MOST = 3


@RULE.on(ChangedKey)
def check(fact: ChangedKey, facts: Facts) -> Iterator[Report]:
    """One finding for a key, at its first write."""
    key, before, changes = fact.changed
    named = "; ".join(change.text for change in changes[:_MOST])
    more = f"; and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    severity, consequence = _judged(changes, before, key.uses)
    yield Report(
        fact.call.at("value", "default", "data"),
        f'what is stored under "{key.template}" has changed since {fact.since}: {named}{more}; {consequence}',
        severity=severity,
        confidence=Confidence.HIGH,
    )


def _judged(changes: tuple[Change, ...], before: KeptKey, uses: tuple[Use, ...]) -> tuple[Severity, str]:
    """How bad it is, and what happens in production."""
    longest = lifetime(before.timeouts)
    reading = [use for use in uses if "read" in use.roles]
    harmed = next(((change, use) for change in changes for use in reading if _fails(change, use)), None)
    old = next((change for change in changes if change.how is How.WENT and change.name in before.items), None)
    until = f"for up to {seconds(longest)}" if longest is not None else "until they are gone"
    if longest is not None and longest <= _SHORT:
        return Severity.LOW, f"entries live for {seconds(longest)} at most, so both kinds are there for that long"
    advice = "give the key its next version"
    if harmed is not None:
        change, use = harmed
        where = f"`{use.function}` ({use.path}:{use.line})" if use.function else f"{use.path}:{use.line}"
        if change.how is How.CAME:
            return Severity.HIGH, f"{where} needs `{change.name}` and fails on entries of before, {until}; {advice}"
        return Severity.HIGH, f"{where} reads entries of before {until}, and fails on them; {advice}"
    if old is not None:
        return (
            Severity.HIGH,
            f"the code of before needs `{old.name}` and fails on new entries in a rolling deploy; {advice}",
        )
    if reading and not before.hands_on and not any(use.hands_on for use in reading):
        return Severity.LOW, "all readers seem to cope with both"
    return Severity.MEDIUM, f"readers may meet entries of either kind {until}; {advice}"


def _fails(change: Change, use: Use) -> bool:
    """Whether a reader certainly fails on an entry of the old shape."""
    if change.how is How.CAME:
        return change.name in use.items
    return change.how is How.OTHER and not change.path and bool(use.items)
