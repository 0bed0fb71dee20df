"""Functions and classes of the standard library, and of a few packages that everybody uses."""

from __future__ import annotations

import datetime
from dataclasses import replace

from cachelint.infer.library.builtins import CALLS as BUILTINS
from cachelint.infer.library.call import Call, Result
from cachelint.library.picklers import DUMPERS
from cachelint.types.base import BYTES, INT, NEVER, NO_VALUE, NONE, UNKNOWN, Scalar, Type, force
from cachelint.types.cache import Cached, Pickled
from cachelint.types.code import ExternalSymbol, Partial
from cachelint.types.containers import Dict, Iterator, List, Tuple
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR, constant, literal


def _timedelta(made: Call) -> Type:
    names = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    values: dict[str, float] = {}
    for index, name in enumerate(names):
        if made.arguments.get(index, name) is None:
            continue
        value = made.arguments.constant(index, name)
        if not isinstance(value, int | float):
            return Scalar("datetime.timedelta")
        values[name] = value
    try:
        return literal(datetime.timedelta(**values))
    except OverflowError:
        return Scalar("datetime.timedelta")


def _pickled(maker: str) -> Result:
    return lambda made: Pickled(maker, made.arguments.get(0) or UNKNOWN)


def _same(made: Call) -> Type:
    return made.typ(0)


def _through(made: Call) -> Type:
    """Bytes in, bytes out: compression and base64 keep where the bytes came from."""
    found: list[Type] = []
    for member in members(made.typ(0)):
        found.append(member if isinstance(member, Cached | Pickled) else BYTES)
    return join_all(found)


def _tostring(made: Call) -> Type:
    """XML as bytes, or as a text where the encoding is said to be none."""
    given = made.arguments.get(1, "encoding")
    if given is None:
        return BYTES
    encoding = constant(force(given))
    if encoding is NO_VALUE:
        return UNKNOWN
    return STR if encoding in ("unicode", "str") else BYTES


def _defaultdict(made: Call) -> Type:
    factory = made.arguments.get(0)
    return Dict(NEVER, NEVER, default=force(factory) if factory is not None else None, type="defaultdict")


def _ordered(made: Call) -> Type:
    typ = BUILTINS["dict"](made)
    return replace(typ, type="OrderedDict") if isinstance(typ, Dict) else typ


def _counter(made: Call) -> Type:
    return Dict(made.element() if made.arguments.positional else NEVER, INT, type="Counter")


def _partial(made: Call) -> Type:
    arguments = made.arguments
    if not arguments.positional or arguments.star:
        return UNKNOWN
    return Partial(arguments.positional[0], arguments.positional[1:], tuple(arguments.keywords.items()))


def _chain(made: Call) -> Type:
    return Iterator(join_all(made.element(i) for i in range(len(made.arguments.positional))), "itertools.chain")


def _chain_iterable(made: Call) -> Type:
    return Iterator(made.context.iterate(made.element()), "itertools.chain")


def _choice(made: Call) -> Type:
    return made.element()


def _load_json(made: Call) -> Type:
    return parsed_floats(made) or UNKNOWN


def parsed_floats(made: Call) -> Type | None:
    """What JSON gives with ``parse_float=Decimal``, whoever is asked to parse it; None without."""
    if "parse_float" not in made.arguments.keywords:
        return None
    if made.arguments.typ(-1, "parse_float") != ExternalSymbol("decimal.Decimal"):
        return None
    return join(Dict(STR, join(Scalar("decimal.Decimal"), UNKNOWN)), UNKNOWN)


def _environ(made: Call) -> Type:
    default = made.arguments.get(1, "default")
    return join(STR, default if default is not None else NONE)


def _namedtuple(made: Call) -> Type:
    """``namedtuple("Point", "x y")``: what it gives makes named tuples."""
    name, fields = made.arguments.constant(0, "typename"), made.typ(1, "field_names")
    names: list[Type] = []
    text = constant(fields)
    if isinstance(text, str):
        names = [literal(part) for part in text.replace(",", " ").split()]
    elif isinstance(fields, List | Tuple) and fields.items is not None:
        names = [force(item) for item in fields.items]
    return Partial(ExternalSymbol(_INSTANCE), (literal(name or "namedtuple"), Tuple(STR, tuple(names))))


_INSTANCE = "collections.namedtuple instance"


def _namedtuple_instance(made: Call) -> Type:
    name, fields = made.arguments.constant(0), made.typ(1)
    names = [constant(item) for item in fields.items or ()] if isinstance(fields, Tuple) else []
    known = [n for n in names if isinstance(n, str)]
    given = made.arguments.positional[2:]
    items = [*given, *(made.arguments.keywords.get(n, UNKNOWN) for n in known[len(given) :])]
    if made.arguments.star or len(known) != len(items):
        return Tuple(UNKNOWN, None, str(name))
    return Tuple(join_all(items), tuple(items), str(name), tuple(known))


def _typed_namedtuple(made: Call) -> Type:
    """``NamedTuple("Point", [("x", int)])``."""
    return Partial(
        ExternalSymbol(_INSTANCE), (literal(made.arguments.constant(0, "typename") or "NamedTuple"), UNKNOWN)
    )


CALLS: dict[str, Result] = {
    "datetime.timedelta": _timedelta,
    **dict.fromkeys(("xml.etree.ElementTree.tostring", "lxml.etree.tostring", "lxml.html.tostring"), _tostring),
    "collections.defaultdict": _defaultdict,
    "collections.OrderedDict": _ordered,
    "collections.Counter": _counter,
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _typed_namedtuple,
    _INSTANCE: _namedtuple_instance,
    "typing.cast": lambda made: made.typ(1),
    "functools.partial": _partial,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_iterable,
    "itertools.islice": lambda made: Iterator(made.element(), "itertools.islice"),
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "random.choice": _choice,
    "random.sample": lambda made: List(made.element()),
    "os.environ.get": _environ,
    "json.loads": _load_json,
    "json.load": _load_json,
    **{name: _pickled(shown) for name, shown in DUMPERS.items()},
    **dict.fromkeys(("zlib.compress", "zlib.decompress", "gzip.compress", "gzip.decompress", "bz2.compress", "bz2.decompress", "lzma.compress", "lzma.decompress", "base64.b64encode", "base64.b64decode", "base64.urlsafe_b64encode", "base64.standard_b64decode", "base64.decodebytes", "base64.encodebytes", "binascii.hexlify", "binascii.unhexlify", "base64.b85encode", "base64.b85decode", "lz4.frame.compress", "lz4.frame.decompress", "zstandard.decompress"), _through),
    "contextlib.closing": _same,
}  # fmt: skip
