"""CL505: a counter is incremented that may not be there."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import Count, KeyState
from cachelint.findings import Confidence, Severity
from cachelint.fixes import counters
from cachelint.project.enclosing import around
from cachelint.project.parsed import ParsedDefinition
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import wrapper_places

RULE = Rule(
    code="CL505",
    summary="A counter is incremented that may not be there.",
    why="""\
`incr` and `decr` raise ValueError where there is no entry, and a counter is gone as soon as it expires, is evicted, or
the server restarts. A test before does not help, since the entry can go in between. Catch ValueError and start the
counter anew.""",
    severity=Severity.MEDIUM,
    fix=counters.begin,
    obligations=counters.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def count_visit(page_id):
    cache.incr(f"visits:v1:{page_id}")  # CL505
""",
            good="""\
from django.core.cache import cache


def count_visit(page_id):
    try:
        cache.incr(f"visits:v1:{page_id}")
    except ValueError:
        cache.set(f"visits:v1:{page_id}", 1, timeout=3600)
""",
        ),
    ),
    fix_note="""\
Puts the call into `try`, and begins the counter in `except ValueError`, with the value and timeout that the other
writes of its key agree on. Unsafe: two processes may both begin it.""",
    not_found=("Calls in a helper whose key is a parameter: the calls of the helper are looked at.",),
    references=(("Django: cache.incr", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)

_COUNTING = frozenset({"incr", "decr", "incr_version", "decr_version"})
_CATCHING = frozenset({"ValueError", "Exception", "BaseException"})


@RULE.on(Count)
def check(count: Count, facts: Facts) -> Iterator[Report]:
    """One finding for an increment of a key that nothing has made sure of."""
    if count.call.innermost.method not in _COUNTING or count.caught & _CATCHING or count.before == {KeyState.WRITTEN}:
        return
    if "key" in count.call.undecided():
        return
    inner = count.call
    while inner.inner is not None:
        inner = inner.inner
        if any(touch.caught & _CATCHING for touch in facts.bodies.of_call(inner)):
            return
    if _all_callers_catch(count, facts):
        return
    # A get or a test that saw it leaves a small gap: which is what a lint can be argued with about.
    seen = count.before <= {KeyState.WRITTEN, KeyState.TESTED}
    yield Report(
        count.place,
        f"`{count.call.called}` raises ValueError if the counter is missing, and it can be: it expires, is evicted, or "
        "was never set; catch ValueError and start the counter there",
        related=wrapper_places(count.call),
        confidence=Confidence.LOW if seen else Confidence.HIGH,
    )


def _all_callers_catch(count: Count, facts: Facts) -> bool:
    """Whether each call of the function around is inside a ``try`` that catches what is raised."""
    function = count.call.function
    edges = facts.call_edges.of(function) if function is not None else ()
    return bool(edges) and all(_is_caught(edge.node, edge.parsed) for edge in edges)


def _is_caught(node: cst.CSTNode, parsed: ParsedDefinition) -> bool:
    inside = node
    for outer in around(node, parsed):
        if isinstance(outer, cst.Try) and inside is outer.body:
            names = [
                parsed.code(handler.type) if handler.type is not None else "Exception" for handler in outer.handlers
            ]
            if any(word in name for name in names for word in _CATCHING):
                return True
        if isinstance(outer, cst.FunctionDef):
            return False
        inside = outer
    return False
