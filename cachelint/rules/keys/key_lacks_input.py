"""CL304: what is stored depends on something that the key says nothing about."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall, Read, Write
from cachelint.caching.facts import Facts
from cachelint.findings import Confidence, Place, Related, Severity
from cachelint.project.classes import dotted
from cachelint.project.enclosing import around
from cachelint.project.files import is_test
from cachelint.project.parsed import ParsedDefinition
from cachelint.project.slices import made_of
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.keys.unversioned_key import shown
from cachelint.types.template import templates

RULE = Rule(
    code="CL304",
    summary="What is stored depends on something that the key says nothing about.",
    why="""\
Who comes first fills the entry, and everybody else gets it: the rows that the first user may see, the page for the
first one's search. The key must hold each input of its value, or something that stands for it: the user's `pk`, the
text of the query.""",
    severity=Severity.HIGH,
    severity_note="; medium if it is no user, session or permission",
    no_fix="put the input, or what identifies it, into the key",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache


def orders_of(user):
    return [order.pk for order in user.orders.all()]


def dashboard(request):
    orders = cache.get("dashboard:v1")
    if orders is None:
        orders = orders_of(request.user)
        cache.set("dashboard:v1", orders, timeout=60)  # CL304
    return orders
""",
            good="""\
from django.core.cache import cache


def orders_of(user):
    return [order.pk for order in user.orders.all()]


def dashboard(request):
    key = f"dashboard:v1:{request.user.pk}"
    orders = cache.get(key)
    if orders is None:
        orders = orders_of(request.user)
        cache.set(key, orders, timeout=60)
    return orders
""",
        ),
    ),
    not_found=(
        "Inputs that reach the value through attributes of an object, through the language, or through code of others.",
        "Entries that are no memo of their inputs: a token, a last state, a flag.",
    ),
    references=(("Wikipedia: memoization", "https://en.wikipedia.org/wiki/Memoization"),),
)

#: Attributes of a request, by what they say of the visitor.
_VISITOR = frozenset({"user", "session", "COOKIES", "auth"})
_QUERY = frozenset({"GET", "query_params"})
_GUARD = re.compile(r"\bis_authenticated\b|\bis_anonymous\b|\.user\b")
_MAX_DEPTH = 3


@RULE.on(Write)
def check(write: Write, facts: Facts) -> Iterator[Report]:
    """One finding for a memo, by the first input that its key lacks."""
    function = write.parsed.function
    if _is_asked_before(write, facts):
        return
    value, key = write.nodes.get("value") or write.nodes.get("default"), write.nodes.get("key")
    if function is None or value is None or key is None or is_test(write.parsed.path):
        return
    if write.inner is not None and not write.called_value:
        return
    if not templates(write.key) or not _is_memo(write, facts):
        return
    keyed = made_of(key, function)
    if any(_hands_on_request(node) for node in keyed):
        return
    lacking = _lacking(write, value, keyed, facts)
    if lacking is None:
        return
    source, place, severity = lacking
    text = max(templates(write.key), key=lambda text: len(text.template))
    where = f"line {place.line}" if place.path == write.parsed.path else f"{place.path}:{place.line}"
    yield Report(
        write.at("value", "default"),
        f'what is stored depends on `{source}` ({where}), and the key "{shown(text)}" says nothing of it: who comes '
        f"first fills the entry for all; put `{_part(source)}` into the key",
        related=(Related(place, f"`{source}` is used here"),),
        severity=severity,
        confidence=Confidence.HIGH if place.path == write.parsed.path else Confidence.MEDIUM,
    )


def _is_memo(write: CacheCall, facts: Facts) -> bool:
    """Whether the value is worked out after a miss of the same key, to be found again."""
    if write.innermost.method == "get_or_set" or write.called_value or "default" in write.nodes:
        return True
    key = facts.keys.of(write)
    return key is not None and any(
        isinstance(site, Read) and site.function == write.function and site.node is not write.node
        for site in key.all_sites
    )


def _is_asked_before(write: CacheCall, facts: Facts) -> bool:
    """Whether each caller of the function asks who the visitor is before it calls."""
    if write.function is None:
        return False
    edges = facts.call_edges.of(write.function)
    return bool(edges) and all(
        any(isinstance(o, cst.If) and _GUARD.search(e.parsed.code(o.test)) for o in around(e.node, e.parsed))
        for e in edges
    )


def _hands_on_request(node: cst.BaseExpression) -> bool:
    """Whether a key is made by something that is given the whole request or `self`: it may take anything from it."""
    for inner in (node, *descendants(node)):
        if isinstance(inner, cst.Call):
            names = [dotted(argument.value) for argument in inner.args]
            if any(name in ("request", "self.request", "self") for name in names):
                return True
            if (dotted(inner.func) or "").startswith(("self.", "cls.", "request.")):
                return True
    return False


