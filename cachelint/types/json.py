"""What a JSON round trip does to a value of each type."""

from __future__ import annotations

import enum

from cachelint.frozen import dataclass
from cachelint.types.base import Scalar, Type, Unknown
from cachelint.types.cache import Pickled
from cachelint.types.code import (
    Class,
    Closure,
    EnumMember,
    Function,
    Instance,
    LocalClass,
    LocalInstance,
    Partial,
    Transferred,
)
from cachelint.types.containers import Coroutine, Dict, DictView, Generator, Iterator, Set, Tuple
from cachelint.types.display import article, short
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.pickle import PICKLE_REFUSES, pickle_refusal
from cachelint.types.strings import Str

#: Types that a JSON round trip keeps as they are.
_JSON_KEEPS = frozenset({"int", "float", "bool", "None", "str"})

#: Types that ``json.dumps`` refuses.
JSON_REFUSES = frozenset(
    {
        "bytes", "bytearray", "memoryview", "complex", "range", "slice", "ellipsis", "type",
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.tzinfo",
        "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "collections.deque", "pathlib.Path", "re.Pattern",
        "zoneinfo.ZoneInfo", "lazy string", "django.db.models.Q", "django.core.paginator.Page",
        "django.core.paginator.Paginator", "django.db.models.fields.files.FieldFile",
        "django.core.files.File", "django.http.HttpResponse", "django.http.JsonResponse",
        "django.http.StreamingHttpResponse", "django.http.FileResponse", "rest_framework.response.Response",
        "django.forms.Form", "requests.Response", "exception", "object", "io.BytesIO", "io.StringIO",
        "packaging.version.Version", "django.utils.functional.SimpleLazyObject", "django.contrib.gis.geos.GEOSGeometry",
        "django.template.response.TemplateResponse",
    }
)  # fmt: skip

#: Of these, what Django's encoder writes as text: it comes back as a `str`. As the keys of a dict it refuses them too.
WRITTEN_AS_TEXT = frozenset(
    {
        "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "decimal.Decimal", "uuid.UUID",
        "lazy string",
    }
)  # fmt: skip


class Json(enum.Enum):
    """What a JSON round trip does to one value, leaving apart what it holds."""

    KEEPS = enum.auto()
    CHANGES = enum.auto()
    REFUSES = enum.auto()
    UNKNOWN = enum.auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and in words what is lost or refused."""

    json: Json
    what: str = ""


_KEEPS = Verdict(Json.KEEPS)
_UNKNOWN = Verdict(Json.UNKNOWN)


def json_verdict(typ: Type) -> Verdict:
    """What a JSON round trip does to a value of this type (a union is to be taken apart first)."""
    match typ:
        case Scalar(type=name):
            if name in _JSON_KEEPS:
                return _KEEPS
            if name in JSON_REFUSES or name in PICKLE_REFUSES:
                if name in ("bytes", "bytearray"):
                    return _refuses(f"`{name}`")
                return _refuses(article(f"`{short(name)}`") if " " not in name else article(name))
            if name == "QueryDict":
                return Verdict(Json.CHANGES, "a `QueryDict` keeps only the last value of each key")
            return _UNKNOWN
        case Str(markup=True):
            return Verdict(Json.CHANGES, "a `SafeString` comes back as a plain `str` (which templates escape again)")
        case Str():
            return _KEEPS
        case Set(frozen=frozen):
            return _refuses("a `frozenset`" if frozen else "a `set`")
        case Tuple(name=name):
            if name:
                return Verdict(Json.CHANGES, f"a named tuple (`{short(name)}`) comes back as a list")
            return Verdict(Json.CHANGES, "a tuple comes back as a list")
        case Dict():
            return _dict_verdict(typ)
        case EnumMember(name=name, base=base):
            if base:
                return Verdict(Json.CHANGES, f"a member of `{short(name)}` comes back as a plain `{base}`")
            return _refuses(f"a member of the enum `{short(name)}`")
        case Instance(ref=ref, builtin="tuple" | "str" | "int" | "float" as builtin):
            plain = "list" if builtin == "tuple" else builtin
            return Verdict(Json.CHANGES, f"{article(f'`{ref.definition.name}`')} comes back as a plain `{plain}`")
        case Instance(builtin="list" | "dict" | "OrderedDict" | "defaultdict" | "Counter"):
            return _UNKNOWN
        case Instance(ref=ref):
            return _refuses(f"an instance of the project class `{ref.definition.name}`")
        case Class(ref=ref):
            return _refuses(f"the class `{ref.definition.name}`")
        case ModelClass(model=model):
            return _refuses(f"the class `{model.short_name}`")
        case Function(opaque=True):
            return _UNKNOWN
        case Function() | Partial() | Transferred():
            return _refuses("a function")
        case Iterator(type=name):
            return _refuses(article(f"`{name}` object"))
        case Pickled(maker=maker):
            return _refuses(f"`bytes` made by `{maker}`")
        case ModelInstance() | QuerySet() | Manager():
            return _refuses("a model instance or QuerySet")
        case Generator() | Coroutine() | DictView() | Closure() | LocalClass() | LocalInstance():
            return _refuses(pickle_refusal(typ) or "")
        case _:
            return _UNKNOWN if not hasattr(typ, "element") else _KEEPS


def _refuses(what: str) -> Verdict:
    return Verdict(Json.REFUSES, what)


def _dict_verdict(typ: Dict) -> Verdict:
    changed = ""
    constants = {type(key).__name__: key for key, _ in typ.entries}
    for name, key in constants.items():
        if name == "tuple":
            return _refuses("a dict with tuple keys")
        if name == "bytes":
            return _refuses("a dict with bytes keys")
        if name != "str":
            changed = changed or f"the key {key!r} comes back as the string {str_key(key)!r}"
    for found in members(typ.key):
        member = found.annotated if isinstance(found, Unknown) and found.annotated is not None else found
        match member:
            case Tuple():
                return _refuses("a dict with tuple keys")
            case ModelInstance() | Instance() | Pickled() | Class() | ModelClass():
                return _refuses("a dict whose keys are objects")
            case Scalar(type=name) if name in JSON_REFUSES:
                return _refuses(f"a dict with `{short(name)}` keys")
            case EnumMember(base=""):
                return _refuses("a dict whose keys are enum members")
            case Scalar(type=name) if name in _JSON_KEEPS:
                changed = changed or f"the dict's `{name}` keys come back as strings"
            case EnumMember(base=base):
                changed = changed or f"the dict's keys come back as plain `{base}`, not as enum members"
    return Verdict(Json.CHANGES, changed) if changed else _KEEPS


def str_key(key: object) -> str:
    """A dict key that is no str, as JSON writes it."""
    return {True: "true", False: "false", None: "null"}[key] if key is None or isinstance(key, bool) else str(key)
