"""Calls that somebody else makes: ``sync_to_async(f)(…)``, ``asyncio.to_thread(f, …)``, ``on_commit(partial(f, …))``."""

from __future__ import annotations

import libcst as cst

from cachelint.infer.context import Context
from cachelint.infer.library.call import Call, Result
from cachelint.project.syntax import RUNNERS, last_name
from cachelint.types.arguments import Arguments
from cachelint.types.base import UNKNOWN, Lazy, Type, Unknown, force
from cachelint.types.code import BoundMethod, ExternalSymbol, Partial, Transferred
from cachelint.types.containers import Coroutine, Tuple
from cachelint.types.join import join_all, members

_TO_ASYNC = ("asgiref.sync.sync_to_async", "channels.db.database_sync_to_async")
_TO_SYNC = ("asgiref.sync.async_to_sync",)
_IN_THREAD = ("asyncio.to_thread", "anyio.to_thread.run_sync", "starlette.concurrency.run_in_threadpool")


def _transferred(name: str, is_async: bool) -> Result:
    def result(made: Call) -> Type:
        function = made.arguments.get(0, "func")
        if function is None:
            # With options alone it is what makes decorators.
            return Partial(ExternalSymbol(name))
        return Transferred(function, is_async)

    return result


def _in_thread(made: Call) -> Type:
    function, given = made.typ(0), made.arguments
    rest = Arguments(given.positional[1:], given.keywords, given.star)
    return Coroutine(Lazy(lambda: made.context.call(function, rest)))


CALLS: dict[str, Result] = {
    **{name: _transferred(name, True) for name in _TO_ASYNC},
    **{name: _transferred(name, False) for name in _TO_SYNC},
    **dict.fromkeys(_IN_THREAD, _in_thread),
}


def transferred_call(made: Call, callee: Transferred) -> Type:
    """What calling such a function gives: a coroutine of what the function gives, or what its coroutine gives."""
    inner = Lazy(lambda: made.context.call(force(callee.function), made.arguments))
    if callee.is_async:
        return Coroutine(inner)
    return Lazy(lambda: join_all(m.result if isinstance(m, Coroutine) else UNKNOWN for m in members(inner)))


def run_by(context: Context, node: cst.Call) -> tuple[Type, Arguments] | None:
    """The function that a call has run by a thread, an executor or the end of a transaction, with what it is passed.

    None for any other call.
    """
    position = RUNNERS.get(last_name(node.func))
    if position is None:
        return None
    callee = force(context.evaluate(node.func))
    if not all(isinstance(m, Unknown | ExternalSymbol | BoundMethod) for m in members(callee)):
        # A function of the project of that name.
        return None
    given = context.arguments(node)
    if position < 0:
        passed = force(given.keywords.get("args", Tuple(UNKNOWN, ())))
        items = passed.items if isinstance(passed, Tuple) and passed.items is not None else None
        function = given.keywords.get("target")
        return (function, Arguments(items or (), star=items is None)) if function is not None else None
    if len(given.positional) <= position:
        return None
    # What is left by name is for the runner itself, but for `to_thread`.
    keywords = given.keywords if last_name(node.func) in ("to_thread", "submit", "run_in_threadpool") else {}
    return given.positional[position], Arguments(given.positional[position + 1 :], keywords, given.star)
