"""The codes and names of all rules, for whoever needs no more than these: importing the rules themselves is slow.

A test holds this against the registry.
"""

from __future__ import annotations

NAMES: dict[str, str] = {
    "CL101": "model-instance",
    "CL102": "queryset",
    "CL103": "unpicklable",
    "CL104": "not-json",
    "CL105": "changed-by-json",
    "CL201": "missing-timeout",
    "CL202": "never-expires",
    "CL203": "expires-at-once",
    "CL301": "unversioned-key",
    "CL401": "unpickle-cache-data",
    "CL402": "pickled-by-hand",
}

#: What is said of comments, by no rule about the cache: on unless it is ignored.
UNUSED_IGNORE = "CL001"
_ALL = {**NAMES, UNUSED_IGNORE: "unused-ignore"}


def find_code(text: str) -> str | None:
    """The code of a rule's code or name, however it is capitalised."""
    wanted = text.strip().lower()
    return next((code for code, name in _ALL.items() if wanted in (code.lower(), name)), None)


def matching(selector: str) -> tuple[str, ...]:
    """The codes that a code, a code's beginning (``CL1``), a name or ``ALL`` selects."""
    wanted = selector.strip().upper()
    if wanted == "ALL":
        return tuple(_ALL)
    named = find_code(selector)
    if named is not None:
        return (named,)
    return tuple(code for code in NAMES if wanted.startswith("CL") and code.startswith(wanted))
