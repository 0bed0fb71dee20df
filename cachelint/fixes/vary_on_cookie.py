"""CL701: a decorator below ``cache_page`` that says what the page depends on."""

from __future__ import annotations

from cachelint.caching.facts import Facts
from cachelint.caching.pages import CachedPage
from cachelint.caching.visitor import Source
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import ENTRIES_MAY_GO, Proof
from cachelint.project.symbols import FunctionRef

#: What must be shown for the fix to be safe.
OBLIGATIONS = (ENTRIES_MAY_GO,)


def propose(page: CachedPage, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if not isinstance(page.owner, FunctionRef) or page.of_method or page.view is None:
        raise FixBlocked("the page is cached in `urls.py` or for a class: wrap the view inside `cache_page` by hand")
    sources = {each.source for each in facts.visitors.of(page.view, page.entry)}
    if sources <= {Source.PERMISSIONS}:
        raise FixBlocked("permissions are checked inside of the view: check them outside of `cache_page`")
    home, name = "django.views.decorators.vary", "vary_on_cookie"
    if Source.CSRF in sources:
        # With `Vary: Cookie` alone, visitors without a cookie share one token.
        home, name = "django.views.decorators.csrf", "ensure_csrf_cookie"
    imports = Imports()
    written = imports.name(page.owner.module, home, name, ())
    end = page.place
    indent = " " * (page.place.column - 2)
    here = Place(end.path, end.end_line, end.end_column, end.end_line, end.end_column)
    proof = Proof(*OBLIGATIONS)
    proof.doubt(
        ENTRIES_MAY_GO, "each visitor has a page of their own then, and pages stored now stay until they expire"
    )
    return proof.fix(f"put `@{name}` below `cache_page`", [Edit(here, f"\n{indent}@{written}"), *imports.edits()])
