"""Strings and how they are put together: the templates that keys are made of."""

from __future__ import annotations

import itertools
import math
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from cachelint.infer.context import Context
from cachelint.project.symbols import FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import NO_VALUE, UNKNOWN, Origin, Scalar, Type, Union, Unknown, force
from cachelint.types.containers import Dict, List, Tuple
from cachelint.types.join import join_all, map_members, members
from cachelint.types.strings import STR, WILDCARD, Placeholder, Str, Text, constant
from cachelint.types.template import is_versioned
from cachelint.types.walk import params_near

#: Alternatives of one template that are kept apart.
_MAX_ALTERNATIVES = 6

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def says_version(name: str) -> bool:
    """Whether an expression's source says version: ``CACHE_VERSION``, ``self.version``, ``versions["acl"]``."""
    return any(word.lower() in ("version", "versions", "versioned", "ver") for word in _WORD.findall(name))


def _parts(
    typ: Type, name: str, scope: FunctionRef | None
) -> tuple[tuple[Text | Placeholder, ...], frozenset[str], frozenset[str]]:
    """The parts of one member of a type, with the names that say version and the parameters."""
    versions = frozenset({name}) if name and says_version(name) else frozenset()
    if isinstance(typ, Str):
        parts = typ.parts if typ.parts is not None else (_placeholder(typ, name, typ.params, scope),)
        return parts, versions | typ.versions, typ.params
    options = members(typ)
    if len(options) > 1 and all(isinstance(option, Str) and is_versioned(option) for option in options):
        # Too many to be kept apart: that each says its version is still known.
        versions |= {name or "version"}
    value = constant(typ)
    if value is not NO_VALUE and isinstance(value, int | float | bool | None):
        return (Text(str(value)),), versions, frozenset()
    # A key made of an attribute of a parameter is made here, not handed in.
    params = frozenset[str]() if isinstance(typ, Unknown) and typ.is_attribute else params_near(typ)
    return (_placeholder(typ, name, params, scope),), versions, params


def _placeholder(typ: Type, name: str, params: frozenset[str], scope: FunctionRef | None) -> Placeholder:
    """A part that is called by its source, or else by the expression or the parameter that made it."""
    if not name and typ.origin is not None:
        name = typ.origin.code
    if not name and len(params) == 1:
        name = next(iter(params))
    return Placeholder(name or "…", params, scope, typ)


def renamed(typ: Type, names: Mapping[str, str], scope: FunctionRef) -> Type:
    """A string that a function made, in the words of its caller: ``names`` are the sources of what was passed."""
    if not isinstance(typ, Str) or not any(isinstance(p, Placeholder) and p.scope == scope for p in typ.parts or ()):
        return typ
    parts: list[Text | Placeholder] = []
    for part in typ.parts or ():
        if isinstance(part, Placeholder) and part.scope == scope:
            part = replace(part, name=_IDENTIFIER.sub(lambda m: names.get(m.group(), m.group()), part.name))
        parts.append(part)
    return replace(typ, parts=tuple(parts))


_IDENTIFIER = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?![\w\"'])")


def concat(pieces: Sequence[tuple[Type, str]], scope: FunctionRef | None = None) -> Type:
    """The string made of several values in a row; each comes with the source that it is called by in ``scope``."""
    choices: list[tuple[Type, ...]] = []
    for typ, _ in pieces:
        options = members(typ) or (UNKNOWN,)
        strings = [option for option in options if isinstance(option, Str)]
        # Only alternative texts are kept apart; other unions are one part made at run time.
        choices.append(options if len(strings) == len(options) and len(options) <= 3 else (force(typ),))
    while math.prod(map(len, choices)) > _MAX_ALTERNATIVES:
        # None is left out: what has the most texts becomes one part made at run time.
        most = max(range(len(choices)), key=lambda index: len(choices[index]))
        choices[most] = (force(pieces[most][0]),)
    made: list[Type] = []
    for combination in itertools.product(*choices):
        parts: list[Text | Placeholder] = []
        versions: frozenset[str] = frozenset()
        params: frozenset[str] = frozenset()
        for option, (_, name) in zip(combination, pieces, strict=True):
            more, marked, decided = _parts(option, name, scope)
            parts.extend(more)
            versions |= marked
            params |= decided
        made.append(Str(_tidy(parts), False, versions, params))
    return join_all(made)


#: What stands for any text in a pattern of keys, by its form.
_WILD = re.compile(r"\*|\?|\[[^\]]*\]")


def matched_by(pattern: Type) -> Type:
    """The keys that a pattern of django-redis (``shelf:*``) stands for: what it leaves open are placeholders."""
    return map_members(pattern, _matched_by)


def _matched_by(pattern: Type) -> Type:
    if not isinstance(pattern, Str) or pattern.parts is None:
        return pattern if isinstance(pattern, Unknown) else STR
    parts: list[Text | Placeholder] = []
    for part in pattern.parts:
        if isinstance(part, Placeholder):
            parts.append(part)
            continue
        for number, text in enumerate(_WILD.split(part.text)):
            if number:
                parts.append(WILDCARD)
            if text:
                parts.append(Text(text, part.origin))
    return replace(pattern, parts=tuple(parts))


