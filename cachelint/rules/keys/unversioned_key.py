"""CL301: a key is built at run time and carries no version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.aliases import alias
from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.caching.keys.template import is_dynamic, is_versioned, templates
from cachelint.findings import Severity
from cachelint.fixes.key_version import marker
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import shape_can_change
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import NONE, force
from cachelint.types.strings import Str, Text

RULE = Rule(
    code="CL301",
    summary="A key is built at run time, and nothing in it is a version.",
    why="""\
On a deploy the cache still holds what the old code wrote. If the new code stores another shape under the same key, it
reads old entries as if they were its own, and in a rolling deploy the old processes read the new ones: KeyError,
AttributeError, or silently wrong pages until everything has expired. A version in the key (`user:v1:42`) makes a change
of shape a change of one character. `version=` at the call, a part of the key that is named for a version, or `VERSION`
in `CACHES` do the same.""",
    severity=Severity.LOW,
    severity_note="; medium where what is stored has a shape that can change (a dict, a tuple, an instance)",
    fix=marker.propose,
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
A marker (`v1`) goes into the literal that the words of the key are written in, once where a constant or a helper
holds it, and so at every call that uses the key, `delete_pattern("total:*")` included where it is written like the
key. Always unsafe: what is in the cache now is not found any more, so that entries go cold, and tokens, one-time codes,
locks and counters among them are lost. Not made where another call may write the same key in another way, or where the
text is used for more than the cache.""",
    not_found=(
        "Keys that come whole from outside the project, or from a parameter that no call in the project fills.",
    ),
    deploy="""\
All entries of the key are out of reach from the deploy on: what they held is worked out anew, at once for all keys, so
choose a quiet hour for what is expensive. What can't be worked out again is lost: sessions, one-time codes, locks,
counters, progress. Old and new processes don't see one another's entries, so that a lock or a counter does not hold
across them while both run.""",
    options=("`all-in-tests`: whether test files are held to it.",),
    references=(
        ("Django: versions of cache keys", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-versioning"),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write under a key that nothing versions."""
    if write.decides("key") is None:
        return
    if write.version is not None and force(write.version) != NONE:
        return
    if write.inner is not None and not any(is_dynamic(t) for given in write.given_keys for t in templates(given)):
        return
    plain = [t for t in templates(write.key) if is_dynamic(t) and not is_versioned(t)]
    if not plain or alias(facts.interpreter, write.alias).has_version:
        return
    node = write.node_of("key", "data")
    template = max(plain, key=_words)
    _, related = source_of(template, write)
    changing = shape_can_change(write.value)
    message = (
        f'the key "{shown(template)}"{_of_several(plain)} carries no version: when the shape of what is stored '
        "changes, new code reads what old code wrote; put a marker such as `v1` into it"
    )
    yield Report(write.parsed.place(node), message, related=(*related, *wrapper_places(write)),
        severity=Severity.MEDIUM if changing else Severity.LOW,
    )  # fmt: skip


def _of_several(plain: list[Str]) -> str:
    texts = {template.template for template in plain}
    return f" (one of {len(texts)})" if len(texts) > 1 else ""


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
