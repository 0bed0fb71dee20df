"""Types in words, for messages."""

from __future__ import annotations

from cachelint.types.base import Never, Scalar, Type, Unknown
from cachelint.types.cache import Cached, CacheObject, Pickled
from cachelint.types.code import (
    BoundMethod,
    Class,
    Closure,
    EnumMember,
    ExternalSymbol,
    Function,
    Instance,
    LocalClass,
    LocalInstance,
    Partial,
)
from cachelint.types.containers import Coroutine, Dict, DictView, Generator, Iterator, List, Set, Tuple
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Str

_MAX_UNION = 4
_MAX_DEPTH = 5


def short(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def article(noun: str) -> str:
    """The noun with ``a`` or ``an``."""
    bare = noun.lstrip("`")
    vowel = bare[:1].lower() in "aeio" or (bare[:1] == "u" and not bare.lower().startswith(("uuid", "user", "uni")))
    vowel = vowel or bare.startswith("Http")
    return f"an {noun}" if vowel else f"a {noun}"


def describe(typ: Type, depth: int = 0) -> str:
    """The type as one would annotate it: ``list[shop.models.User]``, ``dict[str, int]``."""
    if depth > _MAX_DEPTH:
        return "…"
    parts = [_one(member, depth + 1) for member in members(typ)]
    unique = list(dict.fromkeys(parts))
    if not unique:
        return "nothing"
    shown = unique[:_MAX_UNION]
    if len(unique) > _MAX_UNION:
        shown.append("…")
    return " | ".join(shown)


def _one(typ: Type, depth: int = 0) -> str:
    """One member of a type. Above 60 lines: an arm a type, and nothing else."""
    match typ:
        case Unknown():
            return "?"
        case Scalar():
            return typ.type
        case Str():
            return "SafeString" if typ.markup else "str"
        case List():
            return f"list[{_inner(typ.element, depth)}]"
        case Tuple(name=name) if name:
            return name
        case Tuple(items=items) if items is not None:
            return f"tuple[{', '.join(_inner(item, depth) for item in items)}]"
        case Tuple():
            return f"tuple[{_inner(typ.element, depth)}, …]"
        case Set():
            return f"{'frozenset' if typ.frozen else 'set'}[{_inner(typ.element, depth)}]"
        case Dict():
            return _dict(typ, depth)
        case DictView():
            return f"dict_{typ.method}"
        case Generator():
            return "generator"
        case Iterator():
            return typ.type
        case Coroutine():
            return "coroutine"
        case ModelInstance():
            return typ.model.name
        case ModelClass():
            return f"type[{typ.model.name}]"
        case QuerySet():
            inner = describe(typ.row, depth)
            return f"{typ.type}[{typ.model.name if typ.model and typ.row == ModelInstance(typ.model) else inner}]"
        case Manager():
            return f"{'RelatedManager' if typ.related else 'Manager'}[{typ.model.name if typ.model else '?'}]"
        case Instance():
            return typ.ref.name
        case Class():
            return f"type[{typ.ref.name}]"
        case EnumMember():
            return typ.name
        case Closure(name=name):
            return name
        case Function():
            return f"function {typ.ref.name}"
        case LocalClass() | LocalInstance():
            return typ.name
        case Partial():
            return "functools.partial"
        case BoundMethod():
            return f"method {typ.name}"
        case ExternalSymbol():
            return typ.name
        case CacheObject():
            return "cache"
        case Cached():
            return "cached value"
        case Pickled():
            return "bytes"
        case _:
            return type(typ).__name__


def _inner(typ: Type, depth: int) -> str:
    return "" if isinstance(typ, Never) else describe(typ, depth)


def _dict(typ: Dict, depth: int) -> str:
    keys = {type(key).__name__ for key, _ in typ.entries}
    parts = [*sorted(keys)]
    for member in members(typ.key):
        text = _one(member, depth)
        if text not in parts:
            parts.append(text)
    values = list(dict.fromkeys(describe(value, depth) for value in typ.all_values if members(value)))
    if not parts and not values:
        return f"{typ.type}[]"
    if len(values) > _MAX_UNION:
        values = [*values[:_MAX_UNION], "…"]
    return f"{typ.type}[{' | '.join(parts) or '?'}, {' | '.join(values) or '?'}]"
