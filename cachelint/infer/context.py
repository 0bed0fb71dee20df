"""Where an expression is evaluated: which names mean what, in which function of which class.

The parts of the interpreter need one another in all directions. None of them imports one that is built on it: they ask
the context, which asks :class:`Inference`, the whole that :mod:`cachelint.infer.interpreter` puts together.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import libcst as cst

from cachelint.django.models import Models
from cachelint.infer.environment import Env
from cachelint.infer.recursion import ROOT, Calls, Frame
from cachelint.memo import Memo
from cachelint.project.classes import Classes
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef, Symbol, ValueRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import Lazy, Origin, Type
from cachelint.types.code import Function, Instance
from cachelint.types.join import join, join_all


class Run:
    """What became of running a body: the last environment, and what was returned and yielded."""

    __slots__ = ("context", "returned", "yielded")

    def __init__(self, context: Context) -> None:
        self.context = context
        self.returned: list[Type] = []
        self.yielded: list[Type] = []

    @property
    def result(self) -> Type:
        """What the body returns."""
        returned = list(self.returned)
        return Lazy(lambda: join_all(returned)) if returned else join()


class Inference(Protocol):
    """What the parts of the interpreter may ask of the whole.

    ``memo`` remembers answers that depend on the project alone, ``calls`` results of calls; ``steps`` counts the
    expressions that were evaluated for the question that is being answered.
    """

    codebase: Codebase
    classes: Classes
    models: Models
    memo: Memo
    calls: Calls
    steps: int

    def question(self) -> contextlib.AbstractContextManager[None]:
        """What is evaluated inside has steps of its own: a question that takes too many costs no other."""

    @property
    def settings_modules(self) -> list[Module]:
        """The settings modules of the project."""

    def is_set_everywhere(self, name: str) -> bool:
        """Whether all settings modules give a setting."""

    def symbol(self, symbol: Symbol | None) -> Type:
        """The type of what a name means."""

    def value(self, ref: ValueRef, owner: ClassRef | None = None) -> Type:
        """What the assignments of a module or class body give a name."""

    def setting(self, name: str) -> Type:
        """What the settings modules give a setting; Unknown where none of them does."""

    def instance_of(self, ref: ClassRef) -> Type:
        """``self`` in a method of a class, whatever the instance is made of."""

    def plain_instance(
        self, ref: ClassRef, attributes: tuple[tuple[str, Type], ...] = (), fields: tuple[tuple[str, Type], ...] = ()
    ) -> Instance:
        """An instance of a class that is neither a model nor a manager."""

    def class_value(self, owner: ClassRef, definitions: list[Definition], name: str) -> Type:
        """The value that a class body assigns to a name."""

    def run(self, function: Function, *, observer: Observer | None = None) -> Run:
        """Run a function with parameters of which only the annotations are known."""

    # What Context hands on; each says there what it gives.
    def evaluate(self, context: Context, node: cst.BaseExpression) -> Type: ...  # noqa: D102
    def run_block(self, context: Context, statements: Iterable[cst.CSTNode], run: Run | None) -> bool: ...  # noqa: D102
    def attribute(self, context: Context, base: Type, name: str) -> Type: ...  # noqa: D102
    def class_attribute(  # noqa: D102
        self, context: Context, ref: ClassRef, name: str, receiver: Type | None
    ) -> Type | None: ...
    def bind_target(  # noqa: D102
        self, context: Context, target: cst.BaseExpression, typ: Type, value: cst.BaseExpression | None
    ) -> None: ...
    def enter_comprehension(self, inner: Context, node: cst.CompFor) -> None: ...  # noqa: D102
    def arguments_of(self, context: Context, node: cst.Call) -> Arguments: ...  # noqa: D102
    def call_type(self, context: Context, callee: Type, arguments: Arguments) -> Type: ...  # noqa: D102
    def iterated(self, context: Context, typ: Type) -> Type: ...  # noqa: D102
    def item_of(self, context: Context, container: Type, key: Type) -> Type: ...  # noqa: D102


#: What an observer subscribes to that wants to see ``target[key] = value``.
STORES = "[]="


class Observer(Protocol):
    """Whoever wants to see the calls that are met while a body is run."""

    def subscribes(self, name: str) -> bool:
        """Whether calls of something named ``name`` are wanted."""

    def call(self, context: Context, node: cst.Call) -> None:
        """A watched call was met."""

    def contains(self, context: Context, node: cst.Comparison) -> None:
        """A test with ``in`` was met."""

    def stored(self, context: Context, target: cst.Subscript, value: Type) -> None:
        """Something is given to an item: for whoever subscribes to STORES."""


#: What is evaluated at once: putting it off costs more.
_CHEAP = frozenset({cst.Integer, cst.SimpleString, cst.Float, cst.Name})


class Context:
    """An environment with the place in the code that it belongs to.

    ``function`` and ``owner`` are the function and class that the code stands in; ``outer`` is the context of the
    function around a local one, whose tree is ``local_function``; ``frame`` is the call that runs it; ``observer``
    sees calls; ``stores`` collects what attributes are given.
    """

    __slots__ = (
        "class_scope",
        "env",
        "frame",
        "function",
        "interpreter",
        "local_function",
        "loop_depth",
        "module",
        "observer",
        "outer",
        "owner",
        "parsed",
        "stores",
    )

    def __init__(
        self,
        interpreter: Inference,
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
        frame: Frame = ROOT,
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
        self.frame = frame
        #: How many loops the code stands in.
        self.loop_depth = 0

    def snapshot(self) -> Context:
        """The same place with the variables as they are now, and nobody watching."""
        made = self._with(self.env.copy(), None)
        made.stores = None
        return made

    def branch(self) -> Context:
        """The same place with variables of its own."""
        return self._with(self.env.copy(), self.observer)

    def _with(self, env: Env, observer: Observer | None) -> Context:
        made = Context(
            self.interpreter, self.module, self.parsed, env,
            function=self.function, owner=self.owner, outer=self.outer, observer=observer,
            class_scope=self.class_scope, stores=self.stores, local_function=self.local_function, frame=self.frame,
        )  # fmt: skip
        made.loop_depth = self.loop_depth
        return made

    def nested(
        self, parsed: ParsedDefinition, observer: Observer | None, local_function: cst.CSTNode | None = None,
        frame: Frame | None = None,
    ) -> Context:  # fmt: skip
        """A context for a lambda, comprehension or local function of this one; ``frame`` where a call runs it."""
        made = Context(
            self.interpreter, self.module, parsed, Env(), function=self.function, owner=self.owner, outer=self,
            observer=observer, class_scope=False, local_function=local_function,
            frame=frame if frame is not None else self.frame,
        )  # fmt: skip
        made.loop_depth = self.loop_depth
        return made

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

    def evaluate(self, node: cst.BaseExpression) -> Type:
        """The type of an expression in this context."""
        return self.interpreter.evaluate(self, node)

    def run(self, statements: Iterable[cst.CSTNode], run: Run | None = None) -> bool:
        """Run statements; whether control can reach what follows them."""
        return self.interpreter.run_block(self, statements, run)

    def attribute(self, base: Type, name: str) -> Type:
        """What ``base.name`` evaluates to."""
        return self.interpreter.attribute(self, base, name)

    def bind(self, target: cst.BaseExpression, typ: Type, value: cst.BaseExpression | None) -> None:
        """Assign to a target."""
        self.interpreter.bind_target(self, target, typ, value)

    def enter(self, node: cst.CompFor) -> None:
        """Bind the targets of a comprehension."""
        self.interpreter.enter_comprehension(self, node)

    def member(self, ref: ClassRef, name: str, receiver: Type | None) -> Type | None:
        """A member of a class or its bases; None where the project defines none."""
        return self.interpreter.class_attribute(self, ref, name, receiver)

    def arguments(self, node: cst.Call) -> Arguments:
        """The arguments of a call."""
        return self.interpreter.arguments_of(self, node)

    def call(self, callee: Type, arguments: Arguments) -> Type:
        """What calling a value gives."""
        return self.interpreter.call_type(self, callee, arguments)

    def iterate(self, typ: Type) -> Type:
        """What iterating over a value gives, one at a time."""
        return self.interpreter.iterated(self, typ)

    def item(self, container: Type, key: Type) -> Type:
        """What ``container[key]`` evaluates to."""
        return self.interpreter.item_of(self, container, key)

    def origin(self, node: cst.CSTNode) -> Origin:
        """An expression of this context as the origin of a type."""
        return Origin(self.parsed, node)
