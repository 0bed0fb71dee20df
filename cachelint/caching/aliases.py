"""The caches that the settings configure: what is in force where a call says nothing."""

from __future__ import annotations

import enum
import re
from dataclasses import replace

import libcst as cst

from cachelint.django.settings import named_settings, names_settings, say_nothing, served_settings
from cachelint.frozen import dataclass
from cachelint.infer.interpreter import Interpreter
from cachelint.project.files import is_test
from cachelint.project.symbols import ClassRef, ValueRef
from cachelint.types.base import NO_VALUE, NONE, UNKNOWN, Type, Unknown, force
from cachelint.types.containers import Dict
from cachelint.types.join import members
from cachelint.types.strings import constant

#: Seconds that Django keeps an entry where nothing says otherwise (``BaseCache``).
DJANGO_TIMEOUT = 300


@dataclass(frozen=True, slots=True)
class Alias:
    """One entry of ``CACHES``.

    ``timeout`` are the seconds in force (None: entries never expire), meaningful only where ``known``.
    ``configured`` is true where the settings say it, false where it is Django's own default.
    """

    name: str
    timeout: int | float | None = DJANGO_TIMEOUT
    known: bool = True
    configured: bool = False
    has_version: bool = False
    #: Whether the settings of the project were found at all.
    has_settings: bool = False
    #: A backend that may refuse or change values; empty where it is one of Django's, or does as they do.
    strange_backend: str = ""
    #: Where settings modules differ: the timeout that each says, by its path.
    by_module: tuple[tuple[str, int | float | None], ...] = ()
    #: The settings module of these that the project is served with; empty where that is not said.
    served_with: str = ""


def alias(interpreter: Interpreter, name: str | None) -> Alias:
    """What the settings say of a cache; ``name`` None for a computed alias."""
    return interpreter.memo.ask(("cache", name), lambda: _alias(interpreter, name), Alias(name or "", known=False))


def _alias(interpreter: Interpreter, name: str | None) -> Alias:
    label = name or ""
    if not interpreter.settings_modules:
        return Alias(label, known=name is not None)
    if say_nothing(interpreter.settings_modules):
        return Alias(label, known=name is not None)
    if _changed_later(interpreter, label):
        strange = "?" if any(m.findall(_BACKEND_CHANGED) for m in interpreter.codebase.containing("CACHES")) else ""
        found = _configured(interpreter, name, label)
        return replace(found, known=False, has_settings=True, strange_backend=strange or found.strange_backend)
    if _overridden_elsewhere(interpreter):
        return replace(_configured(interpreter, name, label), known=False, has_settings=True)
    return _configured(interpreter, name, label)


def _configured(interpreter: Interpreter, name: str | None, label: str) -> Alias:
    """What ``CACHES`` says where it is made."""
    codebase = interpreter.codebase
    configured = interpreter.setting("CACHES")
    if isinstance(configured, Unknown):
        referring = codebase.containing("CACHES")
        found = [m for m in interpreter.settings_modules if m in referring]
        # A package's own fragment of settings says nothing of the projects that use it.
        return Alias(
            label,
            known=not found and name is not None,
            has_settings=bool(found) or names_settings(codebase),
        )
    if name is None or any(not isinstance(m, Dict) for m in members(configured)):
        return Alias(label, known=False, has_settings=True)
    if any(codebase.resolve(module, "CACHES") is None for module in named_settings(codebase)):
        # Settings that the code runs with leave it to Django.
        return Alias(label, known=False, has_settings=True)
    entries = [dict(m.entries).get(name) for m in members(configured) if isinstance(m, Dict)]
    open_ended = any(members(m.value) for m in members(configured) if isinstance(m, Dict))
    options = [m for entry in entries if entry is not None for m in members(entry)]
    if not options:
        return Alias(label, known=not open_ended, has_settings=True)
    if any(not isinstance(option, Dict) for option in options):
        return Alias(label, known=False, has_settings=True)
    read = _read(interpreter, label, [option for option in options if isinstance(option, Dict)])
    if read.known or len(interpreter.settings_modules) < 2:
        return read
    told = _by_module(interpreter, label)
    served = next((m.path for m in served_settings(codebase) if m.path in dict(told)), "")
    return replace(read, by_module=told, served_with=served)


