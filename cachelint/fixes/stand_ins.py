"""What is put in the place of the cache, or of what a value is made with: by tests, helpers and callers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from cachelint.caching.aliases import alias
from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.fixes.obligations import NOTHING_STANDS_IN, Proof
from cachelint.fixes.surroundings import argument_of
from cachelint.frozen import dataclass
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.module import Module
from cachelint.project.parsed import ParsedDefinition
from cachelint.types.django import ModelType

#: ``patch("shop.views.cache")``, ``patch.object(views, "cache")``, ``monkeypatch.setattr(views, "cache", fake)``.
_PATCH = re.compile(
    rb"\b(?:patch(?:\.object)?|setattr)\(\s*(?:(?P<object>[\w.]+)\s*,\s*)?['\"](?P<name>[\w.]+)['\"]\s*(?P<more>,?)"
)
#: ``views.cache = fake``, also as one of several targets.
_ASSIGNED = re.compile(rb"(?<![\w.])(?P<object>\w+)\.(?P<name>\w+)(?:\s*,[^=\n]*)?\s*=(?!=)")
#: What asks how a stand-in was called, or takes not any call.
_PICKY = re.compile(
    rb"\.assert_(?:(?:called|awaited)_(?:once_)?with|any_(?:call|await)|has_(?:calls|awaits))"
    rb"|\.(?:call|await)_args|\.(?:mock|method)_calls|\bside_effect\b|\bautospec\b|\bspec(?:_set)?="
)
_MANAGERS = frozenset({"objects", "_default_manager"})
#: What the objects of any project derive from: a patch of them is one of all.
_BASES = frozenset({"cache", "QuerySet", "Manager", "BaseManager", "Model", "BaseCache", "LocMemCache", "RedisCache"})
_BASE_CHANGED = re.compile(
    rb"\b(?P<object>QuerySet|Manager|BaseManager|Model|BaseCache|LocMemCache|RedisCache)\.(?P<name>\w+)\s*=(?!=)"
)
#: What gives a cache another timeout than its settings do, in a way of its own.
_TIMEOUTS = re.compile(
    rb"\bvars\([^)\n]*cache|\.get_backend_timeout\s*=(?!=)|=\s*(?:\w+\.)*settings\.CACHES\b|\bsetattr\([^)\n]*timeout"
)
_SELF = frozenset({"self", "cls"})


@dataclass(frozen=True)
class _StandIn:
    """A place where ``owner.name`` is replaced; ``own`` is true where an object of the project's own is put there."""

    where: str
    owner: str
    name: str
    own: bool
    picky: bool


def account(facts: Facts, sites: Sequence[CacheCall], proof: Proof) -> None:
    """What is not shown of some calls: that nothing stands in for their cache, or for what they store."""
    mocked = facts.keys.mocked
    if mocked:
        proof.doubt(NOTHING_STANDS_IN, f"{mocked} replaces the cache with an object that may return anything")
    proof.doubt(NOTHING_STANDS_IN, stand_in(facts, sites))
    proof.doubt(NOTHING_STANDS_IN, caches_changed(facts))
    for site in sites:
        proof.doubt(NOTHING_STANDS_IN, other_cache(facts, site))
        proof.doubt(NOTHING_STANDS_IN, strange_backend(facts, site))


def stand_in(facts: Facts, sites: Iterable[CacheCall]) -> str:
    """Where something is put in the place of what the functions around some calls use; empty if nowhere."""
    found = next(_found(facts, sites), None)
    return _reason(found) if found is not None else ""


def picky_stand_in(facts: Facts, sites: Iterable[CacheCall]) -> str:
    """The same for what may not take another argument, or asks how it was called; empty if nowhere."""
    found = next((each for each in _found(facts, sites) if each.own or each.picky), None)
    if found is None:
        return ""
    return f"{_reason(found)}, which may not accept `timeout`"


def _reason(found: _StandIn) -> str:
    return f"{found.where} puts something else in the place of `{found.owner}.{found.name}`"


def other_cache(facts: Facts, site: CacheCall) -> str:
    """Who may give the function around a call another cache than the one that is known; empty if nobody does."""
    node, function = site.innermost.node, site.innermost.function
    if site.innermost.mixed:
        return f"`{site.innermost.called}` may be a method of another object than Django's cache"
    called = node.func if isinstance(node, cst.Call) else None
    receiver = called.value if isinstance(called, cst.Attribute) else None
    if isinstance(receiver, cst.Name) and function is not None:
        tree = site.innermost.parsed.function
        names = [p.name.value for p in (*tree.params.posonly_params, *tree.params.params)] if tree is not None else []
        keywords = [p.name.value for p in tree.params.kwonly_params] if tree is not None else []
        if receiver.value not in (*names, *keywords):
            return ""
        own = 1 if function.definition.parent is not None else 0
        for reference in facts.references.of(function.module, function.definition):
            if reference.call is None:
                return f"`{function.definition.name}` is used at {reference.where}, where it may get another cache"
            if argument_of(reference.call, receiver.value, names[own:]) is not None:
                return f"{reference.where} passes a cache of its own for `{receiver.value}`"
    if isinstance(receiver, cst.Attribute):
        return _set_from_outside(facts, receiver.attr.value, site.innermost.parsed)
    return ""


