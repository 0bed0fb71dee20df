"""CL301: a key is built at run time and carries no version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.aliases import alias
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes.key_version import marker
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import shape_can_change
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import NONE, force
from cachelint.types.strings import Str, Text
from cachelint.types.template import is_dynamic, is_versioned, templates

RULE = Rule(
    code="CL301",
    summary="A key is built at run time and has no version.",
    why="""\
After a deploy, the cache still contains entries written by the old code. If the new code stores values of another
shape under the same key, it reads old entries as if they were its own, and in a rolling deploy the old processes
read the new ones: the result is KeyError, AttributeError, or silently wrong pages until everything has expired.
With a version in the key (`user:v1:42`), a change of shape only needs a change of one character. `version=` at the
call, a part of the key whose name contains "version", or `VERSION` in `CACHES` have the same effect.""",
    severity=Severity.LOW,
    severity_note="; medium if the stored value has a shape that can change (a dict, a tuple, an instance)",
    fix=marker.propose,
    obligations=marker.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(user_id, total):
    cache.set(f"total:{user_id}", total, timeout=60)  # CL301
""",
            good="""\
from django.core.cache import cache


def remember(user_id, total):
    cache.set(f"total:v1:{user_id}", total, timeout=60)
""",
        ),
    ),
    fix_note="""\
A marker (`v1`) is added to the literal that contains the text of the key (once, if a constant or a helper contains
it), and so at every call that uses the key, including `delete_pattern("total:*")` if it is written like the key.
Always unsafe: existing entries are no longer found, so the cache starts cold, and tokens, one-time codes, locks and
counters among them are lost. Not offered if another call may build the same key differently, or if the text is used
for something other than the cache.""",
    not_found=(
        "Keys that come entirely from outside the project, or from a parameter that no call in the project passes.",
    ),
    deploy="""\
From the deploy on, existing entries of the key can no longer be reached: their values are computed again, for all
keys at once, so choose a quiet hour for expensive ones. Values that cannot be computed again are lost: sessions,
one-time codes, locks, counters, progress. Old and new processes do not see each other's entries, so a lock or a
counter is not shared between them while both run.""",
    options=("`all-in-tests`: whether this rule also checks test files.",),
    references=(
        ("Django: versions of cache keys", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-versioning"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a key that nothing versions, at the first of its writes; the others stand beside it."""
    plain = _plain(write, facts)
    if not plain:
        return
    others = _other_writes(write, facts)
    if others and others[0].place < write.place:
        return
    node = write.node_of("key", "data")
    template = max(plain, key=_words)
    _, related = source_of(template, write)
    changing = any(shape_can_change(call.value) for call in (write, *others))
    message = (
        f'the key "{shown(template)}"{_of_several(plain)} has no version: when the shape of the value changes, '
        "new code reads entries written by old code; add a marker such as `v1` to the key"
    )
    yield Report(
        write.parsed.place(node),
        message,
        related=(*related, *wrapper_places(write)),
        severity=Severity.MEDIUM if changing else Severity.LOW,
        writes=tuple(other.place for other in others),
    )


def _plain(write: Write, facts: Facts) -> list[Str]:
    """The texts of a key that a call decides, and that nothing versions."""
    if write.decides("key") is None or (write.version is not None and force(write.version) != NONE):
        return []
    if write.inner is not None and not any(is_dynamic(t) for given in write.given_keys for t in templates(given)):
        return []
    if alias(facts.interpreter, write.alias).has_version:
        return []
    return [t for t in templates(write.key) if is_dynamic(t) and not is_versioned(t)]


def _other_writes(write: Write, facts: Facts) -> list[Write]:
    """The other writes of the same key that are as much without a version, in the order of files and lines."""
    key = facts.keys.of(write)
    calls = key.all_sites if key is not None else ()
    found = [c for c in calls if isinstance(c, Write) and c is not write and not is_test(c.parsed.path)]
    return sorted((c for c in found if c.node is not write.node and _plain(c, facts)), key=lambda call: call.place)


def _of_several(plain: list[Str]) -> str:
    texts = {template.template for template in plain}
    return f" (one of {len(texts)} possible keys)" if len(texts) > 1 else ""


def _words(template: Str) -> int:
    """How much fixed text there is: of several templates the most telling one is shown."""
    return sum(len(part.text) for part in template.parts or () if isinstance(part, Text))


def shown(template: Str, limit: int = 100) -> str:
    """A template on one line; long names of parts are cut, and where all is too long, parts in the middle left out."""
    parts = [
        " ".join(part.text.split()) if isinstance(part, Text) else f"{{{_cut(part.name)}}}"
        for part in template.parts or ()
    ]
    while len("".join(parts)) > limit and len(parts) > 4:
        middle = len(parts) // 2
        parts[middle - 1 : middle + 1] = ["…"]
    text = "".join(parts)
    return re.sub("…+", "…", text)


def _cut(name: str, limit: int = 30) -> str:
    text = " ".join(name.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
