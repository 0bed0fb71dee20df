"""CL503: a lock or a flag is taken by get and then set."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.caching.reads.states import (
    Count,
    KeyState,
    KeyTest,
    MissTest,
    ReadUses,
    State,
    Touch,
    WriteBack,
)
from cachelint.findings import Fix, Related, Severity
from cachelint.fixes import flag_by_add
from cachelint.fixes.base import FixBlocked
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.types.base import NO_VALUE, NONE, Scalar, Type
from cachelint.types.join import members
from cachelint.types.strings import Str, constant


def _fix(write: WriteBack, facts: Facts) -> Fix:
    asked = _asked_before(write, facts)
    if asked is None:
        raise FixBlocked("where the flag is asked for was not found again")
    return flag_by_add.propose(write, asked, facts)


RULE = Rule(
    code="CL503",
    summary="A lock or flag is taken by `get` and then `set`, which two processes can both do.",
    why="""\
Between `cache.get(key)` and `cache.set(key, …)` another process can do the same: both find no flag, both set it, and
what was to happen once happens twice (two imports, two e-mails, a replayed token that is accepted). `cache.add` does it
in one step: it stores only where nothing is stored, and returns whether it did.""",
    severity=Severity.MEDIUM,
    fix=_fix,
    obligations=flag_by_add.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def import_prices(shop_id):
    if cache.get(f"importing:v1:{shop_id}"):
        return
    cache.set(f"importing:v1:{shop_id}", True, timeout=600)  # CL503
    run_import(shop_id)
""",
            good="""\
from django.core.cache import cache


def import_prices(shop_id):
    if not cache.add(f"importing:v1:{shop_id}", True, timeout=600):
        return
    run_import(shop_id)
""",
        ),
    ),
    fix_note="""\
`if cache.get(key): return` and `cache.set(key, 1, 60)` become `if not cache.add(key, 1, 60): return`. Unsafe: what
stood between the calls runs with the flag set. Not offered where the answer is kept in a variable, or what is stored is
worked out in between.""",
    not_found=("Flags that are read in one function and set in another.",),
    references=(("Django: cache.add", "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage"),),
)

#: What makes a value that says when or who, and nothing else.
_TOKENS = frozenset(
    {
        "time", "now", "localtime", "utcnow", "today", "uuid4", "uuid1", "monotonic", "timestamp", "isoformat",
        "getpid", "gethostname", "token_hex", "token_urlsafe", "get_ident", "current_process",
    }
)  # fmt: skip


@RULE.on(WriteBack)
def check(write: WriteBack, facts: Facts) -> Iterator[Report]:
    """One finding for the first write of a flag in a function, behind a test for it."""
    first = _asked_before(write, facts)
    if first is None or any(_asked_before(t, facts) is not None for t in _earlier(write, facts)):
        return
    yield Report(
        write.place,
        f"two processes can both pass the check on line {first.place.line} before either sets the flag: what it guards "
        "runs twice; take it in one step with `cache.add(…)`, which returns False if it is taken already",
        related=(Related(first.place, "the flag is checked here"),),
    )


def _earlier(write: WriteBack, facts: Facts) -> Iterator[WriteBack]:
    """The writes of other keys before one: what a flag guards may end with one that is no flag."""
    body = facts.bodies.of(write.call.function) if write.call.function is not None else None
    for touch in body.touches if body is not None else ():
        if isinstance(touch, WriteBack) and touch.scope is write.scope and touch.order < write.order:
            yield touch


def _asked_before(write: WriteBack, facts: Facts) -> Touch | None:
    """Where the flag that a write sets is asked for, if it is a flag that two processes can both set."""
    if write.call.innermost.method != "set" or write.locked or write.in_handler or write.call.declared:
        return None
    of_key = facts.bodies.of_key(write)
    asked = [t for t in of_key if t.order < write.order and _asks(t)]
    if not asked or KeyState.ABSENT not in write.before or KeyState.UNKNOWN in write.before:
        return None
    if any(isinstance(t, WriteBack | Count) and t.order < write.order for t in of_key):
        return None
    memo = any(isinstance(t, ReadUses) and t.variable == write.variable for t in asked if write.variable)
    if memo or not _is_flag(write.call) or write.sources or not _only_presence(write, facts):
        return None
    first = min(asked, key=lambda touch: touch.order)
    return None if _hangs_on_more(write, first) else first


def _hangs_on_more(write: WriteBack, first: Touch) -> bool:
    """Whether it depends on what came out in between whether the flag is set: it remembers a result then."""
    parsed = write.call.parsed
    asked = parsed.place(first.call.node)
    tests = {id(t.node) for t in first.tests} if isinstance(first, ReadUses) else {id(first.call.node)}
    return any(
        parsed.place(test) > asked and not any(id(n) in tests for t in (test, *flags) for n in (t, *descendants(t)))
        for test, *flags in write.conditions
    )


def _asks(touch: Touch) -> bool:
    """Whether a touch asks whether the flag is there, and nothing else."""
    if isinstance(touch, KeyTest):
        return True
    return isinstance(touch, ReadUses) and _presence_only(touch) and bool(touch.tests)


def _presence_only(read: ReadUses) -> bool:
    return not read.escapes and all(use.state is State.DEFAULT for use in read.uses)


def _is_flag(call: CacheCall) -> bool:
    """Whether what is stored says no more than that it is there, when it was put there, or by whom."""
    found = members(call.value) if call.value is not None else ()
    node = call.nodes.get("value")
    return bool(found) and all(_says_nothing(member, node) for member in found)


def _says_nothing(typ: Type, node: cst.BaseExpression | None) -> bool:
    known = constant(typ)
    if known is not NO_VALUE:
        return known is not None and bool(known)
    if isinstance(typ, Scalar) and typ.type in ("datetime.datetime", "datetime.date", "uuid.UUID"):
        return True
    origin = typ.origin.node if typ.origin is not None else node
    inside = (origin, *descendants(origin)) if origin is not None else ()
    names = {n.func.attr if isinstance(n.func, cst.Attribute) else n.func for n in inside if isinstance(n, cst.Call)}
    return isinstance(typ, Scalar | Str) and any(isinstance(n, cst.Name) and n.value in _TOKENS for n in names)


def _only_presence(write: WriteBack, facts: Facts) -> bool:
    """Whether all that the project does with the key is to set such flags and to ask for them."""
    key = facts.keys.of(write.call)
    for call in key.all_sites if key is not None else ():
        if call.writes and call is not write.call and not (_is_flag(call) or call.value in (None, NONE)):
            return False
        if call.method in ("incr", "decr"):
            return False
        for touch in facts.bodies.of_call(call):
            if isinstance(touch, ReadUses) and not _presence_only(touch):
                return False
            if isinstance(touch, ReadUses) and touch.tells_miss_by(MissTest.ASKED):
                return False
    return True
