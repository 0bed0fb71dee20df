"""Measure cachelint beside other linters: the same files, one machine, one run, whole processes.

    bench/run.py [--sources DIR] [--environment DIR] [--repeat N] [--only PROJECT …] [--write]

The pinned projects (accuracy/projects.json) and the pinned rivals are downloaded first. Each time is the best of N.
``--write`` puts the table and the chart into docs/performance.md and docs/performance.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from measure_accuracy import fetch  # noqa: E402

RIVALS = ("ruff==0.15.0", "bandit==1.9.3", "flake8==7.3.0", "semgrep==1.151.0")
PAGE = ROOT / "docs/performance.md"
CHART = ROOT / "docs/performance.svg"


def environment(folder: Path) -> Path:
    """A virtual environment with cachelint and its rivals; where its programs are."""
    programs = folder / "bin"
    if not (folder / ".complete").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for rival in RIVALS:
            if subprocess.run([*pip, rival], check=False).returncode:
                # A pin that is not served any more: the newest, whose version the table names.
                subprocess.run([*pip, rival.partition("==")[0]], check=True)
        (folder / ".complete").touch()
    # Without its dependencies where they are there: a rival may want an older one of the same library.
    install = [str(programs / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "libcst", "tree-sitter", "tree-sitter-python", "pathspec"], check=True)
    subprocess.run([*install, "--no-deps", "--force-reinstall", str(ROOT)], check=True)
    return programs


def bare_flake8(folder: Path) -> Path:
    """flake8 without the plugin: a plugin is run whatever is selected."""
    programs = folder.with_name(f"{folder.name}-flake8") / "bin"
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", str(programs.parent)], check=True)
        flake8 = next(rival for rival in RIVALS if rival.startswith("flake8"))
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "--quiet", flake8], check=True)
    return programs


def commands(programs: Path) -> dict[str, list[str]]:
    """What is measured, by the name that it has in the table."""
    tool = {name: str(programs / name) for name in ("cachelint", "ruff", "bandit", "semgrep")}
    return {
        "cachelint, nothing stored": [tool["cachelint"], "--no-cache", "--format", "concise", "."],
        "cachelint, nothing changed": [tool["cachelint"], "--format", "concise", "."],
        "ruff, one rule": [tool["ruff"], "check", "--no-cache", "--isolated", "--select", "S301", "."],
        "bandit, one rule": [tool["bandit"], "-q", "-t", "B301", "-r", "."],
        "semgrep, nine rules": [
            tool["semgrep"], "--config", str(ROOT / "bench/peer.semgrep.yml"), "--quiet", "--metrics=off",
            "--disable-version-check", "--no-git-ignore", ".",
        ],
    }  # fmt: skip


def best(command: list[str], folder: Path, repeat: int, before: Callable[[], None] = lambda: None) -> float:
    """Seconds of the fastest of some runs."""
    times: list[float] = []
    for _ in range(repeat):
        before()
        started = time.perf_counter()
        subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        times.append(time.perf_counter() - started)
    return min(times)


def measure(projects: list[Path], programs: Path, repeat: int) -> dict[str, dict[str, float]]:
    """Seconds by tool and project."""
    found: dict[str, dict[str, float]] = {}
    for name, command in commands(programs).items():
        for folder in projects:
            if name == "cachelint, nothing changed":
                best(command, folder, 1)
            slow = name.startswith(("bandit", "semgrep", "flake8"))
            found.setdefault(name, {})[folder.name] = best(command, folder, 1 if slow else repeat)
            shutil.rmtree(folder / ".cachelint_cache", ignore_errors=True) if not name.endswith("changed") else None
        print(f"{name}: {sum(found[name].values()):.1f} s", flush=True)
    for folder in projects:
        shutil.rmtree(folder / ".cachelint_cache", ignore_errors=True)
    return found


#: What an edit changes, by what is edited: the first file whose path matches.
EDITED = {"a view": r"(^|/)views?\b", "a model": r"(^|/)models?\b", "the settings": r"(^|/)settings\b"}


def after_edits(projects: list[Path], programs: Path, repeat: int) -> dict[str, dict[str, float]]:
    """Seconds of a run after one file has changed; a change that matters has the whole project worked out anew."""
    command = [str(programs / "cachelint"), "--format", "concise", "."]
    found: dict[str, dict[str, float]] = {}
    for folder in projects:
        best(command, folder, 1)
        for what, pattern in EDITED.items():
            paths = [path for path in sorted(folder.rglob("*.py")) if path.stat().st_size > 500]
            named = (path for path in paths if re.search(pattern, str(path.relative_to(folder))))
            edited = next(named, paths[-1])
            before = edited.read_bytes()

            def edit(path: Path = edited, text: bytes = before) -> None:
                path.write_bytes(text + b"\n# edited %d\n" % time.time_ns())

            found.setdefault(f"cachelint, {what} edited", {})[folder.name] = best(command, folder, repeat, edit)
            edited.write_bytes(before)
            best(command, folder, 1)
        shutil.rmtree(folder / ".cachelint_cache", ignore_errors=True)
    return found


def on_files(project: Path, programs: Path, count: int, repeat: int) -> tuple[float, float]:
    """Seconds of cachelint and of ruff on some files of a project, as pre-commit names them."""
    files = [str(path.relative_to(project)) for path in sorted(project.rglob("*.py"))[::20][:count]]
    command = [str(programs / "cachelint"), "--format", "concise", *files]
    best(command, project, 1)
    ours = best(command, project, repeat)
    shutil.rmtree(project / ".cachelint_cache", ignore_errors=True)
    return ours, best(
        [str(programs / "ruff"), "check", "--no-cache", "--isolated", "--select", "S301", *files], project, repeat
    )


def with_flake8(project: Path, programs: Path, bare: Path) -> tuple[float, float]:
    """Seconds of flake8 in four processes with the plugin and without it, nothing stored."""
    options = ["--isolated", "--select", "CL", "-j", "4", "."]
    shutil.rmtree(project / ".cachelint_cache", ignore_errors=True)
    with_plugin = best([str(programs / "flake8"), *options], project, 1)
    shutil.rmtree(project / ".cachelint_cache", ignore_errors=True)
    return with_plugin, best([str(bare / "flake8"), *options], project, 1)


def peak_memory(project: Path, programs: Path) -> int:
    """Megabytes that a run with nothing stored needs at most."""
    code = "import resource, subprocess as s, sys; s.run(sys.argv[1:], stdout=s.DEVNULL, stderr=s.DEVNULL); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    command = [sys.executable, "-c", code, str(programs / "cachelint"), "--no-cache", "--format", "concise", "."]
    return int(subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout)


def _no_python(folder: str, names: list[str]) -> set[str]:
    """What a copy does without: a project may hold a hundred megabytes of pictures."""
    return {name for name in names if not name.endswith(".py") and not os.path.isdir(os.path.join(folder, name))}


def growth(project: Path, programs: Path, copies: tuple[int, ...]) -> list[tuple[int, float, int]]:
    """Lines, seconds and megabytes for a project that holds another one several times."""
    measured: list[tuple[int, float, int]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "pyproject.toml").write_text("")
        made = 0
        for count in copies:
            for number in range(made, count):
                shutil.copytree(project, folder / f"copy{number}", symlinks=True, ignore=_no_python)
            made = count
            command = [str(programs / "cachelint"), "--no-cache", "--format", "concise", "."]
            measured.append((lines_of([folder]), best(command, folder, 1), peak_memory(folder, programs)))
    return measured


def versions(programs: Path) -> str:
    """The versions of all tools, in one line."""
    listed = subprocess.run(
        [str(programs / "python"), "-m", "pip", "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    known = {entry["name"]: entry["version"] for entry in json.loads(listed.stdout)}
    return ", ".join(f"{name} {known[name]}" for name in ("cachelint", "ruff", "flake8", "bandit", "semgrep"))


def lines_of(projects: list[Path]) -> int:
    """Lines of Python in all projects."""
    return sum(path.read_bytes().count(b"\n") for folder in projects for path in folder.rglob("*.py") if path.is_file())


def table(found: dict[str, dict[str, float]], largest: str) -> str:
    """The table, as Markdown: seconds, and how many times those of ruff and of semgrep."""
    ruff, semgrep = sum(found["ruff, one rule"].values()), sum(found["semgrep, nine rules"].values())
    rows = ["| | all projects | of ruff's time | of semgrep's time | the largest alone |", "|---|---|---|---|---|"]
    for name, times in found.items():
        total = sum(times.values())
        cells = [name, f"{total:.1f} s", f"{total / ruff:.1f}", f"{total / semgrep:.2f}", f"{times[largest]:.2f} s"]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def chart(found: dict[str, dict[str, float]]) -> str:
    """The same as bars."""
    totals = {name: sum(times.values()) for name, times in found.items()}
    longest = max(totals.values())
    height = 16 + 35 * len(totals)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{height}" font-family="sans-serif"'
    # As a picture on a page it does not know the colour of the page's text, but what the reader prefers.
    style = "<style>text{fill:#333}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>"
    parts = [f'{head} font-size="13">', style]
    for index, (name, total) in enumerate(totals.items()):
        y = 16 + index * 35
        width = max(2, total / longest * 420)
        color = "#2a7f62" if name.startswith("cachelint") else "#9aa5b1"
        parts.append(f'<text x="0" y="{y + 14}">{name}</text>')
        parts.append(f'<rect x="200" y="{y}" width="{width:.0f}" height="20" fill="{color}"/>')
        parts.append(f'<text x="{206 + width:.0f}" y="{y + 14}">{total:.1f} s</text>')
    return "\n".join([*parts, "</svg>", ""])


def more(projects: list[Path], largest: Path, programs: Path, bare: Path, repeat: int) -> list[str]:
    """What else users meet, as lines of Markdown."""
    one, fifty = on_files(largest, programs, 1, repeat), on_files(largest, programs, 50, repeat)
    plugin, without = with_flake8(largest, programs, bare)
    lines = [
        f"- pre-commit on {largest.name}, nothing changed since the last run: with one file {one[0]:.2f} s "
        f"(ruff {one[1]:.2f} s), with 50 {fifty[0]:.2f} s (ruff {fifty[1]:.2f} s).",
        f"- flake8 `-j 4` on {largest.name}: {plugin:.1f} s with the plugin, nothing stored, {without:.1f} s without: "
        f"{plugin / without:.2f} times.",
        f"- memory at most, nothing stored: {max(peak_memory(folder, programs) for folder in projects)} MB.",
        "",
        "One project in several copies, nothing stored:",
        "",
        "| lines | seconds | MB |",
        "|---|---|---|",
    ]
    smallest = min(projects, key=lambda folder: lines_of([folder]))
    for count, seconds, megabytes in growth(smallest, programs, (6, 60, 622)):
        lines.append(f"| {count:,} | {seconds:.1f} | {megabytes} |")
    return lines


def write(found: dict[str, dict[str, float]], projects: list[Path], programs: Path, further: list[str]) -> None:
    largest = max(projects, key=lambda folder: lines_of([folder])).name
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    head = (
        f"{len(projects)} projects, {lines_of(projects):,} lines; the largest is {largest}. Measured on {date.today()} "
        f"({machine}; {versions(programs)})."
    )
    page = PAGE.read_text(encoding="utf-8")
    nl = "\n"
    begin, end = "<!-- measured -->\n", "<!-- end of measured -->"
    before, _, rest = page.partition(begin)
    after = rest.partition(end)[2]
    PAGE.write_text(
        f"{before}{begin}{head}\n\n{table(found, largest)}\n\n{nl.join(further)}\n{end}{after}", encoding="utf-8"
    )
    CHART.write_text(chart(found), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    scratch = Path(tempfile.gettempdir())
    parser.add_argument("--sources", type=Path, default=scratch / "cachelint-accuracy")
    parser.add_argument("--environment", type=Path, default=scratch / "cachelint-bench")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pins = json.loads((ROOT / "accuracy/projects.json").read_text(encoding="utf-8"))["first"]
    sources = options.sources / "first"
    fetch(pins, sources)
    projects = [sources / name for name in pins if not options.only or name in options.only]
    programs = environment(options.environment)
    found = measure(projects, programs, options.repeat)
    ordered = {name: times for name, times in found.items() if name.startswith("cachelint")}
    ordered.update(after_edits(projects, programs, options.repeat))
    found = {**ordered, **found}
    largest = max(projects, key=lambda folder: lines_of([folder]))
    print(table(found, largest.name))
    further = more(projects, largest, programs, bare_flake8(options.environment), options.repeat)
    print("\n".join(further))
    if options.write:
        write(found, projects, programs, further)
    return 0


if __name__ == "__main__":
    sys.exit(main())
