"""``value.name`` for a value of each type."""

from __future__ import annotations

from dataclasses import replace

from cachelint.django import instances, orm
from cachelint.django.orm_table import ORM_METHODS
from cachelint.infer.context import Context
from cachelint.infer.decorators import decorator_names, is_opaque, reads_as_value
from cachelint.infer.definitions import function_node
from cachelint.infer.enums import enum_member, of_choices, of_enum_member
from cachelint.infer.functions import call_function
from cachelint.infer.instance_attributes import request_attribute, stored_attribute, stored_later
from cachelint.infer.library import methods, types, views
from cachelint.infer.named_caches import cache_by_name
from cachelint.infer.parameters import REQUEST, receiver_type
from cachelint.library.third_party import HOLDERS
from cachelint.project.outline import Definition
from cachelint.project.symbols import ClassRef, External, FunctionRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Lazy, Scalar, Type, Unknown, force
from cachelint.types.cache import Cached, CacheHandler, CacheObject, RawClient
from cachelint.types.code import (
    BoundMethod,
    Class,
    Closure,
    EnumMember,
    ExternalSymbol,
    Function,
    Instance,
    ModuleType,
    Super,
)
from cachelint.types.containers import Tuple
from cachelint.types.django import Manager, MaybeQuerySet, ModelClass, ModelInstance, ModelType, QuerySet, Settings
from cachelint.types.join import join, join_all, map_members
from cachelint.types.strings import STR

#: Overriding methods in subclasses that are looked at besides the one that is found.
_MAX_OVERRIDES = 8


#: Methods that nothing but a QuerySet has.
_OF_ROWS = frozenset(
    {
        "filter", "exclude", "order_by", "values", "values_list", "only", "defer", "select_related", "prefetch_related",
        "annotate", "distinct", "first", "last", "exists",
    }
)  # fmt: skip


def attribute(context: Context, base: Type, name: str) -> Type:
    """What ``base.name`` evaluates to."""
    return map_members(base, lambda member: _attribute(context, member, name))


def _attribute(context: Context, base: Type, name: str) -> Type:
    interpreter = context.interpreter
    match base:
        case MaybeQuerySet(rows=rows) if rows is not None and name in _OF_ROWS:
            return attribute(context, rows, name)
        case Unknown() if name in ("objects", "_default_manager", "_base_manager"):
            return Manager(None)
        case Unknown() | ModelInstance() if name in ("get_object_for_this_type", "get_all_objects_for_this_type"):
            # Of a ContentType, by its name.
            return BoundMethod(Manager(None), "get" if name == "get_object_for_this_type" else "filter")
        case Unknown():
            named = cache_by_name(context, name, attribute)
            if named is not None:
                return named
            return Unknown(base.params, True) if base.params else base
        case ModuleType(ref=ref):
            symbol = interpreter.codebase.attribute(ref, name)
            return interpreter.symbol(symbol)
        case ExternalSymbol(name=full) if name == "objects" and ".models." in full:
            return Manager(ModelType(full, certain=False))
        case ExternalSymbol(name=full):
            return interpreter.symbol(interpreter.codebase.attribute(External(full), name, context.module))
        case Settings():
            return interpreter.setting(name)
        case ModelInstance(model=model):
            return _of_model_instance(context, base, model, name)
        case ModelClass(model=model):
            return _of_model_class(context, base, model, name)
        case Manager() | QuerySet():
            return _of_manager(context, base, name)
        case Class(ref=ref):
            return _of_class(context, base, ref, name)
        case Instance():
            return _of_instance(context, base, name)
        case Super():
            return _of_super(context, base, name)
        case Tuple(items=items, names=names) if items is not None and name in names:
            return items[names.index(name)]
        case EnumMember():
            return of_enum_member(base, name)
        case CacheObject() | CacheHandler() | RawClient():
            return BoundMethod(base, name)
        case Cached():
            return BoundMethod(base, name)
        case Closure() | Function():
            return STR if name == "__name__" else UNKNOWN
    known = types.attribute(context, base, name)
    if known is not None:
        return known
    if isinstance(base, Scalar) and base == REQUEST and not methods.knows(base, name):
        return request_attribute(context, name)
    return BoundMethod(base, name)


# -- classes -----------------------------------------------------------------------------------------------


