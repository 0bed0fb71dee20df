"""Classes whose instances are what their fields are: dataclasses, attrs classes, named tuples and typed dicts."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.infer.context import Context
from cachelint.infer.environment import Env
from cachelint.project.symbols import ClassRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import NEVER, UNKNOWN, Lazy, Type, Unknown, force
from cachelint.types.code import Instance
from cachelint.types.containers import Dict, Tuple
from cachelint.types.join import join, join_all
from cachelint.types.strings import STR

_TYPED_DICTS = ("typing.TypedDict", "typing_extensions.TypedDict")
_NAMED_TUPLES = ("typing.NamedTuple", "typing_extensions.NamedTuple", "collections.namedtuple")
_DECORATORS = frozenset({"dataclass", "define", "frozen", "mutable", "s", "attrs"})
_ANNOTATED = re.compile(rb"^\s*\w+\s*:(?!\s*['\"]?(?:\w+\.)?ClassVar)")


def is_dataclass(ref: ClassRef) -> bool:
    """Whether a class is decorated as a dataclass (or an attrs class)."""
    parsed = ref.module.parsed(ref.definition, header_only=True)
    node = parsed.class_def if parsed is not None else None
    if parsed is None or node is None:
        return False
    code = [parsed.code(d.decorator).partition("(")[0] for d in node.decorators]
    return any(name.rpartition(".")[2] in _DECORATORS for name in code)


def is_named_tuple(context: Context, ref: ClassRef) -> bool:
    """Whether a class derives from ``typing.NamedTuple`` or from what ``namedtuple(…)`` makes."""
    return any(name in _NAMED_TUPLES for name in context.interpreter.classes.externals(ref))


def is_typed_dict(context: Context, ref: ClassRef) -> bool:
    """Whether a class derives from ``TypedDict``: its instances are plain dicts."""
    return any(name in _TYPED_DICTS for name in context.interpreter.classes.externals(ref))


def dataclass_instance(context: Context, ref: ClassRef, arguments: Arguments | None = None) -> Type | None:
    """An instance of such a class, of what a call passes or (None) of what its annotations say.

    None where the class is none of them.
    """
    if is_typed_dict(context, ref):
        entries = _fields(context, ref, Arguments((), arguments.keywords) if arguments is not None else None)
        if not entries or (arguments is not None and (arguments.positional or arguments.star)):
            return Dict(STR, UNKNOWN)
        return Dict(NEVER, NEVER, entries)
    if is_named_tuple(context, ref):
        fields = _fields(context, ref, arguments)
        if not fields:
            passed = (*arguments.positional, *arguments.keywords.values()) if arguments is not None else (UNKNOWN,)
            return Tuple(Lazy(lambda: join_all(passed)), None, ref.definition.name)
        items = tuple(typ for _, typ in fields)
        names = tuple(name for name, _ in fields)
        return Tuple(Lazy(lambda: join_all(items)), items or None, ref.definition.name, names)
    if is_dataclass(ref):
        return Instance(ref, _fields(context, ref, arguments))
    return None


def _fields(context: Context, ref: ClassRef, arguments: Arguments | None) -> tuple[tuple[str, Type], ...]:
    found: list[tuple[str, Type]] = []
    for index, (name, owner) in enumerate(_names(context, ref).items()):
        declared = _said(context, owner, name)
        passed = arguments.get(index, name) if arguments is not None else None
        found.append((name, declared if passed is None else _known_or(passed, declared)))
    return tuple(found)


def _names(context: Context, ref: ClassRef) -> dict[str, ClassRef]:
    """The fields in order, those of bases first, with the class that says last what they are."""
    found: dict[str, ClassRef] = {}
    for base in reversed(context.interpreter.classes.order(ref)):
        scope = base.definition.scope if isinstance(base, ClassRef) else None
        for name, definitions in (scope.definitions if scope else {}).items():
            text = base.module.text_of(definitions[-1]) if isinstance(base, ClassRef) else b""
            if definitions[-1].form == "assignment" and isinstance(base, ClassRef) and _ANNOTATED.match(text):
                found[name] = base
    return found


def _said(context: Context, owner: ClassRef, name: str) -> Type:
    """What the class body says of a field: its annotation, and its default, which only some instances have."""
    return Lazy(lambda: join(force(context.member(owner, name, None) or UNKNOWN), _annotation(context, owner, name)))


def _annotation(context: Context, owner: ClassRef, name: str) -> Type:
    """What the annotation of a field with a default says; nothing for a field without one, which it says all of."""
    definitions = owner.definition.scope.definitions[name] if owner.definition.scope else []
    parsed = owner.module.parsed(definitions[-1]) if definitions else None
    line = parsed.statements[0] if parsed is not None and parsed.statements else None
    statement = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
    if parsed is None or not isinstance(statement, cst.AnnAssign) or statement.value is None:
        return NEVER
    inner = Context(context.interpreter, owner.module, parsed, Env(), owner=owner, class_scope=True)
    inner.run((cst.SimpleStatementLine([statement.with_changes(value=None, equal=cst.MaybeSentinel.DEFAULT)]),))
    return inner.env.get(name) or UNKNOWN


def _known_or(passed: Type, annotated: Type) -> Type:
    def known() -> Type:
        typ = force(passed)
        return force(annotated) if isinstance(typ, Unknown) and not typ.params else typ

    return Lazy(known)
