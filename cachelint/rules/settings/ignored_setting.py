"""CL605: a word of ``CACHES`` that nothing reads, or a value that is not what it looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.settings import CacheSettings
from cachelint.did_you_mean import closest
from cachelint.findings import Severity
from cachelint.library.cache_options import GONE, MORE_OF_ENTRY, OF_ENTRY, OPTIONS
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.settings_reading import backend_of, inner_options, is_closed, is_of_no_site, place_of
from cachelint.types.base import NO_VALUE, Scalar, force
from cachelint.types.join import members
from cachelint.types.strings import constant

RULE = Rule(
    code="CL605",
    summary="A word of `CACHES` is read by nothing, or says something else than it seems to.",
    why="""\
Django reads the words that it knows and says nothing about others: a TIMEOUT inside of OPTIONS, a MAX_ENTRIES beside
them, a misspelt KEY_PREFIX look as if they did something. A TIMEOUT that is no number is 300 seconds. Words that
Django's Redis backend does not know go to the connection, which raises TypeError at the first command.""",
    severity=Severity.MEDIUM,
    no_fix="write the word that is read, where it is read",
    in_tests=False,
    examples=(
        Example(
            bad="""\
CACHES = {
    "default": {  # CL605
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"TIMEOUT": 60},
    },
}
INSTALLED_APPS = []
""",
            good="""\
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 60,
    },
}
INSTALLED_APPS = []
""",
        ),
    ),
    not_found=("Backends of the project's own, and of packages that are not known.",),
    references=(("Django: CACHES", "https://docs.djangoproject.com/en/stable/ref/settings/#caches"),),
)


#: Words of Django's own, which code has for other reasons as well.
_DJANGOS = OF_ENTRY | {"MAX_ENTRIES", "CULL_FREQUENCY"}


@RULE.on(CacheSettings)
def check(settings: CacheSettings, facts: Facts) -> Iterator[Report]:
    """One finding for each word of an entry that nothing reads."""
    backend = backend_of(settings)
    if is_of_no_site(facts):
        return
    if backend in GONE:
        place = place_of(settings.options, "BACKEND") or settings.place
        yield Report(
            place,
            f"the backend `{backend}` is gone since Django {GONE[backend]}: the cache can't be used; take another",
        )
        return
    if backend not in OPTIONS:
        return
    yield from _timeout(settings)
    known = OF_ENTRY | MORE_OF_ENTRY.get(backend, frozenset())
    for word, _ in settings.options.entries:
        if isinstance(word, str) and word not in known and not _is_read_elsewhere(word, facts):
            place = place_of(settings.options, word) or settings.place
            yield Report(place, _said(word, backend, known, OPTIONS[backend], "in OPTIONS"))
    options = inner_options(settings)
    for word, _ in options.entries if options is not None and is_closed(options) else ():
        if isinstance(word, str) and word not in OPTIONS[backend] and not _is_read_elsewhere(word, facts):
            place = place_of(options, word) or settings.place  # type: ignore[arg-type]
            if word in ("MAX_ENTRIES", "CULL_FREQUENCY") and not backend.endswith("redis.RedisCache"):
                continue
            yield Report(place, _said(word, backend, OPTIONS[backend], known, "beside OPTIONS"))


def _said(word: str, backend: str, known: frozenset[str], others: frozenset[str], elsewhere: str) -> str:
    raises = backend == "django.core.cache.backends.redis.RedisCache" and elsewhere == "beside OPTIONS"
    what = "raises TypeError at the first command" if raises else "is read by nothing"
    said = f"`{word}` {what} with the backend `{backend.rpartition('.')[2]}`"
    if word in others:
        return f"{said} here: it is read {elsewhere}; move it there"
    near = closest(word, sorted(known), 0.75)
    return f"{said}; did you mean `{near}`?" if near and near != word else f"{said}; remove it"


def _timeout(settings: CacheSettings) -> Iterator[Report]:
    given = dict(settings.options.entries).get("TIMEOUT")
    found = members(force(given)) if given is not None else ()
    if len(found) != 1:
        return
    value = constant(found[0])
    is_timedelta = isinstance(found[0], Scalar) and found[0].type == "datetime.timedelta"
    is_text = value is not NO_VALUE and isinstance(value, str) and not re.fullmatch(r"\s*-?\d+\s*", value)
    if is_timedelta or is_text:
        place = place_of(settings.options, "TIMEOUT") or settings.place
        what = "a timedelta" if is_timedelta else f"{value!r}"
        yield Report(place, f"`TIMEOUT` is {what}, which is no number: Django takes 300 s instead; write the seconds")


def _is_read_elsewhere(word: str, facts: Facts) -> bool:
    """Whether code of the project has the very word as a text: it may read it itself."""
    if word.lower() == "serializer":
        # CL602 speaks of it.
        return True
    if word in _DJANGOS:
        return False
    pattern = re.compile(rb"['\"]" + re.escape(word.encode()) + rb"['\"]\s*(?:\]|\)|,)")
    return bool(facts.codebase.search(pattern, word))
