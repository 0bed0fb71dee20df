"""What the methods of a Django cache, and of raw cache clients, return."""

from __future__ import annotations

from cachelint.infer.context import Context
from cachelint.infer.strings import matched_by
from cachelint.types.arguments import Arguments
from cachelint.types.base import BOOL, INT, NONE, UNKNOWN, Type, force
from cachelint.types.cache import Cached, CacheObject, RawClient
from cachelint.types.code import BoundMethod, Class, Closure, ExternalSymbol, Function, Partial
from cachelint.types.containers import Coroutine, Dict, List
from cachelint.types.django import ModelClass
from cachelint.types.join import join, join_all, members
from cachelint.types.strings import STR

#: Commands of redis and memcached clients that give back what was stored.
_READS = frozenset(
    {
        "get", "getex", "getset", "getdel", "mget", "gets", "get_many", "get_multi", "hget", "hgetall", "hmget", "hvals",
        "lindex", "lpop", "lrange", "rpop", "blpop", "brpop", "smembers", "spop", "srandmember", "zrange", "gat",
    }
)  # fmt: skip
_SIMPLE: dict[str, Type] = {
    "set": UNKNOWN,
    "add": BOOL,
    "touch": BOOL,
    "delete": BOOL,
    "has_key": BOOL,
    "incr": INT,
    "decr": INT,
    "incr_version": INT,
    "decr_version": INT,
    "set_many": List(STR),
    "delete_many": NONE,
    "make_key": STR,
    "ttl": join(INT, NONE),
    "pttl": join(INT, NONE),
    "delete_pattern": INT,
}


def call(context: Context, cache: CacheObject, name: str, arguments: Arguments) -> Type:
    """What ``cache.name(…)`` returns."""
    if name.startswith("a") and name != "add":
        inner = call(context, cache, name[1:], arguments)
        return Coroutine(inner)
    key = arguments.get(0, "key") or UNKNOWN
    if name == "get":
        default = arguments.get(1, "default")
        found = Cached("the Django cache", key, cache.alias, default)
        return join(found, NONE if default is None else default)
    if name == "get_or_set":
        default = arguments.get(1, "default") or UNKNOWN
        return join(Cached("the Django cache", key, cache.alias), default_value(context, default))
    if name == "get_many":
        return Dict(STR, Cached("the Django cache", UNKNOWN, cache.alias))
    if name == "keys":
        return List(matched_by(arguments.get(0, "search") or UNKNOWN))
    return _SIMPLE.get(name, UNKNOWN)


#: What ``get_or_set`` calls to get a value.
_CALLABLE = (Closure, Function, Partial, BoundMethod, Class, ModelClass, ExternalSymbol)


def is_callable(typ: Type) -> bool:
    """Whether a value can be called, whatever it is."""
    found = members(force(typ))
    return bool(found) and all(isinstance(member, _CALLABLE) for member in found)


def default_value(context: Context, default: Type) -> Type:
    """What ``get_or_set`` stores: the result of the default if it can be called, else the default itself."""
    found: list[Type] = []
    for member in members(force(default)):
        if isinstance(member, _CALLABLE):
            found.append(context.call(member, Arguments()))
        else:
            found.append(member)
    return join_all(found)


def raw_client_call(client: RawClient, name: str, arguments: Arguments) -> Type:
    """What a command of a raw client returns."""
    if name in _READS:
        return Cached(client.type, arguments.get(0) or UNKNOWN)
    if name in ("pipeline", "client", "register_script"):
        return client if name != "register_script" else UNKNOWN
    return UNKNOWN
