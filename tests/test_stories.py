"""Stories: fixes in the shapes that real projects have, and traps, run on real Django before and after fixing."""

from __future__ import annotations

import ast
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cachelint.findings import Applicability
from cachelint.run.fix import repair
from cachelint.run.session import Options
from tests.support import CODES, REPOSITORY, check

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "stories"
HEADER = (FOLDER / "project/header.txt").read_text(encoding="utf-8")
#: Codes of findings that stand in the way of a JSON serializer.
OF_VALUES = {"CL101", "CL102", "CL103", "CL104", "CL105", "CL402"}
VERSIONS = ("4.2", "5.2", "newest")
BACKENDS = ("locmem", "db", "redis", "redis-json", "memcached")
_MARK = re.compile(r"# (CL\d{3}) (safe|unsafe|none)\b")


@dataclass(frozen=True)
class Story:
    """A module of the project, the fix expected at each of its lines, and what `story()` gives."""

    name: str
    text: str
    expected: object
    after: object

    @property
    def marks(self) -> set[tuple[str, int, str, str]]:
        lines = (HEADER + self.text).splitlines()
        return {
            (self.name, number, code, fix) for number, line in enumerate(lines, 1) for code, fix in _MARK.findall(line)
        }


def _stories() -> list[Story]:
    found: list[Story] = []
    for path in sorted(FOLDER.glob("*.py")):
        parts = re.split(r"^# --- (.*)\n", path.read_text(encoding="utf-8"), flags=re.M)
        for title, text in zip(parts[1::2], parts[2::2], strict=True):
            name = f"{path.stem}_{title.strip().replace(' ', '_').lower()}"
            values = dict(re.findall(r"^(EXPECTED|AFTER) = (.*)$", text, flags=re.M))
            expected = ast.literal_eval(values["EXPECTED"])
            after = ast.literal_eval(values.get("AFTER", values["EXPECTED"]))
            found.append(Story(name, text.strip() + "\n", expected, after))
    return found


STORIES = _stories()


