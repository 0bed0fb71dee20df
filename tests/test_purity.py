"""What an expression evaluates to depends on the code alone: not on who asked first, nor on what was asked before."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import libcst as cst
import pytest

from cachelint.infer import interpreter as interpreter_module
from cachelint.infer.context import Context
from cachelint.infer.interpreter import Interpreter
from cachelint.project.codebase import Codebase
from cachelint.project.files import discover
from cachelint.project.symbols import FunctionRef
from cachelint.types.code import Function
from cachelint.types.display import describe
from cachelint.types.walk import settled
from tests.support import CODE, NOW, REPOSITORY, check, expected, make_project, project_of, reported
from tests.test_cases import ALL, IDS, codes_for

PROJECTS = {
    "shop": REPOSITORY / "examples/shop",
    "library": REPOSITORY / "tests/fixtures/library",
    "expressions": REPOSITORY / "tests/fixtures/expressions",
    "stories": REPOSITORY / "tests/stories/project",
}


def _reversed(text: str) -> str:
    """The same file with its functions in the reverse order."""
    lines = text.splitlines(keepends=True)
    spans = [
        (min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1, node.end_lineno or 0)
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if len(set(names)) < len(names):
        return text
    made: list[str] = []
    at = 0
    for (start, end), (other_start, other_end) in zip(spans, reversed(spans), strict=True):
        made += [*lines[at:start], *lines[other_start:other_end]]
        at = end
    return "".join([*made, *lines[at:]])


#: Rules about a key, reported at the first or the last of its calls in the order of lines.
OF_FIRST_CALLS = frozenset({"CL302", "CL307", "CL308", "CL310", "CL311"})


@pytest.mark.slow
@pytest.mark.parametrize(("code", "title", "text"), ALL, ids=IDS)
def test_the_order_of_definitions_does_not_matter(code: str, title: str, text: str, tmp_path: Path) -> None:
    before, marker, now = text.partition(NOW)
    settings, is_settings, code_part = text.partition(CODE)
    if code in OF_FIRST_CALLS:
        pytest.skip("the finding stands at the first of several calls, which is another one then")
    try:
        other = _reversed(now if marker else code_part if is_settings else text)
    except SyntaxError:
        pytest.skip("a case of broken code")
    head = f"{before}{NOW}" if marker else f"{settings}{CODE}" if is_settings else ""
    root = project_of(tmp_path, f"{head}{other}")
    assert reported(check(root, codes_for(code)).findings) == expected(root)


class _Calls:
    """Takes down what each call of a function passes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def subscribes(self, name: str) -> bool:
        return True

    def stored(self, context: Context, target: cst.Subscript, value: object) -> None:
        pass

    def contains(self, context: Context, node: cst.Comparison) -> None:
        pass

    def call(self, context: Context, node: cst.Call) -> None:
        with context.interpreter.question():
            passed = [describe(settled(context.evaluate(argument.value))) for argument in node.args]
            self.seen.append(
                f"{context.parsed.code(node)[:60]}: {passed} -> {describe(settled(context.evaluate(node)))}"
            )


def _asked(interpreter: Interpreter, function: FunctionRef) -> list[str]:
    calls = _Calls()
    with interpreter.question():
        interpreter.run(Function(function), observer=calls)
    return calls.seen


def _functions(codebase: Codebase) -> list[FunctionRef]:
    return [function for module in codebase.containing("def") for function in codebase.functions(module)]


@pytest.mark.slow
@pytest.mark.parametrize("name", PROJECTS)
def test_each_function_alone_and_all_in_any_order(name: str) -> None:
    root = PROJECTS[name]
    files = discover(root).files
    functions = _functions(Codebase(root, files))
    alone = {}
    for number in range(len(functions)):
        interpreter = Interpreter(Codebase(root, files))
        alone[number] = _asked(interpreter, _functions(interpreter.codebase)[number])
    assert any(alone.values())
    for seed in range(4):
        interpreter = Interpreter(Codebase(root, files))
        mine = _functions(interpreter.codebase)
        order = list(range(len(mine)))
        random.Random(seed).shuffle(order)
        for number in order:
            assert _asked(interpreter, mine[number]) == alone[number], mine[number].definition.qualname


CHAIN = "from django.core.cache import cache\nfrom shop.models import Book\n\n\n{}"


def _chain(length: int) -> list[str]:
    links = [f"def f{n}():\n    return f{n + 1}()\n\n\n" for n in range(1, length)]
    return [*links, f"def f{length}():\n    return Book.objects.first()\n\n\n"]


NEAR = 'def near():\n    cache.set("near", f22(), 60)\n\n\n'
DEEP = 'def deep():\n    cache.set("deep", f1(), 60)\n\n\n'


