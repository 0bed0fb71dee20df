"""CL306: a key is read, deleted or counted, and nothing writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import libcst as cst

from cachelint.caching.calls import CacheCall, has_words
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import is_known
from cachelint.caching.keys.plausible import may_meet
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Confidence, Related, Severity
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.explained_keys import calls_with_words, in_production, is_explained
from cachelint.rules.keys.unversioned_key import shown
from cachelint.types.strings import Placeholder, Str, Text
from cachelint.types.template import joined, templates

RULE = Rule(
    code="CL306",
    summary="A key is read, deleted, touched or incremented, and nothing writes it.",
    why="""\
A typo, another prefix or a name of before: the read never hits, so that its value is worked out each time, or the
delete hits nothing, so that the entry which it was meant for stays until its timeout. Nobody notices: a miss is no
error. The message names the key that was probably meant.""",
    severity=Severity.MEDIUM,
    no_fix="use the key that is written, in both places by the same function or constant",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def total(shop):
    return cache.get_or_set(f"total:v1:{shop.pk}", lambda: 1, timeout=60)


def forget(shop):
    cache.delete(f"totals:v1:{shop.pk}")  # CL306
""",
            good="""\
from django.core.cache import cache


def key_of(shop):
    return f"total:v1:{shop.pk}"


def total(shop):
    return cache.get_or_set(key_of(shop), lambda: 1, timeout=60)


def forget(shop):
    cache.delete(key_of(shop))
""",
        ),
    ),
    not_found=(
        "Keys that another call may write whose key is not known.",
        "Keys whose words stand elsewhere in the project, in a template or a configuration.",
    ),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)

_ASKING = frozenset({Does.READS, Does.TESTS, Does.DELETES, Does.MOVES, Does.COUNTS})
#: From here on two keys are alike.
_ALIKE = 0.7
_VERBS = {
    Does.READS: "never hits", Does.TESTS: "never hits", Does.DELETES: "deletes nothing", Does.MOVES: "changes nothing",
    Does.COUNTS: "fails",
}  # fmt: skip


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for each call of a key that nothing can have written."""
    if call.decides("key") is None or METHODS[call.method].does not in _ASKING or not in_production(call):
        return
    prefixed = _with_words(call, facts)
    if prefixed is not None:
        yield _without_words(call, prefixed)
        return
    if METHODS[call.method].by_pattern or _is_probe(call) or not is_known(call):
        return
    texts = templates(call.key)
    written = list(calls_with_words(call, facts, _writes))
    if any(may_meet(text, other) for text in texts for _, other in written):
        return
    name = _fragment(texts)
    if name:
        yield from _unnamed_fragment(call, name, facts)
        return
    if not _anything_is_written(facts):
        return
    if is_explained(texts, facts, _writes):
        report = _report(call, written)
        # Where the function that is called also asks for a digest of the key, that may be what is written.
        home = call.innermost.function if call.inner is not None else None
        if report.related or home is None or not any(each.function == home for each in facts.keys.digests):
            yield report


def _with_words(call: CacheCall, facts: Facts) -> CacheCall | None:
    """The write of the same class that puts words before what is the whole key here: ``PREFIX + self.name``.

    None where some write has it as its whole key too.
    """
    node = call.nodes.get("key")
    name = dotted(node) if node is not None else None
    if name is None or not name.startswith("self.") or call.function is None or has_words(call.key):
        return None
    found: CacheCall | None = None
    for site in _writes_in(call.parsed.path, facts):
        written = site.nodes.get("key")
        if site.alias != call.alias:
            continue
        if written is not None and dotted(written) == name:
            return None
        if site.function is None or site.function.definition.parent is not call.function.definition.parent:
            continue
        parts = [part for text in templates(site.key) for part in text.parts or () if isinstance(part, Placeholder)]
        if [part.name for part in parts] == [name] and has_words(site.key):
            found = site
    return found


def _writes_in(path: str, facts: Facts) -> list[CacheCall]:
    """The writes in a file."""

    def by_path() -> dict[str, list[CacheCall]]:
        found: dict[str, list[CacheCall]] = {}
        for call in facts.calls:
            if call.writes:
                found.setdefault(call.parsed.path, []).append(call)
        return found

    writes: dict[str, list[CacheCall]] = facts.memo.ask("writes by path", by_path, {})
    return writes.get(path, [])


def _without_words(call: CacheCall, write: CacheCall) -> Report:
    verb = _VERBS[METHODS[call.method].does]
    text = templates(write.key)[0]
    return Report(
        call.at("key"),
        f'`{call.called}` {verb}: the key that is written is "{shown(text)}", and not the name alone; use the same key '
        "here",
        related=(Related(write.place, "this key is written"),),
    )


def _fragment(texts: list[Str]) -> str:
    """The name of the template fragment that a key is of; empty for another key."""
    first = joined(texts[0])[0] if len(texts) == 1 else None
    match = re.fullmatch(r"template\.cache\.(.+)\.", first.text) if isinstance(first, Text) else None
    return match.group(1) if match is not None else ""


def _unnamed_fragment(call: CacheCall, name: str, facts: Facts) -> Iterator[Report]:
    """A fragment's key is written by the template that has the fragment: by none where none has the name."""
    found = facts.templates.by_name
    if not found or any(name.encode() in text for text in facts.codebase.other_texts.values()):
        return
    verb = _VERBS[METHODS[call.method].does]
    yield Report(
        call.at("key", "keys"),
        f"`{call.called}` {verb}: no template of the project has a fragment called `{name}`; use the name that the "
        "template has, or remove the call",
        confidence=Confidence.MEDIUM,
    )


def _anything_is_written(facts: Facts) -> bool:
    """Whether the project writes to caches at all: where it does not, another program does."""
    return any(_writes(call) and not is_test(call.parsed.path) for call in facts.calls)


def _writes(call: CacheCall) -> bool:
    """Whether a call makes an entry: a counter, a lock and what moves one do too."""
    does = METHODS[call.method].does
    return does not in _ASKING and does is not Does.CLEARS


def _is_probe(call: CacheCall) -> bool:
    """Whether nobody looks at what a read gives: it asks whether the cache is there."""
    if METHODS[call.method].does is not Does.READS:
        return False
    return isinstance(call.parsed.gathered.parents.get(call.node), cst.Expr)


def _report(call: CacheCall, written: list[tuple[CacheCall, Str]]) -> Report:
    text = max(templates(call.key), key=lambda text: len(text.template))
    nearest = _nearest(text, written)
    verb = _VERBS[METHODS[call.method].does]
    said = f'`{call.called}` {verb}: nothing writes the key "{shown(text)}"'
    place = call.at("key", "keys")
    if nearest is None:
        return Report(place, f"{said}; write it, or remove the call", confidence=Confidence.MEDIUM)
    site, other = nearest
    return Report(
        place,
        f'{said}, as the key that is written is "{shown(other)}"; use the same key here',
        related=(Related(site.place, "this key is written"),),
    )


def _nearest(text: Str, written: list[tuple[CacheCall, Str]]) -> tuple[CacheCall, Str] | None:
    """The written key that is most like one; None where none is like it."""
    plain = _plain(text)
    rated = [(SequenceMatcher(None, plain, _plain(other)).ratio(), number) for number, (_, other) in enumerate(written)]
    best = max(rated, default=(0.0, 0))
    return written[best[1]] if best[0] >= _ALIKE else None


def _plain(text: Str) -> str:
    return "".join(part.text if isinstance(part, Text) else "{}" for part in joined(text))
