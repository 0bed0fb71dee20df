"""mypy with django-stubs as an oracle: wherever it has an opinion of a cached value, it must be ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cachelint.caching.collect import collect
from cachelint.findings import Edit
from cachelint.fixes.edits import after, apply, before
from cachelint.kinds.describe import describe
from cachelint.kinds.join import members
from cachelint.kinds.model import (
    Closure,
    Dict,
    Generator,
    Kind,
    List,
    ModelInstance,
    QuerySet,
    Scalar,
    Set,
    Str,
    Tuple,
    Unknown,
)
from cachelint.project import Codebase, discover
from tests.support import REPOSITORY

PROJECTS = {
    REPOSITORY / "examples/shop": ("config.settings", "."),
    REPOSITORY / "tests/fixtures/library": ("config.settings.local", "src"),
}
#: How many values must have been compared: what mypy leaves open proves nothing.
AT_LEAST = {"shop": 6, "library": 12}

_NOTE = re.compile(r'^(?P<path>[^:]+):(?P<line>\d+):.*Revealed type is "(?P<type>.*)"$')


def head_of(kind: Kind) -> str | None:
    """The name of the class of a kind; None where we have no opinion."""
    match kind:
        case ModelInstance(model=model):
            return model.short_name
        case QuerySet():
            return "QuerySet"
        case List():
            return "list"
        case Dict():
            return "dict"
        case Tuple():
            return "tuple"
        case Set():
            return "set"
        case Str():
            return "str"
        case Generator():
            return "Generator"
        case Scalar(type=name):
            return name.rpartition(".")[2]
        case Unknown() | Closure():
            return None
    return None


def heads_of(text: str) -> set[str] | None:
    """The names of the classes in a type of mypy; None where it has no opinion."""
    text = re.sub(r"^def \(.*?\) -> ", "", text)
    text = re.sub(r"Literal\[(True|False)\]", "builtins.bool", text)
    text = re.sub(r"Literal\[-?\d+\]", "builtins.int", text)
    text = re.sub(r"Literal\['.*?'\]", "builtins.str", text)
    found: set[str] = set()
    for part in _alternatives(text):
        bare = re.sub(r"[\[(].*", "", part.strip()).rstrip("?*")
        if part.startswith(("tuple[", "builtins.tuple[", "Tuple[")):
            bare = "tuple"
        if "Any" in bare or not bare or bare.startswith("_"):
            return None
        found.add("dict" if bare.startswith("TypedDict") else bare.rpartition(".")[2])
    return found


def _alternatives(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        depth += (char in "[(") - (char in ")]")
        if char == "|" and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()]


@pytest.mark.parametrize("source", PROJECTS, ids=lambda path: path.name)
def test_mypy_agrees(source: Path, tmp_path: Path) -> None:
    root = tmp_path / source.name
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__", ".cachelint_cache", "migrations"))
    settings, base = PROJECTS[source]
    codebase = Codebase(root, discover(root).files)
    kinds: dict[tuple[str, int], Kind] = {}
    edits: dict[str, list[Edit]] = {}
    for site in collect(codebase).sites:
        node = site.nodes.get("value") or site.nodes.get("default")
        if site.inner is not None or not site.writes or node is None or site.value is None:
            continue
        place = site.lift.place(node)
        kinds[(place.path, place.line)] = site.value
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
    for line in done.stdout.splitlines():
        match = _NOTE.match(line)
        if match is None:
            continue
        kind = kinds.get((match.group("path"), int(match.group("line"))))
        theirs = heads_of(match.group("type"))
        if kind is None or theirs is None:
            continue
        ours = [head_of(member) for member in members(kind)]
        if not ours or None in ours:
            continue
        assert set(ours) <= theirs, f"{line}: ours is {describe(kind)}"
        compared += 1
    assert compared >= AT_LEAST[source.name], done.stdout + done.stderr
