"""CL508: delete the entry when the change is committed; the key is worked out at once."""

from __future__ import annotations

import libcst as cst

from cachelint.caching.calls import Clear, Delete
from cachelint.caching.facts import Facts
from cachelint.caching.invalidations import Invalidation, Why
from cachelint.findings import Edit, Fix
from cachelint.fixes.apply import edits
from cachelint.fixes.apply.imports import Imports
from cachelint.fixes.base import FixBlocked
from cachelint.fixes.obligations import GONE_AT_THE_COMMIT, NAMES_STAY_FREE, Proof
from cachelint.project.syntax import descendants

#: What must be shown for the fix to be safe.
OBLIGATIONS = (GONE_AT_THE_COMMIT, NAMES_STAY_FREE)


def propose(invalidation: Invalidation, facts: Facts) -> Fix:
    """The fix. Raises FixBlocked."""
    call, parsed = invalidation.call, invalidation.call.parsed
    node = call.node
    if not isinstance(call, Delete | Clear) or not isinstance(node, cst.Call) or call.function is None:
        raise FixBlocked("what is written has to be worked out at the commit: move the call into a function for it")
    if not isinstance(parsed.gathered.parents.get(node), cst.Expr):
        raise FixBlocked("the result of the call is used, which is not there before the commit")
    before_the_change = invalidation.reason.why is Why.SIGNAL and invalidation.reason.name.startswith("pre_")
    if invalidation.reason.why is Why.BEFORE or before_the_change or _is_followed(invalidation):
        raise FixBlocked("first move the call below the change: outside a transaction, `on_commit` runs at once")
    if any(argument.star for argument in node.args) or any(
        isinstance(n, cst.Await) for argument in node.args for n in (argument.value, *descendants(argument.value))
    ):
        raise FixBlocked("the arguments are not known, or awaited")
    imports = Imports()
    module = facts.codebase.modules[parsed.path]
    taken = parsed.gathered.bound
    transaction = imports.name(module, "django.db", "transaction", taken)
    called = parsed.code(node.func).strip()
    keys = call.nodes.get("keys")
    passed = [_bound(argument, parsed.code(argument.value).strip(), keys) for argument in node.args]
    if passed:
        called = f"{imports.name(module, 'functools', 'partial', taken)}({', '.join([called, *passed])})"
    text = f"{transaction}.on_commit({called})"
    proof = Proof(*OBLIGATIONS)
    proof.doubt(
        GONE_AT_THE_COMMIT,
        "until the commit, readers still get the old entry; in a `TestCase`, callbacks of `on_commit` run only inside "
        "`captureOnCommitCallbacks(execute=True)`",
    )
    changes: list[Edit] = [edits.replace(parsed.place(node), text), *imports.edits()]
    return proof.fix("delete it in `transaction.on_commit`", changes)


def _bound(argument: cst.Arg, code: str, keys: cst.CSTNode | None) -> str:
    """An argument as it is bound: a list of keys that somebody may empty until then is copied."""
    is_held = argument.value is keys and isinstance(argument.value, cst.Name | cst.Attribute)
    copied = f"list({code})" if is_held else code
    return f"{argument.keyword.value}={copied}" if argument.keyword is not None else copied


def _is_followed(invalidation: Invalidation) -> bool:
    """Whether the change of the rows comes after the call in the same function."""
    parsed, call = invalidation.call.parsed, invalidation.call
    words = {"save", "delete", "update", "asave", "adelete"}
    for node in parsed.gathered.parents:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node is not call.node:
            if node.func.attr.value in words and parsed.place(node) > call.place:
                return True
    return False
