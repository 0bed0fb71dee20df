"""CL703: the user as an argument of a cached fragment."""

from __future__ import annotations

import re

from cachelint.caching.facts import Facts
from cachelint.caching.fragments import CachedFragment
from cachelint.caching.visitor import Source, source_of_name
from cachelint.findings import Edit, Fix
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import ENTRIES_MAY_GO, Proof

#: What must be shown for the fix to be safe.
OBLIGATIONS = (ENTRIES_MAY_GO,)
_PROCESSOR = re.compile(rb"context_processors\.request\b")
_OTHER = (Source.CSRF, Source.MESSAGES, Source.SESSION, Source.COOKIES)


def propose(fragment: CachedFragment, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    if any(source_of_name(shown.name) in _OTHER for shown in fragment.shown):
        raise FixBlocked("the user says nothing of the token, messages, session or cookies in it: take them out")
    processors = facts.codebase.search(_PROCESSOR, "context_processors.request")
    user = "request.user.pk" if processors else "user.pk"
    words = list(fragment.fragment.words)
    last = next((index for index, word in enumerate(words) if word.startswith("using=")), len(words))
    words.insert(last, user)
    proof = Proof(*OBLIGATIONS)
    proof.doubt(
        ENTRIES_MAY_GO, "each user has a fragment of their own then, and those stored now stay until they expire"
    )
    return proof.fix(f"add `{user}` to the tag", [Edit(fragment.place, f"{{% {' '.join(words)} %}}")])
