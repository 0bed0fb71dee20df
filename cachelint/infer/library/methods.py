"""Methods of values of built-in types."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from cachelint.infer import strings
from cachelint.infer.library.call import Call
from cachelint.infer.library.stdlib import parsed_floats
from cachelint.library.registry import has_method, returns
from cachelint.types.base import BOOL, BYTES, FLOAT, INT, NEVER, NO_VALUE, NONE, UNKNOWN, Scalar, Type, force
from cachelint.types.cache import Cached, Pickled
from cachelint.types.code import ExternalSymbol, Partial
from cachelint.types.containers import Dict, DictView, List, Set, Tuple
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, Placeholder, Str, Text, constant, literal


def call(made: Call, receiver: Type, name: str) -> Type:
    """What ``receiver.name(…)`` returns."""
    floats = parsed_floats(made)
    if floats is not None:
        return floats
    match receiver:
        case Str():
            return _str(made, receiver, name)
        case List():
            return _list(receiver, name)
        case Dict():
            return _dict(made, receiver, name)
        case Set():
            return _set(made, receiver, name)
        case Tuple():
            return _tuple(receiver, name)
        case Scalar(type=type_name):
            return _scalar(made, receiver, type_name, name)
        case Pickled():
            return STR if name == "decode" else receiver if name == "encode" else UNKNOWN
        case ExternalSymbol():
            return UNKNOWN
        case Partial():
            return UNKNOWN
    return UNKNOWN


#: Methods of str that keep the fixed text of a template recognisable.
_SAME_TEXT = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "casefold", "swapcase"})
_STR_METHODS: dict[str, Type] = {
    **dict.fromkeys(
        (
            "replace",
            "removeprefix",
            "removesuffix",
            "ljust",
            "rjust",
            "center",
            "zfill",
            "expandtabs",
            "translate",
        ),
        STR,
    ),
    **dict.fromkeys(("split", "rsplit", "splitlines"), List(STR)),
    **dict.fromkeys(("partition", "rpartition"), Tuple(STR, (STR, STR, STR))),
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), INT),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower"), BOOL),
    "encode": BYTES,
}


def _str(made: Call, receiver: Str, name: str) -> Type:
    if name == "format":
        text = receiver.literal
        if text is not None:
            names: dict[int | str, str] = {i: made.source(i) for i in range(len(made.arguments.positional))}
            if made.node is not None:
                for argument in made.node.args:
                    if argument.keyword is not None:
                        names[argument.keyword.value] = made.context.parsed.code(argument.value)
            origin = strings.written_in(receiver)
            return strings.format_call(text, made.arguments, names, made.context.function, origin)
        return receiver
    if name == "join":
        separator = receiver.literal
        items = _mapped_items(made) or made.typ(0)
        text = separator if separator is not None else ""
        return strings.join_call(text, items, _item_sources(made), made.context.function)
    if name in _SAME_TEXT:
        parts = receiver.parts
        if parts is None:
            return Str(None, params=receiver.params)
        change = getattr(str, name)
        if name in ("lower", "upper", "casefold", "swapcase"):
            changed = tuple(Text(change(p.text)) if isinstance(p, Text) else p for p in parts)
            return Str(changed, versions=receiver.versions, params=receiver.params)
        return Str(parts, versions=receiver.versions, params=receiver.params)
    if name == "replace" and receiver.parts is not None and any(isinstance(p, Placeholder) for p in receiver.parts):
        # What stands in the placeholders changes as well: they are no longer what their names say.
        parts = tuple(Text(p.text) if isinstance(p, Text) else replace(p, scope=None) for p in receiver.parts)
        return Str(parts, versions=receiver.versions, params=receiver.params)
    found = _STR_METHODS.get(name, UNKNOWN)
    if found == STR:
        return Str(None, params=receiver.params)
    return found


def _mapped_items(made: Call) -> Type | None:
    """The list behind ``str(part) for part in parts``, which joins to the same text; None for anything else."""
    node = made.node.args[0].value if made.node is not None and made.node.args else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and len(node.args) == 2:
        return _mapped_by_call(made, node.func.value, node)
    if not isinstance(node, cst.GeneratorExp | cst.ListComp):
        return None
    loop, target = node.for_in, node.for_in.target
    if loop.ifs or loop.inner_for_in is not None or not isinstance(target, cst.Name):
        return None
    if made.context.parsed.code(node.elt) not in (target.value, f"str({target.value})", f'f"{{{target.value}}}"'):
        return None
    found = force(made.context.evaluate(loop.iter))
    return found if isinstance(found, List | Tuple) else None


def _mapped_by_call(made: Call, function: str, node: cst.Call) -> Type | None:
    """``map(str, parts)`` joins to what the parts do; of ``filter(None, parts)`` the first are known, if constants."""
    first, second = (argument.value for argument in node.args)
    if not isinstance(first, cst.Name) or (function, first.value) not in (("map", "str"), ("filter", "None")):
        return None
    found = force(made.context.evaluate(second))
    if not isinstance(found, List | Tuple) or function == "map":
        return found if isinstance(found, List | Tuple) else None
    head = list(itertools.takewhile(lambda item: bool(_constant_text(item)), found.items or found.head))
    return List(found.element, None, tuple(head)) if head else None


def _constant_text(item: Type) -> str:
    value = constant(item)
    return value if isinstance(value, str) else ""


def _item_sources(made: Call) -> list[str]:
    if made.node is None or not made.node.args:
        return []
    value = made.node.args[0].value
    if isinstance(value, cst.List | cst.Tuple):
        return [
            "" if isinstance(element, cst.StarredElement) else made.context.parsed.code(element.value)
            for element in value.elements
        ]
    if isinstance(value, cst.GeneratorExp | cst.ListComp):
        return [made.context.parsed.code(value.elt)]
    return []


def _list(receiver: List, name: str) -> Type:
    if name == "pop":
        return receiver.element
    if name == "copy":
        return receiver
    if name in ("count", "index"):
        return INT
    return NONE if name in ("append", "extend", "insert", "remove", "clear", "sort", "reverse") else UNKNOWN


def _dict(made: Call, receiver: Dict, name: str) -> Type:
    everything = join_all(receiver.all_values)
    keys = join(*(literal(key) for key, _ in receiver.entries[:8]), receiver.key)
    if name in ("keys", "values", "items"):
        pair = Tuple(join(keys, everything), (keys, everything)) if members(keys) else NEVER
        element = {"keys": keys, "values": everything, "items": pair}[name]
        return DictView(name, element)
    if name in ("get", "pop", "setdefault"):
        key = made.arguments.get(0) or UNKNOWN
        known = constant(key)
        default = made.arguments.get(1, "default")
        fallback = default if default is not None else NONE
        if known is not NO_VALUE and not isinstance(known, bytes) and known in dict(receiver.entries):
            return join(dict(receiver.entries)[known], *([fallback] if name == "get" and default is not None else []))
        found = receiver.value if known is not NO_VALUE else made.context.item(receiver, key)
        return join(found, fallback)
    if name == "copy":
        return receiver
    if name == "popitem":
        return Tuple(join(keys, everything), (keys, everything))
    if name == "most_common":
        return List(Tuple(join(keys, INT), (keys, INT)))
    return NONE if name in ("update", "clear") else UNKNOWN


def _tuple(receiver: Tuple, name: str) -> Type:
    if name == "_asdict" and receiver.items is not None and len(receiver.names) == len(receiver.items):
        return Dict(NEVER, NEVER, tuple(zip(receiver.names, receiver.items, strict=True)))
    if name == "_replace":
        return Tuple(UNKNOWN, None, receiver.name)
    return INT if name in ("count", "index") else UNKNOWN


_SET_OPERATIONS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})


def _set(made: Call, receiver: Set, name: str) -> Type:
    if name in _SET_OPERATIONS:
        if name == "union" and made.arguments.positional:
            return Set(join(receiver.element, made.element()), receiver.frozen)
        return receiver
    if name == "pop":
        return receiver.element
    if name in _SET_CHANGES:
        return NONE
    return BOOL if name in ("isdisjoint", "issubset", "issuperset") else UNKNOWN


_SET_CHANGES = frozenset(
    {
        "add", "remove", "discard", "clear", "update", "difference_update", "intersection_update",
        "symmetric_difference_update",
    }
)  # fmt: skip


def _total_seconds(receiver: Scalar) -> Type:
    if receiver.value is not NO_VALUE:
        return literal(receiver.value.total_seconds())
    return FLOAT


_SPECIAL: dict[tuple[str, str], Callable[[Scalar], Type]] = {("datetime.timedelta", "total_seconds"): _total_seconds}


def _scalar(made: Call, receiver: Scalar, type_name: str, name: str) -> Type:
    special = _SPECIAL.get((type_name, name))
    if special is not None:
        return special(receiver)
    return returns(f"{type_name}.{name}") or UNKNOWN


def knows(receiver: Scalar, name: str) -> bool:
    """Whether a type has a method of that name, as far as the tables know."""
    return has_method(f"{receiver.type}.{name}")


def of_cached(receiver: Cached, name: str) -> Type:
    """A method of something that came out of a cache: its parts still came out of a cache."""
    if name in ("encode", "decode", "get", "pop", "strip", "read", "items", "values", "copy"):
        return Cached(receiver.store, receiver.key, receiver.alias, origin=receiver.origin)
    return UNKNOWN