def _tidy(parts: Iterable[Text | Placeholder]) -> tuple[Text | Placeholder, ...]:
    tidy: list[Text | Placeholder] = []
    for part in parts:
        last = tidy[-1] if tidy else None
        if isinstance(part, Text) and not part.text:
            continue
        if isinstance(part, Text) and isinstance(last, Text) and _same_literal(last, part):
            tidy[-1] = Text(last.text + part.text, last.origin)
        else:
            tidy.append(part)
    return tuple(tidy)


def _same_literal(a: Text, b: Text) -> bool:
    if a.origin is None or b.origin is None:
        return a.origin is b.origin
    return a.origin.node is b.origin.node


def written_in(template: Str) -> Origin | None:
    """The literal that a template without parts made at run time is written as."""
    first = template.parts[0] if template.parts and len(template.parts) == 1 else None
    return first.origin if isinstance(first, Text) else None


def formatted(context: Context, node: cst.FormattedString) -> Type:
    """An f-string."""
    pieces: list[tuple[Type, str]] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text = part.value.replace("{{", "{").replace("}}", "}")
            pieces.append((Str((Text(text, context.origin(node)),)), ""))
        elif isinstance(part, cst.FormattedStringExpression):
            source = context.parsed.code(part.expression)
            typ = UNKNOWN if part.format_spec or part.conversion == "r" else context.evaluate(part.expression)
            pieces.append((typ, source))
    return concat(pieces, context.function)


_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)


def percent(
    template: str, right: Type, names: Sequence[str], scope: FunctionRef | None = None, origin: Origin | None = None
) -> Type:
    """``template % right``; ``names`` are the sources of the values on the right, where they can be told apart."""
    right = force(right)
    values = right.items if isinstance(right, Tuple) else None
    pieces: list[tuple[Type, str]] = []
    position = end = 0
    for match in _PERCENT.finditer(template):
        pieces.append((Str((Text(template[end : match.start()], origin),)), ""))
        end = match.end()
        if match.group("kind") == "%":
            pieces.append((Str((Text("%", origin),)), ""))
            continue
        key = match.group("name")
        if key is not None:
            entries = dict(right.entries) if isinstance(right, Dict) else {}
            pieces.append((entries.get(key, UNKNOWN), key))
            continue
        name = names[position] if position < len(names) else "…"
        if values is not None:
            pieces.append((values[position] if position < len(values) else UNKNOWN, name))
        else:
            pieces.append((right if not isinstance(right, Tuple) else UNKNOWN, name))
        position += 1
    pieces.append((Str((Text(template[end:], origin),)), ""))
    return concat(pieces, scope)


def format_call(
    template: str, arguments: Arguments, names: dict[int | str, str], scope: FunctionRef | None = None,
    origin: Origin | None = None,
) -> Type:  # fmt: skip
    """``template.format(…)``."""
    pieces: list[tuple[Type, str]] = []
    automatic = 0
    try:
        fields = list(string.Formatter().parse(template))
    except ValueError:
        return STR
    for text, field, _, _ in fields:
        if text:
            pieces.append((Str((Text(text, origin),)), ""))
        if field is None:
            continue
        head = re.split(r"[.\[]", field, maxsplit=1)[0]
        key: int | str
        if not head:
            key, automatic = automatic, automatic + 1
        else:
            key = int(head) if head.isdigit() else head
        found = arguments.get(key) if isinstance(key, int) else arguments.keywords.get(key)
        whole = field == head
        source = names.get(key, str(key)) + field[len(head) :]
        if isinstance(key, str) and says_version(key) and not says_version(source):
            source = f"{key}={source}"
        pieces.append((found if found is not None and whole else UNKNOWN, source))
    return concat(pieces, scope)


def join_call(separator: str, items: Type, names: Sequence[str], scope: FunctionRef | None = None) -> Type:
    """``separator.join(items)``."""
    items = force(items)
    if isinstance(items, Union):
        return join_all(join_call(separator, member, (), scope) for member in items.members)
    between = (Str((Text(separator),)), "")
    if isinstance(items, List | Tuple) and items.items is not None:
        pieces: list[tuple[Type, str]] = []
        for index, item in enumerate(items.items):
            if index:
                pieces.append(between)
            pieces.append((item, names[index] if len(names) == len(items.items) else ""))
        return concat(pieces, scope) if pieces else Str((Text(""),))
    if isinstance(items, List | Tuple) and items.head:
        # What the list begins with is known, what follows is not.
        begun: list[tuple[Type, str]] = []
        for index, item in enumerate(items.head):
            begun += [(item, names[index] if index < len(names) else ""), between]
        return concat([*begun, (Scalar("str"), "…")], scope)
    # A separator alone is no text of the key's own; nor is what is joined handed in whole.
    return Str()
