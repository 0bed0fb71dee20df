"""Hold the SARIF output against the official schema, with Microsoft's validator from the npm registry.

Where npm, or the registry, is not to be had, that is said, and nothing is checked.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VALIDATOR = "@microsoft/sarif-multitool@5.7.0"


def validator(folder: Path) -> str | None:
    """The validator's program; None where it can't be had."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    program = folder / "node_modules/.bin/sarif-multitool"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([npm, "install", "--silent", "--prefix", str(folder), VALIDATOR], check=False)
        if done.returncode:
            return None
    return str(program)


def wrong(program: str, log: Any, scratch: Path) -> list[str]:
    """What the schema says against a log."""
    given, told = scratch / "log.sarif", scratch / "told.sarif"
    given.write_text(json.dumps(log), encoding="utf-8")
    told.unlink(missing_ok=True)
    command = [program, "validate", str(given), "--output", str(told), "--log", "ForceOverwrite"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    results = json.loads(told.read_text(encoding="utf-8"))["runs"][0].get("results", [])
    return [f"{r['ruleId']}: {r['message'].get('arguments')}" for r in results if r["ruleId"].startswith("JSON")]


def main() -> int:
    """0 where the output fits the schema, or nobody can tell; 1 where it does not."""
    program = validator(ROOT / "build/sarif")
    if program is None:
        print("SARIF not checked: the validator comes from the npm registry, which is not to be had here")
        return 0
    command = [sys.executable, "-m", "cachelint", "--no-cache", "--exit-zero", "--format", "sarif", "."]
    made = subprocess.run(command, cwd=ROOT / "examples/shop", capture_output=True, text=True, check=True).stdout
    log = json.loads(made)
    with tempfile.TemporaryDirectory() as scratch:
        found = wrong(program, log, Path(scratch))
        log["runs"][0]["results"][0]["unheardOf"] = 1
        if not wrong(program, log, Path(scratch)):
            found.append("the validator passes what is no SARIF")
    for line in found:
        print(line, file=sys.stderr)
    print(f"SARIF: {len(log['runs'][0]['results'])} results, {len(found)} against the schema")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
