"""No two modules import one another: not in a function, and not for annotations alone."""

from __future__ import annotations

import ast

from tests.support import REPOSITORY

PACKAGE = REPOSITORY / "cachelint"


def _imports() -> dict[str, set[str]]:
    files = {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for module, path in files.items():
        found[module] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found[module].add(inner if inner in files else node.module)
            elif isinstance(node, ast.Import):
                found[module].update(alias.name for alias in node.names)
        found[module] &= files.keys() - {module}
    return found


def test_imports_make_no_circle() -> None:
    left = _imports()
    assert len(left) > 150
    while True:
        # What imports nothing that is left can stand in no circle.
        leaves = {module for module, imported in left.items() if not imported & left.keys()}
        if not leaves:
            break
        left = {module: imported for module, imported in left.items() if module not in leaves}
    assert not left, f"these import one another: {sorted(left)}"


def test_what_is_long_says_why() -> None:
    """A module above 400 lines, or a function above 60, says in its docstring why it is not two."""
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        if len(text.splitlines()) > 400 and path.name != "generated.py":
            assert "400 lines" in (ast.get_docstring(tree) or ""), path
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                assert "60 lines" in (ast.get_docstring(node) or ""), f"{path}: {node.name}"
