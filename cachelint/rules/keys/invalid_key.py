"""CL302: a key that memcached refuses, or that is no text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.aliases import backends_of
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS
from cachelint.findings import Severity
from cachelint.fixes import key_spaces
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.first_calls import is_first, others
from cachelint.rules.wording import quote, source_of
from cachelint.types.base import NONE, Scalar, Type
from cachelint.types.containers import Dict, List, Set, Tuple
from cachelint.types.display import article, short
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, Str, Text
from cachelint.types.template import joined, templates

RULE = Rule(
    code="CL302",
    summary="A key holds a space or control character, is longer than 250 characters, or is no text.",
    why="""\
Memcached takes no key with a space or control character, and none of more than 250 characters: `get` and `set` raise
InvalidCacheKey. All other backends of Django warn, so that the key works until the backend changes. A key that is no
text is made into one: that of a tuple or list holds spaces, that of a model instance is its `__str__`, which changes
with the data, and that of a QuerySet runs a query.""",
    severity=Severity.MEDIUM,
    severity_note="; high if the settings give the cache memcached",
    fix=key_spaces.propose,
    obligations=key_spaces.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(total):
    cache.set("daily total", total, timeout=60)  # CL302
""",
            good="""\
from django.core.cache import cache


def remember(total):
    cache.set("daily_total", total, timeout=60)
""",
        ),
        Example(
            bad="""\
from django.core.cache import cache


def remember(shop, day, total):
    cache.set((shop, day), total, timeout=60)  # CL302
""",
            good="""\
from django.core.cache import cache


def remember(shop, day, total):
    cache.set(f"total:v1:{shop}:{day}", total, timeout=60)
""",
        ),
    ),
    fix_note="""\
`_` takes the place of each space in the text of the key, at every call that uses the key. Unsafe: existing entries are
no longer found. There is no fix for a key that is no text.""",
    not_found=("Texts from outside that hold a space only sometimes.",),
    references=(
        ("Django: cache key warnings", "https://docs.djangoproject.com/en/stable/topics/cache/#cache-key-warnings"),
    ),
)

#: What Django refuses in a key: the same as memcached.
_REFUSED = re.compile(r"[\x00-\x20\x7f]")
_MAX_LENGTH = 250
_MEMCACHED = ("django.core.cache.backends.memcached.", "django_bmemcached.")


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a key, at the first of its calls."""
    key = call.decides("key")
    if key is None or METHODS[call.method].by_pattern or call.declared or is_test(call.parsed.path):
        return
    if _has_key_function(call, facts):
        return
    what = _wrong(key, is_one=not METHODS[call.method].many)
    if not what or not is_first(call, facts):
        return
    backends = backends_of(facts.interpreter, call.alias)
    memcached = any(backend.startswith(_MEMCACHED) for backend in backends)
    consequence = (
        "memcached, which the settings name for this cache, raises InvalidCacheKey"
        if memcached
        else "memcached raises InvalidCacheKey for it, other backends warn"
    )
    _, related = source_of(key, call)
    node = call.node_of("key", "keys", "data")
    subject = quote(call.parsed, node) if node is not call.node else "the key"
    yield Report(
        call.parsed.place(node),
        f"{subject} {what}: {consequence}; {_advice(key)}",
        related=related,
        severity=Severity.HIGH if memcached else Severity.MEDIUM,
        writes=tuple(others(call, facts)),
    )


def _has_key_function(call: CacheCall, facts: Facts) -> bool:
    """Whether the settings have a function that makes other keys of those that are passed."""
    return bool(facts.codebase.search(re.compile(rb"['\"]KEY_FUNCTION['\"]"), "KEY_FUNCTION"))


def _wrong(key: Type, *, is_one: bool) -> str:
    """What is certainly wrong with a key, in words; empty where nothing is."""
    found = members(key)
    if not found:
        return ""
    said = {_wrong_text(member) if isinstance(member, Str) else _no_text(member) if is_one else "" for member in found}
    return said.pop() if len(said) == 1 else ""


def _wrong_text(key: Str) -> str:
    length = 0
    for part in joined(key) if templates(key) else ():
        if isinstance(part, Text):
            length += len(part.text)
            match = _REFUSED.search(part.text)
            if match is not None:
                return "holds a space" if match.group() == " " else "holds a control character"
        elif _has_space(part):
            return f"holds the text of a `datetime` (`{part.name}`), which has a space in it"
    return f"is longer than {_MAX_LENGTH} characters" if length > _MAX_LENGTH else ""


def _has_space(part: Placeholder) -> bool:
    found = members(part.content) if part.content is not None else ()
    return bool(found) and all(isinstance(m, Scalar) and m.type == "datetime.datetime" for m in found)


def _no_text(key: Type) -> str:
    match key:
        case Tuple(name=""):
            return "is a tuple, whose text has spaces in it"
        case List():
            return "is a list, whose text has spaces in it"
        case Dict() | Set():
            return f"is {article('dict' if isinstance(key, Dict) else 'set')}, whose text depends on its order"
        case ModelInstance(model=model):
            return f"is {article(f'`{model.short_name}`')} instance, whose text changes with its data"
        case QuerySet():
            return "is a QuerySet, whose text runs a query"
        case Scalar(type="bytes" | "bool" as name):
            return f"is {article(f'`{short(name)}`')}, which is the same key as its text"
    return "is None, which is the same key as the text `None`" if key == NONE and key.origin is not None else ""


def _advice(key: Type) -> str:
    found = members(key)
    if isinstance(found[0], Str):
        return (
            "use `_` or `:` in its place"
            if any(" " in str(t.literal or "") for t in templates(key))
            else "shorten it, or use a digest"
        )
    if isinstance(found[0], ModelInstance):
        return "use its `pk`, after a text of your own"
    return "make a text of its parts"