def strange_backend(facts: Facts, site: CacheCall) -> str:
    """The backend of a cache that may refuse or change what it is given; empty where it is known."""
    name = alias(facts.interpreter, site.alias).strange_backend
    if name == "?":
        return "the backend of this cache is not known, and may not take every value"
    return f"the backend `{name}` may not take every value" if name else ""


#: An item that is given a value under a name that may be that of a cache: it is worked out, or has the word in it.
_ITEM = rb"\[\s*(?:[^'\"\]\n][^\]\n]*|['\"][^'\"\n]*[Cc][Aa][Cc][Hh][Ee][^'\"\n]*['\"])\]\s*"
#: What puts another object into Django's own table of caches, or changes a class of backends.
_CACHES = re.compile(
    rb"\bcaches\s*\[[^\]\n]*\]\s*=(?!=)|\bsetattr\(\s*caches\b|\bcaches\._\w+|\bsetattr\(\s*(?:\w+\.)*\w*Cache\b"
    rb"|\b\w+Cache\.\w+\s*=(?!=)|\bsetattr\(\s*sys\.modules\b"
    rb"|\b(?:globals|vars)\([^)\n]*\)\s*(?:\.update\(|" + _ITEM + rb"=(?!=))"
    rb"|\bsetattr\(\s*(?:\w+\.)*(?:QuerySet|Manager|BaseManager|Model)\b|\b(?:QuerySet|BaseManager)\.\w+\s*=(?!=)"
    rb"|(?<!\bself)\.__dict__\s*(?:\.update\(|" + _ITEM + rb"=(?!=))|\bpatch\.object\(\s*type\("
)


def caches_changed(facts: Facts) -> str:
    """Where another object is put in the place of a cache in Django's own table; empty if nowhere."""
    for module in facts.codebase.search(
        _CACHES, "caches", "Cache", "sys.modules", "globals(", "vars(", "__dict__", "patch.", "QuerySet"
    ):
        return f"{module.where(_CACHES)} may put another object in the place of a cache"
    return ""


def _second_names(facts: Facts) -> str:
    """Where the settings change a dict that `CACHES` is made of, under its own name; empty if nowhere."""
    for module in facts.interpreter.settings_modules:
        for definition in module.outline.scope.definitions.get("CACHES", ()):
            text = _STRINGS.sub(b"", module.text_of(definition))
            names = {name for name in _WORDS.findall(text) if name not in _NO_DICTS}
            for name in sorted(names):
                changed = re.compile(
                    rb"(?<![\w.])" + name + rb"(?:\s*\[[^\n]*\]\s*[-+|]?=(?!=)|\.(?:update|pop|setdefault|clear)\()"
                    rb"|\bdel\s+" + name + rb"\["
                )  # fmt: skip
                for other in facts.codebase.search(changed, name.decode()):
                    if not is_test(other.path):
                        return f"{other.where(changed)} changes `{name.decode()}`, of which `CACHES` is made"
    return ""


#: Words in an assignment of `CACHES` that are no dicts of the settings.
_STRINGS = re.compile(rb"['\"][^'\"\n]*['\"]|#[^\n]*")
_WORDS = re.compile(rb"(?<![\w.])[A-Za-z_]\w*")
_NO_DICTS = frozenset(
    {b"CACHES", b"os", b"env", b"environ", b"True", b"False", b"None", b"int", b"str", b"if", b"else", b"dict"}
)


def timeouts_changed(facts: Facts) -> str:
    """Where code outside the settings may change a timeout; empty if nowhere."""
    second = _second_names(facts)
    if second:
        return second
    settings = facts.interpreter.settings_modules
    for module in facts.codebase.search(_TIMEOUTS, "vars(", "get_backend_timeout", "settings.CACHES", "setattr("):
        if module not in settings and not is_test(module.path):
            return f"{module.where(_TIMEOUTS)} may change the default timeout"
    return ""


def changed_from_outside(facts: Facts, model: ModelType) -> str:
    """Where a model gets other members than its class has; empty if nowhere."""
    ref, name = model.ref, model.short_name.encode()
    if ref is not None:
        parsed = ref.module.parsed(ref.definition, header_only=True)
        tree = parsed.statements[0] if parsed is not None and parsed.statements else None
        if isinstance(tree, cst.ClassDef) and tree.decorators:
            return f"`{model.short_name}` has a class decorator, which may change it"
    pattern = re.compile(rb"(?<![\w.])" + name + rb"\.\w+\s*=(?!=)|\bsetattr\(\s*(?:\w+\.)*" + name + rb"\b")
    for module in facts.codebase.search(pattern, f"{model.short_name}."):
        return f"{module.where(pattern)} changes `{model.short_name}` from outside"
    return ""


