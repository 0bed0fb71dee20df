"""CL103: pickle refuses the value, so that the write raises."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import list_of
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import is_unpicklable, parts, subject, verb
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import UNKNOWN, Unknown
from cachelint.types.containers import Coroutine, DictView, Generator
from cachelint.types.join import members
from cachelint.types.pickle import pickle_refusal

RULE = Rule(
    code="CL103",
    summary="The value can't be pickled: the call raises.",
    why="""\
Some things have no state that could be written down: a generator, a coroutine that nobody awaited, a lambda, a function
or class that is defined inside a function, the views that `dict.keys()`, `.values()` and `.items()` return, a related
manager without `.all()`, an open file, a lock, a connection, a request, a template response that is not rendered.
`cache.set` raises `TypeError` (or `AttributeError`) for them, on every backend that stores anything. With
`DummyCache`, which many use in development and tests, nothing raises: the error comes in production.""",
    severity=Severity.HIGH,
    fix=list_of.propose,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember_squares(numbers):
    cache.set("squares", (n * n for n in numbers), timeout=60)  # CL103
""",
            good="""\
from django.core.cache import cache


def remember_squares(numbers):
    cache.set("squares", list(n * n for n in numbers), timeout=60)
""",
        ),
    ),
    fix_note="`list(…)` around a generator or a view of a dict: safe, as the call raised before.",
    not_found=("What a class of another package refuses by its own `__reduce__`.",),
    deploy="""\
There are no live entries: the call raised whenever it ran. After the deploy it stores a list.""",
    references=(
        (
            "Python: what can be pickled",
            "https://docs.python.org/3/library/pickle.html#what-can-be-pickled-and-unpickled",
        ),
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a write of something that can't be pickled."""
    found = [part for part in parts(write) if is_unpicklable(part)]
    if not found or any(isinstance(member, Unknown) for member in members(write.value or UNKNOWN)):
        # Something else may be what is stored: then nobody can say that this call raises.
        return
    part = found[0]
    refusal = pickle_refusal(part.typ)
    where, related = source_of(part.typ, write)
    advice = "make a `list(…)` of it" if isinstance(part.typ, Generator | DictView) else "store plain data"
    if isinstance(part.typ, Coroutine):
        advice = "await it"
    message = (
        f"{subject(write, part)} {verb(write, part)} {refusal}{where}: pickle refuses it, "
        f"so that this call raises; {advice}"
    )
    yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)))
