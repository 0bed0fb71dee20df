"""Doubts that stand behind several fixes of a report: each is told once, at its end, and has a number before that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from cachelint.findings import Applicability, Finding

#: Calls of which it is not known whether they use a key, as fixes name them: each may name others of them.
_CALLS = re.compile(r"the calls? at (?P<first>\S+:\d+)\b.* may use the same key")
#: Fixes with one doubt from which on it is told at the end.
_SEVERAL = 3
_OTHER_CALLS = "calls whose keys could not be determined may use the same key"


class Doubts:
    """The doubts behind the unsafe fixes of some findings, in the order in which they are met."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._named: dict[str, str] = {}
        met: Counter[str] = Counter()
        for finding in findings:
            if finding.fix is not None and finding.fix.applicability is Applicability.UNSAFE:
                met.update(list(dict.fromkeys(self._sort(reason) for reason in finding.fix.reasons)))
        shared = [doubt for doubt, number in met.items() if number >= _SEVERAL]
        self._numbers = {doubt: number for number, doubt in enumerate(shared, 1)}
        self._fixes = met

    def _sort(self, reason: str) -> str:
        """What a reason is the same doubt by; keeps the first place that is named."""
        calls = _CALLS.fullmatch(reason)
        if calls is None:
            return reason
        self._named.setdefault(_OTHER_CALLS, calls["first"])
        return _OTHER_CALLS

    def short(self, reasons: Sequence[str]) -> list[str]:
        """The reasons of a fix as they are said at its finding: those that others have too as numbers, in the end."""
        own = [reason for reason in reasons if self._sort(reason) not in self._numbers]
        numbers = sorted({self._numbers[sort] for sort in map(self._sort, reasons) if sort in self._numbers})
        return [*own, ", ".join(f"[{number}]" for number in numbers)] if numbers else own

    def lines(self) -> list[str]:
        """What is said at the end of the report: nothing where no doubt stands behind several fixes."""
        if not self._numbers:
            return []
        lines = ["Behind several fixes; settle each once, or let your tests decide with --verify:"]
        for doubt, number in self._numbers.items():
            place = self._named.get(doubt, "")
            how = f"; `cachelint reveal {place}` shows what is known of one" if place else ""
            lines.append(f"  [{number}] {self._fixes[doubt]} fixes: {doubt}{how}")
        return [*lines, ""]
