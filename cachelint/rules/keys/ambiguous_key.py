"""CL311: two inputs can make the same key, as nothing tells its parts apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.caching.calls import Write
from cachelint.caching.facts import Facts
from cachelint.findings import Severity
from cachelint.project.files import is_test
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.first_calls import is_first
from cachelint.rules.keys.unversioned_key import shown
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, Str, Text
from cachelint.types.template import joined, templates

RULE = Rule(
    code="CL311",
    summary="Two parts of free text stand in a key so that different inputs can make the same key.",
    why="""\
`f"{shop}{name}"` is one key for `"a", "bc"` and for `"ab", "c"`, and `f"{shop}_{name}"` is one for `"a_b", "c"` and
`"a", "b_c"`: the one gets the entry of the other. Numbers, UUIDs and digests can be told apart; free text cannot,
unless what stands between can't be in it.""",
    severity=Severity.LOW,
    no_fix="put a character between the parts that they can't hold, or make a digest of all of them",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(shop: str, name: str, total):
    cache.set(f"total:v1:{shop}{name}", total, timeout=60)  # CL311
""",
            good="""\
import hashlib

from django.core.cache import cache


def remember(shop: str, name: str, total):
    digest = hashlib.sha256(repr((shop, name)).encode()).hexdigest()
    cache.set(f"total:v1:{digest}", total, timeout=60)
""",
        ),
    ),
    references=(("Wikipedia: delimiter collision", "https://en.wikipedia.org/wiki/Delimiter#Delimiter_collision"),),
)

#: What texts in general hold.
_HELD = re.compile(r"[\w.\- ]*")
#: Names of what is made of few characters.
_CLOSED = re.compile(
    r"slug|hash|digest|uuid|guid|token|code|lang|locale|version|date|id$|pk$|state|status|type|kind|hex", re.I
)


@RULE.on(Write)
def check(call: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a key, at its first write."""
    if call.decides("key") is None or is_test(call.parsed.path):
        return
    for text in templates(call.key):
        parts = joined(text)
        for index, part in enumerate(parts):
            if not _is_free(part):
                continue
            between, other = _next(parts[index + 1 :])
            if other is not None and _is_free(other) and _HELD.fullmatch(between) and is_first(call, facts):
                joint = "nothing stands between them" if not between else f"they may hold {between!r} themselves"
                yield Report(
                    call.at("key", "data"),
                    f'in the key "{shown(text)}" `{_name(part)}` and `{_name(other)}` are free text, and {joint}: '
                    "different inputs can make the same key; put a character between them that they can't hold",
                )
                return


def _next(parts: tuple[Text | Placeholder, ...]) -> tuple[str, Placeholder | None]:
    """What stands before the next part made at run time, and that."""
    between = ""
    for part in parts:
        if isinstance(part, Placeholder):
            return between, part
        between += part.text
    return between, None


def _is_free(part: Text | Placeholder) -> bool:
    """Whether a part is certainly a text that may hold anything."""
    if isinstance(part, Text) or part.content is None or _CLOSED.search(part.name):
        return False
    found = members(part.content)
    return bool(found) and all(isinstance(m, Str) and m.parts is None and not m.digest for m in found)


def _name(part: Text | Placeholder) -> str:
    return part.name if isinstance(part, Placeholder) else part.text
