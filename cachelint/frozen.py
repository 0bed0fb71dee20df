"""Dataclasses that are frozen for the type checker alone.

A run makes types by the hundred thousand, and each start of the program some seventy classes. At run time `frozen`
has every field set through `object.__setattr__`, and writes three more methods for each class: a twelfth of all time.
That nobody changes such data is what mypy looks after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(cls=None, /, *, frozen=False, eq=True, **options):
        """Make a dataclass; a frozen one can be hashed, as ever."""

        def decorate(cls):
            shows_itself = "__repr__" in vars(cls)
            made = dataclasses.dataclass(eq=eq, unsafe_hash=frozen and eq, repr=False, **options)(cls)
            if not shows_itself:
                made.__repr__ = _shown
            return made

        return decorate if cls is None else decorate(cls)

    def _shown(self):
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"


__all__ = ["dataclass"]
