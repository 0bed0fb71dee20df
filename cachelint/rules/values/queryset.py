"""CL102: a QuerySet is cached."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Confidence, Severity
from cachelint.fixes import stored_instances
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import is_queryset, parts, subject
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import Scalar
from cachelint.types.containers import Dict, Tuple
from cachelint.types.django import Manager, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str

RULE = Rule(
    code="CL102",
    summary="A QuerySet (or a manager) is stored in the cache.",
    why="""\
A cached QuerySet is no longer lazy: pickling runs the query and stores all rows, as instances, together with the
internal state of the query. That state is private to one Django release: after an upgrade (from 4.2 to 6.1, say),
`.filter()` or `.all()` on the cached QuerySet raises. A migration that removes a field makes `cache.get` raise.
`values()` and `values_list()` return QuerySets too, until `list()` turns them into rows. And an empty QuerySet is
falsy, so `cache.get(key) or compute()` never uses it.""",
    severity=Severity.HIGH,
    fix=stored_instances.propose,
    obligations=stored_instances.OBLIGATIONS,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from shop.models import Product


def product_names():
    products = cache.get("products:v1")
    if products is None:
        products = Product.objects.filter(active=True)
        cache.set("products:v1", products, timeout=60)  # CL102
    return [product.name for product in products]
""",
            good="""\
from django.core.cache import cache
from shop.models import Product


def product_names():
    products = cache.get("products:v2")
    if products is None:
        products = list(Product.objects.filter(active=True).values("name"))
        cache.set("products:v2", products, timeout=60)
    return [product["name"] for product in products]
""",
        ),
    ),
    fix_note="""\
Rows of `values()` and `values_list()` become a `list(…)`. For instances, the cache stores rows, and each read returns a
list of instances, under the same conditions as for CL101, as long as nobody who gets the value asks more of it than a
list can do (`.filter()`, `.count()`, `.exists()`); the finding names who does. Where all readers only read plain
columns, the QuerySet becomes `list(….values(…))`, and the readers read dicts. The key moves to a new version.""",
    not_found=("QuerySets that reach the cache through code outside the project.",),
    deploy="""\
As for [CL101](CL101.md): old entries stay under the old key until they expire, new code starts without entries, and
old and new processes do not read each other's entries.""",
    references=(
        (
            "Django: pickling QuerySets",
            "https://docs.djangoproject.com/en/stable/ref/models/querysets/#pickling-querysets",
        ),
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write that stores a QuerySet, at the first one in the value."""
    found = [part for part in parts(write) if is_queryset(part)]
    if not found:
        return
    part = found[0]
    typ = part.typ
    assert isinstance(typ, QuerySet | Manager)
    where, related = source_of(typ, write)
    of_model = f" of `{typ.model.name}`" if typ.model is not None else ""
    noun = "manager" if isinstance(typ, Manager) else typ.type
    message = (
        f"{subject(write, part)} is a {noun}{of_model}{where}: pickling it runs the query and stores every row "
        "together with the query object, which the next migration or Django upgrade breaks; "
        f"store {_instead(typ)} instead"
    )
    certain = typ.model is not None and typ.model.certain
    yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)),
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
    )  # fmt: skip


def _instead(typ: QuerySet | Manager) -> str:
    """What to store: the rows are plain data already where ``values`` or ``values_list`` made them."""
    if isinstance(typ, QuerySet) and any(isinstance(m, Dict | Tuple | Scalar | Str) for m in members(typ.row)):
        return "a `list(…)` of it"
    return "`list(….values(…))`"
