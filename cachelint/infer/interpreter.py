"""The interpreter's memory and its entry points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cachelint.django.models import Models
from cachelint.django.settings import say_nothing, settings_modules
from cachelint.infer.context import Context, Env, Observer
from cachelint.project.classes import Classes
from cachelint.project.codebase import Codebase, Module
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, FunctionRef, ModuleRef, Symbol, ValueRef
from cachelint.types.base import UNKNOWN, Lazy, Type, force
from cachelint.types.cache import CacheHandler, CacheObject
from cachelint.types.code import Class, ExternalSymbol, Function, Instance, ModuleType
from cachelint.types.django import Manager, ModelClass, ModelInstance, Settings
from cachelint.types.join import join, join_all

#: Calls inside calls that are followed, and how often the same function may stand among them.
MAX_CALL_DEPTH = 24
MAX_RECURSION = 2
#: Expressions evaluated for one function that is judged; beyond it everything is Unknown. There are
#: keys that take 8,000.
MAX_STEPS = 15_000

#: Types whose subclasses json.dumps takes for the type itself.
_BUILTINS = frozenset({"list", "dict", "str", "int", "float", "tuple", "OrderedDict", "defaultdict", "Counter"})

_CACHE_NAMES: dict[str, Type] = {
    "django.core.cache.cache": CacheObject("default"),
    "django.core.cache.caches": CacheHandler(),
    "django.conf.settings": Settings(),
}


class Interpreter:
    """Evaluates code of one code base. Results are kept for as long as this object lives."""

    def __init__(self, codebase: Codebase) -> None:
        # From now on all parts are where `Context` looks for them.
        from cachelint.infer import attributes, calls, expressions, statements  # noqa: F401

        self.codebase = codebase
        self.classes = Classes(codebase)
        self.models = Models(codebase, self.classes)
        self.steps = 0
        self.active: list[FunctionRef] = []
        self._values: dict[tuple[str, str, int], Type] = {}
        self._results: dict[tuple[object, ...], Type] = {}
        self._settings: dict[str, Type | None] = {}
        #: What the settings say of each cache, worked out once.
        self.caches: dict[object, Any] = {}
        self.request_attributes: dict[str, Type] = {}
        #: The names that calls of `as_view()` pass, anywhere; None before anybody asks.
        self.as_view_arguments: set[str] | None = None
        #: Type aliases that are being worked out.
        self.aliases: list[ValueRef] = []
        self._stored: dict[tuple[ClassRef, str, str], Type | None] = {}

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
        key = (ref.module.path, ref.name, ref.definitions[0].start if ref.definitions else -1)
        if key not in self._values:
            self._values[key] = UNKNOWN
            typ = self._run_assignments(ref, owner)
            if owner is None:
                typ = join(typ, *self._global_assignments(ref))
            self._values[key] = typ
        return self._values[key]

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
                result = self.run(Function(function), entry=True)
                found = result.context.env.get(ref.name)
                if found is not None:
                    yield found

    def setting(self, name: str) -> Type:
        """What the settings modules give a setting; Unknown where none of them does."""
        if name not in self._settings:
            self._settings[name] = None
            found: list[Type] = []
            # Of the caches it is said elsewhere what that means.
            known = name == "CACHES" or not say_nothing(self.settings_modules)
            for module in self.settings_modules if known else ():
                symbol = self.codebase.resolve(module, name)
                if isinstance(symbol, ValueRef):
                    found.append(self.value(symbol))
            self._settings[name] = join_all(found) if found else UNKNOWN
        typ = self._settings[name]
        return UNKNOWN if typ is None else typ

    @property
    def settings_modules(self) -> list[Module]:
        """The settings modules of the project."""
        if not hasattr(self, "_settings_modules"):
            self._settings_modules = settings_modules(self.codebase)
        return self._settings_modules

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

    def run(self, function: Function, *, entry: bool = False, observer: Observer | None = None) -> Run:
        """Run a function with parameters of which only the annotations are known."""
        from cachelint.infer.functions import run_entry

        return run_entry(self, function, entry=entry, observer=observer)

    def remembered(self, key: tuple[object, ...]) -> Type | None:
        """A result that was worked out before."""
        return self._results.get(key)

    def remember(self, key: tuple[object, ...], typ: Type) -> None:
        """Keep a result."""
        self._results[key] = typ

    def may_call(self, ref: FunctionRef) -> bool:
        """Whether one more call may be followed."""
        return len(self.active) < MAX_CALL_DEPTH and self.active.count(ref) < MAX_RECURSION


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
