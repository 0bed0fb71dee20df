"""Pages that are cached: each use of ``cache_page``, with the view that it wraps and what stands around."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import libcst as cst

from cachelint.caching.fact import Fact
from cachelint.django.view_decorators import CACHE_PAGE, METHOD_DECORATOR, OF_ARGUMENTS, ROLES, Role
from cachelint.findings import Place
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.module import Module
from cachelint.project.outline import Definition
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, External, FunctionRef, Symbol
from cachelint.project.syntax import descendants

#: Wrappings inside one another.
_MAX_DEPTH = 8


@dataclass(frozen=True, eq=False)
class Wrapping:
    """A decorator, or a function that is called with a view: by its full name, what it does, where it stands."""

    name: str
    role: Role
    node: cst.BaseExpression
    parsed: ParsedDefinition
    #: Whether it stands in the same stack or list, or in the same expression, as ``cache_page``.
    beside: bool = True

    @property
    def place(self) -> Place:
        """The whole decorator, without its ``@``."""
        return self.parsed.place(self.node)


@dataclass(frozen=True, eq=False)
class CachedPage(Fact):
    """A page under ``cache_page``. ``above`` and ``below`` are what wraps it, each from the outside.

    ``view`` is a function or class of the project, ``entry`` the method of the class that is wrapped (empty: all).
    ``call`` is the call of ``cache_page``; None where the decorator is not called.
    """

    parsed: ParsedDefinition
    node: cst.BaseExpression
    call: cst.Call | None
    above: tuple[Wrapping, ...] = ()
    below: tuple[Wrapping, ...] = ()
    view: FunctionRef | ClassRef | None = None
    entry: str = ""
    #: The function or class that the decorator stands at; None in `urls.py`.
    owner: FunctionRef | ClassRef | None = None
    #: Whether `method_decorator` makes it a decorator of methods.
    of_method: bool = False
    #: Whether ``name=`` says which method of a class it is for.
    named: bool = True

    @property
    def place(self) -> Place:
        """See Fact: the call of ``cache_page``."""
        return self.parsed.place(self.node)

    @property
    def qualified_name(self) -> str:
        """See Fact."""
        return self.owner.definition.qualname if self.owner is not None else ""


def cached_pages(interpreter: Interpreter) -> Iterator[CachedPage]:
    """All of a project, in the order of files and lines."""
    for module in interpreter.codebase.containing("cache_page"):
        if is_test(module.path):
            continue
        for definition in module.naming("cache_page"):
            parsed = module.parsed(definition, header_only=definition.form == "class")
            if parsed is not None:
                yield from _Finder(interpreter, module, definition, parsed).pages()


class _Finder:
    def __init__(
        self, interpreter: Interpreter, module: Module, definition: Definition, parsed: ParsedDefinition
    ) -> None:
        self.interpreter = interpreter
        self.module = module
        self.definition = definition
        self.parsed = parsed

    def pages(self) -> Iterator[CachedPage]:
        """Those of one definition: in its decorators, or in the expressions of a statement."""
        if self.definition.form == "function" and self.parsed.function is not None:
            owner = FunctionRef(self.module, self.definition)
            yield from self._of_stack(self.parsed.function.decorators, owner)
            return
        if self.definition.form == "class" and self.parsed.class_def is not None:
            yield from self._of_stack(self.parsed.class_def.decorators, ClassRef(self.module, self.definition))
            return
        for statement in self.parsed.statements:
            for node in descendants(statement):
                # `cache_page(60)(view)`; the outermost wrapping of it is found from inside.
                if (
                    isinstance(node, cst.Call)
                    and isinstance(node.func, cst.Call)
                    and self.name(node.func) == CACHE_PAGE
                ):
                    yield self._of_call(node, node.func)

    # -- decorators -----------------------------------------------------------------------------------------

    def _of_stack(self, decorators: object, owner: FunctionRef | ClassRef) -> Iterator[CachedPage]:
        assert isinstance(decorators, tuple | list)
        wrappings = [w for decorator in decorators for w in self._wrappings(decorator.decorator)]
        for index, (wrapping, of_method, name) in enumerate(wrappings):
            if wrapping.role is not Role.CACHES:
                continue
            above = tuple(w for w, _, other in wrappings[:index] if other == name or name is None)
            below = tuple(w for w, _, other in wrappings[index + 1 :] if other == name or name is None)
            view: FunctionRef | ClassRef | None = owner
            entry = name or ""
            if isinstance(owner, FunctionRef) and owner.definition.parent is not None:
                view, entry = ClassRef(owner.module, owner.definition.parent), owner.definition.name
            call = wrapping.node if isinstance(wrapping.node, cst.Call) else None
            yield CachedPage(
                self.parsed, wrapping.node, call, above, below, view, entry, owner, of_method,
                name is not None or not (of_method and isinstance(owner, ClassRef)),
            )  # fmt: skip

    def _wrappings(self, node: cst.BaseExpression) -> Iterator[tuple[Wrapping, bool, str | None]]:
        """What a decorator comes to, outermost first, whether it is made one of methods, and of which method."""
        if self.name(node) == METHOD_DECORATOR and isinstance(node, cst.Call) and node.args:
            named = next((a.value for a in node.args if a.keyword is not None and a.keyword.value == "name"), None)
            name = str(named.evaluated_value) if isinstance(named, cst.SimpleString) else None
            first = node.args[0].value
            inner = [e.value for e in first.elements] if isinstance(first, cst.List | cst.Tuple) else [first]
            for each in inner:
                yield self._wrapping(each), True, name
        else:
            yield self._wrapping(node), False, None

    def _wrapping(self, node: cst.BaseExpression) -> Wrapping:
        name = self.name(node)
        return Wrapping(name, role_of(name, node), node, self.parsed)

    def name(self, node: cst.BaseExpression) -> str:
        """The full name of a decorator, called or not; empty where it is none that is known."""
        written = dotted(node.func if isinstance(node, cst.Call) else node)
        if written is None:
            return ""
        symbol = self.interpreter.classes.resolve_dotted(self.module, written)
        if isinstance(symbol, External):
            return symbol.name
        return f"{symbol.module.name}.{symbol.definition.qualname}" if isinstance(symbol, FunctionRef) else ""

    # -- calls -----------------------------------------------------------------------------------------------

    def _of_call(self, node: cst.Call, call: cst.Call) -> CachedPage:
        """``cache_page(60)(view)``, in `urls.py` mostly."""
        parents = self.parsed.gathered.parents
        above: list[Wrapping] = []
        outer = parents.get(node)
        while outer is not None and len(above) < _MAX_DEPTH:
            argument, outer = outer, parents.get(outer)
            if not isinstance(argument, cst.Arg) or not isinstance(outer, cst.Call) or not outer.args:
                break
            if outer.args[0] is not argument or not self._wraps(outer):
                break
            above.insert(0, self._wrapping_of_call(outer))
            outer = parents.get(outer)
        page = CachedPage(self.parsed, call, call, tuple(above))
        return self._unwrapped(page, node.args[0].value, 0) if node.args else page

    def _wraps(self, call: cst.Call) -> bool:
        """Whether a call is one of a decorator: `login_required(…)`, `vary_on_headers("X")(…)`."""
        name = self.name(call.func) if isinstance(call.func, cst.Call) else self.name(call)
        return name in ROLES

    def _wrapping_of_call(self, call: cst.Call) -> Wrapping:
        made = call.func if isinstance(call.func, cst.Call) else call
        name = self.name(made)
        return Wrapping(name, role_of(name, made), made, self.parsed)

    def _unwrapped(self, page: CachedPage, node: cst.BaseExpression, depth: int) -> CachedPage:
        """The page with the view that an expression is, and what wraps it inside."""
        if depth > _MAX_DEPTH:
            return page
        if isinstance(node, cst.Call):
            func = node.func
            if isinstance(func, cst.Attribute) and func.attr.value == "as_view":
                return self._of_symbol(page, self._symbol(func.value))
            if node.args and (isinstance(func, cst.Call) or self.name(node) in ROLES):
                wrapping = self._wrapping_of_call(node)
                return self._unwrapped(replace(page, below=(*page.below, wrapping)), node.args[0].value, depth + 1)
            return page
        return self._of_symbol(page, self._symbol(node))

    def _symbol(self, node: cst.BaseExpression) -> Symbol | None:
        written = dotted(node)
        return self.interpreter.classes.resolve_dotted(self.module, written) if written is not None else None

    def _of_symbol(self, page: CachedPage, symbol: Symbol | None) -> CachedPage:
        """The page of a view that is defined elsewhere: its own decorators stand below."""
        if isinstance(symbol, FunctionRef):
            parsed = symbol.module.parsed(symbol.definition)
            tree = parsed.function if parsed is not None else None
            decorators = tree.decorators if tree is not None else ()
        elif isinstance(symbol, ClassRef):
            parsed = symbol.module.parsed(symbol.definition, header_only=True)
            node = parsed.class_def if parsed is not None else None
            decorators = node.decorators if node is not None else ()
        else:
            return page
        if parsed is None:
            return page
        other = _Finder(self.interpreter, symbol.module, symbol.definition, parsed)
        found = [replace(w, beside=False) for d in decorators for w, _, _ in other._wrappings(d.decorator)]
        return replace(page, view=symbol, below=(*page.below, *found))


def role_of(name: str, node: cst.BaseExpression) -> Role:
    """What a decorator does, by its name and, where these decide, its arguments."""
    role = ROLES.get(name, Role.UNKNOWN)
    short = name.rpartition(".")[2]
    if short in OF_ARGUMENTS and isinstance(node, cst.Call):
        words = {a.keyword.value for a in node.args if a.keyword is not None}
        texts = {str(a.value.evaluated_value).lower() for a in node.args if isinstance(a.value, cst.SimpleString)}
        if short == "cache_control":
            return role if words & {"private", "no_store", "no_cache"} else Role.NEUTRAL
        return role if "cookie" in texts else Role.NEUTRAL
    return role
