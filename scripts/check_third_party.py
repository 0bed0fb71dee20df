"""Hold cachelint/library/third_party.py against the sources of the packages: `check_third_party.py [--sources DIR]`.

The packages are fetched from PyPI in the versions of the table (nothing of them is run), and each line of the table is
looked for in their code: functions with their parameters, attributes that hold a cache, keys.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cachelint.caching.declared import by_name
from cachelint.library.third_party import ENTRIES, HOLDERS, WRAPPERS

#: By the first word of a full name, the package and version that it was read in.
PACKAGES = {
    "cache_memoize": "django-cache-memoize==0.2.1", "cacheback": "django-cacheback==4.1.0",
    "cacheops": "django-cacheops==7.2", "djblets": "djblets==6.1", "edx_django_utils": "edx-django-utils==8.1.0",
    "rest_framework": "djangorestframework==3.18.3", "rest_framework_extensions": "drf-extensions==0.8.0",
    **{entries.app: f"{entries.package}=={entries.version}" for entries in ENTRIES},
}  # fmt: skip


def fetch(requirement: str, sources: Path) -> Path:
    """The sources of a package, unpacked."""
    folder = sources / requirement
    if not folder.exists():
        with tempfile.TemporaryDirectory() as wheels:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run([*command, "--dest", wheels, requirement], check=True)
            for wheel in Path(wheels).glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(folder)
    return folder


def definitions(folder: Path) -> Iterator[tuple[str, ast.AST, str]]:
    """All functions and classes of a package by their names within the file, and the text of the file."""
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        stack: list[tuple[str, ast.AST]] = [("", ast.parse(text))]
        while stack:
            prefix, node = stack.pop()
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    yield f"{prefix}{child.name}", child, text
                    stack.append((f"{prefix}{child.name}.", child))


def problems(sources: Path) -> Iterator[str]:
    """What the sources do not bear out, a line each."""
    declared = by_name(WRAPPERS)
    for name in (*WRAPPERS, *HOLDERS):
        folder = fetch(PACKAGES[name.partition(".")[0]], sources)
        found = list(definitions(folder))
        last = name.rpartition(".")[2]
        if name in WRAPPERS:
            wanted = [parameter for _, parameter in declared[name].parameters]
            functions = [n for q, n, _ in found if q.rpartition(".")[2] == last and not isinstance(n, ast.ClassDef)]
            if not any(takes(n, wanted) for n in functions if isinstance(n, ast.FunctionDef)):
                yield f"{name}: no function of that name takes {', '.join(wanted)}"
        else:
            classes = [(n, text) for q, n, text in found if q == last]
            for attribute in HOLDERS[name]:
                if not any(f"self.{attribute}" in text and "cache" in text for _, text in classes):
                    yield f"{name}: nothing there uses self.{attribute}"
    for entries in ENTRIES:
        texts = [path.read_text(encoding="utf-8") for path in fetch(PACKAGES[entries.app], sources).rglob("*.py")]
        words = [entries.alias.removeprefix("WAFFLE_").removeprefix("CONSTANCE_")] if entries.alias.isupper() else []
        words += [word for word in (entries.timeout,) if word.isupper()]
        for word in words:
            if not any(word in text for text in texts):
                yield f"{entries.package}: {word} stands nowhere"


def takes(function: ast.FunctionDef, wanted: list[str]) -> bool:
    """Whether a function has parameters of these names, in this order where they are positional."""
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args) if a.arg not in ("self", "cls")]
    more = {a.arg for a in arguments.kwonlyargs} | ({arguments.vararg.arg} if arguments.vararg else set())
    ordered = [name for name in wanted if name in names]
    return all(name in names or name in more for name in wanted) and ordered == names[: len(ordered)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, default=Path(tempfile.gettempdir()) / "cachelint-third-party")
    found = list(problems(parser.parse_args().sources))
    print(*found or ["the table agrees with the sources"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
