"""A fix is written whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachelint.fixes.apply import transaction
from cachelint.project.source import Source, read_source
from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import CODES, make_project

pytestmark = pytest.mark.slow

SECOND = 'from django.core.cache import cache\n\ncache.set("b", 1)\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path, 'cache.set("a", 1)\n', app__second=SECOND, app__third=SECOND)


def contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*.py")}


def fix(root: Path) -> str:
    return repair(Options(root, CODES, use_store=False), unsafe=False, write_files=True).failed


def leftovers(root: Path) -> list[Path]:
    return [*root.rglob("*.cachelint"), *root.rglob("journal*")]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_all_files_or_none(root: Path, failing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(root)
    real, calls = os.replace, []

    def replace(source: object, target: object) -> None:
        if str(target).endswith(".py"):
            calls.append(target)
            if len(calls) == failing:
                raise OSError(28, "No space left on device")
        real(source, target)  # type: ignore[arg-type]

    monkeypatch.setattr(transaction.os, "replace", replace)
    assert "nothing was written" in fix(root)
    assert contents(root) == before
    assert not leftovers(root)


def test_a_file_that_changed_meanwhile_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "app/case.py"
    real = transaction.write

    def write(where: Path, changed: dict[str, Source], original: dict[str, Source]) -> None:
        path.write_text("# somebody was faster\n")
        real(where, changed, original)

    monkeypatch.setattr("cachelint.run.fix.write", write)
    assert "changed by another program" in fix(root)
    assert path.read_text() == "# somebody was faster\n"
    assert (root / "app/second.py").read_text() == SECOND


def test_mode_encoding_newlines_and_links(root: Path) -> None:
    path = root / "app/second.py"
    # A link that leads out of the project is not followed: see test_harm.py.
    elsewhere = root / "second.source"
    elsewhere.write_bytes(b"\xef\xbb\xbf" + SECOND.replace("\n", "\r\n").encode() + "# ü\r\n".encode())
    elsewhere.chmod(0o755)
    path.unlink()
    path.symlink_to(elsewhere)
    assert fix(root) == ""
    assert path.is_symlink()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
    data = elsewhere.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") == 4
    assert b'cache.set("b", 1, timeout=450)' in data


KILLED = """\
import os, signal, sys
from pathlib import Path
from cachelint.fixes.apply import transaction
from cachelint.project.source import Source, read_source

root, step = Path(sys.argv[1]), int(sys.argv[2])
count = 0


def killing(real):
    def call(*words, **more):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*words, **more)
    return call


for name in ("replace", "fsync", "chmod"):
    setattr(transaction.os, name, killing(getattr(os, name)))
original = {name: read_source(root / name, name) for name in ("app/case.py", "app/second.py", "app/third.py")}
changed = {name: Source(name, source.text + "# fixed\\n") for name, source in original.items()}
transaction.write(root, changed, original)
print("done", count)
"""


@pytest.mark.parametrize("step", range(1, 14))
def test_killed_at_any_step(root: Path, step: int) -> None:
    before = contents(root)
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(step)], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL or "done" in done.stdout, done.stderr
    transaction.recover(root)
    after = contents(root)
    fixed = [path for path in after if after[path] != before[path]]
    assert len(fixed) in (0, 3)
    assert all(after[path] == before[path] + b"# fixed\n" for path in fixed)
    assert not leftovers(root)
    assert all(after[path].count(b"# fixed") == 1 for path in fixed)


def test_the_steps_cover_the_whole_of_it(root: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), "0"], capture_output=True, text=True)
    assert done.stdout.strip() == "done 11", done.stdout + done.stderr


def test_what_somebody_changed_after_the_kill_is_theirs(root: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(root), "10"], capture_output=True)
    theirs = next(path for path in contents(root) if b"# fixed" not in path.read_bytes() and path.parent.name == "app")
    (root / "app/third.py").write_text("# theirs\n")
    assert theirs
    transaction.recover(root)
    assert (root / "app/third.py").read_text() == "# theirs\n"
    assert not leftovers(root)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "journal.json").write_text("{"),
        lambda folder: (folder / "journal.json").write_text('[{"path": 3}]'),
        lambda folder: (folder / "other").mkdir(),
    ],
)
def test_a_damaged_journal(root: Path, spoil: Callable[[Path], object]) -> None:
    before = contents(root)
    folder = root / ".cachelint_cache/fix/x"
    folder.mkdir(parents=True)
    spoil(folder)
    assert transaction.recover(root) == []
    assert contents(root) == before
    assert not leftovers(root)


def test_reading_is_not_in_the_way(root: Path) -> None:
    """The file is replaced, not rewritten: whoever has it open reads what was there."""
    path = root / "app/case.py"
    with path.open() as held:
        before = path.read_text()
        assert fix(root) == ""
        assert held.read() == before
    assert read_source(path, "app/case.py").text != before
