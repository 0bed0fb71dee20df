"""CL515: an argument raises, or means something else."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.aliases import backends_of
from cachelint.caching.calls import CacheCall, Clear
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Severity
from cachelint.fixes import seconds
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote
from cachelint.types.base import NO_VALUE, Scalar, force
from cachelint.types.strings import Str, constant

RULE = Rule(
    code="CL515",
    summary="An argument of a cache method raises an error, or means something else.",
    why="""\
The parameter is called `timeout` and takes seconds. `ttl=` and `expire=` raise TypeError on every backend; a timedelta
does so too, except that the local-memory backend has stored the value by then, under the old timeout. `.seconds` of a
timedelta of two days is 0. And positions are not what they seem: the third argument of `get` is the version, and so is
the second of `delete`, which then deletes nothing.""",
    severity=Severity.HIGH,
    fix=seconds.propose,
    obligations=seconds.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from datetime import timedelta

from django.core.cache import cache


def remember(total):
    cache.set("total:v1", total, timeout=timedelta(minutes=5))  # CL515
""",
            good="""\
from django.core.cache import cache


def remember(total):
    cache.set("total:v1", total, timeout=300)
""",
        ),
    ),
    fix_note="""\
`ttl=60` becomes `timeout=60`, and a timedelta is passed as `int(….total_seconds())`: both calls raised until now. For
the other mistakes only you know what was meant.""",
    not_found=("Arguments of wrappers whose types are not known.",),
    references=(
        (
            "Django: the low-level cache API",
            "https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api",
        ),
    ),
)

#: Names that a timeout goes by elsewhere.
_TIMEOUTS = frozenset(
    {"ttl", "expire", "expires", "expiry", "expiration", "time", "ex", "px", "max_age", "seconds", "duration"}
)
_KNOWN = ("django.core.cache.backends.", "django_redis.", "django_valkey.")


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a call with an argument that can't be meant so."""
    if call.inner is not None or call.declared or not isinstance(call.node, cst.Call):
        return
    backends = backends_of(facts.interpreter, call.alias)
    if any(not backend.startswith(_KNOWN) for backend in backends):
        # A backend of the project's own may take whatever it likes.
        return
    told = _by_name(call, backends) or _by_position(call) or _of_timeout(call)
    if told:
        yield Report(call.place, told)


def _by_name(call: CacheCall, backends: tuple[str, ...]) -> str:
    for name in sorted(call.nodes):
        if name in _TIMEOUTS and METHODS[call.method].does is not Does.LOCKS:
            return f"`{call.called}` has no parameter `{name}`: the call raises TypeError; write `timeout=`"
        if name in ("nx", "xx") and backends and all(b.startswith("django.core.cache.") for b in backends):
            return (
                f"`{call.called}` has no parameter `{name}` with the configured backend (`{backends[0]}`): the call "
                "raises TypeError; use `add`, which stores only where nothing is stored"
            )
    return ""


def _by_position(call: CacheCall) -> str:
    assert isinstance(call.node, cst.Call)
    if isinstance(call, Clear) and call.node.args:
        return f"`{call.called}` takes no key: the call raises TypeError; use `delete` to drop one entry"
    plain = [a.value for a in call.node.args if a.keyword is None and not a.star]
    if call.method == "get" and len(plain) == 3 and _is_number(plain[2]):
        return (
            f"the third argument of `{call.called}` is the version, not a timeout: version "
            f"{quote(call.parsed, plain[2])} of the key is read; reads take no timeout"
        )
    if call.method in ("delete", "has_key") and len(plain) == 2 and _is_number(plain[1]):
        return (
            f"the second argument of `{call.called}` is the version: version {quote(call.parsed, plain[1])} of the key "
            "is meant, and the entry itself is left alone; pass the key only"
        )
    return ""


def _is_number(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Integer) and int(node.value) > 1


def _of_timeout(call: CacheCall) -> str:
    node = call.nodes.get("timeout")
    if node is None or call.timeout is None:
        return ""
    if isinstance(node, cst.Attribute) and node.attr.value == "seconds" and _is_difference(node.value):
        return (
            f"{quote(call.parsed, node)} leaves out the days: a timeout of two days becomes 0; use `.total_seconds()`"
        )
    if call.method in ("expire", "pexpire", "expire_at"):
        return ""
    typ = force(call.timeout)
    if isinstance(typ, Scalar) and typ.type == "datetime.timedelta":
        return (
            f"{quote(call.parsed, node)} is a timedelta, and the timeout is in seconds: the call raises TypeError; "
            "pass `int(….total_seconds())`"
        )
    if isinstance(typ, Scalar) and typ.type in ("datetime.datetime", "datetime.date"):
        return f"{quote(call.parsed, node)} is a date, and the timeout is in seconds: the call raises TypeError"
    if isinstance(typ, Str) and constant(typ) is not NO_VALUE:
        return (
            f"{quote(call.parsed, node)} is a text, and the timeout is a number of seconds: most backends raise "
            "TypeError; pass a number"
        )
    return ""


def _is_difference(node: cst.BaseExpression) -> bool:
    """Whether an expression is a timedelta by its form."""
    if isinstance(node, cst.Call):
        func = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        return isinstance(func, cst.Name) and func.value == "timedelta"
    return isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Subtract)
