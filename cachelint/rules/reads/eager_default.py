"""CL506: a default is worked out on each call."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Related, Severity
from cachelint.fixes import lazy_default
from cachelint.infer.call_contexts import calls_in
from cachelint.infer.context import Context
from cachelint.infer.decorators import decorator_names, is_property
from cachelint.infer.definitions import function_node
from cachelint.infer.events import called_name
from cachelint.project.classes import dotted
from cachelint.project.symbols import ClassRef, FunctionRef
from cachelint.project.syntax import children, descendants
from cachelint.rules.base import Example, Report, Rule
from cachelint.rules.wording import quote
from cachelint.types.base import Type, force
from cachelint.types.code import BoundMethod, Class, ExternalSymbol, Function, Instance
from cachelint.types.django import Manager, ModelClass, ModelInstance, QuerySet
from cachelint.types.join import members

RULE = Rule(
    code="CL506",
    summary="The default is worked out on each call, whether it is needed or not.",
    why="""\
Python evaluates arguments before the call: in `cache.get_or_set(key, load())`, `load()` runs each time, and its result
is thrown away on every hit. The cache saves nothing, and adds a round trip. Pass a function: `get_or_set` calls it on a
miss only. `cache.get` does not call its default: test for None instead.""",
    severity=Severity.MEDIUM,
    fix=lazy_default.propose,
    obligations=lazy_default.OBLIGATIONS,
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from library.models import Loan


def open_loans(reader_id):
    return cache.get_or_set(f"loans:v1:{reader_id}", Loan.objects.filter(reader=reader_id).count(), 60)  # CL506
""",
            good="""\
from django.core.cache import cache
from library.models import Loan


def open_loans(reader_id):
    return cache.get_or_set(f"loans:v1:{reader_id}", lambda: Loan.objects.filter(reader=reader_id).count(), 60)
""",
        ),
    ),
    fix_note="""\
Puts `lambda:` before the default of `get_or_set`, with the variables of loops bound. Unsafe: whatever else the default
does then happens on a miss only.""",
    not_found=("Calls of code outside the project, of which it is not known what they cost.",),
    references=(
        (
            "Django: cache.get_or_set",
            "https://docs.djangoproject.com/en/stable/topics/cache/#basic-usage",
        ),
    ),
)

#: What a function of the project does that takes its time.
_COSTS = re.compile(
    rb"\.objects\b|_default_manager\b|\.(?:filter|exclude|aggregate|values_list|select_related|prefetch_related)\(|\bcursor\("
    rb"|\brequests\.|\bhttpx\.|\burlopen\(|\brender(?:_to_string)?\(|\.execute\(|get_for_model\(|subprocess\."
    rb"|get_object_or_404\(|\bopen\("
)
#: What a QuerySet or manager runs a query for.
_EVALUATING = frozenset(
    {"get", "count", "exists", "first", "last", "aggregate", "latest", "earliest", "in_bulk", "get_or_create", "create"}
)
_GOING_THROUGH = frozenset({"list", "len", "sorted", "set", "tuple", "dict", "sum", "max", "min"})
_ABROAD = ("requests.", "httpx.", "urllib.request.urlopen", "django.template.loader.render_to_string", "subprocess.")
_MAX_DEPTH = 2


@RULE.on(CacheCall)
def check(call: CacheCall, facts: Facts) -> Iterator[Report]:
    """One finding for a default that costs something and is no function."""
    if call.declared or call.function is None or call.called_value:
        return
    outermost = call.innermost.method
    if outermost not in ("get_or_set", "get") or (outermost == "get" and call.inner is not None):
        return
    node = call.nodes.get("default") or (call.nodes.get("value") if call.inner is not None else None)
    if node is None or isinstance(node, cst.Lambda):
        return
    if call.inner is not None and not isinstance(call.innermost.node_of("default"), cst.Name):
        # What is passed is a part of the default at most: that may be worked out by a function of its own.
        return
    here = calls_in(facts.interpreter, call.function, frozenset({called_name(call.node)})).get(id(call.node))
    if here is None:
        return
    given = _given_once(node, call)
    with facts.interpreter.question():
        found = _cost(given, here.context, facts)
    if found is None:
        return
    culprit, does = found
    related = () if culprit is node else (Related(call.parsed.place(culprit), "worked out on each call"),)
    advice = "pass a function: `lambda: …`" if outermost == "get_or_set" else "test the result for None instead"
    yield Report(
        call.parsed.place(node),
        f"{quote(call.parsed, culprit)} {does} on each call, whether the entry is there or not: a hit saves nothing; "
        f"{advice}",
        related=related,
    )


