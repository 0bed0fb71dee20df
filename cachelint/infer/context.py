"""Where an expression is evaluated: which names mean what, in which function of which class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import libcst as cst

from cachelint import infer
from cachelint.project.codebase import Module
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, Lazy, Origin, Type
from cachelint.types.join import lazy_join

if TYPE_CHECKING:
    import cachelint.infer.attributes
    import cachelint.infer.calls
    import cachelint.infer.expressions
    import cachelint.infer.statements  # noqa: F401
    from cachelint.infer.interpreter import Interpreter, Run


class Observer(Protocol):
    """Whoever wants to see the calls that are met while a body is run."""

    def subscribes(self, name: str) -> bool:
        """Whether calls of something named ``name`` are wanted."""

    def call(self, context: Context, node: cst.Call) -> None:
        """A watched call was met."""

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """A test with ``in`` was met."""


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


#: What is evaluated at once: putting it off costs more.
_CHEAP = frozenset({cst.Integer, cst.SimpleString, cst.Float, cst.Name})


class Context:
    """An environment with the place in the code that it belongs to.

    ``function`` and ``owner`` are the function and class that the code stands in; ``outer`` is the context of the
    function around a local one, whose tree is ``local_function``; ``observer`` sees calls; ``stores`` collects what
    attributes are given.
    """

    __slots__ = (
        "class_scope",
        "env",
        "function",
        "interpreter",
        "local_function",
        "module",
        "observer",
        "outer",
        "owner",
        "parsed",
        "stores",
    )

    def __init__(
        self,
        interpreter: Interpreter,
        module: Module,
        parsed: ParsedDefinition,
        env: Env | None = None,
        *,
        function: FunctionRef | None = None,
        owner: ClassRef | None = None,
        outer: Context | None = None,
        observer: Observer | None = None,
        class_scope: bool = False,
        stores: dict[str, list[Type]] | None = None,
        local_function: cst.CSTNode | None = None,
    ) -> None:
        self.interpreter = interpreter
        self.module = module
        self.parsed = parsed
        self.env = env if env is not None else Env()
        self.function = function
        self.owner = owner
        self.outer = outer
        self.observer = observer
        self.class_scope = class_scope
        self.stores = stores
        self.local_function = local_function

    def snapshot(self) -> Context:
        """The same place with the variables as they are now, and nobody watching."""
        made = self._with(self.env.copy(), None)
        made.stores = None
        return made

    def branch(self) -> Context:
        """The same place with variables of its own."""
        return self._with(self.env.copy(), self.observer)

    def _with(self, env: Env, observer: Observer | None) -> Context:
        return Context(
            self.interpreter, self.module, self.parsed, env,
            function=self.function, owner=self.owner, outer=self.outer, observer=observer,
            class_scope=self.class_scope, stores=self.stores, local_function=self.local_function,
        )  # fmt: skip

    def nested(
        self, parsed: ParsedDefinition, observer: Observer | None, local_function: cst.CSTNode | None = None
    ) -> Context:
        """A context for a lambda, comprehension or local function of this one."""
        return Context(
            self.interpreter, self.module, parsed, Env(), function=self.function, owner=self.owner, outer=self,
            observer=observer, class_scope=False, local_function=local_function,
        )  # fmt: skip

    def local_functions(self) -> Iterator[cst.CSTNode]:
        """The lambdas and local functions that the code stands in, from the inside."""
        context: Context | None = self
        while context is not None:
            if context.local_function is not None:
                yield context.local_function
            context = context.outer

    def local(self, path: str) -> Type | None:
        """The type of a local variable or path, those of enclosing functions included."""
        context: Context | None = self
        while context is not None:
            found = context.env.get(path)
            if found is not None:
                return found
            context = context.outer
        return None

    def lazy(self, node: cst.BaseExpression) -> Type:
        """The type of an expression as of now, worked out when it is asked for."""
        if type(node) in _CHEAP:
            return self.evaluate(node)
        snapshot = self.snapshot()
        return Lazy(lambda: snapshot.evaluate(node))

    # The parts of the interpreter need one another in all directions; they meet here, as attributes of the package:
    # to import each where it is called would be a twentieth of all time.

    def evaluate(self, node: cst.BaseExpression) -> Type:
        """The type of an expression in this context."""
        return infer.expressions.evaluate(self, node)

    def run(self, statements: Iterable[cst.CSTNode], run: Run | None = None) -> bool:
        """Run statements; whether control can reach what follows them."""
        return infer.statements.run_block(self, statements, run)

    def attribute(self, base: Type, name: str) -> Type:
        """What ``base.name`` evaluates to."""
        return infer.attributes.attribute(self, base, name)

    def bind(self, target: cst.BaseExpression, typ: Type, value: cst.BaseExpression | None) -> None:
        """Assign to a target."""
        infer.expressions.bind_target(self, target, typ, value)

    def enter(self, node: cst.CompFor) -> None:
        """Bind the targets of a comprehension."""
        infer.expressions.enter_comprehension(self, node)

    def member(self, ref: ClassRef, name: str, receiver: Type | None) -> Type | None:
        """A member of a class or its bases; None where the project defines none."""
        return infer.attributes.class_attribute(self, ref, name, receiver)

    def arguments(self, node: cst.Call) -> Arguments:
        """The arguments of a call."""
        return infer.calls.arguments_of(self, node)

    def call(self, callee: Type, arguments: Arguments) -> Type:
        """What calling a value gives."""
        return infer.calls.call_type(self, callee, arguments)

    def iterate(self, typ: Type) -> Type:
        """What iterating over a value gives, one at a time."""
        return infer.expressions.iterated(self, typ)

    def item(self, container: Type, key: Type) -> Type:
        """What ``container[key]`` evaluates to."""
        return infer.expressions.item_of(self, container, key)

    def origin(self, node: cst.CSTNode) -> Origin:
        """An expression of this context as the origin of a type."""
        return Origin(self.parsed, node)