def make(root: Path) -> Path:
    """The project with all stories in it."""
    shutil.copytree(FOLDER / "project", root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"))
    for story in STORIES:
        (root / "stories" / f"{story.name}.py").write_text(HEADER + story.text, encoding="utf-8")
    return root


def fix(root: Path, *, unsafe: bool) -> None:
    done = repair(Options(root, CODES, use_store=False), unsafe=unsafe, write_files=True)
    assert not done.failed
    assert not done.repair.taken_back


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The project as it is, after `--fix`, and after `--fix --unsafe-fixes`."""
    folder = tmp_path_factory.mktemp("stories")
    made = {name: make(folder / name) for name in ("before", "safe", "unsafe")}
    fix(made["safe"], unsafe=False)
    fix(made["unsafe"], unsafe=True)
    return made


# -- which fixes there are -----------------------------------------------------------------------------------


def test_there_are_enough_of_them() -> None:
    traps = [story for story in STORIES if story.name.startswith("traps_")]
    assert len(traps) >= 40
    assert len(STORIES) - len(traps) >= 40


def test_each_fix_is_as_safe_as_the_story_says(tmp_path: Path) -> None:
    found = set()
    for finding in check(make(tmp_path / "project")).findings:
        # What a story is about is how a value is stored, not what else its functions do.
        if finding.place.path.startswith("stories/") and finding.code < "CL5":
            applicability = finding.fix.applicability.value if finding.fix is not None else "none"
            assert finding.fix is not None or finding.no_fix
            found.add((Path(finding.place.path).stem, finding.call_end, finding.code, applicability))
    expected = {mark for story in STORIES for mark in story.marks}
    assert found == expected


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_nothing_that_could_be_fixed_is_left_and_nothing_is_new(projects: dict[str, Path], unsafe: bool) -> None:
    before = check(projects["before"]).findings
    after = check(projects["unsafe" if unsafe else "safe"]).findings
    wanted = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    assert [f for f in after if f.fix is not None and f.fix.applicability in wanted] == []
    known = {(f.code, f.place.path) for f in before}
    left = {(code, f.place.path) for f in before if f.fix is not None for code in f.fix.leaves}
    assert {(f.code, f.place.path) for f in after} <= known | left


def test_fixing_again_changes_nothing(projects: dict[str, Path]) -> None:
    root = projects["unsafe"]
    before = {path: path.read_bytes() for path in root.rglob("*.py")}
    fix(root, unsafe=True)
    assert {path: path.read_bytes() for path in root.rglob("*.py")} == before


# -- on real Django ------------------------------------------------------------------------------------------


def python_with(version: str) -> str:
    """The interpreter with a version of Django, which `make test` sets up."""
    path = REPOSITORY / f".venv/django-{version}/bin/python"
    if not path.exists():
        pytest.skip(f"no environment with Django {version} here: `make test` makes it where it can")
    return str(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(command: list[str], port: int) -> Iterator[str]:
    if shutil.which(command[0]) is None:
        yield ""
        return
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield str(port)
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="session")
def redis_port() -> Iterator[str]:
    port = _free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    yield from _serve(command, port)


@pytest.fixture(scope="session")
def memcached_port() -> Iterator[str]:
    port = _free_port()
    yield from _serve(["memcached", "-p", str(port), "-l", "127.0.0.1", "-u", "root", "-U", "0"], port)


@pytest.fixture
def backend(request: pytest.FixtureRequest, redis_port: str, memcached_port: str) -> str:
    """A backend with the port of its server."""
    backend = str(request.param)
    port = redis_port if backend.startswith("redis") else memcached_port if backend == "memcached" else "0"
    if not port:
        pytest.skip(f"no server for {backend} here: it is Debian's package redis-server or memcached")
    return f"{backend}:{port}"


def tell(root: Path, version: str, backend: str, names: list[str], *more: str) -> dict[str, object]:
    """What each story gives, with a cold cache and then with a warm one."""
    done = subprocess.run(
        [python_with(version), "-W", "ignore", "tell.py", backend, *more, *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def expect(told: dict[str, object], *, after: bool) -> None:
    for story in STORIES:
        if story.name in told:
            result = story.after if after else story.expected
            assert told[story.name] == [result, result], story.name


def fit_for_json(root: Path) -> list[str]:
    """The stories without a finding left that JSON would stumble over."""
    found = {Path(f.place.path).stem for f in check(root).findings if f.code in OF_VALUES}
    return [story.name for story in STORIES if story.name not in found]


@pytest.mark.parametrize("backend", BACKENDS, indirect=True)
@pytest.mark.parametrize("state", ["before", "safe", "unsafe"])
@pytest.mark.parametrize("version", VERSIONS)
def test_stories_end_as_before(projects: dict[str, Path], version: str, state: str, backend: str) -> None:
    root = projects[state]
    names = [story.name for story in STORIES]
    if backend.startswith("redis-json"):
        names = fit_for_json(root)
    (root / "stories.sqlite3").unlink(missing_ok=True)
    expect(tell(root, version, backend, names), after=state != "before")


@pytest.mark.parametrize("state", ["safe", "unsafe"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_deploy(projects: dict[str, Path], version: str, state: str, tmp_path: Path) -> None:
    """Old code fills the cache, new code reads it, old code reads what the new code wrote; and the other way round."""
    root = tmp_path / "deploy"
    shutil.copytree(projects["before"], root)
    names = [story.name for story in STORIES if story.expected == story.after]
    other = projects[state]
    for first, second in ((projects["before"], other), (other, projects["before"])):
        for turn, code in enumerate((first, second, first)):
            shutil.copytree(code / "stories", root / "stories", dirs_exist_ok=True)
            expect(tell(root, version, "file", names, *(["--keep"] if turn else [])), after=False)
