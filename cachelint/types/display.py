"""Kinds in words, for messages."""

from __future__ import annotations

from cachelint.types.join import members
from cachelint.types.model import (
    Bound,
    Cached,
    CacheObject,
    Class,
    Closure,
    Coroutine,
    Dict,
    DictView,
    EnumMember,
    ExternalKind,
    Function,
    Generator,
    Instance,
    Iterator,
    Kind,
    List,
    LocalClass,
    LocalInstance,
    Manager,
    ModelClass,
    ModelInstance,
    Never,
    Partial,
    Pickled,
    QuerySet,
    Scalar,
    Set,
    Str,
    Tuple,
    Unknown,
)

_MAX_UNION = 4
_MAX_DEPTH = 5


def short(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def article(noun: str) -> str:
    """The noun with ``a`` or ``an``."""
    bare = noun.lstrip("`")
    vowel = bare[:1].lower() in "aeio" or (bare[:1] == "u" and not bare.lower().startswith(("uuid", "user", "uni")))
    return f"an {noun}" if vowel else f"a {noun}"


def describe(kind: Kind, depth: int = 0) -> str:
    """The kind as a type: ``list[shop.models.User]``, ``dict[str, int]``."""
    if depth > _MAX_DEPTH:
        return "…"
    parts = [_one(member, depth + 1) for member in members(kind)]
    unique = list(dict.fromkeys(parts))
    if not unique:
        return "nothing"
    shown = unique[:_MAX_UNION]
    if len(unique) > _MAX_UNION:
        shown.append("…")
    return " | ".join(shown)


def _one(kind: Kind, depth: int = 0) -> str:
    match kind:
        case Unknown():
            return "?"
        case Scalar():
            return kind.type
        case Str():
            return "SafeString" if kind.markup else "str"
        case List():
            return f"list[{_inner(kind.element, depth)}]"
        case Tuple(name=name) if name:
            return name
        case Tuple(items=items) if items is not None:
            return f"tuple[{', '.join(_inner(item, depth) for item in items)}]"
        case Tuple():
            return f"tuple[{_inner(kind.element, depth)}, …]"
        case Set():
            return f"{'frozenset' if kind.frozen else 'set'}[{_inner(kind.element, depth)}]"
        case Dict():
            return _dict(kind, depth)
        case DictView():
            return f"dict_{kind.method}"
        case Generator():
            return "generator"
        case Iterator():
            return kind.type
        case Coroutine():
            return "coroutine"
        case ModelInstance():
            return kind.model.name
        case ModelClass():
            return f"type[{kind.model.name}]"
        case QuerySet():
            inner = describe(kind.row, depth)
            return f"{kind.type}[{kind.model.name if kind.model and kind.row == ModelInstance(kind.model) else inner}]"
        case Manager():
            return f"{'RelatedManager' if kind.related else 'Manager'}[{kind.model.name if kind.model else '?'}]"
        case Instance():
            return kind.ref.name
        case Class():
            return f"type[{kind.ref.name}]"
        case EnumMember():
            return kind.name
        case Closure(name=name):
            return name
        case Function():
            return f"function {kind.ref.name}"
        case LocalClass() | LocalInstance():
            return kind.name
        case Partial():
            return "functools.partial"
        case Bound():
            return f"method {kind.name}"
        case ExternalKind():
            return kind.name
        case CacheObject():
            return "cache"
        case Cached():
            return "cached value"
        case Pickled():
            return "bytes"
        case _:
            return type(kind).__name__


def _inner(kind: Kind, depth: int) -> str:
    return "" if isinstance(kind, Never) else describe(kind, depth)


def _dict(kind: Dict, depth: int) -> str:
    keys = {type(key).__name__ for key, _ in kind.entries}
    parts = [*sorted(keys)]
    for member in members(kind.key):
        text = _one(member, depth)
        if text not in parts:
            parts.append(text)
    values = list(dict.fromkeys(describe(value, depth) for value in kind.all_values if members(value)))
    if not parts and not values:
        return f"{kind.type}[]"
    if len(values) > _MAX_UNION:
        values = [*values[:_MAX_UNION], "…"]
    return f"{kind.type}[{' | '.join(parts) or '?'}, {' | '.join(values) or '?'}]"
