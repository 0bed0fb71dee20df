"""CL507: None is stored, and a miss is told by None."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import MissTest, State, WriteBack
from cachelint.findings import Related, Severity
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import NONE, Unknown
from cachelint.types.join import members

RULE = Rule(
    code="CL507",
    summary="None can be stored, although a miss is told by None.",
    why="""\
`cache.get` returns None for a miss. Where None itself is stored (for "there is no such row", say), the next read cannot
tell it from a miss: the value is worked out again on every request, for exactly those keys for which there is nothing.
Store a value that stands for "nothing" (an empty list, a text, a sentinel of your own), or read with a default that
cannot be stored.""",
    severity=Severity.MEDIUM,
    no_fix="store something else than None for `nothing`, or read with a sentinel as the default",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from shop.models import Product


def product_name(code):
    name = cache.get(f"product:v1:{code}")
    if name is None:
        name = Product.objects.filter(pk=code).values_list("name", flat=True).first()
        cache.set(f"product:v1:{code}", name, timeout=60)  # CL507
    return name
""",
            good="""\
from django.core.cache import cache
from shop.models import Product

MISSING = object()


def product_name(code):
    name = cache.get(f"product:v1:{code}", MISSING)
    if name is MISSING:
        name = Product.objects.filter(pk=code).values_list("name", flat=True).first()
        cache.set(f"product:v1:{code}", name, timeout=60)
    return name
""",
        ),
    ),
    not_found=("Values of which it is not known that they can be None.",),
    references=(("Django: accessing the cache", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)


@RULE.on(WriteBack)
def check(write: WriteBack, facts: Facts) -> Iterator[Report]:
    """One finding for a write that fills a miss with None."""
    if write.call.method not in ("set", "add") or write.truthy or write.in_handler:
        return
    told = [r for r in write.missed if r.default is None and r.tells_miss_by(MissTest.NONE, MissTest.TRUTH)]
    told = [r for r in told if not r.tells_miss_by(MissTest.SENTINEL)]
    missed = [s.read for s in write.sources if s.state is State.MISS and s.read is not None and s.read.key == write.key]
    if missed and len(write.sources) == len(missed):
        read = missed[0]
        yield Report(
            write.at_value,
            f"a miss itself is stored: `{write.call.called}` stores the None that the read on line {read.place.line} "
            "gave, and the next read takes it for a miss again; store the value that was worked out",
            related=(Related(read.place, "the miss comes from here"),),
        )
        return
    value = write.call.decides("value")
    found = members(value) if value is not None else ()
    nothing = next((member for member in found if member == NONE), None)
    others = [member for member in found if member != NONE and not isinstance(member, Unknown)]
    if nothing is None or not others or not told:
        return
    read = min(told, key=lambda touch: touch.order)
    where, related = source_of(nothing, write.call)
    name = f"`{write.variable}`" if write.variable else "the stored value"
    yield Report(
        write.at_value,
        f"{name} can be None{where}, and a miss is None as well (read on line {read.place.line}): such a "
        "value is computed again on every call; store something else for `nothing`, or read with a sentinel as the "
        "default",
        related=(*related, Related(read.place, "a miss is None here"), *wrapper_places(write.call)),
    )
