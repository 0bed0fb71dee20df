"""``value.name`` for a value of each kind."""

from __future__ import annotations

import re

import libcst as cst

from cachelint.django import instances
from cachelint.django.orm_table import ORM_METHODS
from cachelint.infer.context import Context, Env
from cachelint.infer.functions import (
    REQUEST,
    bind,
    call_function,
    decorator_names,
    function_node,
    is_property,
    owner_of,
    receiver_kind,
)
from cachelint.infer.known import methods, types, views
from cachelint.kinds.arguments import Arguments
from cachelint.kinds.join import join, join_all, map_members
from cachelint.kinds.model import (
    STR,
    UNKNOWN,
    Bound,
    Cached,
    CacheHandler,
    CacheObject,
    Class,
    Closure,
    EnumMember,
    ExternalKind,
    ForeignCache,
    Function,
    Instance,
    Kind,
    Lazy,
    Manager,
    ModelClass,
    ModelInstance,
    ModelType,
    ModuleKind,
    Origin,
    QuerySet,
    Scalar,
    Settings,
    Super,
    Unknown,
    at,
    force,
)
from cachelint.project import ClassRef, Definition, External, FunctionRef

_ENUM_BASES = {
    "enum.Enum": "", "enum.IntEnum": "int", "enum.StrEnum": "str", "enum.Flag": "", "enum.IntFlag": "int",
    "django.db.models.TextChoices": "str", "django.db.models.IntegerChoices": "int",
    "django.db.models.enums.TextChoices": "str", "django.db.models.enums.IntegerChoices": "int",
    "django.db.models.Choices": "",
}  # fmt: skip

#: Overriding methods in subclasses that are looked at besides the one that is found.
_MAX_OVERRIDES = 8


def attribute(context: Context, base: Kind, name: str) -> Kind:
    """What ``base.name`` evaluates to."""
    return map_members(base, lambda member: _attribute(context, member, name))


def _attribute(context: Context, base: Kind, name: str) -> Kind:
    interpreter = context.interpreter
    match base:
        case Unknown() if name == "objects":
            return Manager(None)
        case Unknown():
            return Unknown(base.params, True) if base.params else base
        case ModuleKind(ref=ref):
            symbol = interpreter.codebase.attribute(ref, name)
            return interpreter.symbol(symbol)
        case ExternalKind(name=full) if name == "objects" and ".models." in full:
            return Manager(ModelType(full, certain=False))
        case ExternalKind(name=full):
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
        case EnumMember():
            return _of_enum_member(base, name)
        case CacheObject() | CacheHandler() | ForeignCache():
            return Bound(base, name)
        case Cached():
            return Bound(base, name)
        case Closure() | Function():
            return STR if name == "__name__" else UNKNOWN
    known = types.attribute(context, base, name)
    if known is not None:
        return known
    if isinstance(base, Scalar) and base == REQUEST and not methods.knows(base, name):
        return _request_attribute(context, name)
    return Bound(base, name)


def _request_attribute(context: Context, name: str) -> Kind:
    """What the project itself (a middleware, say) stores in ``request.name``."""
    interpreter = context.interpreter
    if name not in interpreter.request_attributes:
        interpreter.request_attributes[name] = UNKNOWN
        pattern = re.compile(rb"\brequest\." + re.escape(name.encode()) + rb"\s*=(?!=)")
        found: list[Kind] = []
        for module in interpreter.codebase.containing(f"request.{name}", pattern):
            for function in interpreter.codebase.functions(module):
                if pattern.search(module.text_of(function.definition)):
                    found += _stores_in(context, function, owner_of(function), f"request.{name}")
        interpreter.request_attributes[name] = join_all(found) if found else UNKNOWN
    return interpreter.request_attributes[name]


# -- classes -----------------------------------------------------------------------------------------------


def member_kind(
    context: Context, owner: ClassRef, definitions: list[Definition], name: str, receiver: Kind | None
) -> Kind:
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
            if node is not None and is_property(names := decorator_names(node)):
                if receiver is None and not any("class" in n for n in names):
                    return UNKNOWN
                bound = receiver if receiver is not None else receiver_kind(interpreter, owner, True)
                getter = Function(ref, bound)
                return Lazy(lambda getter=getter: call_function(interpreter, getter, Arguments()))  # type: ignore[misc]
        return Function(FunctionRef(owner.module, last), receiver)
    return Lazy(lambda: interpreter.class_value(owner, definitions, name))


def class_attribute(context: Context, ref: ClassRef, name: str, receiver: Kind | None) -> Kind | None:
    """A member of a class or of what it derives from; None where the project defines none."""
    found = context.interpreter.classes.member(ref, name)
    if found is None:
        return None
    owner, definitions = found
    return member_kind(context, owner, definitions, name, receiver)


def overrides(context: Context, ref: ClassRef, name: str, receiver: Kind) -> list[Kind]:
    """The members of that name in classes that derive from ``ref``: what ``self.name`` may be as well."""
    interpreter = context.interpreter
    found: list[Kind] = []
    for child in interpreter.classes.subclasses(ref):
        scope = child.definition.scope
        definitions = scope.definitions.get(name) if scope else None
        if definitions and len(found) < _MAX_OVERRIDES:
            inner = interpreter.instance_of(child) if isinstance(receiver, Instance | ModelInstance) else receiver
            found.append(member_kind(context, child, definitions, name, inner))
    return found


