"""What a page says of whoever visits it: the user, the session, cookies, messages, permissions, the token of forms.

What is found is true although the rest may not be known; that nothing is found proves nothing.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from cachelint.django.templates.loader import Templates
from cachelint.django.view_decorators import GUARDING_MIXINS
from cachelint.findings import Place
from cachelint.infer.interpreter import Interpreter
from cachelint.project.classes import dotted
from cachelint.project.module import Module
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.project.syntax import children, descendants


class Source(enum.Enum):
    """What a page can depend on, the most telling first."""

    USER = "the user"
    SESSION = "the session"
    PERMISSIONS = "permissions"
    CSRF = "the CSRF token"
    MESSAGES = "messages to the user"
    COOKIES = "cookies"


class Dependence(NamedTuple):
    """One of these: by which expression, and where."""

    source: Source
    text: str
    place: Place


_OF_REQUEST = {
    "user": Source.USER, "auth": Source.USER, "auser": Source.USER, "session": Source.SESSION,
    "COOKIES": Source.COOKIES, "get_signed_cookie": Source.COOKIES,
}  # fmt: skip
_IN_TEMPLATES = {
    "user": Source.USER, "perms": Source.PERMISSIONS, "messages": Source.MESSAGES, "csrf_token": Source.CSRF,
    "csrf_input": Source.CSRF,
}  # fmt: skip
#: Functions of a view's own project that are followed from one another.
_MAX_DEPTH = 3
#: Methods of a class-based view that make the response to a GET.
_OF_GET = (
    "setup", "dispatch", "get", "head", "initial", "get_queryset", "get_object", "get_context_data",
    "get_template_names", "get_form_kwargs", "get_initial", "list", "retrieve", "filter_queryset", "render_to_response",
    "get_serializer_context", "has_permission", "test_func", "__call__", "items", "get_response",
)  # fmt: skip
_POST = re.compile(r"\bmethod\b.*['\"](?:POST|PUT|PATCH|DELETE)['\"]|\.POST\b|is_valid\(\)")
_NOT_POST = re.compile(r"\bmethod\b\s*(?:!=|not in)|\bmethod\b\s*==\s*['\"]GET['\"]|not\s+request\.POST")
#: Permission classes of DRF that ask who reads.
_DENYING = frozenset({"IsAuthenticated", "IsAdminUser", "DjangoModelPermissions", "DjangoObjectPermissions"})
_LOGGERS = frozenset({"logger", "log", "logging", "LOGGER", "LOG"})
#: What says in the response itself that it is not for all.
_SPOKEN_FOR = re.compile(
    r"patch_vary_headers|patch_cache_control|add_never_cache_headers|never_cache|vary_on|['\"]Vary['\"]"
    r"|['\"]Cache-Control['\"]|StreamingHttpResponse|FileResponse"
)
_LEAVING = re.compile(r"redirect|HttpResponseRedirect|HttpResponseForbidden|HttpResponseNotAllowed|Http404")
_RENDERING = frozenset({"render", "TemplateResponse", "render_to_string", "render_to_response"})


class Visitors:
    """What the views of a project depend on."""

    def __init__(self, interpreter: Interpreter, templates: Templates) -> None:
        self.interpreter = interpreter
        self.templates = templates

    def of(self, view: FunctionRef | ClassRef, entry: str) -> list[Dependence]:
        """The dependences of a view; of a class, those of the method ``entry``, or of all that answers a GET."""
        walk = _Walk(self, view)
        if isinstance(view, FunctionRef):
            walk.function(view, 0)
        else:
            walk.of_class(view, entry)
        return [] if walk.is_spoken_for else list(dict.fromkeys(walk.found))


class _Walk:
    def __init__(self, visitors: Visitors, view: FunctionRef | ClassRef) -> None:
        self.visitors = visitors
        self.classes = visitors.interpreter.classes
        self.view = view
        self.found: list[Dependence] = []
        self.seen: set[object] = set()
        self.is_spoken_for = False
        #: Keys of the context, which hide what context processors give.
        self.context: set[str] = set()

    # -- classes ----------------------------------------------------------------------------------------------

    def of_class(self, ref: ClassRef, entry: str) -> None:
        """A class-based view."""
        whole = entry in ("", "dispatch")
        for name in _OF_GET if whole else (entry,):
            self._method(ref, name, 0)
        if whole:
            self._guards(ref)
        for module, parsed in self._member(ref, "template_name"):
            for text in _texts(parsed):
                self._template(text, module.path, with_processors=True)

    def _guards(self, ref: ClassRef) -> None:
        """Base classes and settings of the class that let only some visitors in."""
        for base in (each for each in self.classes.order(ref) if isinstance(each, ClassRef)):
            parsed = base.module.parsed(base.definition, header_only=True)
            node = parsed.class_def if parsed is not None else None
            for argument in node.bases if node is not None and parsed is not None else ():
                name = (dotted(argument.value) or "").rpartition(".")[2]
                if name in GUARDING_MIXINS:
                    self._add(Source.PERMISSIONS, name, parsed.place(argument.value))  # type: ignore[union-attr]
        for module, parsed in self._member(ref, "permission_classes"):
            names = re.findall(r"[\w.]*[A-Z]\w+", parsed.code(parsed.module).partition("=")[2])
            if any(not self._lets_all_read(module, name) for name in names):
                self._add(
                    Source.PERMISSIONS, f"permission_classes of {ref.definition.name}",
                    parsed.place(parsed.statements[0]),
                )  # fmt: skip

    def _lets_all_read(self, module: Module, name: str) -> bool:
        """Whether a permission class of DRF lets everybody read, by its name or its code; unknown ones may."""
        if name.rpartition(".")[2] == "AllowAny" or name.endswith("ReadOnly"):
            return True
        symbol = self.classes.resolve_dotted(module, name)
        if not isinstance(symbol, ClassRef):
            return name.rpartition(".")[2] not in _DENYING
        parsed = symbol.module.parsed(symbol.definition)
        code = parsed.code(parsed.module) if parsed is not None else "SAFE_METHODS"
        return re.search(r"SAFE_METHODS|ReadOnly|\bmethod\b", code) is not None

    def _member(self, ref: ClassRef, name: str) -> Iterator[tuple[Module, ParsedDefinition]]:
        found = self.classes.member(ref, name)
        if found is not None:
            owner, definitions = found
            parsed = owner.module.parsed(definitions[-1])
            if parsed is not None and definitions[-1].form != "function":
                yield owner.module, parsed

    def _method(self, ref: ClassRef, name: str, depth: int) -> None:
        found = self.classes.member(ref, name)
        if found is not None and found[1][-1].form == "function":
            self.function(FunctionRef(found[0].module, found[1][-1]), depth, ref)

    # -- functions ---------------------------------------------------------------------------------------------

    def function(self, ref: FunctionRef, depth: int, owner: ClassRef | None = None, parameter: str = "") -> None:
        """A function that gets the request: its first parameter, or ``parameter``."""
        if (ref, parameter) in self.seen or depth > _MAX_DEPTH:
            return
        self.seen.add((ref, parameter))
        parsed = ref.module.parsed(ref.definition)
        tree = parsed.function if parsed is not None else None
        if parsed is None or tree is None:
            return
        code = parsed.code(tree)
        if _SPOKEN_FOR.search(code):
            self.is_spoken_for = True
            return
        if not depth and _only_leaves(tree, parsed):
            return
        names = {"request", "self.request"} if not parameter else {parameter}
        self._block(tree.body, parsed, ref, names, depth, owner)

    def _block(
        self, node: cst.CSTNode, parsed: ParsedDefinition, ref: FunctionRef, names: set[str], depth: int,
        owner: ClassRef | None,
    ) -> None:  # fmt: skip
        for child in children(node):
            self._node(child, parsed, ref, names, depth, owner)

    def _node(
        self, node: cst.CSTNode, parsed: ParsedDefinition, ref: FunctionRef, names: set[str], depth: int,
        owner: ClassRef | None,
    ) -> None:  # fmt: skip
        if isinstance(node, cst.If):
            test = parsed.code(node.test)
            if _POST.search(test) and not _NOT_POST.search(test):
                if node.orelse is not None:
                    self._block(node.orelse, parsed, ref, names, depth, owner)
                return
        if isinstance(node, cst.Assign) and any(_is_kept(target.target, names) for target in node.targets):
            return
        if (
            isinstance(node, cst.Expr)
            and isinstance(node.value, cst.Call | cst.Await)
            and not self._is_context(node.value)
        ):
            return
        if isinstance(node, cst.Call):
            name = dotted(node.func) or ""
            if name.split(".")[0] in _LOGGERS:
                return
            self._call(node, name, parsed, ref, names, depth, owner)
        if isinstance(node, cst.Attribute):
            holder = dotted(node.value) or ""
            source = _OF_REQUEST.get(node.attr.value) if holder in names else None
            if source is not None:
                self._add(source, f"{holder}.{node.attr.value}", parsed.place(node))
                return
        self._block(node, parsed, ref, names, depth, owner)

    def _is_context(self, node: cst.BaseExpression) -> bool:
        """Whether a call whose result is dropped gives something to the page: ``context.update(…)``."""
        call = node.expression if isinstance(node, cst.Await) else node
        name = (dotted(call.func) or "") if isinstance(call, cst.Call) else ""
        return name.rpartition(".")[2] in ("update", "append", "extend", "write", "setdefault", "add")

    def _call(
        self, node: cst.Call, name: str, parsed: ParsedDefinition, ref: FunctionRef, names: set[str], depth: int,
        owner: ClassRef | None,
    ) -> None:  # fmt: skip
        short = name.rpartition(".")[2]
        if short in _RENDERING:
            self._rendering(node, short, ref.module, names)
        if short == "get_messages":
            self._add(Source.MESSAGES, name, parsed.place(node))
        if short == "get_token" and node.args and dotted(node.args[0].value) in names:
            self._add(Source.CSRF, name, parsed.place(node))
        if name.startswith("self.") and owner is not None and name.count(".") == 1:
            self._method(owner, short, depth + 1)
            return
        passed = [(index, a) for index, a in enumerate(node.args) if dotted(a.value) in names and not a.star]
        symbol = self.classes.resolve_dotted(ref.module, name) if passed and name else None
        if isinstance(symbol, FunctionRef) and depth < _MAX_DEPTH:
            inner = symbol.module.parsed(symbol.definition)
            tree = inner.function if inner is not None else None
            given = [*tree.params.posonly_params, *tree.params.params] if tree is not None else []
            for index, argument in passed:
                if argument.keyword is not None:
                    parameter = argument.keyword.value
                else:
                    parameter = given[index].name.value if index < len(given) else ""
                if parameter:
                    self.function(symbol, depth + 1, None, parameter)

    # -- templates -----------------------------------------------------------------------------------------------

    def _rendering(self, node: cst.Call, name: str, module: Module, names: set[str]) -> None:
        texts = [str(a.value.evaluated_value) for a in node.args if isinstance(a.value, cst.SimpleString)]
        gets_request = any(dotted(a.value) in names for a in node.args)
        for argument in node.args:
            if isinstance(argument.value, cst.Dict):
                self.context |= {
                    str(e.key.evaluated_value)
                    for e in argument.value.elements
                    if isinstance(e, cst.DictElement) and isinstance(e.key, cst.SimpleString)
                }
        for text in texts[:1]:
            self._template(text, module.path, with_processors=gets_request or name == "TemplateResponse")

    def _template(self, name: str, near: str, *, with_processors: bool) -> None:
        """The names that a template shows, where they are those of context processors."""
        path = self.visitors.templates.find(name, near)
        if not path:
            return
        for shown in self.visitors.templates.shown(path):
            found = source_of_name(shown.name)
            root = shown.name.split(".")[0]
            if (
                found is None
                or root in self.context
                or self._hides(root)
                or (not with_processors and root != "csrf_token")
            ):
                continue
            self._add(found, shown.name, Place(shown.path, shown.line, 1, shown.line, 1))

    def _hides(self, root: str) -> bool:
        """Whether a generic view gives the template an object of its own under a name: one of the user model."""
        if root != "user" or not isinstance(self.view, ClassRef):
            return False
        for _, parsed in (*self._member(self.view, "model"), *self._member(self.view, "context_object_name")):
            if re.search(r"[uU]ser", parsed.code(parsed.module)):
                return True
        return False

    def _add(self, source: Source, text: str, place: Place) -> None:
        self.found.append(Dependence(source, text, place))


def source_of_name(name: str) -> Source | None:
    """What a variable of a template depends on, by the names of Django's context processors."""
    root, _, rest = name.partition(".")
    if root == "request":
        return _OF_REQUEST.get(rest.split(".")[0])
    return _IN_TEMPLATES.get(root)


def _is_kept(target: cst.BaseExpression, names: set[str]) -> bool:
    """Whether an assignment writes into a row or the session: no part of the page."""
    if isinstance(target, cst.Attribute):
        holder = dotted(target.value) or ""
        return holder not in ("self", "cls") and holder not in names
    if isinstance(target, cst.Subscript):
        return (dotted(target.value) or "").endswith(".session")
    return False


def _only_leaves(tree: cst.FunctionDef, parsed: ParsedDefinition) -> bool:
    """Whether no path of a function gives a page: each redirects, or refuses."""
    returns = [n for n in descendants(tree.body) if isinstance(n, cst.Return) and n.value is not None]
    return bool(returns) and all(_LEAVING.search(parsed.code(n)) for n in returns)


def _texts(parsed: ParsedDefinition) -> Iterator[str]:
    for node in descendants(parsed.module):
        if isinstance(node, cst.SimpleString):
            yield str(node.evaluated_value)
