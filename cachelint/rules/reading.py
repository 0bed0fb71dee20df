"""What the rules about reads have in common."""

from __future__ import annotations

from cachelint.caching.reads.states import Use, UseKind

#: What an exception handler must name to catch what comes of using None as something else.
_CATCHING = frozenset(
    {"TypeError", "AttributeError", "KeyError", "ValueError", "IndexError", "Exception", "BaseException", "LookupError"}
)

_DONE: dict[UseKind, str] = {
    UseKind.ATTRIBUTE: "its attribute is read",
    UseKind.ITEM: "an item of it is read",
    UseKind.ITERATED: "it is iterated over",
    UseKind.UNPACKED: "it is unpacked",
    UseKind.ARITHMETIC: "it is computed with",
    UseKind.ORDERED: "it is compared",
    UseKind.CALLED: "it is called",
    UseKind.CONTAINS: "`in` is asked of it",
    UseKind.CONVERTED: "it is converted",
}


def is_caught(use: Use) -> bool:
    """Whether the error is caught that a use of None raises."""
    return bool(use.caught & _CATCHING)


def done(use: Use) -> str:
    """What a use does, as a clause."""
    if use.kind is UseKind.ATTRIBUTE:
        return f"`.{use.attribute}` is read from it"
    return _DONE[use.kind]


def raised(use: Use) -> str:
    """What a use of None raises."""
    return "AttributeError" if use.kind is UseKind.ATTRIBUTE else "TypeError"
