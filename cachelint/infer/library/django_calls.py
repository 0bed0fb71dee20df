"""Functions and classes of Django and its usual companions."""

from __future__ import annotations

from cachelint.django import expressions
from cachelint.django.fields import FIELD_TYPES
from cachelint.django.orm import SOME_MODEL
from cachelint.infer import strings
from cachelint.infer.library.call import Call, Result
from cachelint.types.base import NEVER, NONE, UNKNOWN, Lazy, Scalar, Type, Unknown, force
from cachelint.types.code import Class, ExternalSymbol, Partial
from cachelint.types.containers import Coroutine, Dict, Generator, List, Tuple
from cachelint.types.django import Expression, Manager, ModelClass, ModelInstance, ModelType, QuerySet
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import DIGEST, STR, Str, constant, literal


def _fixed(typ: Type) -> Result:
    return lambda made: typ


def _row(made: Call) -> Type:
    found: list[Type] = []
    for member in members(made.typ(0)):
        if isinstance(member, ModelClass):
            found.append(ModelInstance(member.model))
        elif isinstance(member, Manager):
            found.append(ModelInstance(member.model) if member.model else UNKNOWN)
        elif isinstance(member, QuerySet):
            found.append(member.row)
        elif isinstance(member, ExternalSymbol):
            found.append(ModelInstance(ModelType(member.name, certain=False)))
        else:
            # Whatever it is asked for: it gives an instance, or raises.
            found.append(ModelInstance(SOME_MODEL))
    return join_all(found)


def _queryset_of(made: Call) -> Type:
    """``_get_queryset(klass)``: the rows of whatever is passed, a model, manager or QuerySet."""
    found: list[Type] = []
    for member in members(made.typ(0)):
        match member:
            case ModelClass(model=model):
                found.append(QuerySet(model, ModelInstance(model)))
            case Manager(model=model) if model is not None:
                found.append(QuerySet(model, ModelInstance(model)))
            case QuerySet():
                found.append(member)
            case _:
                found.append(QuerySet(None, ModelInstance(SOME_MODEL)))
    return join_all(found)


def _same_text(made: Call) -> Type:
    """What keeps the words of a text: they stay what a key can be known by."""
    given = members(made.typ(0))
    texts = [Str(m.parts, versions=m.versions, params=m.params) for m in given if isinstance(m, Str)]
    return join_all(texts) if texts and len(texts) == len(given) else STR


def _fragment_key(made: Call) -> Type:
    """The key of a fragment of a template: its name, and a digest of what it varies on."""
    pieces = [(literal("template.cache."), ""), (made.typ(0, "fragment_name"), made.source(0)), (literal("."), "")]
    return strings.concat([*pieces, (DIGEST, "digest")], made.context.function)


def _user_model(made: Call) -> Type:
    return ModelClass(made.context.interpreter.models.user_model())


def _get_model(made: Call) -> Type:
    first, second = made.arguments.constant(0, "app_label"), made.arguments.constant(1, "model_name")
    if not isinstance(first, str):
        return UNKNOWN
    label = f"{first}.{second}" if isinstance(second, str) else first
    found = made.context.interpreter.models.by_label(label)
    return ModelClass(found) if found is not None else UNKNOWN


def _expression(name: str) -> Result:
    return lambda made: Expression(name, made.arguments.positional, tuple(made.arguments.keywords.items()))


def _get_user(made: Call) -> Type:
    return ModelInstance(made.context.interpreter.models.user_model())


def _manager(made: Call) -> Type:
    queryset = next((k.ref for k in map(force, made.arguments.positional) if isinstance(k, Class)), None)
    return Manager(None, None, queryset)


def _from_queryset(made: Call) -> Type:
    return Partial(ExternalSymbol("django.db.models.Manager"), made.arguments.positional)


def _streaming(made: Call) -> Type:
    if any(isinstance(member, Generator) for member in members(made.typ(0, "streaming_content"))):
        return Scalar("streaming generator response")
    return Scalar("django.http.StreamingHttpResponse")


def _lazy_object(made: Call) -> Type:
    """A lazy object behaves, and is pickled, as what its function makes."""
    function = made.typ(0)
    return Lazy(lambda: made.apply(function))


