"""What pickle refuses, by type."""

from __future__ import annotations

from cachelint.types.base import Scalar, Type
from cachelint.types.code import Closure, Instance, LocalClass, LocalInstance
from cachelint.types.containers import Coroutine, Dict, DictView, Generator
from cachelint.types.display import article
from cachelint.types.django import Manager

#: Types that pickle refuses, and why in a few words.
PICKLE_REFUSES = {
    "file": "an open file",
    "binary file": "an open file",
    "text file": "an open file",
    "module": "a module",
    "threading.Lock": "a lock",
    "memoryview": "a memoryview",
    "types.MappingProxyType": "a mapping proxy",
    "re.Match": "a match object",
    "weakref.ref": "a weak reference",
    "threading.local": "a thread-local",
    "contextvars.ContextVar": "a context variable",
    "socket.socket": "a socket",
    "database connection": "a database connection",
    "database cursor": "a database cursor",
    "django.http.HttpRequest": "a request with an open input stream",
    "unrendered TemplateResponse": "a template response that has not been rendered",
    "django.http.FileResponse": "a response that streams an open file",
    "streaming generator response": "a streaming response with a generator",
    "redis client": "a client with an open connection",
}


def pickle_refusal(typ: Type) -> str | None:
    """Why pickle refuses a value of this type; None where it takes it, or nothing is known."""
    match typ:
        case Generator(maker=maker):
            return article(maker)
        case Coroutine():
            return "a coroutine that was never awaited"
        case DictView(method=method):
            return f"a `dict.{method}()` view"
        case Closure(name="lambda"):
            return "a lambda"
        case Closure(name=name):
            return f"the function `{name}`, defined inside another function"
        case LocalClass(name=name):
            return f"the class `{name}`, defined inside a function"
        case LocalInstance(name=name):
            return f"an instance of `{name}`, a class defined inside a function"
        case Manager(related=True):
            return "a related manager without `.all()`"
        case Dict(type="defaultdict", default=default) if default is not None and isinstance(default, Closure):
            return "a defaultdict whose factory is a lambda"
        case Scalar(type=name) if name in PICKLE_REFUSES:
            return PICKLE_REFUSES[name]
        case Instance() | Scalar():
            return None
        case _:
            return None
