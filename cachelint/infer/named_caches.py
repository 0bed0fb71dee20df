"""An attribute that is called like a cache, of a value that nobody knows: what all classes that have one say it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cachelint.infer.context import Context
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef
from cachelint.types.base import Type
from cachelint.types.cache import CacheObject
from cachelint.types.code import Instance
from cachelint.types.join import join_all, members

#: Classes with such an attribute that are asked; where there are more, the name says nothing.
_MAX_CLASSES = 8
#: What a class defines that hands on to a cache.
_OF_CACHES = frozenset({"get", "set", "delete"})


def cache_by_name(context: Context, name: str, read: Callable[[Context, Type, str], Type]) -> Type | None:
    """What ``x.name`` is where nothing is known of ``x``: a cache where it is one in each class of the project.

    None where one of them has something else under that name, or none has it. ``read`` reads an attribute.
    """
    if "cache" not in name.lower():
        return None
    interpreter = context.interpreter
    found: Type | None = interpreter.memo.ask(("cache by name", name), lambda: _look(context, name, read), None)
    return found


def _look(context: Context, name: str, read: Callable[[Context, Type, str], Type]) -> Type | None:
    classes = list(_classes(context, name))
    if not classes or len(classes) > _MAX_CLASSES:
        return None
    found: list[Type] = []
    for ref in classes:
        for instance in members(context.interpreter.instance_of(ref)):
            found += members(read(context, instance, name))
    return join_all(found) if found and all(_is_cache(context, typ) for typ in found) else None


def _classes(context: Context, name: str) -> Iterator[ClassRef]:
    """The classes with a member of that name, but those of tests."""
    for module in context.interpreter.codebase.containing(name):
        for definition in module.outline.walk() if not is_test(module.path) else ():
            if definition.form == "class" and definition.scope is not None and name in definition.scope.definitions:
                yield ClassRef(module, definition)


def _is_cache(context: Context, typ: Type) -> bool:
    """Whether a value is a cache, or an instance of a class of the project with the methods of one."""
    if isinstance(typ, CacheObject):
        return True
    classes = context.interpreter.classes
    return isinstance(typ, Instance) and all(classes.member(typ.ref, method) is not None for method in _OF_CACHES)
