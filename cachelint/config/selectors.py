"""The rules that a selector (``CL1``, ``model-instance``, ``ALL``) stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cachelint.did_you_mean import closest
from cachelint.rules.registry import NAMES, matching
from cachelint.run.options import UsageError


class ConfigError(UsageError):
    """A setting that can't be followed; the message is one line that names the file."""


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean …?`` with the nearest of the known words, or all of them where none is near."""
    options = list(known)
    close = closest(word, options, 0.5)
    return f"; did you mean {close!r}?" if close else f"; expected one of {', '.join(options)}"


def expand(selectors: Sequence[str]) -> frozenset[str]:
    """The codes that selectors (``CL101``, ``CL1``, ``model-instance``, ``ALL``) stand for; raises ConfigError."""
    codes: set[str] = set()
    for selector in selectors:
        found = matching(selector)
        if not found:
            close = closest(selector, [*NAMES, *NAMES.values()], 0.7)
            hint = f"; did you mean {close!r}?" if close else "; `cachelint rule` lists all rules"
            raise ConfigError(f"no rule or family is called {selector!r}{hint}")
        codes.update(found)
    return frozenset(codes)
