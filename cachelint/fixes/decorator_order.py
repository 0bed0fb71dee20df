"""CL702: the decorators of a function in the right order."""

from __future__ import annotations

from cachelint.caching.facts import Facts
from cachelint.caching.pages import CachedPage, Wrapping
from cachelint.django.view_decorators import Role
from cachelint.findings import Edit, Fix
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import ENTRIES_MAY_GO, Proof

#: What must be shown for the fix to be safe.
OBLIGATIONS = (ENTRIES_MAY_GO,)


def propose(page: CachedPage, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    del facts
    if page.owner is None:
        raise FixBlocked(
            "the page is cached in `urls.py`, and the decorator stands elsewhere: move one of them by hand"
        )
    if page.of_method:
        raise FixBlocked("the decorators are made ones of methods: change their order by hand")
    stack = [*page.above, *page.below]
    if any(not wrapping.beside for wrapping in stack):
        raise FixBlocked("the decorators stand in two files")
    wrong = _wrong(page)
    edits = _swapped(page, wrong)
    proof = Proof(*OBLIGATIONS)
    proof.doubt(ENTRIES_MAY_GO, "pages that are stored now stay until they expire: empty the cache with the deploy")
    return proof.fix("put the decorators in the right order", edits)


def _wrong(page: CachedPage) -> tuple[list[Wrapping], bool]:
    """The decorators that ``cache_page`` changes sides with, in order, and whether they stand above."""
    moving = (Role.VARIES, Role.FORBIDS)
    above = [index for index, w in enumerate(page.above) if w.role in moving]
    if above and not any(w.role in moving for w in page.below):
        return list(page.above[above[0] :]), True
    below = [index for index, w in enumerate(page.below) if w.role is Role.GUARDS]
    return list(page.below[: below[-1] + 1]), False


def _swapped(page: CachedPage, wrong: tuple[list[Wrapping], bool]) -> list[Edit]:
    """Edits that write the decorators into one another's places."""
    moving, stand_above = wrong
    parsed = page.parsed
    places = [w.place for w in moving]
    texts = [parsed.code(w.node) for w in moving]
    own, code = page.place, parsed.code(page.node)
    order = [*places, own] if stand_above else [own, *places]
    written = [code, *texts] if stand_above else [*texts, code]
    return [Edit(place, text) for place, text in zip(order, written, strict=True)]
