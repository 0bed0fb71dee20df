"""Edit copies of projects at random, and see that a run after an edit says what one without a store would.

    scripts/check_incremental.py [PROJECT …] [--edits N] [--seed N]

PROJECT is a folder; without any, the projects of the repository. Prints how often what was kept could be used.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from cachelint.findings.codec import encode  # noqa: E402
from cachelint.project.files import discover  # noqa: E402
from cachelint.run.analysis import analyse  # noqa: E402
from cachelint.run.session import Options, run  # noqa: E402
from tests.edits import edited  # noqa: E402
from tests.support import CODES  # noqa: E402

PROJECTS = ("examples/shop", "tests/fixtures/library", "tests/stories/project")


def check(source: Path, edits: int, chosen: random.Random) -> tuple[int, int]:
    """How many edits left what was kept true, and how many were told otherwise than by a run from nothing."""
    used = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / source.name
        shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git", ".cachelint_cache"))
        options = Options(root, CODES)
        run(options)
        for _ in range(edits):
            path = root / chosen.choice(discover(root).files)
            try:
                before = path.read_text(encoding="utf-8")
            except ValueError:
                continue
            after, what = edited(before, chosen)
            path.write_text(after, encoding="utf-8")
            warm = run(options)
            cold = analyse(Options(root, CODES, use_store=False), discover(root).files)
            used += warm.from_store
            if [encode(f) for f in warm.findings] != [encode(f) for f in cold.findings] or (
                warm.problems != cold.problems
            ):
                wrong += 1
                print(f"{path}: {what}: kept results were used and are not those of a run from nothing")
            if not re.match(r"(comment|statement)", what) and chosen.random() < 0.5:
                path.write_text(before, encoding="utf-8")
                run(options)
    return used, wrong


def main() -> int:
    """Check all projects that are asked for."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("projects", nargs="*", type=Path)
    words.add_argument("--edits", type=int, default=30)
    words.add_argument("--seed", type=int, default=1)
    given = words.parse_args()
    failed = 0
    for project in given.projects or [ROOT / name for name in PROJECTS]:
        used, wrong = check(project.resolve(), given.edits, random.Random(given.seed))
        print(f"{project.name}: {given.edits} edits, kept results used {used} times, wrong {wrong} times", flush=True)
        failed += wrong
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
