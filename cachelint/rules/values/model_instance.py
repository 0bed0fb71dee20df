"""CL101: a model instance is cached."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.django.orm import SOME_MODEL
from cachelint.findings import Confidence, Severity
from cachelint.fixes import stored_instances
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import is_model, parts, subject
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.display import article
from cachelint.types.django import ModelInstance, ModelType

RULE = Rule(
    code="CL101",
    summary="A model instance is stored in the cache.",
    why="""\
Django pickles every value that is passed to `cache.set`. A pickled model instance contains the whole row as it was,
and the path of its class. After the next migration, a field that was added is missing on the cached instance
(reading it runs a hidden query for each object), a field that was removed or changed its type comes back with the
old value, and a class that was renamed or moved makes `cache.get` raise. After a Django upgrade each object causes
a warning; after a rollback (from 6.1 to 4.2, say) none can be read. A cached user also contains the password hash,
and `save()` on a cached instance writes all its old values back. Store a dict of the fields that the readers use.""",
    severity=Severity.HIGH,
    fix=stored_instances.propose,
    obligations=stored_instances.OBLIGATIONS,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from shop.models import Product


def product_name(pk):
    product = cache.get("product:v1:%s" % pk)
    if product is None:
        product = Product.objects.get(pk=pk)
        cache.set("product:v1:%s" % pk, product, timeout=300)  # CL101
    return product.name
""",
            good="""\
from django.core.cache import cache
from shop.models import Product


def product_name(pk):
    product = cache.get("product:v2:%s" % pk)
    if product is None:
        product = Product.objects.values("id", "name").get(pk=pk)
        cache.set("product:v2:%s" % pk, product, timeout=300)
    return product["name"]
""",
            note="A new shape needs a new key, so that new code never reads entries written by old code.",
        ),
    ),
    fix_note="""\
The cache stores a row (a dict of columns), and each read returns the instance again, as a query would: callers,
methods, relations and templates keep working. The edits are at the calls of the cache: `to_row(product)` where it is
stored, `from_row(Product, …)` where it is read, with functions that the fix adds to your project once. Lists, tuples,
dicts of instances, `get_many`, `get_or_set`, helpers that pass the value through and memoizing decorators of your own
are handled too. Where all readers are in sight and only read plain columns, the fix stores a dict of just these columns
instead, and `product.name` becomes `product["name"]`. The key moves to a new version at every call that uses it: new
code never reads an old entry and, in a rolling deploy, old code never reads a new one.
[How fixes work](../fixes.md) shows all forms. If there is no fix, the finding says what prevents it, and where.""",
    not_found=(
        "Instances that reach the cache through code outside the project.",
        "Instances in attributes of objects of the project's own classes, unless they are dataclasses or named tuples.",
    ),
    deploy="""\
Old entries stay under the old key until they expire and are no longer read: the first requests after the deploy
miss the cache and load from the database. Old and new processes can run side by side in any order, each with its
own key; while they do, a delete in one does not delete the other's entry, so one of them may serve an old value
until its timeout. No particular order of steps is needed.""",
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
        (
            "Django: pickled objects and versions",
            "https://docs.djangoproject.com/en/stable/ref/models/querysets/#pickling-querysets",
        ),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write that stores an instance, at the first instance in the value."""
    found = [part for part in parts(write) if is_model(part)]
    if not found:
        return
    part = found[0]
    assert isinstance(part.typ, ModelInstance)
    model = part.typ.model
    where, related = source_of(part.typ, write)
    whole = " with the whole row, password hash included," if model == facts.interpreter.models.user_model() else ""
    message = (
        f"{subject(write, part)} is {_instance(model, facts)}{where}: it is pickled{whole} and can come back stale or "
        "fail to load after a migration or a Django upgrade; cache a dict of its fields instead"
    )
    yield Report(
        write.at("value", "default", "data"),
        message,
        related=(*related, *wrapper_places(write)),
        confidence=Confidence.HIGH if model.certain else Confidence.MEDIUM,
    )


def _instance(model: ModelType, facts: Facts) -> str:
    """The instance in words: no object is ever made of an abstract model itself."""
    if model == SOME_MODEL:
        return "a model instance"
    if model.ref is not None and facts.interpreter.models.is_abstract(model.ref):
        return f"an instance of a subclass of `{model.name}`"
    return article(f"`{model.name}` instance")