@pytest.mark.parametrize("first", ["near", "deep"])
def test_a_chain_of_calls_that_is_too_long_for_one_is_not_for_another(first: str, tmp_path: Path) -> None:
    # `f1()` leads through more calls than are followed, `f22()` does not.
    functions = [NEAR, DEEP] if first == "near" else [DEEP, NEAR]
    root = make_project(tmp_path, CHAIN.format("".join([*_chain(30), *functions])))
    found = [f for f in check(root).findings if f.code == "CL101"]
    assert [root.joinpath(f.place.path).read_text().splitlines()[f.place.line - 2] for f in found] == ["def near():"]


CYCLE = """\
from django.core.cache import cache
from shop.models import Book


def one(n):
    return two(n - 1) if n else {"book": Book.objects.first()}


def two(n):
    return three(n - 1) if n else [1]


def three(n):
    return one(n - 1) if n else None


def keep_one(n):
    cache.set("one", one(n), 60)


def keep_two(n):
    cache.set("two", two(n), 60)


def keep_three(n):
    cache.set("three", three(n), 60)
"""


def test_functions_that_call_one_another_in_a_circle(tmp_path: Path) -> None:
    messages: list[dict[str, str]] = []
    for text in (CYCLE, _reversed(CYCLE)):
        root = make_project(tmp_path / str(len(messages)), text)
        found = [f for f in check(root).findings if f.code == "CL101"]
        lines = (root / "app/case.py").read_text().splitlines()
        messages.append({lines[f.place.line - 1]: f.message.split(", line")[0] for f in found})
    assert len(messages[0]) == 3
    assert messages[0] == messages[1]


def test_a_question_that_takes_too_many_steps_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter_module, "MAX_STEPS", 300)
    names = range(60)
    keeping = "".join(f'def keep{n}():\n    cache.set("n{n}", Book.objects.all(), 60)\n\n\n' for n in names)
    reading = "".join(
        f'def read{n}():\n    for book in cache.get("n{n}") or ():\n        print(book.title)\n\n\n' for n in names
    )
    found = check(make_project(tmp_path, CHAIN.format(keeping + reading))).findings
    assert len({(f.no_fix, f.fix is None) for f in found if f.code == "CL102"}) == 1
    assert len([f for f in found if f.code == "CL102"]) == len(names)


DECORATED = """\
from django.core.cache import cache
from shop.models import Book


def {name}(function):
    def inner(*args):
        return [book.title for book in function(*args)]

    return inner


@{name}
def books():
    return Book.objects.all()


def keep():
    cache.set("books", books(), 60)
"""


@pytest.mark.parametrize("name", ["task", "as_titles", "cache_page", "register"])
def test_a_decorator_of_the_project_is_what_it_does_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    found = check(make_project(tmp_path, DECORATED.format(name=name))).findings
    assert [f.code for f in found] == []


ENDLESS = """\
from django.core.cache import cache


def walk(tree):
    yield 1
    yield from walk(tree["left"])


def keep():
    cache.set("lazily", walk({}), 60)


def keep_list():
    cache.set("list", list(walk({})), 60)


def keep_other(numbers):
    cache.set("set", set(numbers), 60)
"""


def test_a_result_that_never_ends_is_cut_and_costs_no_other_finding(tmp_path: Path) -> None:
    outcome = check(make_project(tmp_path, app__kept=ENDLESS))
    assert [(f.code, f.function) for f in outcome.findings] == [("CL103", "keep"), ("CL104", "keep_other")]
    assert not outcome.problems


THROUGH_CONSTANTS = [
    """\
C0 = f2()


def f2():
    if 1:
        return f4(f3())
    return f3()[0]


def f3():
    v00 = []
    v00.append(f2())
    return {x0: [*(v00 if 1 else 1)] for x0 in v00}


def keep():
    cache.set(C0)
""",
    """\
C0 = K0.m1()
C1 = f4(Book.objects.all())


def f2():
    return sorted(C0)


def f4(n0):
    if 1:
        return f2()
    return n0


class K0:
    def m1():
        return C1


def keep():
    cache.set("x", C0)


def keep_function():
    cache.set("y", f2())
""",
]


@pytest.mark.parametrize("code", THROUGH_CONSTANTS)
def test_calls_and_constants_that_need_one_another(code: str, tmp_path: Path) -> None:
    root = make_project(
        tmp_path, app__kept=f"from django.core.cache import cache\nfrom shop.models import Book\n\n{code}"
    )
    files = ["app/kept.py", "shop/models.py", "config/settings.py"]
    number = range(len(_functions(Codebase(root, files))))
    alone = {}
    for n in number:
        interpreter = Interpreter(Codebase(root, files))
        alone[n] = _asked(interpreter, _functions(interpreter.codebase)[n])
    for seed in range(12):
        interpreter = Interpreter(Codebase(root, files))
        mine = _functions(interpreter.codebase)
        for n in random.Random(seed).sample(number, len(number)):
            assert _asked(interpreter, mine[n]) == alone[n], mine[n].definition.qualname
