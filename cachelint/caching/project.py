"""The project as a whole, for rules that are about nothing smaller."""

from __future__ import annotations

from dataclasses import dataclass

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.project.codebase import Codebase


@dataclass(frozen=True)
class Project(Fact):
    """A project. Its place is the first line of its first file."""

    codebase: Codebase

    @property
    def place(self) -> Place:
        """See Fact."""
        return Place(min(self.codebase.modules, default=""), 1, 1, 1, 1)