def _model_to_dict(made: Call) -> Type:
    """The editable fields of an instance; a many-to-many field gives a list of instances."""
    models = made.context.interpreter.models
    wanted, unwanted = _field_names(made, 1, "fields"), _field_names(made, 2, "exclude")
    found: list[Type] = []
    for member in members(made.typ(0, "instance")):
        if not isinstance(member, ModelInstance) or wanted is NOT_SEEN or unwanted is NOT_SEEN:
            found.append(Dict(STR, UNKNOWN))
            continue
        entries = [
            (name, List(ModelInstance(field.related)) if field.many and field.related else models.value_type(field))
            for name, field in models.fields(member.model).items()
            if field.editable and (not wanted or name in wanted) and not (unwanted and name in unwanted)
        ]
        found.append(Dict(NEVER, NEVER, tuple(entries)))
    return join_all(found)


#: The names of an argument that is passed, but not known.
NOT_SEEN: frozenset[str] = frozenset({"?"})


def _field_names(made: Call, index: int, name: str) -> frozenset[str]:
    typ = made.typ(index, name)
    if made.arguments.get(index, name) is None:
        return frozenset()
    if isinstance(typ, List | Tuple) and typ.items is not None:
        names = [constant(item) for item in typ.items]
        if all(isinstance(n, str) for n in names):
            return frozenset(str(n) for n in names)
    return NOT_SEEN


def _env(made: Call) -> Type:
    """``env("NAME", default=…)`` and its kin: what the code gives where the environment says nothing."""
    default = made.arguments.get(1, "default")
    return join(Unknown(), default) if default is not None else UNKNOWN


def _prefixed(prefixes: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{prefix}.{name}" for prefix in prefixes for name in names)


_HTTP = ("django.http", "django.http.response")

CALLS: dict[str, Result] = {
    "django.core.cache.utils.make_template_fragment_key": _fragment_key,
    "django.shortcuts._get_queryset": _queryset_of,
    **dict.fromkeys(("django.shortcuts.get_object_or_404", "rest_framework.generics.get_object_or_404"), _row),
    **dict.fromkeys(("django.utils.text.slugify", "django.template.defaultfilters.slugify",
                     *(f"django.utils.encoding.{n}" for n in ("force_str", "smart_str", "force_text", "smart_text",
                                                              "iri_to_uri"))), _same_text),
    "django.shortcuts.get_list_or_404": lambda made: List(_row(made)),
    "django.shortcuts.aget_object_or_404": lambda made: Coroutine(_row(made)),
    "django.shortcuts.aget_list_or_404": lambda made: Coroutine(List(_row(made))),
    **dict.fromkeys(_prefixed(_HTTP, ("StreamingHttpResponse",)), _streaming),
    "django.contrib.auth.get_user_model": _user_model,
    **dict.fromkeys(("django.contrib.auth.get_user",), _get_user),
    "django.contrib.auth.authenticate": lambda made: join(_get_user(made), NONE),
    "django.apps.apps.get_model": _get_model,
    **dict.fromkeys(("django.utils.functional.SimpleLazyObject", "django.utils.functional.lazy"), _lazy_object),
    "django.forms.models.model_to_dict": _model_to_dict,
    "django.forms.model_to_dict": _model_to_dict,
    "django.db.models.Manager": _manager,
    "django.db.models.manager.Manager": _manager,
    "django.db.models.Manager.from_queryset": _from_queryset,
    "django.db.models.manager.Manager.from_queryset": _from_queryset,
    "django.db.models.manager.BaseManager.from_queryset": _from_queryset,
    "django.contrib.auth.models.UserManager": _manager,
    **{name: _expression(name.rpartition(".")[2]) for name in _prefixed(
        ("django.db.models", "django.db.models.aggregates", "django.db.models.functions", "django.db.models.expressions",
         "django.contrib.postgres.aggregates"), expressions.NAMES)},
    **{name: _fixed(ExternalSymbol(name)) for name in _prefixed(("django.db.models",), tuple(FIELD_TYPES))},
    "decouple.config": _env,
}  # fmt: skip


def by_ending(made: Call, name: str) -> Type | None:
    """Classes of third-party packages that are named by Django's conventions; None where nothing can be said."""
    last = name.rpartition(".")[2].lower()
    if last.endswith("key") and ("cache" in last or last.startswith("make")):
        # A helper for cache keys keeps the words of the key that it is given.
        given = [m for m in members(made.typ(0)) if isinstance(m, Str) and m.parts and m.literal is None]
        if given and len(given) == len(members(made.typ(0))):
            return strings.concat([(STR, last), (made.typ(0), "")])
    return None
