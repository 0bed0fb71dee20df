"""The project as a whole, for rules that are about nothing smaller."""

from __future__ import annotations

from dataclasses import dataclass

from cachelint.findings import Place
from cachelint.project.codebase import Codebase
from cachelint.types.base import Type


@dataclass(frozen=True)
class Project:
    """A project. Its place is the first line of its first file."""

    codebase: Codebase

    @property
    def place(self) -> Place:
        """See Fact."""
        return Place(min(self.codebase.modules, default=""), 1, 1, 1, 1)

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return ""

    @property
    def key_templates(self) -> tuple[Type, ...]:
        """See Fact."""
        return ()

    @property
    def fix_blocked(self) -> str:
        """See Fact."""
        return ""
