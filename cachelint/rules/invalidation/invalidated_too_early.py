"""CL508: an entry is dropped for a change that is not committed yet."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.caching.invalidations import Invalidation, Reason, Why
from cachelint.findings import Related, Severity
from cachelint.fixes import on_commit
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL508",
    summary="An entry is deleted or overwritten before the change that it is about is committed.",
    why="""\
Until a transaction is committed, all others see the old rows. If an entry is deleted inside the transaction (in a
receiver of `post_save`, in `save()`, in a view under `ATOMIC_REQUESTS`), a request that comes between the delete and
the commit finds nothing, reads the old rows and stores them again, and nobody deletes the entry a second time:
permissions that were revoked stay until the timeout. If an entry is *written* inside, a rollback leaves in the cache
what was never saved. Do it in `transaction.on_commit`, which runs at once where there is no transaction.""",
    severity=Severity.MEDIUM,
    fix=on_commit.propose,
    obligations=on_commit.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from django.db import models


class Shelf(models.Model):
    name = models.CharField(max_length=40)

    def save(self, *args, **kwargs):
        cache.delete(f"shelf:v1:{self.pk}")  # CL508
        super().save(*args, **kwargs)


def shelf_name(pk):
    name = cache.get(f"shelf:v1:{pk}")
    if name is None:
        name = Shelf.objects.get(pk=pk).name
        cache.set(f"shelf:v1:{pk}", name, timeout=600)
    return name
""",
            good="""\
from functools import partial

from django.core.cache import cache
from django.db import models, transaction


class Shelf(models.Model):
    name = models.CharField(max_length=40)

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        transaction.on_commit(partial(cache.delete, f"shelf:v1:{self.pk}"))


def shelf_name(pk):
    name = cache.get(f"shelf:v1:{pk}")
    if name is None:
        name = Shelf.objects.get(pk=pk).name
        cache.set(f"shelf:v1:{pk}", name, timeout=600)
    return name
""",
        ),
    ),
    fix_note="""\
`cache.delete(key)` becomes `transaction.on_commit(partial(cache.delete, key))`: the key is worked out at once, since
an instance that is deleted has none at the commit. Not offered where the change comes after the call, and for
writes.""",
    not_found=(
        "Transactions that are opened more than two calls away, or by code outside the project.",
        "Receivers that are connected by code which cannot be followed.",
    ),
    references=(
        (
            "Django: performing actions after commit",
            "https://docs.djangoproject.com/en/stable/topics/db/transactions/#performing-actions-after-commit",
        ),
    ),
)


@RULE.on(Invalidation)
def check(invalidation: Invalidation, facts: Facts) -> Iterator[Report]:
    """One finding for each call that comes too early."""
    call, reason = invalidation.call, invalidation.reason
    if isinstance(call, Write):
        what = "is written before the change is committed"
        then = "a rollback leaves in the cache what was never saved"
    else:
        what = "is deleted before the change is committed"
        then = "a request in between reads the old rows and stores them again"
    related = [Related(reason.place, _shows(reason))]
    related += [Related(place, "called here") for place in reason.way]
    yield Report(
        call.place,
        f"the entry {what} ({_because(reason, call.parsed.path)}): {then}; call it in `transaction.on_commit(…)`",
        related=tuple(related),
        confidence=reason.confidence,
    )


def _line(reason: Reason, path: str) -> str:
    return f"line {reason.place.line}" if reason.place.path == path else f"{reason.place.path}:{reason.place.line}"


def _because(reason: Reason, path: str) -> str:
    line = _line(reason, path)
    match reason.why:
        case Why.BLOCK:
            return f"inside `transaction.atomic()`, {line}"
        case Why.DECORATOR:
            return f"the function is `@transaction.atomic`, {line}"
        case Why.ASSERTED:
            return f"this runs inside a transaction only, {line}"
        case Why.SIGNAL:
            return f"a receiver of `{reason.name}` runs inside the transaction, {line}"
        case Why.METHOD | Why.QUERYSET:
            return f"`{reason.name}()` may run inside its caller's transaction, {line}"
        case Why.FORM:
            return f"the form is saved in `{reason.name}`, which is atomic, {line}"
    return f"`{reason.name}()` comes later, {line}"


def _shows(reason: Reason) -> str:
    match reason.why:
        case Why.BLOCK | Why.DECORATOR | Why.FORM:
            return "the transaction is opened here"
        case Why.SIGNAL:
            return f"called by `{reason.name}`"
        case Why.METHOD | Why.QUERYSET:
            return "callers may have opened a transaction"
        case Why.ASSERTED:
            return "runs inside a transaction only"
    return "the rows are changed here"
