"""Measure how the time grows with the calls, keys and table entries of one file, and write bench/growth.md.

    bench/growth.py [--only SORT]

Each measurement is a process of its own, cold; the seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from generate import SORTS, write

SIZES = {
    "functions": (500, 1000, 2000, 4000),
    "numbers": (500, 1000, 2000, 4000),
    "table": (2000, 4000, 8000, 16000),
    "local table": (2000, 4000, 8000, 16000),
    "chain": (500, 1000, 2000, 4000),
}
PAGE = Path(__file__).parent / "growth.md"


def measure(root: Path) -> tuple[float, int]:
    """The seconds and megabytes that a cold run takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "cachelint", "--no-cache", "--exit-zero", "--format", "concise", "."]
    done = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, error = done.communicate()
    if done.returncode or error:
        raise SystemExit(f"{root}: {error.decode()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss // 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=list(SORTS))
    only = parser.parse_args().only
    lines = [
        "# How time grows in one file", "",
        "Written by `python bench/growth.py`: seconds of the processor for a cold run, by what one file holds.",
        "Twice as much should take twice as long. `bench/generate.py` has the files.", "",
        "| file | n | 2n | 4n | 8n | last step | of n |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for sort, make in SORTS.items():
        if only and sort != only:
            continue
        seconds: list[float] = []
        for size in SIZES[sort]:
            with tempfile.TemporaryDirectory() as folder:
                took, megabytes = measure(write(Path(folder), make(size)))
            seconds.append(took)
            print(f"{sort} {size}: {took:.1f} s, at most {megabytes} MB so far", flush=True)
        shown = " | ".join(f"{took:.1f} s" for took in seconds)
        lines.append(f"| {sort} | {shown} | {seconds[-1] / seconds[-2]:.1f}× | n = {SIZES[sort][0]} |")
    if not only:
        PAGE.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
