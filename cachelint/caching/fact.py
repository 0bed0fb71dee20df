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

    @property
    def stored_again(self) -> bool:
        """Whether it is about a value that was read from the cache: it is to be mended where it is made."""
        return False

    @property
    def by_table(self) -> bool:
        """Whether it rests on what our table says of a package, of which another version may be installed."""
        return False


class AboutAnother(Fact):
    """A fact that stands where another does, and shares its fate."""

    __slots__ = ()

    @property
    def about(self) -> Fact:
        """The other one."""
        raise NotImplementedError

    @property
    def place(self) -> Place:
        """See Fact."""
        return self.about.place

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.about.qualified_name

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """See Fact."""
        return self.about.key_templates

    @property
    def fix_blocked(self) -> str:
        """See Fact."""
        return self.about.fix_blocked

    @property
    def by_table(self) -> bool:
        """See Fact."""
        return self.about.by_table
