"""mypy with django-stubs as an oracle: wherever it has an opinion of a cached value, it must be ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.caching.rounds import collect
from cachelint.findings import Edit
from cachelint.fixes.apply.edits import after, apply, before
from cachelint.project.codebase import Codebase
from cachelint.project.files import discover
from cachelint.types.base import Scalar, Type, Unknown
from cachelint.types.code import Closure
from cachelint.types.containers import Dict, Generator, List, Set, Tuple
from cachelint.types.display import describe
from cachelint.types.django import ModelInstance, QuerySet
from cachelint.types.join import join, members
from cachelint.types.strings import Str, literal
from tests.support import REPOSITORY

pytestmark = pytest.mark.slow

PROJECTS = {
    REPOSITORY / "examples/shop": ("config.settings", "."),
    REPOSITORY / "tests/fixtures/library": ("config.settings.local", "src"),
    REPOSITORY / "tests/fixtures/expressions": ("config.settings", "."),
}
#: How many values must have been compared: what mypy leaves open proves nothing.
AT_LEAST = {"shop": 6, "library": 12, "expressions": 250}

_NOTE = re.compile(r'^(?P<path>[^:]+):(?P<line>\d+):.*Revealed type is "(?P<type>.*)"$')


def agree(typ: Type, text: str) -> bool | None:
    """Whether a type of mypy allows all that we say a value can be; None where either has no opinion."""
    theirs = [_parsed(part) for part in _split(_plain(text), "|")]
    if any(head is None for head, _ in theirs):
        return None
    verdicts = [[_fits(member, head or "", inner) for head, inner in theirs] for member in members(typ)]
    if not verdicts or any(isinstance(member, Unknown | Closure) for member in members(typ)):
        return None
    return all(any(verdict is not False for verdict in of_one) for of_one in verdicts)


def _fits(typ: Type, head: str, inner: list[str]) -> bool | None:
    """The same for one of our alternatives and one of theirs, and for what they hold."""
    match typ:
        case ModelInstance(model=model):
            return head == model.short_name
        case QuerySet(row=row):
            return head == "QuerySet" and (len(inner) < 2 or agree(row, inner[1]) is not False)
        case List(element=element) | Set(element=element):
            own = ("list",) if isinstance(typ, List) else ("set", "frozenset")
            return head in own and (not inner or agree(element, inner[0]) is not False)
        case Dict(key=key):
            if head == "TypedDict":
                return True
            keys, values = join(*(literal(k) for k, _ in typ.entries), key), join(*typ.all_values)
            held = len(inner) < 2 or (agree(keys, inner[0]) is not False and agree(values, inner[1]) is not False)
            return head in ("dict", "OrderedDict", "defaultdict") and held
        case Tuple(items=items, element=element):
            if head != "tuple":
                return False
            if len(inner) == 2 and inner[1] == "...":
                return agree(element, inner[0]) is not False
            return items is None or all(agree(i, t) is not False for i, t in zip(items, inner, strict=False))
        case Str():
            return head in ("str", "SafeString")
        case Generator():
            return head == "Generator"
        case Scalar(type=name):
            return head == name.rpartition(".")[2]
    return None


def _plain(text: str) -> str:
    text = re.sub(r"^def \(.*?\) -> ", "", text)
    text = re.sub(r"Literal\[(True|False)\]\??", "builtins.bool", text)
    text = re.sub(r"Literal\[-?\d+\]\??", "builtins.int", text)
    text = re.sub(r"Literal\['.*?'\]\??", "builtins.str", text)
    return re.sub(r"Literal\[b'.*?'\]\??", "builtins.bytes", text)


def _parsed(text: str) -> tuple[str | None, list[str]]:
    """Name of the class, None where mypy has no opinion, and what stands in its brackets."""
    match = re.fullmatch(r"([\w.]+)[?*]?(?:\[(.*)\])?(?:\(.*\))?", text, re.DOTALL)
    if match is None or match.group(1).endswith("Any") or match.group(1).startswith("_"):
        return None, []
    inner = _split(match.group(2), ",") if match.group(2) else []
    if match.group(1).lower() == "tuple" and inner and inner[-1].startswith("fallback="):
        inner = inner[:-1]
    return match.group(1).rpartition(".")[2], inner


def _split(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char in "[({") - (char in "])}")
        if char == separator and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


@pytest.mark.parametrize("source", PROJECTS, ids=lambda path: path.name)
def test_mypy_agrees(source: Path, tmp_path: Path) -> None:
    root = tmp_path / source.name
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__", ".cachelint_cache", "migrations"))
    settings, base = PROJECTS[source]
    codebase = Codebase(root, discover(root).files)
    types: dict[tuple[str, int], Type] = {}
    edits: dict[str, list[Edit]] = {}
    for site in collect(codebase).calls:
        node = site.nodes.get("value") or site.nodes.get("default")
        if site.inner is not None or not site.writes or node is None or site.value is None:
            continue
        place = site.parsed.place(node)
        types[(place.path, place.line)] = site.value
        edits.setdefault(place.path, []).extend([before(place, "reveal_type("), after(place, ")")])
    for path, changes in edits.items():
        (root / path).write_text(apply(codebase.source(path), changes), encoding="utf-8")
    config = "[mypy]\nplugins = mypy_django_plugin.main\ncheck_untyped_defs = True\nignore_missing_imports = True\n"
    config += f"mypy_path = {base}\n[mypy.plugins.django-stubs]\ndjango_settings_module = {settings}\n"
    (root / "mypy.ini").write_text(config)
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-incremental", *sorted(edits)]
    environment = {"PYTHONPATH": f".:{base}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment)
    compared = 0
    differing: list[str] = []
    for line in done.stdout.splitlines():
        match = _NOTE.match(line)
        if match is None:
            continue
        typ = types.get((match.group("path"), int(match.group("line"))))
        verdict = agree(typ, match.group("type")) if typ is not None else None
        if typ is None or verdict is None:
            continue
        compared += 1
        if not verdict:
            differing.append(f"{line}: ours is {describe(typ)}")
    assert differing == []
    assert compared >= AT_LEAST[source.name], done.stdout + done.stderr
