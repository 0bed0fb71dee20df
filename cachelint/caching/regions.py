"""What a place in the code is inside of: a transaction, what runs at its commit, a receiver, a method of a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import libcst as cst

from cachelint.infer.definitions import owner_of
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.module import Module
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, External, FunctionRef, Symbol
from cachelint.project.syntax import descendants

#: Signals that are sent before the change of a row is committed.
SIGNALS = frozenset({"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed"})
_CONNECT = re.compile(
    rb"(pre_save|post_save|pre_delete|post_delete|m2m_changed)\.connect\(\s*(?:receiver\s*=\s*)?([\w.]+)([^)]*)"
)
_SENDER = re.compile(rb"sender\s*=\s*([\w.]+)")
_ATOMIC = ("django.db.transaction.atomic", "django.db.transaction.Atomic")
#: What runs a function when the transaction is committed.
_LATER = re.compile(r"(?:^|\.)(?:on_commit|run_on_commit|call_on_commit|after_commit)$|_on_commit$")
_MAX_NESTED = 2


class Receiver(NamedTuple):
    """A function that a signal of models calls; ``senders`` are the models, none where it is called for all."""

    signal: str
    senders: tuple[str, ...]


class Regions:
    """What places are inside of; what holds for the whole project is looked for once."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.codebase = interpreter.codebase
        self.classes = interpreter.classes
        self._atomic: dict[FunctionRef, bool] = {}

    # -- transactions ----------------------------------------------------------------------------------------

    def around(self, node: cst.CSTNode, parsed: ParsedDefinition) -> Iterator[cst.CSTNode]:
        """What stands around a node, from the inside, up to the definition."""
        parents = parsed.gathered.parents
        current = parents.get(node)
        while current is not None:
            yield current
            current = parents.get(current)

    def atomic_block(self, node: cst.CSTNode, parsed: ParsedDefinition, module: Module) -> cst.With | None:
        """The ``with transaction.atomic():`` around a node, if there is one."""
        inside: cst.CSTNode = node
        for outer in self.around(node, parsed):
            if isinstance(outer, cst.FunctionDef | cst.Lambda):
                return None
            if isinstance(outer, cst.With) and inside is outer.body:
                if any(self.is_atomic(item.item, module) for item in outer.items):
                    return outer
            inside = outer
        return None

    def is_atomic(self, node: cst.BaseExpression, module: Module) -> bool:
        """Whether a context manager or decorator opens a transaction."""
        called = node.func if isinstance(node, cst.Call) else node
        name = dotted(called)
        if name is None:
            return False
        if isinstance(node, cst.Call) and name.rpartition(".")[2] == "method_decorator" and node.args:
            return self.is_atomic(node.args[0].value, module)
        return self._opens(self.classes.resolve_dotted(module, name), name, 0)

    def _opens(self, symbol: Symbol | None, name: str, depth: int) -> bool:
        if isinstance(symbol, External):
            return symbol.name in _ATOMIC or symbol.name.endswith(".atomic")
        if isinstance(symbol, FunctionRef) and depth < _MAX_NESTED:
            return self._opens_inside(symbol, depth)
        # `transaction.atomic` where `transaction` is imported in the function.
        return symbol is None and name in ("transaction.atomic", "atomic")

    def _opens_inside(self, ref: FunctionRef, depth: int) -> bool:
        """Whether a context manager of the project opens a transaction around what it yields."""
        if ref not in self._atomic:
            self._atomic[ref] = False
            text = ref.module.text_of(ref.definition)
            if b"yield" in text and b"atomic" in text:
                parsed = ref.module.parsed(ref.definition)
                for node in descendants(parsed.module) if parsed is not None else ():
                    if isinstance(node, cst.With):
                        names = [dotted(i.item.func if isinstance(i.item, cst.Call) else i.item) for i in node.items]
                        found = any(
                            n is not None and self._opens(self.classes.resolve_dotted(ref.module, n), n, depth + 1)
                            for n in names
                        )
                        self._atomic[ref] = self._atomic[ref] or found
        return self._atomic[ref]

    def atomic_decorator(self, ref: FunctionRef, parsed: ParsedDefinition) -> cst.Decorator | None:
        """The decorator by which a function runs in a transaction."""
        node = parsed.function
        for decorator in node.decorators if node is not None else ():
            if self.is_atomic(decorator.decorator, ref.module):
                return decorator
        return None

    def runs_at_commit(self, node: cst.CSTNode, parsed: ParsedDefinition) -> bool:
        """Whether a place is inside a function that is handed to ``on_commit``."""
        parents = parsed.gathered.parents
        for outer in self.around(node, parsed):
            if isinstance(outer, cst.Lambda | cst.Call):
                call = outer if isinstance(outer, cst.Call) else parents.get(parents.get(outer, outer))
                if isinstance(call, cst.Call) and call is not node and _is_later(call):
                    return True
            if isinstance(outer, cst.FunctionDef) and self._handed_to_commit(outer, parsed):
                return True
        return False

    def _handed_to_commit(self, function: cst.FunctionDef, parsed: ParsedDefinition) -> bool:
        """Whether a function is handed to ``on_commit`` by its name, directly or in a ``partial``."""
        parents = parsed.gathered.parents
        if any(_is_later(decorator.decorator) for decorator in function.decorators):
            return True
        for node in parsed.gathered.named(function.name.value):
            argument = parents.get(node)
            call = parents.get(argument) if isinstance(argument, cst.Arg) else None
            if isinstance(call, cst.Call) and (_is_later(call) or _is_partial_for_later(call, parents)):
                return True
        return False

    def hands_to_commit(self, name: str, parsed: ParsedDefinition) -> bool:
        """Whether a function hands another one, by its name, to ``on_commit``."""
        for node in parsed.gathered.parents:
            if isinstance(node, cst.Call) and _is_later(node):
                if any((dotted(argument.value) or "").rpartition(".")[2] == name for argument in node.args):
                    return True
        return False

    def nested_in(self, node: cst.CSTNode, parsed: ParsedDefinition) -> cst.FunctionDef | cst.Lambda | None:
        """The local function or lambda that a node stands in; None in the function itself."""
        for outer in self.around(node, parsed):
            if outer is parsed.function:
                return None
            if isinstance(outer, cst.FunctionDef | cst.Lambda):
                return outer
        return None

    # -- receivers -------------------------------------------------------------------------------------------

    def receiver(
        self, ref: FunctionRef, parsed: ParsedDefinition, node: cst.FunctionDef | None = None
    ) -> list[Receiver]:
        """The signals of models that call a function (or a local one in it)."""
        found: list[Receiver] = []
        function = node if node is not None else parsed.function
        for decorator in function.decorators if function is not None else ():
            found += self._receiving(decorator.decorator, ref.module)
        if function is parsed.function:
            found += self._connected.get((ref.module.path, ref.definition.start), ())
        return found

    def _receiving(self, node: cst.BaseExpression, module: Module) -> Iterator[Receiver]:
        if (
            not isinstance(node, cst.Call)
            or (dotted(node.func) or "").rpartition(".")[2] != "receiver"
            or not node.args
        ):
            return
        first = node.args[0].value
        signals = [e.value for e in first.elements] if isinstance(first, cst.List | cst.Tuple) else [first]
        senders = tuple(
            sender
            for argument in node.args
            if argument.keyword is not None and argument.keyword.value == "sender"
            for sender in self._models_named(argument.value, module)
        )
        for signal in signals:
            name = (dotted(signal) or "").rpartition(".")[2]
            if name in SIGNALS:
                yield Receiver(name, senders)

    def _models_named(self, node: cst.BaseExpression, module: Module) -> list[str]:
        name = dotted(node) or (node.evaluated_value if isinstance(node, cst.SimpleString) else None)
        return [str(name).rpartition(".")[2]] if name else []

    @cached_property
    def _connected(self) -> dict[tuple[str, int], list[Receiver]]:
        """By path and start of a function, the signals that it is connected to by a call."""
        found: dict[tuple[str, int], list[Receiver]] = {}
        for module, matches in self.codebase.findall(_CONNECT, ".connect"):
            if is_test(module.path):
                continue
            for signal, name, rest in matches:
                for ref in self._functions_named(module, name.decode()):
                    sender = _SENDER.search(rest)
                    senders = (sender.group(1).decode().rpartition(".")[2],) if sender else ()
                    found.setdefault((ref.module.path, ref.definition.start), []).append(
                        Receiver(signal.decode(), senders)
                    )
        return found

    def _functions_named(self, module: Module, name: str) -> list[FunctionRef]:
        head, _, last = name.rpartition(".")
        if head in ("self", "cls"):
            # A method: of the only class of the file that has one of this name.
            return [
                FunctionRef(module, definition)
                for definition in module.outline.walk()
                if definition.form == "function" and definition.name == last and definition.parent is not None
            ]
        symbol = self.classes.resolve_dotted(module, name)
        if symbol is None and head:
            owner = self.classes.resolve_dotted(module, head)
            if isinstance(owner, ClassRef):
                member = self.classes.member(owner, last)
                if member is not None:
                    return [FunctionRef(member[0].module, member[1][-1])]
        return [symbol] if isinstance(symbol, FunctionRef) else self._imported_inside(module, name)

    def _imported_inside(self, module: Module, name: str) -> list[FunctionRef]:
        """A function that is imported where it is connected: in ``ready()``, mostly."""
        head, _, last = name.rpartition(".")
        found = [
            FunctionRef(other, definition)
            for other in self.codebase.containing(last)
            if not head or other.name.rpartition(".")[2] == head.rpartition(".")[2]
            for definition in other.outline.scope.definitions.get(last, ())
            if definition.form == "function"
        ]
        near = [ref for ref in found if ref.module.name.rpartition(".")[0] == module.name.rpartition(".")[0]]
        return near[:1] or (found if len(found) == 1 else [])

    # -- methods of models -----------------------------------------------------------------------------------

    def model_method(self, ref: FunctionRef) -> str:
        """What a method of a model, a QuerySet or a manager overrides that writes rows: its name; empty for others."""
        owner = owner_of(ref)
        name = ref.definition.name
        if owner is None:
            return ""
        models = self.interpreter.models
        if name in ("save", "delete", "asave", "adelete", "save_base"):
            if models.model(owner) is not None or self._saves_like_a_model(owner, ref):
                return name
        if name in ("delete", "update", "bulk_create", "bulk_update", "create", "update_or_create"):
            if models.is_queryset_class(owner) or models.is_manager_class(owner):
                return name
        return ""

    def _saves_like_a_model(self, owner: ClassRef, ref: FunctionRef) -> bool:
        """A base or mixin of models that nothing else says to be one: its ``save`` calls that of the next class."""
        text = ref.module.text_of(ref.definition)
        if re.search(rb"super\([^)]*\)\s*\.\s*(?:save|delete)\(", text) is None:
            return False
        names = [owner.definition.name, *(e.rpartition(".")[2] for e in self.classes.externals(owner))]
        if any(re.search(r"Form|Serializer|View|Storage|Command|Field|Admin|Session|Config", name) for name in names):
            return False
        models = self.interpreter.models
        return any(models.model(child) is not None for child in self.classes.subclasses(owner))

    def is_model_form(self, owner: ClassRef) -> bool:
        """Whether a class is a form of a model."""
        return any(
            name.rpartition(".")[2] in ("ModelForm", "BaseModelForm", "UserCreationForm", "UserChangeForm")
            or name.endswith("ModelForm")
            for name in self.classes.externals(owner)
        )

    # -- what the project says of transactions ---------------------------------------------------------------

    @cached_property
    def atomic_requests(self) -> str:
        """A settings module by which each request runs in a transaction; empty where none says so."""
        pattern = re.compile(rb"ATOMIC_REQUESTS['\"]?\]?\s*[:=]\s*(?:True|env)")
        modules = self.codebase.search(pattern, "ATOMIC_REQUESTS")
        return next((m.path for m in modules if m in self.interpreter.settings_modules), "")

    @cached_property
    def in_admin(self) -> frozenset[str]:
        """The names of the models that are registered in the admin, which saves in a transaction."""
        pattern = re.compile(rb"(?:site\.register\(|@admin\.register\(|@register\()\s*((?:[\w.]+\s*,?\s*)+|\[[^\]]*\])")
        found: set[str] = set()
        for module, groups in self.codebase.findall(pattern, "register("):
            if is_test(module.path):
                continue
            for (names,) in groups:
                found.update(name.decode() for name in re.findall(rb"\w+", names))
        return frozenset(found)

    def model_names(self, ref: FunctionRef) -> frozenset[str]:
        """The names of the model that a method belongs to, and of those that derive from it."""
        owner = owner_of(ref)
        if owner is None:
            return frozenset()
        return frozenset({owner.definition.name, *(c.definition.name for c in self.classes.subclasses(owner))})


def _is_later(node: cst.BaseExpression) -> bool:
    func = node.func if isinstance(node, cst.Call) else node
    name = dotted(func) or (func.attr.value if isinstance(func, cst.Attribute) else "")
    return _LATER.search(name) is not None


def _is_partial_for_later(call: cst.Call, parents: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    if (dotted(call.func) or "").rpartition(".")[2] != "partial":
        return False
    outer = parents.get(parents.get(call, call))
    return isinstance(outer, cst.Call) and _is_later(outer)
