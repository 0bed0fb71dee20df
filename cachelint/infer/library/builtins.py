"""Built-in functions and types."""

from __future__ import annotations

from cachelint.infer import strings
from cachelint.infer.library.call import Call, Result
from cachelint.types.base import BOOL, BYTES, FLOAT, INT, NEVER, NONE, UNKNOWN, Lazy, Scalar, Type, Unknown, force
from cachelint.types.code import Class, Instance
from cachelint.types.containers import Coroutine, Dict, Iterator, List, Set, Tuple
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet, Settings
from cachelint.types.join import join, join_all, members, without
from cachelint.types.strings import STR, Str, constant, literal


def _list(made: Call) -> Type:
    if not made.arguments.positional:
        return List(NEVER, ())
    source = made.typ(0)
    if isinstance(source, List | Tuple) and source.items is not None:
        return List(source.element, source.items)
    return List(made.element())


def _tuple(made: Call) -> Type:
    if not made.arguments.positional:
        return Tuple(NEVER, ())
    source = made.typ(0)
    if isinstance(source, List | Tuple) and source.items is not None:
        return Tuple(source.element, source.items)
    return Tuple(made.element())


def _set(made: Call) -> Type:
    return Set(made.element() if made.arguments.positional else NEVER)


def _frozenset(made: Call) -> Type:
    return Set(made.element() if made.arguments.positional else NEVER, True)


def _dict(made: Call) -> Type:
    entries = tuple(made.arguments.keywords.items())
    if not made.arguments.positional:
        return Dict(UNKNOWN if made.arguments.star else NEVER, UNKNOWN if made.arguments.star else NEVER, entries)
    return join_all(_dict_from(made, member, entries) for member in members(made.typ(0)))


def _dict_from(made: Call, source: Type, entries: tuple[tuple[str, Type], ...]) -> Type:
    if isinstance(source, Dict):
        merged = {**dict(source.entries), **dict(entries)}
        return Dict(source.key, source.value, tuple(merged.items()))
    keys: list[Type] = []
    values: list[Type] = []
    for pair in members(made.context.iterate(source)):
        if isinstance(pair, Tuple | List) and pair.items is not None and len(pair.items) == 2:
            keys.append(pair.items[0])
            values.append(pair.items[1])
        else:
            keys.append(UNKNOWN)
            values.append(UNKNOWN)
    return Dict(join_all(keys), join_all(values), entries)


def _sorted(made: Call) -> Type:
    return List(made.element())


def _str(made: Call) -> Type:
    if not made.arguments.positional:
        return Str(())
    return strings.concat([(made.typ(0), made.source(0))], made.context.function)


def _int(made: Call) -> Type:
    value = made.arguments.constant(0)
    if isinstance(value, int | float | str):
        try:
            return literal(int(value))
        except ValueError:
            return INT
    return INT if made.arguments.positional else literal(0)


def _float(made: Call) -> Type:
    value = made.arguments.constant(0)
    return literal(float(value)) if isinstance(value, int | float) else FLOAT


def _bool(made: Call) -> Type:
    return BOOL


def _numbers(made: Call) -> Type:
    element = made.element()
    types = [m for m in members(element) if isinstance(m, Scalar)]
    if types and len(types) == len(members(element)):
        names = {k.type for k in types}
        if names <= {"int", "bool"}:
            return INT
        if names <= {"int", "bool", "float"}:
            return FLOAT
        return join_all(Scalar(name) for name in names)
    return UNKNOWN


def _extreme(made: Call) -> Type:
    positional = made.arguments.positional
    default = made.arguments.get(-1, "default")
    extra = [default] if default is not None else []
    if len(positional) == 1:
        return join(made.element(), *extra)
    values = [constant(p) for p in positional]
    numbers = [v for v in values if isinstance(v, int | float)]
    if len(numbers) == len(values) and numbers:
        return join_all(literal(n) for n in numbers)
    return join(*positional, *extra)


def _round(made: Call) -> Type:
    return FLOAT if len(made.arguments.positional) > 1 else INT


def _abs(made: Call) -> Type:
    typ = made.typ(0)
    return Scalar(typ.type) if isinstance(typ, Scalar) else UNKNOWN


