"""Strings and how they are put together: the templates that keys are made of."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from cachelint.infer.context import Context
from cachelint.project.symbols import FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.join import join_all, map_members, members
from cachelint.types.model import (
    ANYTHING,
    NO_VALUE,
    STR,
    UNKNOWN,
    Dict,
    Hole,
    Kind,
    List,
    Origin,
    Scalar,
    Str,
    Text,
    Tuple,
    Union,
    Unknown,
    constant,
    force,
)
from cachelint.types.walk import params_near

#: Alternatives of one template that are kept apart.
_MAX_ALTERNATIVES = 6

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def says_version(name: str) -> bool:
    """Whether an expression's source says version: ``CACHE_VERSION``, ``self.version``, ``versions["acl"]``."""
    return any(word.lower() in ("version", "versions", "versioned", "ver") for word in _WORD.findall(name))


def _parts(
    kind: Kind, name: str, scope: FunctionRef | None
) -> tuple[tuple[Text | Hole, ...], frozenset[str], frozenset[str]]:
    """The parts of one member of a kind, with the names that say version and the parameters."""
    versions = frozenset({name}) if name and says_version(name) else frozenset()
    if isinstance(kind, Str):
        parts = kind.parts if kind.parts is not None else (_hole(kind, name, kind.params, scope),)
        return parts, versions | kind.versions, kind.params
    value = constant(kind)
    if value is not NO_VALUE and isinstance(value, int | float | bool | None):
        return (Text(str(value)),), versions, frozenset()
    # A key made of an attribute of a parameter is made here, not handed in.
    params = frozenset[str]() if isinstance(kind, Unknown) and kind.derived else params_near(kind)
    return (_hole(kind, name, params, scope),), versions, params


def _hole(kind: Kind, name: str, params: frozenset[str], scope: FunctionRef | None) -> Hole:
    """A part that is called by its source, or else by the expression or the parameter that made it."""
    if not name and kind.origin is not None:
        name = kind.origin.code
    if not name and len(params) == 1:
        name = next(iter(params))
    return Hole(name or "…", params, scope)


def renamed(kind: Kind, names: Mapping[str, str], scope: FunctionRef) -> Kind:
    """A string that a function made, in the words of its caller: ``names`` are the sources of what was passed."""
    if not isinstance(kind, Str) or not any(isinstance(p, Hole) and p.scope == scope for p in kind.parts or ()):
        return kind
    parts: list[Text | Hole] = []
    for part in kind.parts or ():
        if isinstance(part, Hole) and part.scope == scope:
            part = replace(part, name=_IDENTIFIER.sub(lambda m: names.get(m.group(), m.group()), part.name))
        parts.append(part)
    return replace(kind, parts=tuple(parts))


_IDENTIFIER = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*(?![\w\"'])")


def concat(pieces: Sequence[tuple[Kind, str]], scope: FunctionRef | None = None) -> Kind:
    """The string made of several values in a row; each comes with the source that it is called by in ``scope``."""
    choices: list[tuple[Kind, ...]] = []
    for kind, _ in pieces:
        options = members(kind) or (UNKNOWN,)
        strings = [option for option in options if isinstance(option, Str)]
        # Only alternative texts are kept apart; other unions are one part made at run time.
        choices.append(options if len(strings) == len(options) and len(options) <= 3 else (force(kind),))
    made: list[Kind] = []
    for combination in itertools.islice(itertools.product(*choices), _MAX_ALTERNATIVES):
        parts: list[Text | Hole] = []
        versions: frozenset[str] = frozenset()
        params: frozenset[str] = frozenset()
        for option, (_, name) in zip(combination, pieces, strict=True):
            more, said, decided = _parts(option, name, scope)
            parts.extend(more)
            versions |= said
            params |= decided
        made.append(Str(_tidy(parts), False, versions, params))
    return join_all(made)


#: What stands for any text in a pattern of keys, by its form.
_WILD = re.compile(r"\*|\?|\[[^\]]*\]")


def matched_by(pattern: Kind) -> Kind:
    """The keys that a pattern of django-redis (``shelf:*``) stands for: what it leaves open are holes."""
    return map_members(pattern, _matched_by)


def _matched_by(pattern: Kind) -> Kind:
    if not isinstance(pattern, Str) or pattern.parts is None:
        return pattern if isinstance(pattern, Unknown) else STR
    parts: list[Text | Hole] = []
    for part in pattern.parts:
        if isinstance(part, Hole):
            parts.append(part)
            continue
        for number, text in enumerate(_WILD.split(part.text)):
            if number:
                parts.append(ANYTHING)
            if text:
                parts.append(Text(text, part.origin))
    return replace(pattern, parts=tuple(parts))


def _tidy(parts: Iterable[Text | Hole]) -> tuple[Text | Hole, ...]:
    tidy: list[Text | Hole] = []
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


def formatted(context: Context, node: cst.FormattedString) -> Kind:
    """An f-string."""
    pieces: list[tuple[Kind, str]] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text = part.value.replace("{{", "{").replace("}}", "}")
            pieces.append((Str((Text(text, context.origin(node)),)), ""))
        elif isinstance(part, cst.FormattedStringExpression):
            source = context.lift.code(part.expression)
            kind = UNKNOWN if part.format_spec or part.conversion == "r" else context.evaluate(part.expression)
            pieces.append((kind, source))
    return concat(pieces, context.function)


_PERCENT = re.compile(
    r"%(?:\((?P<name>[^)]*)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<kind>[diouxXeEfFgGcrsa%])"
)


def percent(
    template: str, right: Kind, names: Sequence[str], scope: FunctionRef | None = None, origin: Origin | None = None
) -> Kind:
    """``template % right``; ``names`` are the sources of the values on the right, where they can be told apart."""
    right = force(right)
    values = right.items if isinstance(right, Tuple) else None
    pieces: list[tuple[Kind, str]] = []
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
) -> Kind:  # fmt: skip
    """``template.format(…)``."""
    pieces: list[tuple[Kind, str]] = []
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


def join_call(separator: str, items: Kind, names: Sequence[str], scope: FunctionRef | None = None) -> Kind:
    """``separator.join(items)``."""
    items = force(items)
    if isinstance(items, Union):
        return join_all(join_call(separator, member, (), scope) for member in items.members)
    between = (Str((Text(separator),)), "")
    if isinstance(items, List | Tuple) and items.items is not None:
        pieces: list[tuple[Kind, str]] = []
        for index, item in enumerate(items.items):
            if index:
                pieces.append(between)
            pieces.append((item, names[index] if len(names) == len(items.items) else ""))
        return concat(pieces, scope) if pieces else Str((Text(""),))
    if isinstance(items, List | Tuple) and items.head:
        # What the list begins with is known, what follows is not.
        begun: list[tuple[Kind, str]] = []
        for index, item in enumerate(items.head):
            begun += [(item, names[index] if index < len(names) else ""), between]
        return concat([*begun, (Scalar("str"), "…")], scope)
    # A separator alone is no text of the key's own; nor is what is joined handed in whole.
    return Str()