def _by_module(interpreter: Interpreter, label: str) -> tuple[tuple[str, int | float | None], ...]:
    """The timeout that each settings module says; nothing where one of them can't be told."""
    told: list[tuple[str, int | float | None]] = []
    for module in interpreter.settings_modules:
        symbol = interpreter.codebase.resolve(module, "CACHES")
        if not isinstance(symbol, ValueRef):
            continue
        entries = [
            force(dict(m.entries).get(label, UNKNOWN))
            for m in members(interpreter.value(symbol))
            if isinstance(m, Dict)
        ]
        dicts = [entry for entry in entries if isinstance(entry, Dict)]
        alone = _read(interpreter, label, dicts) if dicts and len(dicts) == len(entries) else None
        if alone is None or not alone.known:
            return ()
        told.append((module.path, alone.timeout))
    return tuple(told) if len({timeout for _, timeout in told}) > 1 else ()


def store_of(interpreter: Interpreter, name: str) -> tuple[object, ...] | None:
    """What tells the entries of a cache from those of others; None where the settings don't say that in constants.

    Two aliases may lead to the same server, under the same prefix.
    """
    return interpreter.memo.ask(("store", name), lambda: _store_of(interpreter, name), None)


def _store_of(interpreter: Interpreter, name: str) -> tuple[object, ...] | None:
    configured = interpreter.setting("CACHES")
    dicts = [m for m in members(configured) if isinstance(m, Dict)]
    if len(dicts) == 1 and not members(dicts[0].value) and name not in dict(dicts[0].entries):
        return (name,)  # There is no such cache: nothing is shared with it.
    entries = [force(dict(m.entries).get(name, UNKNOWN)) for m in dicts]
    if len(entries) != 1 or not isinstance(entries[0], Dict):
        return None
    given = dict(entries[0].entries)
    told = tuple(constant(force(given.get(word, NONE))) for word in ("BACKEND", "LOCATION", "KEY_PREFIX", "VERSION"))
    return None if NO_VALUE in told or told[0] is None else told


def _overridden_elsewhere(interpreter: Interpreter) -> bool:
    """Whether a settings module takes in all names of a module that is not in the project: a local override."""
    return any(
        interpreter.codebase.module(module.absolute(star), module) is None
        for module in interpreter.settings_modules
        for star in module.outline.scope.stars
    )


# Both begin with a word, which makes the search fast; that it is no part of another is looked at behind it.
_STORED = re.compile(
    rb"CACHES(?<!\wCACHES)\s*\[\s*(?:['\"](\w+)['\"])?[^\]\n]*\](?:\s*\[[^\]\n]*\])*\s*"
    rb"(?:=(?!=)|\.\s*(?:update|setdefault|pop)\()"
)
#: The whole of an entry, or its backend, is given another value.
_BACKEND_CHANGED = re.compile(rb"CACHES\s*\[[^\]\n]*\]\s*(?:\[\s*['\"]BACKEND['\"]\s*\]\s*)?=(?!=)")
_UPDATED = re.compile(rb"CACHES(?<!\wCACHES)\s*\.\s*(?:update|setdefault|pop|clear)\(")

# Any other use than an assignment of it or of a part, or an import: what has it may change it.
_USED = re.compile(
    rb"^(?![ \t]*(?:#|from\b|import\b))[^\n#'\"]*?\bCACHES\b"
    rb"(?![ \t]*(?::[^=\n]*|(?:\[[^\]\n]*\]\s*)+)?(?:=(?!=)|\.\s*(?:update|setdefault|pop)\())[^\n]*$",
    re.MULTILINE,
)
#: What may give any setting another value.
_ANYTHING = re.compile(
    rb"(?:globals|vars|locals)\(\)|\bexec\(|\bsetattr\(|\b(?:from|import)\s+(?:split_settings|dynaconf|configurations)\b"
)


