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


def commands(programs: Path) -> dict[str, list[str]]:
    """What is measured, by the name that it has in the table."""
    tool = {name: str(programs / name) for name in ("cachelint", "ruff", "bandit", "flake8", "semgrep")}
    return {
        "cachelint, nothing stored": [tool["cachelint"], "--no-cache", "--format", "concise", "."],
        "cachelint, nothing changed": [tool["cachelint"], "--format", "concise", "."],
        "ruff, one rule": [tool["ruff"], "check", "--no-cache", "--isolated", "--select", "S301", "."],
        "flake8, no rule": [tool["flake8"], "--isolated", "--select", "X", "-j", "1", "."],
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
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="230" font-family="sans-serif" font-size="13">'
    ]
    for index, (name, total) in enumerate(totals.items()):
        y = 16 + index * 35
        width = max(2, total / longest * 420)
        color = "#2a7f62" if name.startswith("cachelint") else "#9aa5b1"
        parts.append(f'<text x="0" y="{y + 14}" fill="currentColor">{name}</text>')
        parts.append(f'<rect x="200" y="{y}" width="{width:.0f}" height="20" fill="{color}"/>')
        parts.append(f'<text x="{206 + width:.0f}" y="{y + 14}" fill="currentColor">{total:.1f} s</text>')
    return "\n".join([*parts, "</svg>", ""])


def write(found: dict[str, dict[str, float]], projects: list[Path], programs: Path) -> None:
    largest = max(
        found["cachelint, nothing stored"], key=lambda name: lines_of([p for p in projects if p.name == name])
    )
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    head = (
        f"{len(projects)} projects, {lines_of(projects):,} lines; the largest is {largest}. Measured on {date.today()} "
        f"({machine}; {versions(programs)})."
    )
    page = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- measured -->\n", "<!-- end of measured -->"
    before, _, rest = page.partition(begin)
    after = rest.partition(end)[2]
    PAGE.write_text(f"{before}{begin}{head}\n\n{table(found, largest)}\n{end}{after}", encoding="utf-8")
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
    print(table(found, projects[0].name))
    if options.write:
        write(found, projects, programs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