def _set_from_outside(facts: Facts, name: str, parsed: ParsedDefinition) -> str:
    """Where an attribute that holds a cache is given something by other objects than its own."""
    pattern = re.compile(rb"(?<![\w.])(?!self\.|cls\.)[\w.]*\w\." + name.encode() + rb"\s*=(?!=)")
    for module in facts.codebase.search(pattern, f".{name}"):
        return f"{module.where(pattern)} gives `{name}` another value from outside"
    return ""


def _found(facts: Facts, sites: Iterable[CacheCall]) -> Iterator[_StandIn]:
    """The stand-ins for something that the functions around some calls name."""
    parsed = {id(s.innermost.parsed): s.innermost.parsed for s in sites} | {id(s.parsed): s.parsed for s in sites}
    names = {word for each in parsed.values() for word in _words(each)}
    modules = {facts.codebase.modules[each.path] for each in parsed.values()}
    homes = {module.name.rpartition(".")[2] for module in modules}
    owners = homes | (names - _SELF) | _BASES
    yield from (each for each in all_stand_ins(facts) if each.name in names and each.owner in owners)


def _words(parsed: ParsedDefinition) -> Iterator[str]:
    """The names that stand in a function, and those that its file gives them."""
    for node in parsed.gathered.parents:
        if isinstance(node, cst.Name):
            yield node.value


def all_stand_ins(facts: Facts) -> list[_StandIn]:
    """Everything in the project that is replaced somewhere."""
    found: list[_StandIn] | None = facts.memo.ask("stand-ins", lambda: list(_all(facts)), None)
    return found or []


def _all(facts: Facts) -> Iterator[_StandIn]:
    codebase = facts.codebase
    for module in codebase.search(_PATCH, "patch", "setattr"):
        yield from _in(module, _PATCH)
    for module in codebase.search(_BASE_CHANGED, "QuerySet.", "Manager.", "Model.", "Cache."):
        yield from _in(module, _BASE_CHANGED)
    modules = {name.rpartition(".")[2] for name in (m.name for m in codebase.modules.values())}
    for name in dict.fromkeys(filter(None, map(_receiver, facts.calls))):
        assigned = re.compile(rb"(?<![\w.])\w+\." + name.encode() + rb"(?:\s*,[^=\n]*)?\s*=(?!=)")
        for module in codebase.search(assigned, f".{name}"):
            for each in _in(module, _ASSIGNED):
                if each.name == name and each.owner in modules:
                    yield each


def _receiver(call: CacheCall) -> str:
    """The name of the object that a call is a method of."""
    node = call.innermost.node
    called = node.func if isinstance(node, cst.Call) else None
    text = dotted(called.value) if isinstance(called, cst.Attribute) else None
    return (text or "").rpartition(".")[2]


def _in(module: Module, pattern: re.Pattern[bytes]) -> Iterator[_StandIn]:
    data = module.source.data
    picky = _PICKY.search(data) is not None
    for match in pattern.finditer(data):
        owner = (match.group("object") or b"").decode().rpartition(".")[2]
        first, _, name = match.group("name").decode().rpartition(".")
        owner = owner or first.rpartition(".")[2]
        if owner in _MANAGERS:
            # Of a model: that is what tells it from others.
            whole = (match.group("object") or b"").decode() or first
            owner = whole.rpartition(".")[0].rpartition(".")[2] or owner
        if not owner or owner in _SELF:
            continue
        line = data.count(b"\n", 0, match.start()) + 1
        more = match.groupdict().get("more") == b","
        rest = data[match.end() : match.end() + 80].lstrip()
        own = pattern is not _PATCH or (more and not re.match(rb"(?:mock\.)?(?:Magic|Async)?Mock\(|\w+\s*=", rest))
        yield _StandIn(f"{module.path}:{line}", owner, name, own, picky)


#: Where an error of a call that raised until now is expected or dealt with.
_HANDLED = re.compile(
    rb"\bexcept\b[^\n]*\b(?:TypeError|AttributeError|PicklingError)\b|\bassertRaises\w*\(|\bpytest\.raises\(|\bsend_robust\("
)
_HANDLING = ("TypeError", "AttributeError", "PicklingError", "assertRaises", "pytest.raises", "send_robust")


def handled(facts: Facts, call: CacheCall) -> str:
    """A test that may expect the error that a call raises until now: in a file that names its function; else empty."""
    name = call.function.definition.name if call.function is not None else ""
    for module in facts.codebase.search(_HANDLED, *_HANDLING) if name else ():
        if is_test(module.path) and module.lines_with(name):
            return f"{module.where(_HANDLED)} may expect the error that the call raises until now"
    return ""