#: What gives a cache another timeout than the settings do.
_DEFAULT = re.compile(rb"\.default_timeout\s*=(?!=)|\bsetattr\([^)]*['\"]default_timeout['\"]")
_OVERRIDDEN = re.compile(rb"\boverride_settings\([^)]*\bCACHES\b")


def _changed_later(interpreter: Interpreter, name: str) -> bool:
    """Whether a module changes an entry of ``CACHES`` after it was made."""
    if any(module.findall(_ANYTHING) for module in interpreter.settings_modules):
        return True
    if any(not is_test(module.path) for module in interpreter.codebase.search(_DEFAULT, "default_timeout")):
        return True
    if any(not is_test(module.path) for module in interpreter.codebase.search(_OVERRIDDEN, "override_settings")):
        return True
    for module in interpreter.codebase.containing("CACHES"):
        if is_test(module.path) and module not in interpreter.settings_modules:
            continue
        if module.findall(_UPDATED):
            return True
        if module in interpreter.settings_modules and module.findall(_USED):
            return True
        if any(entry in (b"", name.encode()) for (entry,) in module.findall(_STORED)):
            return True
    return False


#: Backends that read ``TIMEOUT`` as Django's own do; others may do as they like.
_KNOWN_BACKENDS = ("django.core.cache.", "django_redis.", "django_valkey.", "redis_cache.", "django_bmemcached.")


#: What a backend defines to change how long entries live.
_OF_TIMEOUTS = frozenset(
    {"__init__", "get_backend_timeout", "default_timeout", "set", "add", "touch", "set_many", "get_or_set", "_set"}
)
#: What it defines to change what is stored or read.
_OF_VALUES = frozenset(
    {"__init__", "set", "add", "get", "get_many", "set_many", "get_or_set", "_set", "pickle_protocol"}
    | {"_cache", "_class", "client", "get_client", "encode", "decode"}
)


def _differs(interpreter: Interpreter, backend: object, members_of: frozenset[str]) -> bool:
    """Whether a backend may do something in another way than Django's: one of the project's own that defines it."""
    if not isinstance(backend, str):
        return True
    if backend.startswith(_KNOWN_BACKENDS):
        return False
    home, _, name = backend.rpartition(".")
    module = interpreter.codebase.module(home)
    symbol = interpreter.codebase.resolve(module, name) if module is not None else None
    if not isinstance(symbol, ClassRef):
        return True
    classes = interpreter.classes
    outside = [base for base in classes.externals(symbol) if not base.startswith(("builtins.", "typing.", "abc."))]
    if not outside or not all(base.startswith(_KNOWN_BACKENDS) for base in outside):
        return True
    return any(classes.member(symbol, member) is not None for member in members_of)


def _read(interpreter: Interpreter, label: str, options: list[Dict]) -> Alias:
    timeouts: set[object] = set()
    configured = False
    known = True
    has_version = False
    strange = ""
    for option in options:
        entries = dict(option.entries)
        backends = [constant(m) for m in members(entries["BACKEND"])] if "BACKEND" in entries else []
        strange = strange or next(
            (str(b) if isinstance(b, str) else "?" for b in backends if _differs(interpreter, b, _OF_VALUES)), ""
        )
        has_version = has_version or "VERSION" in entries
        given = entries.get("timeout", entries.get("TIMEOUT"))
        if given is None:
            known = known and not members(option.value)
            timeouts.add(DJANGO_TIMEOUT)
            # Whatever the environment chooses: all of them begin with Django's own default.
            known = known and not any(isinstance(b, str) and _differs(interpreter, b, _OF_TIMEOUTS) for b in backends)
            continue
        known = known and not any(_differs(interpreter, b, _OF_TIMEOUTS) for b in backends)
        configured = True
        known = known and not _is_replaced(option)
        for member in members(given):
            value = _seconds(member)
            known = known and value is not NO_VALUE
            timeouts.add(value)
    if len(timeouts) != 1:
        return Alias(label, known=False, has_version=has_version, has_settings=True, strange_backend=strange)
    timeout = timeouts.pop()
    if not (timeout is None or isinstance(timeout, int | float)):
        return Alias(label, known=False, has_version=has_version, has_settings=True)
    return Alias(label, timeout, known, configured, has_version, True, strange)


