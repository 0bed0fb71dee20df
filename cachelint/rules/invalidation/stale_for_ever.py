"""CL509: an entry that never expires holds rows, and no change of them drops it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.aliases import alias
from cachelint.caching.calls import CacheCall, Clear, Delete
from cachelint.caching.facts import Facts
from cachelint.caching.keys.graph import Key
from cachelint.caching.reads.states import WriteBack
from cachelint.findings import Place, Related, Severity
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import NONE, force
from cachelint.types.django import ModelInstance, ModelType, QuerySet
from cachelint.types.template import templates
from cachelint.types.walk import walk

RULE = Rule(
    code="CL509",
    summary="An entry that never expires holds rows, and no change of them drops it.",
    why="""\
Without a timeout, what is stored stays until it is evicted or the server restarts, which can be months. If the rows
change and nothing deletes the entry, everybody goes on seeing the old ones, and nobody finds out why. Give the entry a
timeout, or delete it where the rows change (in `transaction.on_commit`).""",
    severity=Severity.HIGH,
    no_fix="give the entry a timeout, or delete it where the rows change",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.contrib import admin
from django.core.cache import cache
from shop.models import Product

admin.site.register(Product)


def shelves():
    found = cache.get("shelves-v1")
    if found is None:
        found = list(Product.objects.order_by("name"))
        cache.set("shelves-v1", found, timeout=None)  # CL101 CL202 CL509
    return found
""",
            good="""\
from django.contrib import admin
from django.core.cache import cache
from shop.models import Product

admin.site.register(Product)


def shelves():
    found = cache.get("shelves-v1")
    if found is None:
        found = list(Product.objects.order_by("name"))
        cache.set("shelves-v1", found, timeout=3600)  # CL101
    return found
""",
        ),
    ),
    not_found=(
        "Values of which it is not seen which rows they are made of: texts and numbers, say.",
        "Kinds of change that some deletes of the entry do not cover.",
    ),
    references=(
        (
            "Django: cache arguments",
            "https://docs.djangoproject.com/en/stable/topics/cache/#cache-arguments",
        ),
    ),
)

#: Parts of a key that change with what is stored.
_MOVING = re.compile(r"version|updated|modified|changed|stamp|hash|digest|etag|date|time", re.I)


@RULE.on(Key)
def check(key: Key, facts: Facts) -> Iterator[Report]:
    """One finding for a key whose entries never expire and are dropped by nothing."""
    writes = [call for call in key.all_sites if call.writes]
    if not writes or any(not _never_expires(call, facts) for call in writes):
        return
    if any(isinstance(call, Delete) or call.method in ("touch", "incr", "decr", "expire") for call in key.all_sites):
        return
    if any(isinstance(call, Delete) for call in key.maybe_calls) or _is_emptied(key, facts):
        return
    if any(_MOVING.search(template.template) for call in writes for template in templates(call.key)):
        return
    if not all(_is_fill(call, facts) for call in writes):
        return
    for call in writes:
        for model in _models(call):
            change = _change(model, facts)
            if change is not None:
                where, place = change
                yield Report(
                    call.place,
                    f"the entry never expires and holds rows of `{model.short_name}`, which {where}: nothing "
                    "deletes the entry then, so the old rows are served for ever; give it a timeout, or delete it "
                    "where they change",
                    related=(Related(place, f"`{model.short_name}` can change here"),),
                )
                return


def _never_expires(call: CacheCall, facts: Facts) -> bool:
    if call.timeout is None:
        configured = alias(facts.interpreter, call.alias)
        return configured.known and configured.configured and configured.timeout is None
    return force(call.timeout) == NONE


def _is_emptied(key: Key, facts: Facts) -> bool:
    """Whether something empties the whole cache of a key."""
    aliases = {call.alias for call in key.all_sites}
    return any(
        isinstance(call, Clear) and (call.alias is None or call.alias in aliases) and not is_test(call.parsed.path)
        for call in facts.calls
    )


def _is_fill(call: CacheCall, facts: Facts) -> bool:
    """Whether a write fills a miss: any other may be what puts new rows in the place of old ones."""
    if call.method == "get_or_set" or call.innermost.method == "get_or_set":
        return True
    return any(isinstance(touch, WriteBack) and touch.missed for touch in facts.bodies.of_call(call))


def _models(call: CacheCall) -> Iterator[ModelType]:
    for _, typ in walk(call.value) if call.value is not None else ():
        if isinstance(typ, ModelInstance | QuerySet) and typ.model is not None and typ.model.ref is not None:
            yield typ.model


def _change(model: ModelType, facts: Facts) -> tuple[str, Place] | None:
    """How the project changes the rows of a model, and where."""
    name = model.short_name
    word = re.escape(name.encode())
    changing = re.compile(
        rb"\b" + word + rb"\.objects\b[^\n]*\.(?:update|delete|create|bulk_create|bulk_update|update_or_create)\("
        rb"|(?:site\.register\(|@(?:admin\.)?register\()\s*(?:[\w.]+\s*,\s*)*(?:\w+\.)?" + word + rb"\b"
    )
    for module in facts.codebase.search(changing, name):
        if is_test(module.path) or "/migrations/" in module.path:
            continue
        match = changing.search(module.source.data)
        if match is not None:
            line = module.source.data.count(b"\n", 0, match.start()) + 1
            how = "the admin edits" if b"register" in match.group() else "the project changes"
            return f"{how} ({module.path}:{line})", Place(module.path, line, 1, line, 1 + len(module.line(line)))
    return None