def member_type(
    context: Context, owner: ClassRef, definitions: list[Definition], name: str, receiver: Type | None
) -> Type:
    """A member of a class body, read through ``receiver`` (None: through the class)."""
    interpreter = context.interpreter
    last = definitions[-1]
    if last.form == "class":
        return interpreter.symbol(ClassRef(owner.module, last))
    if last.form == "function":
        # A property's setter is defined after its getter, under the same name.
        for definition in definitions:
            ref = FunctionRef(owner.module, definition)
            node = function_node(interpreter, ref)
            if node is not None and node.decorators and reads_as_value(interpreter, ref, node):
                if receiver is None and not any("class" in n for n in decorator_names(node)):
                    return UNKNOWN
                bound = receiver if receiver is not None else receiver_type(interpreter, owner, True)
                getter = Function(ref, bound)
                return Lazy(lambda getter=getter: call_function(context, getter, Arguments()))  # type: ignore[misc]
        method = FunctionRef(owner.module, last)
        node = function_node(interpreter, method) if receiver is not None else None
        static = node is not None and "staticmethod" in decorator_names(node)
        opaque = node is not None and bool(node.decorators) and is_opaque(interpreter, method, node)
        return Function(method, None if static else receiver, opaque=opaque)
    return Lazy(lambda: interpreter.class_value(owner, definitions, name))


def class_attribute(context: Context, ref: ClassRef, name: str, receiver: Type | None) -> Type | None:
    """A member of a class or of what it derives from; None where the project defines none."""
    found = context.interpreter.classes.member(ref, name)
    if found is None:
        return None
    owner, definitions = found
    return member_type(context, owner, definitions, name, receiver)


def overrides(context: Context, ref: ClassRef, name: str, receiver: Type) -> list[Type]:
    """The members of that name in classes that derive from ``ref``: what ``self.name`` may be as well."""
    interpreter = context.interpreter
    found: list[Type] = []
    for child in interpreter.classes.subclasses(ref):
        scope = child.definition.scope
        definitions = scope.definitions.get(name) if scope else None
        if definitions and len(found) < _MAX_OVERRIDES:
            inner = interpreter.instance_of(child) if isinstance(receiver, Instance | ModelInstance) else receiver
            if isinstance(inner, ModelInstance) and isinstance(receiver, Instance):
                # A mixin of a model: what the instance has is the value of a field, not the field.
                found.append(_of_model_instance(context, inner, inner.model, name))
            else:
                found.append(member_type(context, child, definitions, name, inner))
    return found


def _of_class(context: Context, base: Class, ref: ClassRef, name: str) -> Type:
    member = enum_member(context, ref, name) or of_choices(context, ref, name)
    if member is not None:
        return member
    found = class_attribute(context, ref, name, None)
    if found is not None:
        typ = found
        if isinstance(typ, Function) and _is_classmethod(context, typ):
            return Function(typ.ref, base, origin=typ.origin)
        return typ
    if name == "__name__":
        return STR
    if name == "objects" and any(".models." in base_name for base_name in context.interpreter.classes.externals(ref)):
        # It derives from a model of another package.
        return Manager(ModelType(f"{ref.module.name}.{ref.definition.qualname}", certain=False))
    return BoundMethod(base, name)


def _is_classmethod(context: Context, typ: Function) -> bool:
    node = function_node(context.interpreter, typ.ref)
    return node is not None and "classmethod" in decorator_names(node)


def _of_super(context: Context, base: Super, name: str) -> Type:
    interpreter = context.interpreter
    receiver = base.receiver
    start = _class_of(receiver) or base.ref
    order = interpreter.classes.order(start)
    start = start if base.ref in order else base.ref
    found = interpreter.classes.member(start, name, after=base.ref)
    if found is not None:
        owner, definitions = found
        return member_type(context, owner, definitions, name, receiver)
    match receiver:
        case Manager() | QuerySet():
            return BoundMethod(receiver, name) if name in ORM_METHODS else UNKNOWN
        case ModelInstance(model=model):
            return BoundMethod(receiver, name) if instances.method(model, name) is not None else UNKNOWN
        case Instance(ref=ref):
            return views.method(context, ref, name) or UNKNOWN
    return UNKNOWN


def _class_of(typ: Type) -> ClassRef | None:
    match typ:
        case Instance(ref=ref) | Class(ref=ref):
            return ref
        case ModelInstance(model=model) | ModelClass(model=model):
            return model.ref
        case Manager():
            return typ.manager_class or typ.queryset_class
        case QuerySet():
            return typ.queryset_class
    return None


# -- instances ---------------------------------------------------------------------------------------------


