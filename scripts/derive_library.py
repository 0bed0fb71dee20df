"""Derive cachelint/library/generated.py from typeshed (as mypy ships it) and django-stubs.

    derive_library.py [--check]

What a function, method or attribute gives is taken down where its annotation says it in types that cachelint tells
apart; where the stubs are silent, or say what inference can't use, there is no row. ``cachelint/library`` holds by hand
what stubs can't say. ``--check`` fails where the file differs from what the installed stubs say.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from generated import ROOT, write_or_check

FILE = ROOT / "cachelint/library/generated.py"

MODULES = (
    "base64", "binascii", "bz2", "calendar", "collections", "datetime", "decimal", "difflib", "email.utils", "fnmatch",
    "fractions", "getpass", "glob", "gzip", "hmac", "html", "importlib.metadata", "inspect", "io", "ipaddress", "json",
    "linecache", "locale", "lzma", "math", "mimetypes", "os", "os.path", "pathlib", "platform", "posixpath", "pprint",
    "random", "re", "secrets", "shlex", "shutil", "socket",
    "statistics", "string", "struct", "tempfile", "textwrap", "threading",
    "time", "traceback", "types", "unicodedata", "urllib.parse", "uuid", "zlib", "zoneinfo",
    "django.conf.urls.static", "django.contrib.auth.hashers", "django.contrib.humanize.templatetags.humanize",
    "django.contrib.sites.shortcuts", "django.core.cache.utils", "django.core.management.utils", "django.core.signing",
    "django.core.validators", "django.http.request", "django.http.response", "django.middleware.csrf",
    "django.template.defaultfilters", "django.template.loader",
    "django.templatetags.l10n", "django.templatetags.static",
    "django.templatetags.tz",
    "django.urls.base", "django.urls", "django.utils.cache", "django.utils.crypto", "django.utils.dateformat",
    "django.utils.dateparse", "django.utils.dates", "django.utils.duration", "django.utils.encoding",
    "django.utils.formats", "django.utils.html", "django.utils.http", "django.utils.ipv6", "django.utils.lorem_ipsum",
    "django.utils.module_loading", "django.utils.numberformat", "django.utils.safestring", "django.utils.text",
    "django.utils.timesince", "django.utils.timezone", "django.utils.translation", "django.utils.version",
    "django.utils.xmlutils",
)  # fmt: skip

#: Classes whose instances cachelint tells apart, by full name in the stubs, with the name that it uses.
CLASSES = {
    **{
        name: name
        for name in (
            "datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta", "datetime.tzinfo",
            "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.Path", "re.Pattern", "re.Match",
            "io.BytesIO", "io.StringIO", "zoneinfo.ZoneInfo", "threading.Lock", "threading.RLock",
        )
    },
    "datetime.timezone": "datetime.tzinfo",
    "pathlib.PurePath": "pathlib.Path",
    "pathlib.PosixPath": "pathlib.Path",
    "django.http.request.HttpRequest": "django.http.HttpRequest",
    "django.http.response.HttpResponse": "django.http.HttpResponse",
    "django.utils.safestring.SafeString": "SafeString",
    "django.utils.functional._StrPromise": "lazy string",
    "django.utils.functional._StrOrPromise": "str",
}  # fmt: skip
PLAIN = frozenset({"str", "int", "float", "bool", "bytes", "None", "complex", "bytearray", "memoryview"})
#: Names for the same, in annotations.
SAME = {
    "LiteralString": "str",
    "Text": "str",
    "_Date": "datetime.date",
    "_Time": "datetime.time",
    "_TzInfo": "datetime.tzinfo",
}
CONTAINERS = {
    "list": "list", "List": "list", "set": "set", "Set": "set", "frozenset": "frozenset", "FrozenSet": "frozenset",
    "dict": "dict", "Dict": "dict", "tuple": "tuple", "Tuple": "tuple",
}  # fmt: skip
NEWEST = (3, 14)


def stub_of(module: str) -> Path | None:
    """The stub of a module."""
    if module.split(".")[0] == "django":
        spec = importlib.util.find_spec("mypy_django_plugin")
        assert spec is not None, "django-stubs is not installed"
        assert spec.submodule_search_locations
        root = Path(next(iter(spec.submodule_search_locations))).parent / "django-stubs"
        path = root.joinpath(*module.split(".")[1:])
    else:
        spec = importlib.util.find_spec("mypy")
        assert spec is not None, "mypy is not installed"
        assert spec.submodule_search_locations
        path = Path(next(iter(spec.submodule_search_locations))) / "typeshed/stdlib" / module.replace(".", "/")
    for candidate in (path.with_suffix(".pyi"), path / "__init__.pyi"):
        if candidate.exists():
            return candidate
    return None


class Stub:
    """A stub as it is for the newest Python on Linux."""

    def __init__(self, module: str) -> None:
        self.module = module
        path = stub_of(module)
        tree = ast.parse(path.read_text(encoding="utf-8")) if path is not None else ast.Module([], [])
        self.body = list(_in_force(tree.body))
        self.imports: dict[str, str] = {}
        package = module if path is not None and path.name == "__init__.pyi" else module.rpartition(".")[0]
        for node in self.body:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = alias.name
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    around = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*around, *([node.module] if node.module else [])])
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = f"{base}.{alias.name}"
        self.classes = {node.name: node for node in self.body if isinstance(node, ast.ClassDef)}

    def full(self, node: ast.expr) -> str:
        """The full name of what an annotation names."""
        text = ast.unparse(node)
        head, dot, rest = text.partition(".")
        if text in self.classes:
            return f"{self.module}.{text}"
        return f"{self.imports.get(head, head)}{dot}{rest}"

    def meaning(self, node: ast.expr | None, owner: str = "") -> str | None:
        """An annotation in our words; None where it says nothing that is of use."""
        match node:
            case None:
                return None
            case ast.Constant(value=None):
                return "None"
            case ast.Constant(value=str(text)):
                return self.meaning(ast.parse(text, mode="eval").body, owner)
            case ast.BinOp(op=ast.BitOr()):
                return _or_none([self.meaning(part, owner) for part in (node.left, node.right)])
            case ast.Subscript():
                return self._generic(node, owner)
        name = ast.unparse(node)
        if name.rpartition(".")[2] == "Self":
            return owner or None
        known = SAME.get(name.rpartition(".")[2], name)
        return known if known in PLAIN else CLASSES.get(known) or CLASSES.get(self.full(node))

    def _generic(self, node: ast.Subscript, owner: str) -> str | None:
        name = ast.unparse(node.value).rpartition(".")[2]
        inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name in ("Optional", "Union"):
            parts = [self.meaning(part, owner) for part in inner]
            return _or_none([*parts, "None"] if name == "Optional" else parts)
        if name == "Literal":
            values = {type(part.value).__name__ for part in inner if isinstance(part, ast.Constant)}
            return values.pop() if len(values) == 1 and values <= PLAIN else None
        if name in ("Final", "ClassVar"):
            return self.meaning(inner[0], owner)
        if name not in CONTAINERS:
            return CLASSES.get(self.full(node.value))
        items = ["..." if ast.unparse(part) == "..." else self.meaning(part, owner) or "?" for part in inner]
        return f"{CONTAINERS[name]}[{', '.join(items)}]"


def _or_none(parts: list[str | None]) -> str | None:
    """A union of one type with None; of several types nothing is certain."""
    others = {part for part in parts if part != "None"}
    if len(others) != 1 or None in others:
        return "None" if not others else None
    (other,) = others
    return f"{other} | None" if "None" in parts and not str(other).endswith(" | None") else other


def _in_force(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a stub that hold for the newest Python on Linux."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _in_force(node.body if _holds(node.test) else node.orelse)
        else:
            yield node


def _holds(test: ast.expr) -> bool:
    match test:
        case ast.BoolOp(op=ast.And()):
            return all(_holds(value) for value in test.values)
        case ast.BoolOp(op=ast.Or()):
            return any(_holds(value) for value in test.values)
        case ast.UnaryOp(op=ast.Not()):
            return not _holds(test.operand)
    text = ast.unparse(test)
    if text.startswith(("sys.version_info", "sys.platform")):
        scope = {"sys": type("sys", (), {"version_info": NEWEST, "platform": "linux"})}
        return bool(eval(text, scope))
    return "TYPE_CHECKING" not in text


def returns_of(stub: Stub, functions: list[ast.stmt], owner: str = "") -> Iterator[tuple[str, str]]:
    """What functions of one name give, where all overloads give the same."""
    found: dict[str, list[str | None]] = {}
    for node in functions:
        if isinstance(node, ast.AsyncFunctionDef):
            found.setdefault(node.name, []).append(None)
        elif isinstance(node, ast.FunctionDef) and not _is_property(node):
            found.setdefault(node.name, []).append(stub.meaning(node.returns, owner))
    for name, meanings in found.items():
        # Which of several is meant depends on what is passed: only what all of them give is known.
        if not name.startswith("_") and len(set(meanings)) == 1 and meanings[0] is not None:
            yield name, meanings[0]


def _is_property(node: ast.FunctionDef) -> bool:
    return any(
        ast.unparse(d).rpartition(".")[2] in ("property", "cached_property", "setter") for d in node.decorator_list
    )


def members_of(stub: Stub, node: ast.ClassDef) -> list[ast.stmt]:
    """What a class and those of its bases that stand in the same stub define; the nearest of each name."""
    found = list(_in_force(node.body))
    names = {getattr(item, "name", "") for item in found}
    for base in node.bases:
        other = stub.classes.get(ast.unparse(base).partition("[")[0])
        if other is not None:
            found += [item for item in members_of(stub, other) if getattr(item, "name", "") not in names]
    return found


def derive() -> tuple[dict[str, str], dict[str, str]]:
    """What functions and methods return, and what attributes hold, by full name."""
    returns: dict[str, str] = {}
    attributes: dict[str, str] = {}
    for module in MODULES:
        stub = Stub(module)
        for name, meaning in returns_of(stub, stub.body):
            returns[f"{module}.{name}"] = meaning
        for name, node in stub.classes.items():
            ours = CLASSES.get(f"{module}.{name}")
            if ours is None or name.startswith("_"):
                continue
            if "." in ours and not ours.startswith("django.http"):
                returns[f"{module}.{name}"] = ours
            body = members_of(stub, node)
            for method, meaning in returns_of(stub, body, ours):
                returns.setdefault(f"{ours}.{method}", meaning)
            for item in body:
                if isinstance(item, ast.FunctionDef) and _is_property(item) and item.returns is not None:
                    found = stub.meaning(item.returns, ours)
                elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    found = stub.meaning(item.annotation, ours)
                else:
                    continue
                label = item.name if isinstance(item, ast.FunctionDef) else ast.unparse(item.target)
                if found is not None and not label.startswith("_"):
                    attributes.setdefault(f"{ours}.{label}", found)
        # What a package hands on from its own modules is called by the package's name as a rule.
        for bound, full in stub.imports.items():
            if full.startswith(f"{module}.") and not bound.startswith("_"):
                inner = Stub(full.rpartition(".")[0])
                returns.update(
                    (f"{module}.{name}", meaning)
                    for name, meaning in returns_of(inner, inner.body)
                    if name == full.rpartition(".")[2]
                )
    posix = {name.removeprefix("posixpath."): text for name, text in returns.items() if name.startswith("posixpath.")}
    returns.update((f"os.path.{name}", text) for name, text in posix.items())
    return (
        {name: text for name, text in returns.items() if not name.startswith("posixpath.")},
        attributes,
    )


def render() -> str:
    """The text of the module."""
    returns, attributes = derive()
    lines = [
        f'"""What functions, methods and attributes give, by typeshed (mypy {version("mypy")}) and django-stubs',
        f"{version('django-stubs')}. Derived by ``scripts/derive_library.py``; not to be edited by hand.",
        '"""',
        "",
        "#: Function or method, by full name → what calling it gives.",
        "RETURNS: dict[str, str] = {",
        *(f'    "{name}": "{text}",' for name, text in sorted(returns.items())),
        "}",
        "",
        "#: Attribute, by the full name of its class → what it holds.",
        "ATTRIBUTES: dict[str, str] = {",
        *(f'    "{name}": "{text}",' for name, text in sorted(attributes.items())),
        "}",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {FILE: render()}, __doc__, oldest=(3, 11)))
