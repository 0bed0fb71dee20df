"""Functions that write objects as bytes or text, and those that run code that such data chooses.

Django pickles by itself: whoever calls one of these for a cached value does it once more.
"""

from __future__ import annotations

_PICKLES = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "six.moves.cPickle")


def _short(module: str) -> str:
    return module.rpartition(".")[2]


#: What pickles its argument, by full name, with the name that messages use.
DUMPERS: dict[str, str] = {f"{module}.dumps": f"{_short(module)}.dumps" for module in (*_PICKLES, "joblib")}

#: What runs what it is fed with, by full name, with the name that messages use. The data is the first argument.
DESERIALIZERS: dict[str, str] = {
    **{f"{m}.{name}": f"{_short(m)}.{name}" for m in _PICKLES for name in ("loads", "load", "Unpickler")},
    "joblib.load": "joblib.load",
    "shelve.open": "shelve.open",
    "jsonpickle.decode": "jsonpickle.decode",
    "jsonpickle.loads": "jsonpickle.loads",
    "yaml.load": "yaml.load",
    "yaml.unsafe_load": "yaml.unsafe_load",
    "yaml.full_load": "yaml.full_load",
    "builtins.eval": "eval",
    "builtins.exec": "exec",
}

#: The last parts of those names: what such a call looks like.
DESERIALIZER_NAMES = frozenset(name.rpartition(".")[2] for name in DESERIALIZERS)

#: A word that stands in each file that calls one: the module that it comes from, or the built-in function itself.
DESERIALIZER_WORDS = tuple(
    dict.fromkeys(
        name.rpartition(".")[2] if name.startswith("builtins.") else _short(name.rpartition(".")[0])
        for name in DESERIALIZERS
        if not name.startswith("_")
    )
)
