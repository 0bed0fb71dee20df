"""A function behind a memoising decorator of the project: split into one that gives rows, and one that gives instances.

The decorator stores what the first one returns, under a key that is made of its name: the key moves by itself.
"""

from __future__ import annotations

import re

import libcst as cst

from cachelint.caching.calls import CacheCall
from cachelint.caching.facts import Facts
from cachelint.findings import Edit, Fix, Place
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.defuse import Function
from cachelint.fixes.instances.doubts import Doubts
from cachelint.fixes.instances.helper import Helper
from cachelint.fixes.instances.model_name import model_at
from cachelint.fixes.instances.rehydrate import HELPERS
from cachelint.fixes.instances.stored import stored_instances
from cachelint.fixes.instances.through import changes_value, makers_of_value
from cachelint.fixes.obligations import KEY_IS_CLOSED
from cachelint.project.symbols import FunctionRef

#: What a key that is told by the function's name is made of.
_BY_NAME = re.compile(r"\.__(?:qual)?name__\b")


def propose(site: CacheCall, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    tree = site.parsed.function
    name = site.decorates
    inner = site.inner
    if tree is None or inner is None or inner.function is None or inner.parsed.function is None:
        raise FixBlocked(f"`{name}` is decorated: what the decorator stores is what callers get")
    if len(tree.decorators) != 1:
        raise FixBlocked(f"`{name}` has several decorators")
    decorator = Function(inner.function, inner.parsed, site.parsed.path)
    if not _BY_NAME.search(inner.parsed.code(inner.parsed.function)):
        raise FixBlocked(f"the key of `{name}` does not contain its name, so that it would stay the same")
    calls = {other.node for other in facts.calls if other.parsed is inner.parsed}
    where = changes_value(decorator, calls, makers_of_value(decorator, inner))
    if where:
        raise FixBlocked(f"the decorator of `{name}` does more than hand the value through: {where}")
    stored = stored_instances([site])
    if stored.query:
        raise FixBlocked(f"`{name}` returns a QuerySet, of which its callers may ask more")
    module = facts.codebase.modules[site.parsed.path]
    ref = FunctionRef(module, site.parsed.definition)
    function = Function(ref, site.parsed, site.parsed.path)
    _check_mentions(ref, facts)
    row = _free_name(ref, name)
    imports = Imports()
    helper = Helper(facts, module, imports)
    to_name, from_name = HELPERS[stored.form]
    make, give = helper.name(module, to_name, ()), helper.name(module, from_name, ())
    doubts = Doubts(facts, None, stored)
    extra = doubts.extra_arguments([(function, site)])
    changes = [edits.replace(function.parsed.place(tree.name), row)]
    for node in function.parents:
        if isinstance(node, cst.Yield):
            raise FixBlocked(f"`{name}` is a generator")
        if isinstance(node, cst.Return) and node.value is not None and function.around(node) is tree:
            place = function.parsed.place(node.value)
            changes += [edits.before(place, f"{make}("), edits.after(place, f"{extra})")]
    model, added = model_at(facts, function, tree.body, stored, imports)
    if added:
        raise FixBlocked(f"`{name}`: the class of the instances has no name here")
    changes.append(_outer(function, row, give, model))
    doubts.look(None, [(function, site)])
    doubts.proof.doubt(KEY_IS_CLOSED, f"the entry has the name of `{row}` now, and not that of `{name}`, in its key")
    title = f"split `{name}`: `{row}` gives what is stored, and `{name}` the instances"
    return doubts.proof.fix(title, [*changes, *imports.edits(), *helper.edits()])


def _check_mentions(ref: FunctionRef, facts: Facts) -> None:
    """All that is done with the function must be to call it: what the decorator gave it besides is lost."""
    for reference in facts.references.of(ref.module, ref.definition):
        if reference.call is None:
            raise FixBlocked(f"`{ref.definition.name}` is used at {reference.where} in another way than by a call")


def _free_name(ref: FunctionRef, name: str) -> str:
    scope = ref.definition.parent.scope if ref.definition.parent is not None else ref.module.outline.scope
    row = f"{name}_row"
    if scope is None or row in scope.definitions or row in scope.imports:
        raise FixBlocked(f"`{row}` already means something else")
    return row


def _outer(function: Function, row: str, give: str, model: str) -> Edit:
    """The function that stands under the old name."""
    tree, module = function.tree, function.ref.module
    line = module.line(function.parsed.place(tree.name).line)
    indent = line[: len(line) - len(line.lstrip())]
    step = "\t" if "\t" in indent else "    "
    is_method = function.ref.definition.parent is not None
    given = tree.params
    names = [p.name.value for p in (*given.posonly_params, *given.params)]
    called = f"{names.pop(0)}.{row}" if is_method and names else row
    passed = [
        *names,
        *([f"*{given.star_arg.name.value}"] if isinstance(given.star_arg, cst.Param) else []),
        *(f"{p.name.value}={p.name.value}" for p in given.kwonly_params),
        *([f"**{given.star_kwarg.name.value}"] if given.star_kwarg is not None else []),
    ]
    lead, wait = ("async ", "await ") if tree.asynchronous is not None else ("", "")
    returns = function.parsed.module.code_for_node(tree.returns).rstrip() if tree.returns is not None else ""
    arrow = f" {returns.strip()}" if returns else ""
    gap = "\n" if indent else "\n\n"
    text = (
        f"{gap}{indent}{lead}def {function.ref.definition.name}({function.parsed.code(given)}){arrow}:\n"
        f"{indent}{step}return {give}({model}, {wait}{called}({', '.join(passed)}))\n"
    )
    end = function.parsed.place(tree.body)
    last = max(
        function.parsed.place(node).end_line for node in function.parents if isinstance(node, cst.BaseSmallStatement)
    )
    source = module.source
    if last >= len(source.line_starts):
        raise FixBlocked(f"{function.ref.definition.name}: the file does not end with a newline")
    return Edit(Place(end.path, last + 1, 1, last + 1, 1), text)
