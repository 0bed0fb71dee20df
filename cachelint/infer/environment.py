"""The variables of a piece of code."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.types.base import NEVER, Type
from cachelint.types.join import lazy_join


class Env:
    """Variables and dotted paths (``self.items``) and their types; copied when it is written to after a snapshot."""

    __slots__ = ("_roots", "_shared", "_values")

    def __init__(self, values: dict[str, Type] | None = None, roots: set[str] | None = None) -> None:
        self._values = values if values is not None else {}
        self._shared = False
        #: What dotted paths begin with, in this environment or one that it was copied from or to.
        self._roots = roots if roots is not None else set()

    def get(self, path: str) -> Type | None:
        """The type of a variable; None where it is not bound here."""
        return self._values.get(path)

    def set(self, path: str, typ: Type) -> None:
        """Bind a variable; what was known of its attributes is forgotten."""
        self._own()
        if path in self._roots:
            inner = f"{path}."
            self._values = {k: v for k, v in self._values.items() if not k.startswith(inner)}
        self._values[path] = typ
        while "." in path:
            path = path.rpartition(".")[0]
            self._roots.add(path)

    def drop(self, path: str) -> None:
        """Unbind a variable."""
        self._own()
        self._values.pop(path, None)

    def copy(self) -> Env:
        """An environment that shares no further change with this one."""
        self._shared = True
        other = Env(self._values, self._roots)
        other._shared = True
        return other

    def _own(self) -> None:
        if self._shared:
            self._values = dict(self._values)
            self._shared = False

    def names(self) -> Iterator[str]:
        """All bound paths."""
        return iter(self._values)

    def replace(self, other: Env) -> None:
        """Take over all that another environment knows."""
        copied = other.copy()
        self._values, self._shared = copied._values, True
        self._roots = other._roots

    def join(self, others: list[Env]) -> None:
        """Become what is known after any of ``others``."""
        if not others:
            return
        first, *rest = others
        merged = dict(first._values)
        self._roots = self._roots.union(*(other._roots for other in others))
        for other in rest:
            for path in {*merged, *other._values}:
                a, b = merged.get(path), other._values.get(path)
                if a is None or b is None:
                    # A path of an attribute that only one branch assigned has its outer meaning in the other.
                    if "." in path:
                        merged.pop(path, None)
                        continue
                    merged[path] = a if a is not None else b if b is not None else NEVER
                else:
                    merged[path] = lazy_join(a, b)
        self._values, self._shared = merged, False
