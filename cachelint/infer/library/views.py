"""What the class-based views and model forms of Django and REST framework give their subclasses."""

from __future__ import annotations

import re

from cachelint.infer.context import Context
from cachelint.infer.library import serializers
from cachelint.infer.library.call import Call
from cachelint.project.symbols import ClassRef
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Scalar, Type, Unknown, force
from cachelint.types.code import BoundMethod, Class, Function, Instance
from cachelint.types.containers import Dict
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import join_all, members
from cachelint.types.strings import STR

_VIEW_WORDS = ("View", "ViewSet", "Mixin", "APIView", "Wizard")
_VIEW_MODULES = ("django.views", "rest_framework", "django.contrib.auth.mixins", "django.contrib.auth.views")


#: Methods of Django's views that give a response.
_RESPONDING = frozenset({"dispatch", "get", "post", "render_to_response"})

#: The arguments of ``as_view(timeout=60)``, which become attributes of the view, and their names.
_AS_VIEW = re.compile(rb"\bas_view\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
_ARGUMENT = re.compile(rb"(\w+)\s*=(?!=)")


def _is_django_view(context: Context, ref: ClassRef) -> bool:
    return any(name.startswith("django.views.") for name in context.interpreter.classes.externals(ref))


def _is_view(context: Context, ref: ClassRef) -> bool:
    """Whether a class derives from a view of Django or REST framework, or from something outside so named."""
    return any(
        name.startswith(_VIEW_MODULES) or name.endswith(_VIEW_WORDS)
        for name in context.interpreter.classes.externals(ref)
    )


def _is_model_form(context: Context, ref: ClassRef) -> bool:
    names = context.interpreter.classes.externals(ref)
    return any(name.endswith((".ModelForm", ".ModelSerializer", ".UserCreationForm")) for name in names)


def _form_model(context: Context, ref: ClassRef) -> Type | None:
    """An instance of the model that ``Meta`` of a model form or serializer names."""
    found = context.interpreter.classes.member(ref, "Meta")
    if found is None or found[1][-1].form != "class":
        return None
    typ = context.member(ClassRef(found[0].module, found[1][-1]), "model", None)
    model = force(typ) if typ is not None else None
    return ModelInstance(model.model) if isinstance(model, ModelClass) else None


def attribute(context: Context, ref: ClassRef, name: str) -> Type | None:
    """An attribute that a view or form has without defining it; None where the class is neither, or it is unknown."""
    if name in ("save", "instance") and _is_model_form(context, ref):
        return BoundMethod(Class(ref), name) if name == "save" else _form_model(context, ref)
    if name == "request" and (_is_view(context, ref) or ref.definition.name.endswith(("View", "Mixin", "ViewSet"))):
        return Scalar("django.http.HttpRequest")
    if not _is_view(context, ref):
        return None
    if name == "kwargs":
        return Dict(STR, UNKNOWN)
    if name == "object":
        return _object(context, ref)
    if name in ("get_object", "get_queryset", "get_serializer"):
        return BoundMethod(Class(ref), name)
    if name == "object_list":
        return _queryset(context, ref)
    return None


#: What decorators and middleware call the view that they are given.
_VIEWS = frozenset({"view", "view_func", "view_function", "view_fn", "view_method", "viewfunc", "get_response"})


def response_of(made: Call, callee: Unknown) -> Type | None:
    """What a view that was passed in gives for a request; None where what is called is none."""
    given = made.typ(0)
    is_view = bool(callee.params) and all(n.rpartition("(")[2].rstrip(")") in _VIEWS for n in callee.params)
    if not is_view or not isinstance(given, Scalar) or given.type != "django.http.HttpRequest":
        return None
    return Scalar("django.http.HttpResponse")


def is_given_by_urls(context: Context, ref: ClassRef, name: str) -> bool:
    """Whether an attribute of a view may be what some ``as_view()`` is passed in the place of what its class says."""
    named = context.interpreter.memo.ask("arguments of as_view", lambda: _as_view_arguments(context), frozenset())
    return name in named and _is_view(context, ref)


def _as_view_arguments(context: Context) -> frozenset[str]:
    calls = context.interpreter.codebase.findall(_AS_VIEW, "as_view(")
    arguments = [passed for _, found in calls for (passed,) in found if b"=" in passed]
    return frozenset(n.decode() for passed in arguments for n in _ARGUMENT.findall(passed))


def method(context: Context, ref: ClassRef, name: str) -> Type | None:
    """The same for what ``super()`` finds."""
    if name in _RESPONDING and _is_django_view(context, ref):
        return BoundMethod(Class(ref), name)
    if name == "to_representation" and serializers.is_serializer(context, ref):
        return BoundMethod(Class(ref), name)
    if name in ("get_object", "get_queryset") and _is_view(context, ref):
        return BoundMethod(Class(ref), name)
    if name == "save" and _is_model_form(context, ref):
        return BoundMethod(Class(ref), name)
    return None


def call(context: Context, ref: ClassRef, name: str, arguments: Arguments) -> Type | None:
    """The result of a method of a view that the project does not define."""
    if name in _RESPONDING and _is_django_view(context, ref):
        return Scalar("django.http.HttpResponse")
    if name == "get_object":
        return _object(context, ref)
    if name == "to_representation" and serializers.is_serializer(context, ref):
        return serializers.row_of(context, ref, by_framework=True)
    if name == "get_serializer":
        chosen = force(context.member(ref, "serializer_class", None) or UNKNOWN)
        is_known = isinstance(chosen, Class) and serializers.is_serializer(context, chosen.ref)
        return (
            serializers.instance(context, chosen.ref, arguments) if is_known and isinstance(chosen, Class) else UNKNOWN
        )
    if name == "get_queryset":
        return _queryset(context, ref)
    if name == "save" and _is_model_form(context, ref):
        return _form_model(context, ref)
    return None


def _queryset(context: Context, ref: ClassRef) -> Type:
    found = context.member(ref, "queryset", None)
    if found is not None:
        types = [m for m in members(found) if isinstance(m, QuerySet | Manager)]
        if types:
            return join_all(QuerySet(m.model, m.row) if isinstance(m, QuerySet) else _all(m) for m in types)
    model = context.member(ref, "model", None)
    typ = force(model) if model is not None else UNKNOWN
    return QuerySet(typ.model, ModelInstance(typ.model)) if isinstance(typ, ModelClass) else UNKNOWN


def _all(manager: Manager) -> Type:
    return QuerySet(manager.model, ModelInstance(manager.model)) if manager.model else UNKNOWN


def _object(context: Context, ref: ClassRef) -> Type:
    own = context.member(ref, "get_queryset", None)
    queryset: Type = UNKNOWN
    if own is not None:
        if isinstance(own, Function):
            queryset = context.call(Function(own.ref, Instance(ref)), Arguments())
    if isinstance(force(queryset), Unknown):
        queryset = _queryset(context, ref)
    rows = [m.row for m in members(queryset) if isinstance(m, QuerySet)]
    return join_all(rows) if rows else UNKNOWN
