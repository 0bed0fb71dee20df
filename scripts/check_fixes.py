"""Fix copies of the labelled projects, unsafe fixes too, and check what must hold of it.

    check_fixes.py [--sources DIR] [PROJECT …]

Every file still parses, no finding is new, nothing that could be fixed is left, a second run changes nothing. The
diffs are left in DIR/diffs for whoever wants to read them. DIR is that of measure_accuracy.py.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import libcst

LINT = [sys.executable, "-m", "cachelint", "--no-cache"]


def findings(folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run([*LINT, "--format", "json", "."], cwd=folder, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.py") if path.is_file()}


def check(source: Path, diffs: Path) -> list[str]:
    """What is wrong with fixing a project; empty where all is well."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / source.name
        shutil.copytree(source, folder, symlinks=True)
        before, old = snapshot(folder), findings(folder)
        fixing = [*LINT, "--fix", "--unsafe-fixes", "--show-fixes", "."]
        done = subprocess.run(fixing, cwd=folder, capture_output=True, text=True, check=False)
        if "Traceback" in done.stderr or "Taken back" in done.stdout:
            wrong.append(f"{done.stderr[-500:]}{done.stdout[-300:]}")
        once, new = snapshot(folder), findings(folder)
        changed = [path for path in once if once[path] != before[path]]
        for path in changed:
            try:
                libcst.parse_module(once[path])
            except libcst.ParserSyntaxError as error:
                wrong.append(f"{path.relative_to(folder)} does not parse: {error}")
        more = Counter((f["code"], f["path"]) for f in new) - Counter((f["code"], f["path"]) for f in old)
        lesser = {code for f in old for code in (f["fix"] or {}).get("leaves", ())}
        wrong += [f"new: {code} in {path}" for code, path in more if code not in lesser]
        wrong += [f"left: {f['code']} at {f['path']}:{f['line']}" for f in new if f["fix"] is not None]
        subprocess.run(fixing, cwd=folder, capture_output=True, check=False)
        if snapshot(folder) != once:
            wrong.append("a second run changed something")
        diff = subprocess.run(["diff", "-ru", str(source), str(folder)], capture_output=True, text=True, check=False)
        (diffs / f"{source.name}.diff").write_text(diff.stdout, encoding="utf-8")
        print(f"{source.name}: {len(old)} findings, {len(new)} left, {len(changed)} files changed", flush=True)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*")
    parser.add_argument("--sources", type=Path, default=Path(tempfile.gettempdir()) / "cachelint-accuracy")
    options = parser.parse_args()
    diffs = options.sources / "diffs"
    diffs.mkdir(parents=True, exist_ok=True)
    failed = False
    for source in sorted((options.sources / "first").iterdir()):
        if options.projects and source.name not in options.projects:
            continue
        for line in check(source, diffs):
            failed = True
            print(f"  {line}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
