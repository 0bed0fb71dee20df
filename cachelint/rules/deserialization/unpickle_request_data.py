"""CL403: what came with a request is unpickled."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.deserializations import Deserialization
from cachelint.caching.facts import Facts
from cachelint.django.requests import visitors_text
from cachelint.findings import Severity
from cachelint.project.enclosing import function_around
from cachelint.project.files import is_test
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL403",
    summary="What came with a request is unpickled.",
    why="""\
Pickle runs what it is told to: whoever sends the request executes code on the server. No check afterwards helps, as the
code runs while it is loaded.""",
    severity=Severity.HIGH,
    no_fix="let the client send JSON",
    in_tests=False,
    examples=(
        Example(
            bad="""\
import pickle

from django.core.cache import cache


def store(request):
    cache.set("upload:v1", pickle.loads(request.body), timeout=60)  # CL403
""",
            good="""\
import json

from django.core.cache import cache


def store(request):
    cache.set("upload:v1", json.loads(request.body), timeout=60)
""",
        ),
    ),
    not_found=("Data whose signature is checked in the same function.",),
    references=(("Python: pickle", "https://docs.python.org/3/library/pickle.html"),),
)

#: What turns one text into another without asking who wrote it.
_UNWRAPPED = frozenset(
    {
        "b64decode", "urlsafe_b64decode", "standard_b64decode", "b32decode", "a85decode", "unhexlify", "fromhex",
        "decompress", "bytes", "bytearray", "BytesIO", "StringIO", "unquote", "unquote_plus", "force_bytes",
        "force_str", "smart_bytes", "smart_str", "unescape",
    }
)  # fmt: skip
#: A signature is checked.
_SIGNED = frozenset({"compare_digest", "constant_time_compare", "unsign", "hmac", "salted_hmac", "verify"})


@RULE.on(Deserialization)
def check(load: Deserialization, facts: Facts) -> Iterator[Report]:
    """One finding for a deserialising call that is fed from a request."""
    if is_test(load.parsed.path) or not load.node.args:
        return
    node = load.node.args[0].value
    source = visitors_text(node, load.parsed, _UNWRAPPED)
    if not source or _is_signed(load):
        return
    yield Report(
        load.place,
        f"`{load.loader}` is called on what came with `{source}`: whoever sends the request can execute code here; let "
        "the client send JSON",
    )


def _is_signed(load: Deserialization) -> bool:
    function = function_around(load.node, load.parsed)
    names = (n.value for n in descendants(function) if isinstance(n, cst.Name)) if function is not None else ()
    return any(name in _SIGNED for name in names)
