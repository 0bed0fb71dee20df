"""Classes of the project that are caches themselves: namespaces with ``get``, ``set`` and more of a cache's methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachelint.caching.calls import CacheCall, Clear
from cachelint.caching.candidates import CacheNames, candidates, names_of
from cachelint.infer.call_contexts import calls_in
from cachelint.infer.definitions import owner_of
from cachelint.infer.events import called_name
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.base import UNKNOWN
from cachelint.types.code import Function
from cachelint.types.join import members

_CLEAR = frozenset({"clear"})
_NEEDED = frozenset({"get", "set"})
_MORE = frozenset(
    {"add", "delete", "get_or_set", "get_many", "set_many", "delete_many", "incr", "decr", "touch", "clear"}
)


class Facades:
    """The facades of a project, and the calls that empty one."""

    def __init__(self, interpreter: Interpreter, calls: Sequence[CacheCall], names: CacheNames) -> None:
        self.interpreter = interpreter
        self.names = names
        methods: dict[ClassRef, set[str]] = {}
        for call in calls:
            owner = owner_of(call.function) if call.function is not None and call.inner is None else None
            if owner is not None and call.function is not None:
                methods.setdefault(owner, set()).add(call.function.definition.name)
        self.classes = {owner for owner, found in methods.items() if found >= _NEEDED and found & _MORE}

    def holds(self, function: FunctionRef | None) -> bool:
        """Whether a function is a method of a facade: what that does is its own business."""
        return function is not None and owner_of(function) in self.classes

    def clears(self) -> Iterator[CacheCall]:
        """The calls of the ``clear`` of a facade."""
        seen: set[int] = set()
        for owner in sorted(self.classes, key=lambda ref: ref.name):
            found = self.interpreter.classes.member(owner, "clear")
            if found is None:
                continue
            clear = FunctionRef(found[0].module, found[1][-1])
            family = [owner, *self.interpreter.classes.subclasses(owner)]
            forms = {form for ref in family for form in (ref.definition.name, f"{ref.definition.name}()")}
            words = names_of(self.names.travelling(forms))
            for module, definition in candidates(self.interpreter.codebase, words, ["clear"]):
                if definition.form != "function" or is_test(module.path) or definition is clear.definition:
                    continue
                for node, here in calls_in(self.interpreter, FunctionRef(module, definition), _CLEAR).items():
                    if node in seen or called_name(here.node) != "clear":
                        continue
                    with self.interpreter.question():
                        callees = members(here.callee)
                    if any(isinstance(c, Function) and c.ref == clear for c in callees):
                        seen.add(node)
                        function = FunctionRef(module, definition)
                        yield Clear("clear", None, here.context.parsed, here.node, function, UNKNOWN, roles=frozenset())
