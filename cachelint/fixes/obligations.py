"""What must be shown before a fix may be called safe: each obligation by name, and how a fix accounts for them.

A fix states its obligations. It is safe where all of them hold. It is unsafe where a person can settle those that do
not by reading: each of them is listed, with the code that it fails at. Where the fix would be wrong there is none
(:class:`cachelint.fixes.base.FixBlocked`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cachelint.findings import Applicability, Edit, Fix


class Obligation(NamedTuple):
    """What a fix must show: a name for the documentation, and the statement that holds."""

    name: str
    statement: str


KEY_IS_CLOSED = Obligation(
    "key-is-closed",
    "All calls that use the key are known, and all of them are changed together: none is of a key that could not be "
    "determined, none is hidden behind `getattr` or a raw client, and no file that may hold one was unreadable.",
)
KEY_TEXT_IS_ITS_OWN = Obligation(
    "key-text-is-its-own",
    "The words of the key stand in no other string of the project, and no other code uses the literal they are in.",
)
NOTHING_STANDS_IN = Obligation(
    "nothing-stands-in",
    "Nothing is put in the place of the cache, or of what makes or loads the value: no test or helper patches it, no "
    "caller passes another cache for a parameter, nobody assigns another to the attribute that holds it.",
)
BACKEND_TAKES_ANYTHING = Obligation(
    "backend-takes-anything",
    "The backend of the alias is one that stores whatever it is given, as Django's own do.",
)
READERS_COPE = Obligation(
    "readers-cope",
    "Each reader does with what it gets now, on a hit and on a miss, what it did before.",
)
CALLERS_COPE = Obligation(
    "callers-cope",
    "No caller gets a value of another type than before.",
)
COLUMNS_ARE_KEPT = Obligation(
    "columns-are-kept",
    "Each column of the model is of one of Django's field classes, whose values come back from a row as they were.",
)
PLAIN_CONSTRUCTION = Obligation(
    "plain-construction",
    "The model and its base classes are known, none of them changes how instances are made or loaded, and no "
    "`post_init` receiver does.",
)
AS_LOADED = Obligation(
    "as-loaded",
    "What is stored is as a query of its model loaded it: nothing was assigned to it since, and nothing fetched with "
    "it (related rows, annotations, deferred columns) is lost.",
)
SAME_QUERY = Obligation(
    "same-query",
    "The query runs at the same time, as often, and gives the same rows.",
)
STORED_ALONE = Obligation(
    "stored-alone",
    "What is stored is fresh and shared with nothing: nobody changes it after it was stored, or after it was read.",
)
KEPT_BY_JSON = Obligation(
    "kept-by-json",
    "JSON keeps all that is stored, as pickle does.",
)
ENTRIES_MAY_GO = Obligation(
    "entries-may-go",
    "The entries that are live now can be done without: under the new key all of them are misses.",
)
TIMEOUT_IN_FORCE = Obligation(
    "timeout-in-force",
    "The number that is written is the timeout in force in every settings module.",
)
NAMES_STAY_FREE = Obligation(
    "names-stay-free",
    "Imports that go are used by nobody, and names that are added mean nothing else.",
)

TWIN_DOES_THE_SAME = Obligation(
    "twin-does-the-same",
    "The asynchronous method does what the synchronous one does, on every Django that the project may run on.",
)
NOTHING_COMES_BETWEEN = Obligation(
    "nothing-comes-between",
    "Nothing rests on other tasks of the process standing still while the function runs: it decides no write by a read "
    "before it, holds no lock, changes nothing that others see, and runs on Django's own event loop.",
)
FLAG_COMES_FIRST = Obligation(
    "flag-comes-first",
    "What stood between asking for a flag and setting it can run with the flag set, and does not fail.",
)
COUNTER_IS_ITS_OWN = Obligation(
    "counter-is-its-own",
    "The entry is a counter and nothing else: it begins at one number, and nobody counts on its timeout being renewed.",
)
RAISED_BEFORE = Obligation(
    "raised-before",
    "The call raised an error until now, or did nothing, whatever backend is configured: nobody counts on it.",
)
WORKED_OUT_LATER = Obligation(
    "worked-out-later",
    "What is worked out later, or not at all, gives the same then, and nobody counts on its being worked out each "
    "time.",
)
NONE_IS_NEVER_STORED = Obligation(
    "none-is-never-stored",
    "None is stored under the key by no call, so that it stands for a miss alone.",
)
GONE_AT_THE_COMMIT = Obligation(
    "gone-at-the-commit",
    "Nothing inside the transaction counts on the entry being gone already, and tests run what is put off.",
)

#: All of them, in the order of the documentation.
OBLIGATIONS: tuple[Obligation, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Obligation))


class Proof:
    """How a fix accounts for its obligations."""

    def __init__(self, *obligations: Obligation) -> None:
        self.obligations = obligations
        self.doubts: dict[Obligation, list[str]] = {each: [] for each in obligations}

    def doubt(self, obligation: Obligation, reason: str) -> None:
        """An obligation of the fix is not shown; ``reason`` says where, for a person to settle. Nothing if empty."""
        if reason and reason not in self.doubts[obligation]:
            self.doubts[obligation].append(reason)

    def all(self, obligation: Obligation, reasons: Iterable[str]) -> None:
        """The same for several reasons."""
        for reason in reasons:
            self.doubt(obligation, reason)

    @property
    def reasons(self) -> tuple[str, ...]:
        """All that is not shown, in the order of the obligations."""
        return tuple(reason for obligation in self.obligations for reason in self.doubts[obligation])

    def fix(self, title: str, edits: Iterable[Edit], leaves: tuple[str, ...] = ()) -> Fix:
        """The fix: safe where there is no doubt left."""
        safe = Applicability.UNSAFE if self.reasons else Applicability.SAFE
        return Fix(title, tuple(edits), safe, self.reasons, leaves)