def _of_class(context: Context, base: Class, ref: ClassRef, name: str) -> Kind:
    member = enum_member(context, ref, name)
    if member is not None:
        return member
    found = class_attribute(context, ref, name, None)
    if found is not None:
        kind = found
        if isinstance(kind, Function) and _is_classmethod(context, kind):
            return Function(kind.ref, base, origin=kind.origin)
        return kind
    if name == "__name__":
        return STR
    return Bound(base, name)


def _is_classmethod(context: Context, kind: Function) -> bool:
    node = function_node(context.interpreter, kind.ref)
    return node is not None and "classmethod" in decorator_names(node)


def enum_member(context: Context, ref: ClassRef, name: str) -> Kind | None:
    """A member of an enumeration; any of them where ``name`` is empty; None where the class is none."""
    for base in context.interpreter.classes.externals(ref):
        if base in _ENUM_BASES:
            scope = ref.definition.scope
            definitions = scope.definitions.get(name) if scope else None
            if not name or (definitions and definitions[-1].form == "assignment"):
                inner = _ENUM_BASES[base]
                if not inner:
                    others = context.interpreter.classes.externals(ref)
                    inner = next((b for b in ("str", "int") if f"builtins.{b}" in others), "")
                return EnumMember(ref.name, inner)
            return None
    return None


def _of_enum_member(base: EnumMember, name: str) -> Kind:
    if name == "value":
        return STR if base.base == "str" else Scalar("int") if base.base == "int" else UNKNOWN
    if name == "name":
        return STR
    return UNKNOWN


def _of_super(context: Context, base: Super, name: str) -> Kind:
    interpreter = context.interpreter
    receiver = base.receiver
    start = _class_of(receiver) or base.ref
    order = interpreter.classes.order(start)
    start = start if base.ref in order else base.ref
    found = interpreter.classes.member(start, name, after=base.ref)
    if found is not None:
        owner, definitions = found
        return member_kind(context, owner, definitions, name, receiver)
    match receiver:
        case Manager() | QuerySet():
            return Bound(receiver, name) if name in ORM_METHODS else UNKNOWN
        case ModelInstance(model=model):
            return Bound(receiver, name) if instances.method(model, name) is not None else UNKNOWN
        case Instance(ref=ref):
            return views.method(context, ref, name) or UNKNOWN
    return UNKNOWN


def _class_of(kind: Kind) -> ClassRef | None:
    match kind:
        case Instance(ref=ref) | Class(ref=ref):
            return ref
        case ModelInstance(model=model) | ModelClass(model=model):
            return model.ref
        case Manager():
            return kind.manager_class or kind.queryset_class
        case QuerySet():
            return kind.queryset_class
    return None


# -- instances ---------------------------------------------------------------------------------------------


def _of_instance(context: Context, base: Instance, name: str) -> Kind:
    interpreter = context.interpreter
    ref = base.ref
    for field, kind in base.fields:
        if field == name:
            return kind
    for field, kind in base.attributes:
        if field == name:
            # What other methods store there later is as true as what the making stored.
            later = stored_attribute(context, ref, name, besides="__init__")
            return kind if later is None else join(kind, later)
    if name == "__class__":
        return Class(ref)
    found: list[Kind] = []
    member = class_attribute(context, ref, name, base)
    if member is not None:
        found.append(member)
        found += overrides(context, ref, name, base) if not base.attributes else []
        if isinstance(force(member), Function):
            return join_all(found) if len(found) > 1 else member
    stored = stored_attribute(context, ref, name)
    if stored is not None:
        found.append(stored)
    if found:
        return join_all(found)
    known = views.attribute(context, ref, name)
    if known is not None:
        return known
    children = overrides(context, ref, name, base)
    if children:
        return join_all(children)
    if any(b in ("str", "builtins.str") for b in interpreter.classes.externals(ref)):
        return Bound(STR, name)
    return UNKNOWN


def stored_attribute(context: Context, ref: ClassRef, name: str, besides: str = "") -> Kind | None:
    """What the methods of a class (and of its bases) assign to ``self.name``; None where none does.

    The method ``besides`` is left out.
    """
    interpreter = context.interpreter
    key = (ref, name, besides)
    if key in interpreter._stored:
        return interpreter._stored[key]
    interpreter._stored[key] = None
    pattern = re.compile(rb"\b(?:self|cls)\." + re.escape(name.encode()) + rb"\b[^=\n()]*=(?!=)")
    found: list[Kind] = []
    for base in interpreter.classes.order(ref):
        if not isinstance(base, ClassRef) or base.definition.scope is None:
            continue
        for definitions in base.definition.scope.definitions.values():
            for definition in definitions:
                if definition.name == besides:
                    continue
                if definition.form == "function" and pattern.search(base.module.text_of(definition)):
                    found += _stores(context, FunctionRef(base.module, definition), ref, name)
    kind = join_all(found) if found else None
    interpreter._stored[key] = kind
    return kind


