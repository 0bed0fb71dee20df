"""Derive ``cachelint/django/orm_table.py`` from the installed django-stubs: what each ORM method returns.

python scripts/derive_orm_table.py          write the table
python scripts/derive_orm_table.py --check  exit 1 if it differs
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path

from generated import ROOT, write_or_check

TABLE = ROOT / "cachelint/django/orm_table.py"

#: Return annotations of the stubs, by what they mean for the types. An annotation that is not here stops the script.
MEANING = {
    "Self": "queryset",
    "QuerySet[_T]": "queryset",
    "QuerySet[_Model]": "queryset",
    "QuerySet[_Model, dict[str, Any]]": "queryset of dicts",
    "QuerySet[_T, dict[str, Any]]": "queryset of dicts",
    "QuerySet[_Model, Any]": "queryset of anything",
    "QuerySet[_T, Any]": "queryset of anything",
    "QuerySet[_Model, datetime.date]": "queryset of dates",
    "QuerySet[_T, datetime.date]": "queryset of dates",
    "QuerySet[_Model, datetime.datetime]": "queryset of datetimes",
    "QuerySet[_T, datetime.datetime]": "queryset of datetimes",
    "RawQuerySet[_Model]": "raw queryset",
    "RawQuerySet[_T]": "raw queryset",
    "RawQuerySet[Any]": "raw queryset",
    "_Row": "row",
    "_T": "row",
    "_Row | None": "row or None",
    "_T | None": "row or None",
    "_Model": "instance",
    "list[_Model]": "list of instances",
    "list[_T]": "list of instances",
    "tuple[_Model, bool]": "instance and bool",
    "tuple[_T, bool]": "instance and bool",
    "dict[Any, _Model]": "dict of instances",
    "dict[Any, _T]": "dict of instances",
    "dict[str, Any]": "aggregates",
    "int": "int",
    "bool": "bool",
    "str": "str",
    "None": "None",
    "tuple[int, dict[str, int]]": "deletion",
    "Iterator[_Row]": "generator of rows",
    "Iterator[_T]": "generator of rows",
    "AsyncIterator[_Row]": "async generator of rows",
    "AsyncIterator[_T]": "async generator of rows",
}
#: Methods whose name decides more than the annotation.
BY_NAME = {"values_list": "values_list", "extra": "queryset of anything"}
SKIPPED = {
    "resolve_expression",
    "from_queryset",
    "as_manager",
    "deconstruct",
    "check",
    "contribute_to_class",
    "db_manager",
}


def stub(module: str) -> ast.Module:
    spec = importlib.util.find_spec("django-stubs") or importlib.util.find_spec("mypy_django_plugin")
    if spec is None or (spec.origin is None and not spec.submodule_search_locations):
        raise SystemExit("django-stubs is not installed")
    base = Path(next(iter(spec.submodule_search_locations or []), "")).parent / "django-stubs"
    return ast.parse((base / module).read_text(encoding="utf-8"))


def methods(module: str, class_name: str) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    for node in ast.walk(stub(module)):
        if not (isinstance(node, ast.ClassDef) and node.name == class_name):
            continue
        for item in node.body:
            if not isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) or item.returns is None:
                continue
            if item.name.startswith("_") or item.name in SKIPPED:
                continue
            decorators = {ast.unparse(d) for d in item.decorator_list}
            if "property" in decorators or "classmethod" in decorators:
                continue
            annotation = ast.unparse(item.returns)
            meaning = BY_NAME.get(item.name) or MEANING.get(annotation)
            if meaning is None:
                raise SystemExit(f"{class_name}.{item.name}: no meaning for the annotation {annotation!r}")
            found[item.name] = (meaning, isinstance(item, ast.AsyncFunctionDef))
    return found


def render() -> str:
    table = methods("db/models/manager.pyi", "BaseManager")
    table.update(methods("db/models/query.pyi", "QuerySet"))
    lines = [
        f'"""What each ORM method returns. Derived from django-stubs {version("django-stubs")} by',
        "``scripts/derive_orm_table.py``; not to be edited by hand.",
        '"""',
        "",
        "#: Method of a QuerySet or manager → (what it returns, whether it must be awaited).",
        "ORM_METHODS: dict[str, tuple[str, bool]] = {",
        *(f'    "{name}": ("{what}", {awaited}),' for name, (what, awaited) in sorted(table.items())),
        "}",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {TABLE: render()}, __doc__, oldest=(3, 11)))
