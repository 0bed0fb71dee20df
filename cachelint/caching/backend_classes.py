"""Classes of the project that derive from Django's Redis backend, as facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cachelint.caching.fact import Fact
from cachelint.findings import Place
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef

_REDIS = "django.core.cache.backends.redis.RedisCache"


@dataclass(frozen=True, eq=False)
class RedisBackend(Fact):
    """One class; ``members`` are the names that its own body defines."""

    ref: ClassRef
    members: frozenset[str]
    code: str
    at: Place

    @property
    def place(self) -> Place:
        """See Fact: the line of the class."""
        return self.at

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.ref.definition.qualname


def redis_backends(interpreter: Interpreter) -> Iterator[RedisBackend]:
    """All of a project, in the order of files and lines."""
    for module in interpreter.codebase.containing("RedisCache"):
        for definition in module.outline.walk() if not is_test(module.path) else ():
            if definition.form != "class" or definition.scope is None:
                continue
            ref = ClassRef(module, definition)
            parsed = module.parsed(definition) if _REDIS in interpreter.classes.externals(ref) else None
            node = parsed.class_def if parsed is not None else None
            if parsed is not None and node is not None:
                place = parsed.place(node.name)
                yield RedisBackend(ref, frozenset(definition.scope.definitions), parsed.code(node.body), place)