def _zip(made: Call) -> Type:
    items = tuple(made.element(i) for i in range(len(made.arguments.positional)))
    if made.arguments.star:
        return Iterator(UNKNOWN, "zip")
    return Iterator(Tuple(join_all(items), items), "zip")


def _map(made: Call) -> Type:
    function = made.typ(0)
    inputs = tuple(made.element(i) for i in range(1, len(made.arguments.positional)))
    return Iterator(Lazy(lambda: made.apply(function, *inputs)), "map")


def _filter(made: Call) -> Type:
    element = made.element(1)
    if constant(made.typ(0)) is None:
        element = without(element, lambda member: member == NONE)
    return Iterator(element, "filter")


def _enumerate(made: Call) -> Type:
    element = made.element()
    return Iterator(Tuple(join(INT, element), (INT, element)), "enumerate")


def _reversed(made: Call) -> Type:
    return Iterator(made.element(), "reversed")


def _next(made: Call) -> Type:
    default = made.arguments.get(1)
    return join(made.element(), *([default] if default is not None else []))


def _iter(made: Call) -> Type:
    return Iterator(made.element(), "iterator")


def _range(made: Call) -> Type:
    return Scalar("range")


def _open(made: Call) -> Type:
    mode = made.arguments.constant(1, "mode")
    if made.arguments.get(1, "mode") is None:
        return Scalar("text file")
    return Scalar("file") if not isinstance(mode, str) else Scalar("binary file" if "b" in mode else "text file")


def _getattr(made: Call) -> Type:
    name = made.arguments.constant(1)
    default = made.arguments.get(2)
    fallback = [default] if default is not None else []
    if not isinstance(name, str):
        return UNKNOWN
    base = made.typ(0)
    found = made.context.attribute(base, name)
    forced = force(found)
    # A setting that no settings module defines has its default.
    if isinstance(base, Settings):
        if not isinstance(forced, Unknown) or default is None:
            everywhere = made.context.interpreter.is_set_everywhere(name)
            return forced if everywhere or default is None else join(forced, default)
        # A package without settings is for projects that may define it.
        return force(default) if made.context.interpreter.settings_modules else join(force(default), UNKNOWN)
    return join(forced, *fallback)


def _type(made: Call) -> Type:
    match made.typ(0):
        case Instance(ref=ref):
            return Class(ref)
        case ModelInstance(model=model):
            return ModelClass(model)
        case QuerySet() | Manager():
            return UNKNOWN
    return UNKNOWN


def _bytes(made: Call) -> Type:
    return BYTES


def _fixed(typ: Type) -> Result:
    return lambda made: typ


CALLS: dict[str, Result] = {
    "list": _list,
    "tuple": _tuple,
    "set": _set,
    "frozenset": _frozenset,
    "dict": _dict,
    "sorted": _sorted,
    "reversed": _reversed,
    "str": _str,
    "int": _int,
    "float": _float,
    "bool": _bool,
    "bytes": _bytes,
    "bytearray": _fixed(Scalar("bytearray")),
    "memoryview": _fixed(Scalar("memoryview")),
    "complex": _fixed(Scalar("complex")),
    "object": _fixed(Scalar("object")),
    "sum": _numbers,
    "min": _extreme,
    "max": _extreme,
    "abs": _abs,
    "round": _round,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "enumerate": _enumerate,
    "next": _next,
    "anext": lambda made: Coroutine(UNKNOWN),
    "iter": _iter,
    "range": _range,
    "open": _open,
    "getattr": _getattr,
    "type": _type,
    **dict.fromkeys(("len", "ord", "hash", "id"), _fixed(INT)),
    **dict.fromkeys(("repr", "ascii", "chr", "format", "hex", "oct", "bin", "input"), _fixed(STR)),
    **dict.fromkeys(("any", "all", "isinstance", "issubclass", "callable", "hasattr"), _fixed(BOOL)),
    **dict.fromkeys(("print", "setattr", "delattr"), _fixed(NONE)),
    **dict.fromkeys(
        ("Exception", "ValueError", "KeyError", "TypeError", "RuntimeError", "AttributeError", "OSError"),
        _fixed(Scalar("exception")),
    ),
    "vars": _fixed(Dict(STR, UNKNOWN)),
    "globals": _fixed(Dict(STR, UNKNOWN)),
}
