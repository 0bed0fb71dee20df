"""What is kept of a run: used where it is still true, and never where it is not."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelint.findings.codec import encode
from cachelint.project.files import discover
from cachelint.project.store.results import ResultCache
from cachelint.run.analysis import Outcome
from cachelint.run.session import Options, run
from tests.edits import edited
from tests.support import CODES, REPOSITORY, make_project

pytestmark = pytest.mark.slow

CASE = """\
def shown(request, pk):
    book = cache.get("book:v1:%s" % pk)
    if book is None:
        book = Book.objects.get(pk=pk)
        cache.set("book:v1:%s" % pk, book, 60)
    return render(request, "book.html", {"book": book})


def other():
    return 1
"""
SHOWN = "from django.shortcuts import render\n" + CASE


def told(outcome: Outcome) -> tuple[list[Any], dict[str, str]]:
    return [encode(finding) for finding in outcome.findings], outcome.problems


def cold(root: Path) -> tuple[list[Any], dict[str, str]]:
    return told(run(Options(root, CODES, use_store=False)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_project(tmp_path / "project", SHOWN)
    (root / "shop/templates").mkdir()
    (root / "shop/templates/book.html").write_text("{{ book.title }}")
    return root


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def test_what_is_said_again_is_what_was_said(root: Path) -> None:
    first = run(Options(root, CODES))
    again = run(Options(root, CODES))
    assert (first.from_store, again.from_store) == (False, True)
    assert told(again) == told(first) == cold(root)
    assert first.findings


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("app/case.py", "    return 1", "    return compute(2)"),
        ("shop/models.py", "return self.title.upper()", "return self.title.lower()"),
        ("config/__init__.py", "", "# settings"),
        ("config/settings.py", 'SECRET_KEY = "x"', 'SECRET_KEY = "y"'),
    ],
)
def test_a_change_that_does_not_matter(root: Path, path: str, old: str, new: str) -> None:
    run(Options(root, CODES))
    change(root / path, old, new)
    after = run(Options(root, CODES))
    assert after.from_store
    assert told(after) == cold(root)
    assert run(Options(root, CODES)).from_store


@pytest.mark.usefixtures("dicts_alone")
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("app/case.py", "pk=pk", "pk=int(pk)"),
        ("app/case.py", "def shown", "\ndef shown"),
        ("app/case.py", "    return 1", "    return 1\n\n\ndef more():\n    cache.set('k', 1)"),
        ("app/case.py", "    return 1", "    # cachelint: ignore CL101 -- here is nothing\n    return 1"),
        ("shop/models.py", "    title = models.CharField(max_length=50)", "    title = models.JSONField()"),
        ("config/settings.py", '"TIMEOUT": 450', '"TIMEOUT": 45'),
        ("config/settings.py", "NEVER = None", "NEVER = None\nCACHES['default'].update(LATER)"),
        ("shop/templates/book.html", "book.title", "book.shout"),
    ],
)
def test_a_change_that_may_matter(root: Path, path: str, old: str, new: str) -> None:
    before = told(run(Options(root, CODES)))
    change(root / path, old, new)
    after = run(Options(root, CODES))
    assert not after.from_store
    assert told(after) == cold(root)
    if path.endswith(".html"):
        assert told(after) != before, "the template decides whether there is a fix"


def test_files_come_and_go(root: Path) -> None:
    run(Options(root, CODES))
    (root / "app/more.py").write_text("from django.core.cache import cache\ncache.set('k', 1)\n")
    more = run(Options(root, CODES))
    assert not more.from_store
    assert told(more) == cold(root)
    (root / "app/more.py").unlink()
    assert told(run(Options(root, CODES))) == cold(root)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_after_any_edits_a_run_says_what_one_from_nothing_says(seed: int) -> None:
    chosen = random.Random(seed)
    with TemporaryProject() as root:
        run(Options(root, CODES))
        for _ in range(3):
            path = root / chosen.choice(discover(root).files)
            text, what = edited(path.read_text(encoding="utf-8"), chosen)
            path.write_text(text, encoding="utf-8")
            assert told(run(Options(root, CODES))) == cold(root), f"{path}: {what}"


class TemporaryProject:
    """A copy of a fixture project that is there for a while."""

    def __enter__(self) -> Path:
        self.folder = Path(tempfile.mkdtemp()).resolve()
        ignored = shutil.ignore_patterns("__pycache__", ".cachelint_cache")
        shutil.copytree(REPOSITORY / "tests/fixtures/library", self.folder / "library", ignore=ignored)
        return self.folder / "library"

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self.folder)


def _spoil_numbers(text: str) -> str:
    values = json.loads(text)
    if "trace" in values:
        values["trace"]["searched"] = [[999, ["x"]]]
        values["trace"]["files"] = {path: {"skeleton": 3} for path in values["trace"]["files"]}
    return json.dumps(values)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "", lambda text: text[: len(text) // 2], lambda text: "[]", lambda text: "{}", lambda text: "3",
        lambda text: "[" * 100_000, lambda text: text.replace("questions", "answers").replace("findings", "found"),
        lambda text: json.dumps(dict.fromkeys(json.loads(text), "x")), _spoil_numbers, lambda text: "\ud800",
    ],
)  # fmt: skip
@pytest.mark.parametrize("changed", [False, True])
def test_a_damaged_store(root: Path, spoil: Callable[[str], str], changed: bool) -> None:
    run(Options(root, CODES))
    for entry in (root / ".cachelint_cache").glob("*.json"):
        entry.write_bytes(spoil(entry.read_text()).encode("utf-8", "surrogatepass"))
    if changed:
        change(root / "shop/models.py", "upper", "lower")
    assert told(run(Options(root, CODES))) == cold(root)


def test_a_disk_that_is_full(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cachelint.project.store.disk.json.dump", full)
    first, again = run(Options(root, CODES)), run(Options(root, CODES))
    assert not again.from_store
    assert told(first) == told(again) == cold(root)
    assert not list((root / ".cachelint_cache").glob("*.tmp"))


def test_a_folder_that_is_a_file(root: Path) -> None:
    (root / ".cachelint_cache").write_text("")
    assert told(run(Options(root, CODES))) == cold(root)


def test_what_a_killed_run_left_behind_goes(root: Path) -> None:
    run(Options(root, CODES))
    left = root / ".cachelint_cache/left.tmp"
    left.write_text("{")
    os.utime(left, (1, 1))
    change(root / "app/case.py", "pk=pk", "pk=int(pk)")
    run(Options(root, CODES))
    assert not left.exists()


def test_several_processes_at_once(root: Path) -> None:
    command = [sys.executable, "-m", "cachelint", "--format", "concise"]
    running = [
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    done = [process.communicate() for process in running]
    assert len(set(done)) == 1
    assert done[0][0]
    assert told(run(Options(root, CODES))) == cold(root)


def test_another_state_of_the_program_has_no_use_for_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(Options(root, CODES))
    monkeypatch.setattr("cachelint.run.session.program", lambda: "another")
    assert not run(Options(root, CODES)).from_store


def test_a_file_that_changes_while_it_is_read_is_asked_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state of each file is noted before anything is read."""
    noted = ResultCache.__init__

    def change_after(self: ResultCache, *arguments: Any) -> None:
        noted(self, *arguments)
        change(root / "app/case.py", "pk=pk", "pk=int(pk)")

    with monkeypatch.context() as patch:
        patch.setattr(ResultCache, "__init__", change_after)
        run(Options(root, CODES))
    assert told(run(Options(root, CODES))) == cold(root)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = '\xff'\n", b"x = 'y'\n"),
        (b"x = 1\n\0", b"x = 1\n"),
        (b"# coding: no-such\n", b"# nothing\n"),
        (b"def g[T = int](): ...\n\ndef h():\n    return 1\n", b"def g[T = int](): ...\n\ndef h():\n    return 1 1\n"),
    ],
    ids=["encoding", "NUL", "coding", "syntax"],
)  # fmt: skip
@pytest.mark.parametrize("back", [False, True])
def test_what_can_t_be_read_is_read_again(root: Path, before: bytes, after: bytes, back: bool) -> None:
    first, second = (after, before) if back else (before, after)
    head = b"from django.core.cache import cache\n"
    path = root / "app/other.py"
    path.write_bytes(head + first if b"coding" not in first else first + head)
    run(Options(root, CODES))
    path.write_bytes(head + second if b"coding" not in first else second + head)
    assert told(run(Options(root, CODES))) == cold(root)


def test_a_folder_that_can_t_be_looked_into_is_told_each_time(root: Path) -> None:
    run(Options(root, CODES))
    (root / "loop.py").symlink_to("loop.py")
    looped = told(run(Options(root, CODES)))
    assert looped == cold(root)
    assert "loop.py" in looped[1]
    (root / "loop.py").unlink()
    assert told(run(Options(root, CODES))) == cold(root)


def test_the_order_in_which_a_hash_walks_changes_nothing(root: Path) -> None:
    for number in range(6):
        text = (
            f"from django.core.cache import cache as cache{number}\n\n\ndef get{number}():\n    return cache{number}\n"
        )
        (root / f"app/x{number}.py").write_text(f"{text}\n\ndef q{number}(:\n    cache{number}.get(1)\n")
    told_by = set()
    for seed in range(4):
        command = [sys.executable, "-m", "cachelint", "--no-cache", "--format", "json"]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        told_by.add(subprocess.run(command, cwd=root, capture_output=True, env=environment, check=False).stdout)
    assert len(told_by) == 1
