"""What decorators make of a function."""

from __future__ import annotations

import libcst as cst

from cachelint.infer.context import Context, Inference
from cachelint.infer.definitions import function_node, owner_of, parameters_of
from cachelint.infer.recursion import ROOT, Frame
from cachelint.project.classes import dotted
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.symbols import ClassRef, External, FunctionRef, Symbol
from cachelint.project.syntax import descendants

#: Decorators that leave what a function returns as it is, by the last part of their name.
_TRANSPARENT = frozenset(
    {
        "abstractmethod", "action", "atomic", "cache", "cached_property", "cache_control", "cache_page", "classmethod",
        "classproperty", "condition", "contextmanager", "asynccontextmanager", "csrf_exempt", "csrf_protect",
        "deprecated", "display", "ensure_csrf_cookie", "etag", "filter", "final", "getter", "last_modified",
        "login_required", "lru_cache", "never_cache", "non_atomic_requests", "override", "overload",
        "permission_required", "property", "receiver", "register", "require_GET", "require_POST", "require_http_methods",
        "require_safe", "sensitive_post_parameters", "sensitive_variables", "setter", "simple_tag", "staticmethod",
        "user_passes_test", "vary_on_cookie", "vary_on_headers", "wraps", "api_view", "permission_classes", "shared_task",
        "task", "extend_schema", "inclusion_tag", "method_decorator",
    }
)  # fmt: skip
_PROPERTIES = frozenset(
    {"property", "cached_property", "classproperty", "class_property", "getter", "abstractproperty"}
)


def decorator_names(node: cst.FunctionDef) -> list[str]:
    """The last part of each decorator's name; empty for one that has none."""
    names: list[str] = []
    for decorator in node.decorators:
        expression = decorator.decorator
        if isinstance(expression, cst.Call):
            expression = expression.func
        names.append((dotted(expression) or "").rpartition(".")[2])
    return names


def is_property(names: list[str]) -> bool:
    """Whether a function so decorated is read without being called."""
    return any(name in _PROPERTIES or name.endswith(("cached_property", "classproperty")) for name in names)


def reads_as_value(interpreter: Inference, ref: FunctionRef, node: cst.FunctionDef) -> bool:
    """Whether a decorated function is read without being called: a property, also by another name or of the project."""
    if is_property(decorator_names(node)):
        return True
    return any(_is_descriptor(interpreter, ref, decorator) for decorator in node.decorators)


def _is_descriptor(interpreter: Inference, ref: FunctionRef, decorator: cst.Decorator) -> bool:
    symbol = _decorated_by(interpreter, ref, decorator)
    if isinstance(symbol, External):
        return is_property([symbol.name.rpartition(".")[2]])
    if isinstance(symbol, ClassRef):
        externals = [name.rpartition(".")[2] for name in interpreter.classes.externals(symbol)]
        return interpreter.classes.member(symbol, "__get__") is not None or is_property(externals)
    return False


def is_opaque(interpreter: Inference, ref: FunctionRef, node: cst.FunctionDef) -> bool:
    """Whether a decorator that nobody here knows may have made anything of a function."""
    return any(
        name not in _TRANSPARENT and not isinstance(_decorated_by(interpreter, ref, decorator), FunctionRef)
        for decorator, name in zip(node.decorators, decorator_names(node), strict=True)
    )


def _decorated_by(interpreter: Inference, ref: FunctionRef, decorator: cst.Decorator) -> Symbol | None:
    expression = decorator.decorator
    full = dotted(expression.func if isinstance(expression, cst.Call) else expression)
    return interpreter.classes.resolve_dotted(ref.module, full) if full else None


def decorator_context(
    interpreter: Inference, ref: FunctionRef, parsed: ParsedDefinition, frame: Frame = ROOT
) -> Context:
    """Where the decorators of a function are evaluated."""
    owner = owner_of(ref)
    return Context(interpreter, ref.module, parsed, owner=owner, class_scope=owner is not None, frame=frame)


def changing_decorators(interpreter: Inference, ref: FunctionRef, node: cst.FunctionDef) -> list[cst.Decorator]:
    """Those decorators of a function that make something else of what it returns, or may."""
    names = decorator_names(node)
    return [d for d, n in zip(node.decorators, names, strict=True) if not _keeps_result(interpreter, ref, d, n)]


def _keeps_result(interpreter: Inference, ref: FunctionRef, decorator: cst.Decorator, name: str) -> bool:
    if name.endswith(("cached_property", "classproperty")):
        return True
    symbol = _decorated_by(interpreter, ref, decorator)
    if _is_descriptor(interpreter, ref, decorator):
        return True
    # A decorator of the project that keeps the name of what it wraps is taken to keep its result, unless it shows
    # that it makes something else of it.
    if isinstance(symbol, FunctionRef):
        if b"wraps" not in symbol.module.text_of(symbol.definition):
            return False
        tree = function_node(interpreter, symbol)
        return tree is None or hands_back(tree)
    # One from elsewhere that says it remembers results gives them back.
    return name in _TRANSPARENT or (isinstance(symbol, External) and "memoize" in name)


def hands_back(decorator: cst.FunctionDef) -> bool:
    """Whether the function that a decorator puts in the place of another may give back what that gives.

    False where it is seen to make something else of it: ``return list(function(…))``.
    """
    inside = list(descendants(decorator.body))
    functions = [decorator, *(node for node in inside if isinstance(node, cst.FunctionDef))]
    given = {p.name.value for function in functions for p in parameters_of(function.params)}
    returned = [node.value for node in inside if isinstance(node, cst.Return) and node.value is not None]
    if any(_calls(value, given) for value in returned):
        return True
    return not any(_calls(n, given) for value in returned for n in descendants(value) if isinstance(n, cst.Call))


def _calls(node: cst.BaseExpression, names: set[str]) -> bool:
    """Whether an expression is a call of one of some functions."""
    inner = node.expression if isinstance(node, cst.Await) else node
    return isinstance(inner, cst.Call) and isinstance(inner.func, cst.Name) and inner.func.value in names
