"""CL303: a part of the key is another one each time, so that the entry is never found again."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.django.cache_api import METHODS, Does
from cachelint.findings import Severity
from cachelint.fixes import key_by_pk
from cachelint.infer.events import called_name
from cachelint.project.classes import dotted
from cachelint.project.files import is_test
from cachelint.project.symbols import External
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.first_calls import calls_of
from cachelint.types.base import Origin, Type
from cachelint.types.containers import Set
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.join import members
from cachelint.types.strings import Placeholder, Str
from cachelint.types.template import templates

RULE = Rule(
    code="CL303",
    summary="A part of the key differs from process to process, from call to call, or with the data.",
    why="""\
`hash()` of a text is another number in each process. The time, a random number and a new UUID are others at each call:
unless somebody keeps them, no read ever finds the entry. The text of a model instance is its `__str__`: when the row is
renamed, its entries are lost, and two rows with one name share them. The text of a QuerySet runs a query.""",
    severity=Severity.HIGH,
    fix=key_by_pk.propose,
    obligations=key_by_pk.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def remember(shop, day, count):
    cache.set(f"count:v1:{hash(f'{shop}:{day}')}", count, timeout=60)  # CL303
""",
            good="""\
import hashlib

from django.core.cache import cache


def remember(shop, day, count):
    digest = hashlib.sha256(f"{shop}:{day}".encode()).hexdigest()
    cache.set(f"count:v1:{digest}", count, timeout=60)
""",
        ),
    ),
    fix_note="""\
`.pk` is added to a model instance in the key, at every call of the key. Unsafe: existing entries are no longer
found.""",
    not_found=("A time, random number or UUID that is kept: returned, sent, stored, or passed on.",),
    references=(
        ("Python: hash randomization", "https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED"),
        ("Django: model `__str__`", "https://docs.djangoproject.com/en/stable/ref/models/instances/#str"),
    ),
)

#: Functions that give something else at each call.
_FRESH = {
    "uuid.uuid4": "a new UUID at each call", "uuid.uuid1": "a new UUID at each call",
    "time.time": "another time at each call", "time.time_ns": "another time at each call",
    "time.monotonic": "another time at each call", "time.perf_counter": "another time at each call",
    "random.random": "another number at each call", "random.randint": "another number at each call",
    "secrets.token_hex": "another text at each call", "secrets.token_urlsafe": "another text at each call",
    "django.utils.crypto.get_random_string": "another text at each call",
}  # fmt: skip
#: Functions and methods that give a text.
_TEXTS = frozenset({"str", "repr", "join", "urlencode", "dumps", "format", "encode", "get_full_path"})
_ASKING = frozenset({Does.READS, Does.WRITES, Does.READS_AND_WRITES, Does.TESTS})


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a key: at its first write, or at its first read where nothing writes it."""
    if call.decides("key") is None or METHODS[call.method].does not in _ASKING or is_test(call.parsed.path):
        return
    if call.declared or METHODS[call.method].by_pattern:
        return
    for text in templates(call.key):
        for part in text.parts or ():
            said = _said(part, call, facts) if isinstance(part, Placeholder) and part.content is not None else ""
            if said and _is_chosen(call, facts):
                yield Report(call.at("key", "keys", "data"), said)
                return


def _is_chosen(call: CacheCall, facts: Facts) -> bool:
    """Whether a finding about the key stands at this call."""
    found = [each for each in calls_of(call, facts) if METHODS[each.method].does in _ASKING]
    first = next((each for each in found if each.writes), found[0] if found else call)
    return first.node is call.node


def _said(part: Placeholder, call: CacheCall, facts: Facts) -> str:
    found = [_unstable(member, call, facts) for member in members(part.content)] if part.content is not None else []
    if not found or not all(found):
        return ""
    return f"`{part.name}` in the key {found[0]}"


def _unstable(typ: Type, call: CacheCall, facts: Facts) -> str:
    """What is wrong with a value in a key, as the end of a sentence; empty where nothing is for certain."""
    match typ:
        case ModelInstance(model=model):
            if model.ref is None and not model.certain:
                return ""
            return (
                f"is {_article(model.short_name)} instance: its text is `__str__`, which changes with the data, so "
                "that entries are lost, or shared by rows of one name; use its `pk`"
            )
        case QuerySet():
            return "is a QuerySet: its text runs a query and changes with the data; use what it is selected by"
        case Set(element=element) if {type(each) for each in members(element)} == {Str}:
            return (
                "is a set of texts: its order differs from process to process, so that the entry is not found; use "
                "`sorted(…)`"
            )
    origin = typ.origin
    if origin is None or not isinstance(origin.node, cst.Call):
        return ""
    name = _full_name(origin, facts)
    if name == "hash" and origin.node.args and _is_text(origin):
        return (
            "is `hash()` of a text: another number in each process, so that one process does not find the entries of "
            "another; use a digest of `hashlib`"
        )
    if name == "id":
        return "is `id()`: an address in memory, which another object has next; use what identifies the object"
    if name in _FRESH and not _is_kept(origin, call):
        return f"is {_FRESH[name]}, and nothing keeps it, so that no read finds the entry; leave it out"
    return ""


def _article(name: str) -> str:
    return f"an `{name}`" if name[:1] in "AEIO" else f"a `{name}`"


def _full_name(origin: Origin, facts: Facts) -> str:
    assert isinstance(origin.node, cst.Call)
    name = dotted(origin.node.func) or ""
    module = facts.codebase.modules.get(origin.parsed.path)
    if module is None or not name:
        return ""
    symbol = facts.interpreter.classes.resolve_dotted(module, name)
    if isinstance(symbol, External):
        return symbol.name.removeprefix("builtins.")
    return name if symbol is None and name in ("hash", "id") else ""


def _is_text(origin: Origin) -> bool:
    """Whether what is hashed is, or holds, a text: numbers and tuples of them have the same hash everywhere."""
    assert isinstance(origin.node, cst.Call)
    argument = origin.node.args[0].value
    texts = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
    if any(isinstance(node, texts) for node in (argument, *descendants(argument))):
        return True
    called = {called_name(n) for n in (argument, *descendants(argument)) if isinstance(n, cst.Call)}
    return not called.isdisjoint(_TEXTS)


def _is_kept(origin: Origin, call: CacheCall) -> bool:
    """Whether somebody else than this call may get what was made: then it is found again by it."""
    parents = origin.parsed.gathered.parents
    node: cst.CSTNode | None = origin.node
    while node is not None and not isinstance(node, cst.BaseSmallStatement):
        if node is call.node:
            # It is made inside of the call.
            return False
        node = parents.get(node)
    if not isinstance(node, cst.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0].target, cst.Name):
        return True
    name = node.targets[0].target.value
    mentions = [n for n in descendants(origin.parsed.module) if isinstance(n, cst.Name) and n.value == name]
    inside = {id(n) for n in descendants(call.node)}
    return origin.parsed is not call.parsed or any(
        id(n) not in inside and n is not node.targets[0].target for n in mentions
    )
