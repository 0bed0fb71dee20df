"""CL103: pickle refuses the value, so that the write raises."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.fixes import list_of
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.values.parts import is_unpicklable, parts, subject
from cachelint.rules.wording import source_of, wrapper_places
from cachelint.types.base import UNKNOWN, Unknown
from cachelint.types.containers import Coroutine, DictView, Generator
from cachelint.types.join import members
from cachelint.types.pickle import pickle_refusal

RULE = Rule(
    code="CL103",
    summary="The value cannot be pickled: the call raises.",
    why="""\
Some objects have no state that can be saved: a generator, a coroutine that was never awaited, a lambda, a function
or class defined inside a function, the views returned by `dict.keys()`, `.values()` and `.items()`, a related
manager without `.all()`, an open file, a lock, a connection, a request, a template response that has not been
rendered. For these, `cache.set` raises `TypeError` (or `AttributeError`) on every backend that stores anything.
`DummyCache`, which is common in development and tests, does not raise: the error first appears in production.""",
    severity=Severity.HIGH,
    fix=list_of.propose,
    obligations=list_of.OBLIGATIONS,
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
    fix_note="`list(…)` around a generator or a dict view. Safe, because the call raised before.",
    not_found=("Classes of other packages that refuse pickling by their own `__reduce__`.",),
    deploy="""\
There are no live entries, because the call always raised. After the deploy it stores a list.""",
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
    if isinstance(part.typ, Coroutine) and write.method == "get_or_set" and write.inner is None:
        # CL512 says what is missing.
        return
    refusal = pickle_refusal(part.typ)
    where, related = source_of(part.typ, write)
    advice = "wrap it in `list(…)`" if isinstance(part.typ, Generator | DictView) else "store plain data instead"
    if isinstance(part.typ, Coroutine):
        advice = "`await` it"
    message = f"{subject(write, part)} is {refusal}{where}: it cannot be pickled, so this call raises; {advice}"
    yield Report(write.at("value", "default", "data"), message, related=(*related, *wrapper_places(write)))
