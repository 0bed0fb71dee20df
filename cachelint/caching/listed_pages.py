"""Cached pages and fragments as plain data, to be listed beside the keys of the project's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from cachelint.caching.fragments import CachedFragment
from cachelint.caching.keys.inventory import Page
from cachelint.caching.pages import CachedPage
from cachelint.django.view_decorators import Role
from cachelint.types.display import short

_SPEAKING = frozenset({Role.VARIES, Role.FORBIDS})


def pages_of(pages: Iterable[CachedPage]) -> Iterator[Page]:
    """The pages under ``cache_page``, by their views."""
    for page in pages:
        arguments = page.call.args if page.call is not None else ()
        named = {a.keyword.value: a.value for a in arguments if a.keyword is not None}
        plain = [a.value for a in arguments if a.keyword is None]
        timeout = named.get("timeout") or (plain[0] if plain else None)
        alias = named.get("cache")
        view = page.view
        name = f"{view.module.name}.{view.definition.qualname}" if view is not None else page.parsed.code(page.node)
        place = page.place
        yield Page(
            "page", name, str(alias.evaluated_value) if isinstance(alias, cst.SimpleString) else "default", place.path,
            place.line, " ".join(page.parsed.code(timeout).split()) if timeout is not None else "",
            tuple(short(w.name) for w in page.below if w.role in _SPEAKING),
        )  # fmt: skip


def fragments_of(fragments: Iterable[CachedFragment]) -> Iterator[Page]:
    """The fragments of templates, by their names."""
    for each in fragments:
        words = each.fragment.words
        alias = next((word[6:].strip("'\"") for word in words if word.startswith("using=")), "template_fragments")
        yield Page("fragment", each.name, alias, each.path, each.fragment.line, words[1], each.fragment.arguments)
