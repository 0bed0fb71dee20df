"""CL401: what came out of a cache is unpickled by hand."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.findings import Related, Severity
from cachelint.fixes.unpickle import both_ends
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote
from cachelint.types.cache import Cached
from cachelint.types.join import members

RULE = Rule(
    code="CL401",
    summary="Data read from a cache is unpickled (or evaluated) by hand.",
    why="""\
Unpickling executes code that the data chooses. A cache is shared: anyone who can reach the Redis or Memcached
server, often on an internal network without a password, can store bytes there, and this line executes them with the
rights of your application. Switching Django to a JSON serializer does not help here, because this call still
unpickles. `marshal`, `eval`, `yaml.load` without a safe loader and similar functions are no better.""",
    severity=Severity.HIGH,
    fix=both_ends.propose_deserialization,
    obligations=both_ends.OBLIGATIONS,
    examples=(
        Example(
            bad="""\
import pickle

from django.core.cache import cache


def last_report():
    data = cache.get("report", b"")
    return pickle.loads(data)  # CL401
""",
            good="""\
from django.core.cache import cache


def last_report():
    return cache.get("report")
""",
        ),
    ),
    fix_note="""\
The same as for [CL402](CL402.md): writers and readers together. There is none for data read from a client other
than Django's cache.""",
    deploy="""\
As for [CL402](CL402.md), because writers and readers change together.""",
    references=(
        ("Python: pickle is not secure", "https://docs.python.org/3/library/pickle.html"),
        (
            "Django: anyone who can write to a cache of pickles can run code",
            "https://docs.djangoproject.com/en/stable/topics/cache/#filesystem-caching",
        ),
    ),
)


@RULE.on(Deserialization)
def check(call: Deserialization, facts: Facts) -> Iterator[Report]:
    """One finding for a deserialising call that is fed from a cache."""
    found = [member for member in members(call.data) if isinstance(member, Cached)]
    if not found:
        return
    data = found[0]
    related: list[Related] = []
    if data.origin is not None:
        related.append(Related(data.origin.place, f"read from {data.store} here"))
    if call.via_place is not None:
        related.append(Related(call.via_place, "passed in here"))
    node = call.node.args[0].value if call.node.args else call.node
    message = (
        f"`{call.loader}` is called on {quote(call.parsed, node)}, read from {data.store}: "
        "anyone who can write to the cache can execute code here; store JSON, or let Django serialize the value"
    )
    yield Report(call.place, message, related=tuple(related))