def _lacking(
    write: Write, value: cst.BaseExpression, keyed: list[cst.BaseExpression], facts: Facts
) -> tuple[str, Place, Severity] | None:
    function = write.parsed.function
    assert function is not None
    if _is_guarded(write, function):
        return None
    said = " ".join(write.parsed.code(node) for node in keyed)
    owner = write.function.definition.parent if write.function is not None else None
    ref = ClassRef(write.function.module, owner) if write.function is not None and owner is not None else None
    for node in _before(made_of(value, function), write):
        for name, attribute, item, place in _uses(
            node, write.parsed, facts, write.function, ref, {"request", "self.request"}, 0
        ):
            if attribute in _VISITOR and not re.search(rf"\b(?:{attribute}|user|session|auth)\w*", said):
                return f"{name}.{attribute}", place, Severity.HIGH
            if attribute in _QUERY and item and item not in said and attribute not in said:
                return f"{name}.{attribute}[{item!r}]", place, Severity.MEDIUM
    return None


def _before(nodes: list[cst.BaseExpression], write: Write) -> Iterator[cst.BaseExpression]:
    """Those that stand before the end of the write: what comes later is nothing of its value."""
    end = write.place
    return (n for n in nodes if (at := write.parsed.place(n)).line <= end.end_line or at == end)


def _uses(
    node: cst.CSTNode, parsed: ParsedDefinition, facts: Facts, function: FunctionRef | None, owner: ClassRef | None,
    names: set[str], depth: int,
) -> Iterator[tuple[str, str, str, Place]]:  # fmt: skip
    """The attributes of a request that an expression uses, itself and in functions of the project that get it."""
    parents = parsed.gathered.parents
    for inner in (node, *descendants(node)):
        if isinstance(inner, cst.Attribute) and dotted(inner.value) in names:
            yield dotted(inner.value) or "", inner.attr.value, _item(inner, parents), parsed.place(inner)
        if not isinstance(inner, cst.Call) or depth >= _MAX_DEPTH or function is None:
            continue
        name = dotted(inner.func) or ""
        passed = [index for index, argument in enumerate(inner.args) if dotted(argument.value) in names]
        called: FunctionRef | None = None
        if name.startswith("self.") and name.count(".") == 1 and owner is not None:
            found = facts.interpreter.classes.member(owner, name[5:])
            if found is not None and found[1][-1].form == "function":
                called = FunctionRef(found[0].module, found[1][-1])
        elif passed and name:
            symbol = facts.interpreter.classes.resolve_dotted(function.module, name)
            called = symbol if isinstance(symbol, FunctionRef) else None
        tree = called.module.parsed(called.definition) if called is not None else None
        if called is None or tree is None or tree.function is None:
            continue
        inner_names = {"self.request"} if name.startswith("self.") else set()
        parameters = [p.name.value for p in (*tree.function.params.posonly_params, *tree.function.params.params)]
        shift = 1 if name.startswith("self.") else 0
        inner_names |= {parameters[index + shift] for index in passed if index + shift < len(parameters)}
        if not inner_names or _GUARD.search(_tests(tree)):
            continue
        for each in _returned(tree.function):
            for part in made_of(each, tree.function):
                yield from _uses(part, tree, facts, called, owner, inner_names, depth + 1)


def _returned(function: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
    for node in descendants(function.body):
        if isinstance(node, cst.Return | cst.Yield) and isinstance(node.value, cst.BaseExpression):
            yield node.value


def _tests(parsed: ParsedDefinition) -> str:
    tests = (n.test for n in descendants(parsed.module) if isinstance(n, cst.If))
    return " ".join(parsed.code(test) for test in tests)


def _item(node: cst.Attribute, parents: dict[cst.CSTNode, cst.CSTNode]) -> str:
    """The constant that is asked for: `request.GET["page"]`, `request.GET.get("page")`."""
    outer = parents.get(node)
    if isinstance(outer, cst.Subscript):
        index = outer.slice[0].slice
        value = index.value if isinstance(index, cst.Index) else None
        return str(value.evaluated_value) if isinstance(value, cst.SimpleString) else ""
    if isinstance(outer, cst.Attribute) and outer.attr.value in ("get", "getlist"):
        call = parents.get(outer)
        first = call.args[0].value if isinstance(call, cst.Call) and call.args else None
        return str(first.evaluated_value) if isinstance(first, cst.SimpleString) else ""
    return ""


def _is_guarded(write: Write, function: cst.FunctionDef) -> bool:
    """Whether the function asks who it is, or whether the cache may be used, before it stores something."""
    tests = (n.test for n in descendants(function.body) if isinstance(n, cst.If | cst.IfExp))
    return any(_GUARD.search(write.parsed.code(test)) for test in tests)


def _part(source: str) -> str:
    return f"{source}.pk" if source.endswith(".user") else source