def _stores(context: Context, function: FunctionRef, ref: ClassRef, name: str) -> list[Kind]:
    node = function_node(context.interpreter, function)
    parameters = [*node.params.posonly_params, *node.params.params] if node is not None else []
    first = parameters[0].name.value if parameters else "self"
    return _stores_in(context, function, ref, f"{first}.{name}")


def _stores_in(context: Context, function: FunctionRef, ref: ClassRef | None, path: str) -> list[Kind]:
    """What a function assigns to a path such as ``self.items``, whoever calls it."""
    interpreter = context.interpreter
    lift = function.module.lift(function.definition)
    node = lift.function if lift is not None else None
    if lift is None or node is None or not interpreter.may_call(function):
        return []
    stores: dict[str, list[Kind]] = {}
    inner = Context(
        interpreter, function.module, lift, Env(), function=function, owner=owner_of(function), stores=stores
    )
    parameters = [*node.params.posonly_params, *node.params.params]
    from cachelint.infer.typehints import annotation_kind

    for index, parameter in enumerate(parameters):
        kind: Kind = UNKNOWN
        if index == 0 and ref is not None:
            kind = receiver_kind(interpreter, ref, parameter.name.value == "cls")
        elif parameter.annotation is not None:
            kind = annotation_kind(inner, parameter.annotation.annotation) or UNKNOWN
            kind = at(kind, Origin(lift, parameter))
        elif parameter.name.value == "request":
            kind = REQUEST
        inner.env.set(parameter.name.value, kind)
    for parameter in node.params.kwonly_params:
        inner.env.set(parameter.name.value, UNKNOWN)
    interpreter.active.append(function)
    try:
        inner.run(node.body.body if isinstance(node.body, cst.IndentedBlock) else [node.body])
    finally:
        interpreter.active.pop()
    last = inner.env.get(path)
    return [*stores.get(path, []), *([last] if last is not None else [])]


def constructed(context: Context, ref: ClassRef, arguments: Arguments) -> tuple[tuple[str, Kind], ...]:
    """What ``__init__`` stores in a new instance, for the arguments of this call."""
    interpreter = context.interpreter
    found = interpreter.classes.member(ref, "__init__")
    if found is None:
        return ()
    owner, definitions = found
    function = FunctionRef(owner.module, definitions[-1])
    lift = owner.module.lift(definitions[-1])
    node = lift.function if lift is not None else None
    if lift is None or node is None or not interpreter.may_call(function):
        return ()
    stores: dict[str, list[Kind]] = {}
    inner = Context(
        interpreter, owner.module, lift, Env(), function=function, owner=owner, stores=stores,
        observer=context.observer,
    )  # fmt: skip
    bind(inner, node.params, arguments, Instance(ref))
    interpreter.active.append(function)
    try:
        inner.run(node.body.body if isinstance(node.body, cst.IndentedBlock) else [node.body])
    finally:
        interpreter.active.pop()
    first = node.params.params[0].name.value if node.params.params else "self"
    prefix = f"{first}."
    return tuple(
        (path[len(prefix) :], join(*kinds) if len(kinds) > 1 else kinds[0])
        for path, kinds in stores.items()
        if path.startswith(prefix) and "." not in path[len(prefix) :]
    )


# -- models ------------------------------------------------------------------------------------------------


def _of_model_instance(context: Context, base: ModelInstance, model: ModelType, name: str) -> Kind:
    interpreter = context.interpreter
    if name == "__class__":
        return ModelClass(model)
    fields = interpreter.models.fields(model)
    if model.ref is not None and name not in fields:
        member = class_attribute(context, model.ref, name, base)
        if member is not None:
            kind = member
            if isinstance(kind, Lazy):
                return Lazy(lambda: _as_manager(force(kind), model, name))
            return join(kind, *overrides(context, model.ref, name, base))
    known = instances.attribute(interpreter.models, model, name)
    if known is not None:
        return known
    if instances.method(model, name) is not None:
        return Bound(base, name)
    if model.ref is not None:
        stored = stored_attribute(context, model.ref, name)
        if stored is not None:
            return stored
    return UNKNOWN


def _of_model_class(context: Context, base: ModelClass, model: ModelType, name: str) -> Kind:
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


def _as_manager(kind: Kind, model: ModelType, name: str) -> Kind:
    """A manager that a model's body makes belongs to that model."""
    if isinstance(kind, Manager):
        return Manager(model, kind.manager_class, kind.queryset_class, kind.related)
    if isinstance(kind, Unknown) and (name == "objects" or name.endswith("_objects")):
        return Manager(model)
    return kind


def _of_manager(context: Context, base: Manager | QuerySet, name: str) -> Kind:
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
        return Bound(base, name)
    known = types.manager_method(base, name)
    if known is not None:
        return known
    stored_in = base.manager_class if isinstance(base, Manager) else base.queryset_class
    if stored_in is not None:
        stored = stored_attribute(context, stored_in, name)
        if stored is not None:
            return stored
    return UNKNOWN
