"""What every fact has that a rule can be about."""

from __future__ import annotations

from typing import Protocol

from cachelint.findings import Place
from cachelint.types.base import Type


class Fact(Protocol):
    """Something that a rule can be about. It has a place; the rest is said by those facts that have it."""

    @property
    def place(self) -> Place:
        """The whole of it. A comment on one of its lines, or on the line above, suppresses what is found here."""

    @property
    def qualified_name(self) -> str:
        """The function or class that it stands in (``Shelf.title``); empty outside of them."""
        return ""

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """What the keys evaluate to that it is about; empty where it is about none."""
        return ()

    @property
    def fix_blocked(self) -> str:
        """Why no fix can be made here, whatever the rule; empty where one may."""
        return ""