def _of_instance(context: Context, base: Instance, name: str) -> Type:
    interpreter = context.interpreter
    ref = base.ref
    for field, typ in base.fields:
        if field == name:
            return typ
    for field, typ in base.attributes:
        if field == name:
            return stored_later(context, ref, name, typ)
    if name == "__class__":
        return Class(ref)
    found: list[Type] = []
    member = class_attribute(context, ref, name, base)
    if member is not None:
        found.append(member)
        found += overrides(context, ref, name, base) if not base.attributes else []
        if isinstance(force(member), Function):
            return join_all(found) if len(found) > 1 else member
        if views.is_given_by_urls(context, ref, name) or interpreter.classes.member(ref, "__getattribute__"):
            found.append(UNKNOWN)
    stored = stored_attribute(context, ref, name)
    if stored is not None:
        found.append(stored)
    if found:
        return join_all(found)
    known = views.attribute(context, ref, name)
    if known is not None:
        return known
    for base_name in interpreter.classes.externals(ref):
        # A class of a package that holds a cache.
        if name in HOLDERS.get(base_name, ()):
            return CacheObject(HOLDERS[base_name][name])
    children = overrides(context, ref, name, base)
    if children:
        return join_all(children)
    if any(b in ("str", "builtins.str") for b in interpreter.classes.externals(ref)):
        return BoundMethod(STR, name)
    return UNKNOWN


# -- models ------------------------------------------------------------------------------------------------


def _of_model_instance(context: Context, base: ModelInstance, model: ModelType, name: str) -> Type:
    interpreter = context.interpreter
    if name == "__class__":
        return ModelClass(model)
    fields = interpreter.models.fields(model)
    if model.ref is not None and name not in fields:
        member = class_attribute(context, model.ref, name, base)
        if member is not None:
            typ = member
            if isinstance(typ, Lazy):
                return Lazy(lambda: _as_manager(force(typ), model, name))
            return join(typ, *overrides(context, model.ref, name, base))
    known = instances.attribute(interpreter.models, model, name)
    if known is not None:
        return known
    if instances.method(model, name) is not None:
        return BoundMethod(base, name)
    if model.ref is not None:
        stored = stored_attribute(context, model.ref, name)
        if stored is not None:
            return stored
        # What each model that derives from it says: `self.key` of an abstract one.
        children = overrides(context, model.ref, name, base)
        if children:
            return join_all(children)
    return UNKNOWN


def _of_model_class(context: Context, base: ModelClass, model: ModelType, name: str) -> Type:
    if model.ref is not None:
        found = class_attribute(context, model.ref, name, None)
        if found is not None:
            if isinstance(found, Function) and _is_classmethod(context, found):
                return Function(found.ref, base)
            if isinstance(found, Lazy):
                return Lazy(lambda: _as_manager(force(found), model, name))
            return found
    if name in ("objects", "_default_manager", "_base_manager"):
        if model.ref is not None and name == "_default_manager":
            return attribute(context, base, "objects")
        return Manager(model)
    if name == "__name__":
        return STR
    return context.interpreter.models.reverse(model, name) or UNKNOWN


def _as_manager(typ: Type, model: ModelType, name: str) -> Type:
    """A manager that a model's body makes belongs to that model."""
    if isinstance(typ, Manager):
        return Manager(model, typ.manager_class, typ.queryset_class, typ.related)
    if isinstance(typ, Unknown) and (name == "objects" or name.endswith("_objects")):
        return Manager(model)
    return typ


def _of_manager(context: Context, base: Manager | QuerySet, name: str) -> Type:
    if name in ("model", "related_model"):
        return ModelClass(base.model) if base.model is not None else UNKNOWN
    if name == "rel" and isinstance(base, Manager) and base.related:
        return base
    classes = [base.manager_class] if isinstance(base, Manager) else []
    for ref in (*classes, base.queryset_class):
        if ref is not None:
            found = class_attribute(context, ref, name, base)
            if found is not None:
                return found
    if name in ORM_METHODS:
        return BoundMethod(base, name)
    known = types.manager_method(base, name)
    if known is not None:
        return known
    stored_in = base.manager_class if isinstance(base, Manager) else base.queryset_class
    if stored_in is not None:
        stored = stored_attribute(context, stored_in, name)
        if stored is not None:
            return stored
    rows = orm.rows_of(base) if isinstance(base, Manager) else base
    model = replace(rows.model, certain=False) if rows.model is not None else None
    return MaybeQuerySet(rows=QuerySet(model, ModelInstance(model or orm.SOME_MODEL), rows.queryset_class))
