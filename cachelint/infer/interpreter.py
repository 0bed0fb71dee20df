"""The interpreter: its parts put together, what they remember, and its entry points."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import libcst as cst

from cachelint.django.models import Models
from cachelint.django.settings import say_nothing, settings_modules
from cachelint.infer import calls, expressions, subscripts
from cachelint.infer.attributes import attribute, class_attribute
from cachelint.infer.binding import bind_target, enter_comprehension
from cachelint.infer.calls import arguments_of, call_type
from cachelint.infer.context import Context, Observer, Run
from cachelint.infer.environment import Env
from cachelint.infer.functions import run_entry
from cachelint.infer.iteration import iterated
from cachelint.infer.recursion import Calls
from cachelint.infer.statements import run_block
from cachelint.infer.subscripts import item_of
from cachelint.memo import PROGRESS, Memo
from cachelint.project.classes import Classes
from cachelint.project.codebase import Codebase
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, FunctionRef, ModuleRef, Symbol, ValueRef
from cachelint.types.base import UNKNOWN, Lazy, Type, force
from cachelint.types.cache import CacheHandler, CacheObject
from cachelint.types.code import Class, ExternalSymbol, Function, Instance, ModuleType
from cachelint.types.django import Manager, ModelClass, ModelInstance, Settings
from cachelint.types.join import join, join_all

#: Expressions evaluated for one question; beyond it everything is Unknown. There are keys that take 8,000.
MAX_STEPS = 15_000

#: Types whose subclasses json.dumps takes for the type itself.
_BUILTINS = frozenset({"list", "dict", "str", "int", "float", "tuple", "OrderedDict", "defaultdict", "Counter"})

#: By the class of an expression, who evaluates it.
_EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Context, Any], Type]] = {
    **expressions.HANDLERS,
    **subscripts.HANDLERS,
    **calls.HANDLERS,
}

_CACHE_NAMES: dict[str, Type] = {
    "django.core.cache.cache": CacheObject("default"),
    "django.core.cache.caches": CacheHandler(),
    "django.conf.settings": Settings(),
}


class _Question(contextlib.AbstractContextManager[None]):
    """Not made by ``contextlib.contextmanager``: there are ten thousands of questions."""

    __slots__ = ("before", "interpreter")

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def __enter__(self) -> None:
        interpreter = self.interpreter
        self.before = (interpreter.steps, PROGRESS.begin(), interpreter.calls.begin())
        interpreter.steps = 0

    def __exit__(self, *error: object) -> None:
        steps, progress, calls = self.before
        self.interpreter.calls.end(calls)
        PROGRESS.end(progress)
        self.interpreter.steps = steps


class Interpreter:
    """Evaluates code of one code base: the parts put together, and what they remember as long as this object lives.

    See :class:`cachelint.infer.context.Inference` for what the parts ask of it.
    """

    def __init__(self, codebase: Codebase) -> None:
        self.codebase = codebase
        self.classes = Classes(codebase)
        self.models = Models(codebase, self.classes)
        self.memo = Memo()
        self.calls = Calls()
        self.steps = 0
        # As attributes of their own: to look for each where it is asked would be a twentieth of all time.
        self.run_block = run_block
        self.attribute = attribute
        self.class_attribute = class_attribute
        self.bind_target = bind_target
        self.enter_comprehension = enter_comprehension
        self.arguments_of = arguments_of
        self.call_type = call_type
        self.iterated = iterated
        self.item_of = item_of

    def evaluate(self, context: Context, node: cst.BaseExpression) -> Type:
        """The type of an expression, lazy where it is a variable; its origin is the expression that made the value."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            PROGRESS.cut_short()
            return UNKNOWN
        handler = _EXPRESSIONS.get(type(node))
        return handler(context, node) if handler is not None else UNKNOWN

    def question(self) -> contextlib.AbstractContextManager[None]:
        """What is evaluated inside has steps of its own: a question that takes too many costs no other."""
        return _Question(self)

    def give_up(self) -> None:
        """Forget what is being worked out, after an error in the midst of it."""
        self.calls.give_up()
        PROGRESS.give_up()

    # -- symbols -------------------------------------------------------------------------------------------

    def symbol(self, symbol: Symbol | None) -> Type:
        """The type of what a name means."""
        match symbol:
            case None:
                return UNKNOWN
            case External(name=name):
                return _CACHE_NAMES.get(name) or self._external(symbol)
            case FunctionRef():
                return Function(symbol)
            case ClassRef():
                model = self.models.model(symbol)
                return ModelClass(model) if model is not None else Class(symbol)
            case ModuleRef():
                return ModuleType(symbol)
            case ValueRef():
                return Lazy(lambda: self.value(symbol))

    def _external(self, symbol: External) -> Type:
        model = self.models.model(symbol)
        return ModelClass(model) if model is not None else ExternalSymbol(symbol.name)

    def value(self, ref: ValueRef, owner: ClassRef | None = None) -> Type:
        """What the assignments of a module or class body give a name, ``global`` statements included."""
        where = (ref.module.path, ref.name, ref.definitions[0].start if ref.definitions else -1)

        def work_out() -> Type:
            with self.question():
                typ = self._run_assignments(ref, owner)
                return join(typ, *self._global_assignments(ref)) if owner is None else typ

        return self.memo.ask(("value", *where), work_out, UNKNOWN)

    def _run_assignments(self, ref: ValueRef, owner: ClassRef | None) -> Type:
        env = Env()
        for definition in ref.definitions:
            parsed = ref.module.parsed(definition)
            if parsed is None:
                return UNKNOWN
            before = env.get(ref.name)
            context = Context(self, ref.module, parsed, env.copy(), owner=owner, class_scope=owner is not None)
            context.run(parsed.statements)
            after = context.env.get(ref.name)
            if after is not None:
                keep = definition.conditional and before is not None
                env.set(ref.name, join(before, after) if keep and before is not None else after)
        found = env.get(ref.name)
        return force(found) if found is not None else UNKNOWN

    def _global_assignments(self, ref: ValueRef) -> Iterator[Type]:
        word = re.compile(rb"\bglobal\s[^\n]*\b" + re.escape(ref.name.encode()) + rb"\b")
        if not ref.module.findall(word):
            return
        for function in self.codebase.functions(ref.module):
            if ref.module.matches(function.definition, word):
                result = self.run(Function(function))
                found = result.context.env.get(ref.name)
                if found is not None:
                    yield found

    def setting(self, name: str) -> Type:
        """What the settings modules give a setting; Unknown where none of them does."""
        return self.memo.ask(("setting", name), lambda: self._setting(name), UNKNOWN)

    def _setting(self, name: str) -> Type:
        found: list[Type] = []
        # Of the caches it is said elsewhere what that means.
        known = name == "CACHES" or not say_nothing(self.settings_modules)
        for module in self.settings_modules if known else ():
            symbol = self.codebase.resolve(module, name)
            if isinstance(symbol, ValueRef):
                found.append(self.value(symbol))
        return join_all(found) if found else UNKNOWN

    def is_set_everywhere(self, name: str) -> bool:
        """Whether all settings modules give a setting."""
        return all(self.codebase.resolve(module, name) is not None for module in self.settings_modules)

    @cached_property
    def settings_modules(self) -> list[Module]:
        """The settings modules of the project."""
        return settings_modules(self.codebase)

    # -- classes -------------------------------------------------------------------------------------------

    def instance_of(self, ref: ClassRef) -> Type:
        """``self`` in a method of a class, whatever the instance is made of."""
        model = self.models.model(ref)
        if model is not None:
            return ModelInstance(model)
        is_manager = self.models.is_manager_class(ref)
        if is_manager or self.models.is_queryset_class(ref):
            users = self.models.users_of(ref)
            made = [Manager(m, ref if is_manager else None, None if is_manager else ref) for m in users[:3]]
            if len(users) > 3 or not users:
                made = [Manager(None, ref if is_manager else None, None if is_manager else ref)]
            return join_all(made)
        return self.plain_instance(ref)

    def plain_instance(
        self, ref: ClassRef, attributes: tuple[tuple[str, Type], ...] = (), fields: tuple[tuple[str, Type], ...] = ()
    ) -> Instance:
        """An instance of a class that is neither a model nor a manager."""
        names = [name.rpartition(".")[2] for name in self.classes.externals(ref)]
        return Instance(ref, fields, attributes, next((name for name in names if name in _BUILTINS), ""))

    def class_value(self, owner: ClassRef, definitions: list[Definition], name: str) -> Type:
        """The value that a class body assigns to a name."""
        assignments = tuple(d for d in definitions if d.form == "assignment")
        return self.value(ValueRef(owner.module, name, assignments), owner)

    # -- functions -----------------------------------------------------------------------------------------

    def run(self, function: Function, *, observer: Observer | None = None) -> Run:
        """Run a function with parameters of which only the annotations are known."""
        return run_entry(self, function, observer=observer)
