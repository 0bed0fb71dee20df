"""CL101: a model instance is cached."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.django.orm import SOME_MODEL
from cachelint.findings import Confidence, Severity
from cachelint.fixes.rows import dict_form
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import is_model, parts, subject, verb
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.django import ModelInstance, ModelType

RULE = Rule(
    code="CL101",
    summary="A model instance is stored in the cache.",
    why="""\
Django pickles whatever `cache.set` is given. A pickled model instance is the whole row as it was, together with the
path of its class. After the next migration a field that was added is missing from what the cache gives back (reading
it runs a hidden query for each object), a field that was removed or changed its type comes back with the old value,
and a class that was renamed or moved makes `cache.get` raise. After an upgrade of Django each object warns; after a
rollback (from 6.1 to 4.2, say) none can be read. A cached user also carries the password hash, and `save()` on a
cached instance writes all its old values back. Store a dict of the fields that the readers use.""",
    severity=Severity.HIGH,
    fix=dict_form.propose,
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
            note="A new shape needs a new key, so that new code never reads what old code wrote.",
        ),
    ),
    fix_note="""\
Writer and readers are changed together, in all files: the instance becomes a dict of the fields that its readers use
(`.values(…)` before `get`, `first` and the like, or into the comprehension that makes a list or dict of them; the
fields written out where the instance comes from elsewhere), each `product.name` becomes `product["name"]`, and the
key moves to a new version at every call that uses it, so that neither the new code reads an old entry nor, in a
rolling deploy, the old code a new one. The value is followed through variables, `get_or_set`, helpers that return it
and functions that it is passed to; what a template reads is looked up in the template. Safe where every use of the
key is known, every reader copes with a miss and does nothing but read plain fields that JSON keeps; unsafe where a
field is read that only a pickle keeps (a Decimal, a date: CL104 is left then), a function returns dicts to its
callers or is handed them, a template shows them, a field may be read of None, tests put something else in the place
of the cache, or the key may be used where no call shows it: by a call whose key is not known, or by its words in
another string. Otherwise the finding says what stands in the way, and where.""",
    not_found=(
        "Instances that reach the cache through code outside the project.",
        "Instances in attributes of objects of the project's own classes, unless they are dataclasses or named tuples.",
    ),
    deploy="""\
Old entries stay under the old key until they expire, and nobody reads them: the first requests after the deploy find
nothing and load from the database. Old and new processes may run side by side in any order, each under its own key;
while they do, a delete in one does not reach the other's entry, so that one of them may serve an old value until its
timeout. No step has to come first.""",
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
    whole = (
        " and with it the whole row, password hash included" if model == facts.interpreter.models.user_model() else ""
    )
    message = (
        f"{subject(write, part)} {verb(write, part)} {_instance(model, facts)}{where}: the cache pickles the object"
        f"{whole}, and the next migration or upgrade reads it back wrong; store a dict of fields"
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
        return f"an instance of a model derived from `{model.name}`"
    return f"a `{model.name}` instance"
