"""CL516: an instance that came out of the cache is saved whole."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from cachelint.caching.facts import Facts
from cachelint.caching.reads.returned import ReturnedRead
from cachelint.caching.reads.states import ReadUses, State, UseKind
from cachelint.findings import Related, Severity
from cachelint.infer.events import called_name
from cachelint.project.classes import dotted
from cachelint.project.syntax import descendants
from cachelint.rules.base import Example, Report, Rule

RULE = Rule(
    code="CL516",
    summary="An instance that came out of the cache is saved whole.",
    why="""\
A cached instance is a snapshot. `save()` writes all its fields, the ones that nobody has changed here included: what
others have written since the entry was stored is undone, minutes or days later, without an error. Load the row again
before you change it, or name what you write: `save(update_fields=[…])`.""",
    severity=Severity.HIGH,
    no_fix="load the row again before it is changed, or pass `update_fields`",
    in_tests=False,
    examples=(
        Example(
            bad="""\
from django.core.cache import cache
from shop.models import Product


def rename(pk, name):
    shelf = cache.get(f"shelf:v1:{pk}")
    if shelf is None:
        shelf = Product.objects.get(pk=pk)
        cache.set(f"shelf:v1:{pk}", shelf, timeout=600)  # CL101
    shelf.name = name
    shelf.save()  # CL516
""",
            good="""\
from django.core.cache import cache
from shop.models import Product


def rename(pk, name):
    shelf = Product.objects.get(pk=pk)
    shelf.name = name
    shelf.save(update_fields=["name"])
    cache.delete(f"shelf:v1:{pk}")
""",
        ),
    ),
    not_found=("Instances that are put into another object and saved there.",),
    references=(
        (
            "Django: specifying which fields to save",
            "https://docs.djangoproject.com/en/stable/ref/models/instances/#specifying-which-fields-to-save",
        ),
    ),
)

_OF_INSTANCE = frozenset({State.MAYBE, State.HIT, State.DOUBT, State.CHANGED})


@RULE.on(ReadUses)
def check(read: ReadUses, facts: Facts) -> Iterator[Report]:
    """One finding for each save of what a read gave."""
    yield from _saves(read, read, facts)


@RULE.on(ReturnedRead)
def check_callers(returned: ReturnedRead, facts: Facts) -> Iterator[Report]:
    """The same for what a function that reads has returned."""
    for outer in returned.uses:
        yield from _saves(outer, returned.read, facts)


def _saves(read: ReadUses, inner: ReadUses, facts: Facts) -> Iterator[Report]:
    saves = [u.call for u in read.uses if u.attribute in ("save", "asave") and u.call and u.state in _OF_INSTANCE]
    saves += [
        save
        for u in read.uses
        if u.kind is UseKind.PASSED and u.state in _OF_INSTANCE and isinstance(u.node, cst.Call)
        for save in _saved_by(u.node, read)
    ]
    whole = [save for save in saves if not any(_names_fields(argument) for argument in save.args)]
    if not whole or not facts.holds_instance(inner):
        return
    for save in whole:
        place = read.call.parsed.place(save)
        name = f"`{read.variable}`" if read.variable else "the instance"
        yield Report(
            place,
            f"{name} came out of the cache (line {read.place.line}), and `save()` writes all its fields: what others "
            "have changed since it was stored is undone; load the row again, or pass `update_fields`",
            related=(Related(inner.place, "read from the cache here"),),
        )


def _names_fields(argument: cst.Arg) -> bool:
    return argument.star != "" or (argument.keyword is not None and argument.keyword.value == "update_fields")


def _saved_by(call: cst.Call, read: ReadUses) -> Iterator[cst.Call]:
    """The ``save()`` of a form or serializer that is made with an instance."""
    if not called_name(call).endswith(("Serializer", "Form")) and called_name(call) not in (
        "get_serializer",
        "get_form",
    ):
        return
    parents = read.call.parsed.gathered.parents
    assign = parents.get(call)
    name = dotted(assign.targets[0].target) if isinstance(assign, cst.Assign) else None
    for node in descendants(read.scope) if name is not None else ():
        if isinstance(node, cst.Call) and dotted(node.func) == f"{name}.save":
            yield node