def _given_once(node: cst.BaseExpression, call: CacheCall) -> cst.BaseExpression:
    """What a variable holds that is given a value once, and used for nothing but this default."""
    if not isinstance(node, cst.Name):
        return node
    parents = call.parsed.gathered.parents
    uses = [n for n in call.parsed.gathered.named(node.value) if not isinstance(parents.get(n), cst.Attribute)]
    given = [parents.get(n) for n in uses if isinstance(parents.get(n), cst.AssignTarget)]
    if len(uses) != 2 or len(given) != 1 or given[0] is None:
        return node
    assign = parents.get(given[0])
    return assign.value if isinstance(assign, cst.Assign) else node


def _cost(node: cst.CSTNode, context: Context, facts: Facts) -> tuple[cst.BaseExpression, str] | None:
    """The part of an expression that costs something, and what it does."""
    if isinstance(node, cst.Lambda | cst.FunctionDef):
        return None
    for child in children(node):
        inner = _cost(child, context, facts)
        if inner is not None:
            return inner
    if isinstance(node, cst.Call):
        does = _call_costs(node, context, facts)
        return (node, does) if does else None
    if isinstance(node, cst.Attribute) and not isinstance(context.parsed.gathered.parents.get(node), cst.Call):
        does = _property_costs(node, context, facts)
        return (node, does) if does else None
    return None


def _call_costs(node: cst.Call, context: Context, facts: Facts) -> str:
    if isinstance(node.func, cst.Name) and node.func.value in _GOING_THROUGH and node.args:
        if any(isinstance(m, QuerySet | Manager) for m in members(context.evaluate(node.args[0].value))):
            return "runs a query"
    for callee in members(context.evaluate(node.func)):
        match callee:
            case BoundMethod(receiver=receiver, name=name) if name in _EVALUATING:
                if any(isinstance(m, QuerySet | Manager) for m in members(receiver)):
                    return "runs a query"
            case Function(ref=ref) if _works(ref, facts, 0):
                return "runs"
            case ExternalSymbol(name=name) if name.startswith(_ABROAD):
                return "runs"
    return ""


def _works(ref: FunctionRef, facts: Facts, depth: int) -> bool:
    """Whether a function of the project queries, asks another server or renders, or one that it calls does."""
    if b"yield" in ref.module.text_of(ref.definition):
        return False
    if ref.module.matches(ref.definition, _COSTS):
        return True
    if depth >= _MAX_DEPTH:
        return False
    parsed = ref.module.parsed(ref.definition)
    tree = parsed.function if parsed is not None else None
    for node in descendants(tree.body) if tree is not None else ():
        name = dotted(node.func) if isinstance(node, cst.Call) else None
        symbol = facts.interpreter.classes.resolve_dotted(ref.module, name) if name and "self" not in name else None
        if isinstance(symbol, FunctionRef) and symbol != ref and _works(symbol, facts, depth + 1):
            return True
    return False


def _property_costs(node: cst.Attribute, context: Context, facts: Facts) -> str:
    """Whether an attribute is a property of a class of the project that queries, and is not kept."""
    for base in members(context.evaluate(node.value)):
        owner = _class_of(base)
        found = facts.interpreter.classes.member(owner, node.attr.value) if owner is not None else None
        if found is None or found[1][-1].form != "function":
            continue
        ref = FunctionRef(found[0].module, found[1][-1])
        tree = function_node(context.interpreter, ref)
        names = decorator_names(tree) if tree is not None else []
        if is_property(names) and "cached_property" not in names and _works(ref, facts, 0):
            return "is a property that works its value out"
    return ""


def _class_of(typ: Type) -> ClassRef | None:
    match force(typ):
        case ModelInstance(model=model) | ModelClass(model=model):
            return model.ref
        case Instance(ref=ref) | Class(ref=ref):
            return ref
    return None