def _is_replaced(option: Dict) -> bool:
    """Whether something that is not known is put in after ``TIMEOUT``: ``{"TIMEOUT": 60, **cache_url()}``."""
    node = option.origin.node if option.origin is not None else None
    if not isinstance(node, cst.Dict) or not any(isinstance(m, Unknown) for m in members(option.value)):
        return False
    spreads = [isinstance(element, cst.StarredDictElement) for element in node.elements]
    positions = [
        index
        for index, element in enumerate(node.elements)
        if isinstance(element, cst.DictElement)
        and isinstance(element.key, cst.SimpleString)
        and str(element.key.evaluated_value).upper() == "TIMEOUT"
    ]
    return not positions or any(spreads[positions[-1] :])


def _seconds(typ: Type) -> object:
    """``TIMEOUT`` as Django reads it: what ``int()`` refuses silently becomes 300."""
    value = constant(force(typ))
    if value is NO_VALUE or value is None:
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        return DJANGO_TIMEOUT


def backends_of(interpreter: Interpreter, name: str | None) -> tuple[str, ...]:
    """The backends that the settings give a cache, each once; none where one of them is not known.

    Of a backend that the environment chooses, the default that stands in the settings is one.
    """
    if name is None or not interpreter.settings_modules or say_nothing(interpreter.settings_modules):
        return ()
    found: dict[str, None] = {}
    for member in members(interpreter.setting("CACHES")):
        option = force(dict(member.entries).get(name, UNKNOWN)) if isinstance(member, Dict) else UNKNOWN
        for entry in members(option):
            backend = dict(entry.entries).get("BACKEND") if isinstance(entry, Dict) else None
            if backend is None:
                return ()
            for each in members(backend):
                value = constant(each)
                if not isinstance(value, str):
                    return ()
                found.setdefault(value)
    return tuple(found)


class JsonSerializer(enum.Enum):
    """Serializers that store JSON, by what they do with values that JSON has no form for."""

    #: ``json.dumps`` as it is.
    PLAIN = enum.auto()
    #: Django's encoder, which writes dates, Decimals, UUIDs and lazy strings as text.
    DJANGO = enum.auto()
    #: One of the project or of another package: nobody here knows what it encodes.
    OTHER = enum.auto()


_JSON_SERIALIZERS = {
    "django.core.signing.JSONSerializer": JsonSerializer.PLAIN,
    "django_redis.serializers.json.JSONSerializer": JsonSerializer.DJANGO,
    "django_valkey.serializers.json.JSONSerializer": JsonSerializer.DJANGO,
}


def json_serializer(interpreter: Interpreter, name: str | None) -> JsonSerializer | None:
    """The serializer by which some settings module lets a cache store JSON; None where none does."""
    if name is None:
        return None

    def work_out() -> JsonSerializer | None:
        for member in members(interpreter.setting("CACHES")):
            option = force(dict(member.entries).get(name, UNKNOWN)) if isinstance(member, Dict) else UNKNOWN
            for entry in members(option):
                options = force(dict(entry.entries).get("OPTIONS", UNKNOWN)) if isinstance(entry, Dict) else UNKNOWN
                for each in members(options):
                    given = dict(each.entries) if isinstance(each, Dict) else {}
                    for word in ("SERIALIZER", "serializer"):
                        value = constant(force(given.get(word, NONE)))
                        if isinstance(value, str) and "json" in value.lower():
                            return _JSON_SERIALIZERS.get(value, JsonSerializer.OTHER)
        return None

    return interpreter.memo.ask(("json serializer", name), work_out, None)
