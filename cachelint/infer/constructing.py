"""The caches that instances of a class are made of: ``Shop(cache)``, where ``__init__`` keeps what it is passed."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.django.cache_api import METHOD_NAMES
from cachelint.infer.call_contexts import CalledHere, calls_in_definition
from cachelint.infer.context import Context, Inference
from cachelint.infer.definitions import parameters_of
from cachelint.project.symbols import ClassRef
from cachelint.types.base import NEVER, Lazy, Type, force
from cachelint.types.cache import CacheObject
from cachelint.types.code import Class
from cachelint.types.join import join_all, members

_USED_AS_CACHE = rb"\b\s*\.\s*(?:" + "|".join(sorted(METHOD_NAMES)).encode() + rb")\s*\("
#: Calls that make instances of one class that are looked at.
_MAX_CALLS = 40


def caches_passed(context: Context, owner: ClassRef, init: cst.FunctionDef, parameter: str) -> Type | None:
    """The caches that calls in the project pass for a parameter of ``__init__``; nothing where none does.

    None where the class does not use what it is passed there as a cache: nobody need be asked then.
    """
    if not _keeps_cache(owner, parameter):
        return None
    names = [p.name.value for p in parameters_of(init.params)][1:]
    index = names.index(parameter) if parameter in names else -1
    interpreter = context.interpreter
    return Lazy(
        lambda: interpreter.memo.ask(
            ("caches passed", owner, parameter), lambda: _passed(interpreter, owner, parameter, index), NEVER
        )
    )


def _keeps_cache(owner: ClassRef, parameter: str) -> bool:
    """Whether ``__init__`` keeps a parameter in an attribute of which a method of caches is called in the file."""
    text = owner.module.text_of(owner.definition)
    kept = re.compile(
        rb"\bself\.(?:(\w+)\s*|__dict__\[['\"](\w+)['\"]\]\s*)=\s*(?:[A-Z]\w*\()?" + parameter.encode() + rb"\b"
    )
    attributes = {first or second for first, second in kept.findall(text)}
    if any(owner.module.findall(re.compile(rb"\." + re.escape(a) + _USED_AS_CACHE)) for a in attributes):
        return True
    # It may hand it on to a class that does: `self.inner = Inner(store)`.
    return bool(re.search(rb"\bself\.\S+\s*=\s*[A-Z]\w*\(" + parameter.encode() + rb"\b", text))


def _passed(interpreter: Inference, owner: ClassRef, parameter: str, index: int) -> Type:
    found: list[Type] = []
    for called in _makings(interpreter, owner):
        given = called.context.arguments(called.node).get(index, parameter)
        if given is not None:
            found += [m for m in members(force(given)) if isinstance(m, CacheObject)]
    return join_all(found)


def _makings(interpreter: Inference, owner: ClassRef) -> list[CalledHere]:
    """The calls that make an instance of a class, or of one that derives from it and has no ``__init__`` of its own."""
    children = [
        c for c in interpreter.classes.subclasses(owner)
        if c.definition.scope is None or "__init__" not in c.definition.scope.definitions
    ]  # fmt: skip
    made = {owner, *children}
    names = frozenset({*(ref.definition.name for ref in made), "cls"})
    found: list[CalledHere] = []
    for name in sorted(names - {"cls"}):
        for module in interpreter.codebase.containing(name):
            if not module.findall(re.compile(rb"[Cc]ache")):
                continue
            called = re.compile(rb"\b" + re.escape(name.encode()) + rb"\s*\(")
            inside = [
                d for ref in made if ref.module is module for d in module.outline.walk() if d.parent is ref.definition
            ]
            for definition in dict.fromkeys([*module.naming(name), *inside]):
                making = re.compile(rb"\bcls\s*\(") if definition in inside else called
                if definition.form == "class" or not module.matches(definition, making):
                    continue
                for call in calls_in_definition(interpreter, module, definition, names):
                    callee = call.callee
                    if isinstance(callee, Class) and callee.ref in made and len(found) < _MAX_CALLS:
                        found.append(call)
    return found
