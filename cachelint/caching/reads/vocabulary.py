"""Functions and methods of Python by what they do with a value, as far as reads are followed through them."""

from __future__ import annotations

#: Methods that change what they are called on.
MUTATING = frozenset(
    {
        "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "insert",
        "intersection_update", "pop", "popitem", "popleft", "remove", "reverse", "setdefault", "sort",
        "symmetric_difference_update", "update",
    }
)  # fmt: skip
#: Functions that fail on None and give the same in another form.
CONVERTING = frozenset(
    {
        "int", "float", "list", "dict", "set", "tuple", "frozenset", "sorted", "reversed", "deque", "OrderedDict",
        "Decimal", "UUID", "loads", "b64decode", "decompress", "fromisoformat", "parse_datetime", "from_iterable",
        "force_bytes",
    }
)  # fmt: skip
#: Those that fail on None and give something else.
ASKING = frozenset({"len", "sum", "max", "min", "any", "all", "enumerate", "zip", "next", "iter"})
#: Those that give the same and take None.
KEEPING = frozenset({"copy", "deepcopy", "dumps", "cast", "mark_safe", "Counter"})
