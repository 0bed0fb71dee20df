"""CL608: an ``except`` around calls of a Redis cache names an error that they do not raise."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.aliases import backends_of
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.project.classes import dotted
from cachelint.project.enclosing import around
from cachelint.project.files import is_test
from cachelint.project.symbols import External
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL608",
    summary="The `except` around calls of a Redis cache does not catch an outage.",
    why="""\
`redis.exceptions.ConnectionError` has nothing to do with Python's ConnectionError or OSError: when the server is down,
the error goes through such an `except` to the visitor.""",
    severity=Severity.MEDIUM,
    no_fix="catch `redis.exceptions.RedisError`",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []


def read(pk):
    try:
        return cache.get(f"total:v1:{pk}")
    except ConnectionError:  # CL608
        return None
""",
            good="""\
from django.core.cache import cache
from redis.exceptions import RedisError

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/1",
        "KEY_PREFIX": "shop",
    },
}
INSTALLED_APPS = []


def read(pk):
    try:
        return cache.get(f"total:v1:{pk}")
    except RedisError:
        return None
""",
        ),
    ),
    not_found=("Calls beside that may raise such an error themselves: of a file, a socket, an HTTP client.",),
    references=(("redis-py: exceptions", "https://redis.readthedocs.io/en/stable/exceptions.html"),),
)

_BUILT_IN = frozenset(
    {"ConnectionError", "OSError", "IOError", "ConnectionRefusedError", "ConnectionResetError", "TimeoutError",
     "socket.error", "EnvironmentError"}
)  # fmt: skip
_REDIS = ("django.core.cache.backends.redis.", "django_redis.")


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for an ``except``, at the first call of a cache that it is around."""
    if call.inner is not None or is_test(call.parsed.path):
        return
    outer = next((o for o in around(call.node, call.parsed) if isinstance(o, cst.Try | cst.FunctionDef)), None)
    if not isinstance(outer, cst.Try) or not outer.handlers:
        return
    handler = outer.handlers[0]
    if len(outer.handlers) > 1 or handler.type is None or not _is_built_in(handler.type, call, facts):
        return
    backends = backends_of(facts.interpreter, call.alias)
    if not backends or not all(backend.startswith(_REDIS) for backend in backends):
        return
    if facts.codebase.containing("IGNORE_EXCEPTIONS"):
        return
    ours = {id(each.node) for each in facts.calls if each.parsed is call.parsed}
    inside = [node for node in descendants(outer.body) if isinstance(node, cst.Call)]
    if not inside or any(id(node) not in ours for node in inside) or inside[0] is not call.node:
        return
    place = call.parsed.place(handler)
    name = " ".join(call.parsed.code(handler.type).split())
    yield Report(
        place._replace(end_line=place.line, end_column=place.column + len(f"except {name}:")),
        f"`except {name}` does not catch that the server is down: `{call.called}` raises "
        "`redis.exceptions.ConnectionError`, which is no `OSError`; catch `redis.exceptions.RedisError`",
    )


def _is_built_in(node: cst.BaseExpression, call: CacheCall, facts: Facts) -> bool:
    """Whether all that is caught are errors of Python's own, and not those of redis under the same name."""
    elements = [element.value for element in node.elements] if isinstance(node, cst.Tuple) else [node]
    module = facts.codebase.modules.get(call.parsed.path)
    for element in elements:
        name = dotted(element)
        if name not in _BUILT_IN or module is None:
            return False
        symbol = facts.interpreter.classes.resolve_dotted(module, name)
        if isinstance(symbol, External) and not symbol.name.startswith(("builtins.", "socket.")):
            return False
    return True
