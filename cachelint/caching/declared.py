"""Wrappers that live in third-party code: what the configuration says of their parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import libcst as cst

from cachelint.caching.calls import CacheCall, Write
from cachelint.frozen import dataclass
from cachelint.infer.context import Context
from cachelint.infer.library.caches import default_value
from cachelint.library.third_party import WRAPPERS
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Type

#: What a parameter can be. A ``default`` that can be called is called, as by ``cache.get_or_set``.
ROLES = ("key", "value", "default", "timeout", "version")

_PARAMETER = re.compile(r"(\w+)(?:=(\w+))?")


@dataclass(frozen=True, slots=True)
class Declared:
    """A function or class, by its full name; ``parameters`` are role and name of each, in the order of positions."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    #: Whether it stands in our own table alone: the version that is installed may do something else.
    by_table: bool = False

    @property
    def short_name(self) -> str:
        """The name that its calls end in."""
        return self.name.rpartition(".")[2]

    def argument(self, arguments: Arguments, role: str) -> Type | None:
        """What a call passes for a role."""
        for index, (of, name) in enumerate(self.parameters):
            if of == role:
                return arguments.get(index, name)
        return None


def parse(name: str, parameters: tuple[str, ...]) -> Declared:
    """What the configuration says: ``role``, ``role=name`` or ``_`` for each parameter. Raises ValueError."""
    if not re.fullmatch(r"\w+(\.\w+)+", name):
        raise ValueError(f"{name!r} is not the full name of a function, such as 'package.module.remember'")
    found: list[tuple[str, str]] = []
    for text in parameters:
        match = _PARAMETER.fullmatch(text)
        role = match.group(1) if match else ""
        if match is None or role not in (*ROLES, "_"):
            raise ValueError(f"{text!r} is neither a role ({', '.join(ROLES)}, _) nor role=name")
        if role != "_" and any(role == other for other, _ in found):
            raise ValueError(f"{name!r} has two parameters for {role!r}")
        found.append((role, match.group(2) or role))
    if not found:
        raise ValueError(f"{name!r} has no parameters: list their roles ({', '.join(ROLES)})")
    return Declared(name, tuple(found))


def by_name(wrappers: Mapping[str, tuple[str, ...]]) -> dict[str, Declared]:
    """All that the configuration declares. Raises ValueError."""
    return {name: parse(name, parameters) for name, parameters in wrappers.items()}


def all_declared(wrappers: Mapping[str, tuple[str, ...]]) -> dict[str, Declared]:
    """What the configuration declares, and those of well-known packages that it says nothing of."""
    shipped = {name: replace(declared, by_table=True) for name, declared in by_name(WRAPPERS).items()}
    return {**shipped, **by_name(wrappers)}


def site_of(
    declared: Declared, context: Context, node: cst.BaseExpression, arguments: Arguments, decorated: Type | None
) -> CacheCall:
    """The site that a call of a declared wrapper is; ``decorated`` is the function that it decorates."""
    value = declared.argument(arguments, "value")
    default = declared.argument(arguments, "default")
    if decorated is not None:
        value = context.call(decorated, Arguments(star=True))
    elif default is not None:
        value = default_value(context, default)
    site = Write("set", None, context.parsed, node, context.function, declared.argument(arguments, "key") or UNKNOWN)
    site.value = value if value is not None else UNKNOWN
    # What happens without a timeout is known to whoever wrote the wrapper, not here.
    site.timeout = declared.argument(arguments, "timeout") or UNKNOWN
    site.version = declared.argument(arguments, "version")
    site.declared, site.by_table = True, declared.by_table
    if isinstance(node, cst.Call):
        site.nodes = _nodes(declared, node)
    return site


def _nodes(declared: Declared, node: cst.Call) -> dict[str, cst.BaseExpression]:
    roles = {name: role for role, name in declared.parameters}
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(node.args):
        if argument.star:
            break
        name = argument.keyword.value if argument.keyword is not None else ""
        if not name and index < len(declared.parameters):
            name = declared.parameters[index][1]
        if name in roles:
            found[roles[name]] = argument.value
    return found
