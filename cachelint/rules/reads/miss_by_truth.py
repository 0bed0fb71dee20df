"""CL502: a miss is told by truth, and what is stored can be falsy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.reads.falsy import Falsy, falsy
from cachelint.caching.reads.states import MissTest, ReadUses, Test, WriteBack
from cachelint.findings import Related, Severity
from cachelint.fixes import none_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.join import members
from cachelint.types.template import is_dynamic, templates

RULE = Rule(
    code="CL502",
    summary="A miss is told by truth, although what is stored can be falsy.",
    why="""\
`if not value:` is true for a miss, and also for 0, an empty list, an empty dict, an empty text and False. Where such a
value is stored, each request takes it for a miss and works it out again: the cache never helps in exactly the cases
that are often the most frequent (readers without loans, searches without results), and nobody sees it but the
database. Test with `is None`.""",
    severity=Severity.MEDIUM,
    fix=none_test.propose,
    obligations=none_test.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from library.models import Loan


def open_loans(reader_id):
    key = f"loans:v1:{reader_id}"
    count = cache.get(key)  # CL502
    if not count:
        count = Loan.objects.filter(reader=reader_id).count()
        cache.set(key, count, timeout=60)
    return count
""",
            good="""\
from django.core.cache import cache
from library.models import Loan


def open_loans(reader_id):
    key = f"loans:v1:{reader_id}"
    count = cache.get(key)
    if count is None:
        count = Loan.objects.filter(reader=reader_id).count()
        cache.set(key, count, timeout=60)
    return count
""",
        ),
    ),
    fix_note="""\
`if not value:` becomes `if value is None:`. Unsafe: empty and zero values are served from the cache from then on. Not
offered where None is stored under the key, or where the miss is told by `or`.""",
    not_found=("Values that code outside the project makes, of which it is not known whether they can be empty.",),
    references=(("Django: accessing the cache", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)

_BY_TRUTH = (MissTest.TRUTH, MissTest.OR)
_OTHERWISE = (MissTest.NONE, MissTest.SENTINEL)
_EMPTY = frozenset({"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})


@RULE.on(ReadUses)
def check(read: ReadUses, facts: Facts) -> Iterator[Report]:
    """One finding for a read whose miss is told by truth, where a falsy value is seen to be stored."""
    if read.default is not None or read.tells_miss_by(*_OTHERWISE) or not read.tells_miss_by(*_BY_TRUTH):
        return
    refills = [t for t in facts.bodies.of_key(read) if isinstance(t, WriteBack) and read in t.missed]
    works_out = next((t for t in read.tests if t.kind is MissTest.OR and _costs(t)), None)
    if not refills and works_out is None:
        return
    for call in _writes(read, facts):
        touches = [t for t in facts.bodies.of_call(call) if isinstance(t, WriteBack)]
        if any(touch.truthy or _is_added_to(touch) for touch in touches):
            continue
        asks = any(is_dynamic(template) for template in templates(call.key))
        found = falsy(call.value, asks=asks)
        if found is not None:
            yield _report(read, call, found, next(t for t in read.tests if t.kind in _BY_TRUTH))
            return


def _is_added_to(write: WriteBack) -> bool:
    """Whether the function that stores a variable puts something into it first."""
    adds = rf"\b{re.escape(write.variable)}(?:\.(?:update|append|extend|insert|add|setdefault)\(|\[[^\]]+\] = )"
    body = write.call.parsed
    made_here = write.call.value is not None and any(
        member.origin is not None and member.origin.parsed is body for member in members(write.call.value)
    )
    return bool(write.variable) and not made_here and re.search(adds, body.code(write.scope)) is not None


def _costs(test: Test) -> bool:
    """Whether what stands to the right of ``or`` is worked out, and no mere default."""
    made = test.works_out
    if made is None or isinstance(made, cst.List | cst.Dict | cst.Set | cst.Tuple) or _is_empty(made):
        return False
    return any(isinstance(node, cst.Call) for node in (made, *made.children))


def _is_empty(node: cst.CSTNode) -> bool:
    """Whether it is written as ``set()``: a builtin container that nothing is put into."""
    return (
        isinstance(node, cst.Call) and not node.args and isinstance(node.func, cst.Name) and node.func.value in _EMPTY
    )


def _writes(read: ReadUses, facts: Facts) -> Iterator[CacheCall]:
    """The writes of the same key: those in the function first."""
    here = [t.call for t in facts.bodies.of_key(read) if isinstance(t, WriteBack)]
    yield from here
    key = facts.keys.of(read.call)
    if key is not None:
        yield from (call for call in key.all_sites if call.writes and call not in here)


def _report(read: ReadUses, write: CacheCall, found: Falsy, test: Test) -> Report:
    tested = read.call.parsed.place(test.node)
    name = f"`{read.variable}`" if read.variable else "the result"
    related = [Related(tested, "an empty value counts as a miss here")]
    where = ""
    if found.origin is not None:
        place = found.origin.place
        code = f"`{found.origin.code}`, "
        where = (
            f" ({code}line {place.line})" if place.path == read.place.path else f" ({code}{place.path}:{place.line})"
        )
        related.append(Related(place, f"{found.what} can come from here"))
    related.append(Related(write.place, "it is stored here"))
    return Report(
        read.place,
        f"{found.what}{where} counts as a miss, because {name} is tested by truth on line {tested.line}: such a value "
        "is computed again on every call; test `is None`",
        related=tuple(related),
    )
